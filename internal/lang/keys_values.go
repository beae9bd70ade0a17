package lang

// What a plan and a form say about values.
const (
	ValuesMore    Key = "values.more" // n
	ValuesElement Key = "values.element"
	ValuesMany    Key = "values.many" // n
	ValuesMisfit  Key = "values.misfit"
	ValuesPairs   Key = "values.pairs"
)
