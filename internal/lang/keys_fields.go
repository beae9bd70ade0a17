package lang

// What plugins say, or do not say, of the fields of templates that they bring.
const (
	FieldUnchecked Key = "field.unchecked" // plugin
	FieldLater     Key = "field.later"     // fields, plugin
	FieldNotBegun  Key = "field.not_begun" // fields, plugin
	FieldAgain     Key = "field.again"
	FieldBetween   Key = "field.between"
)
