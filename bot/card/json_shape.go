package card

// The JSON form of messages is described once, here: decoding, encoding's test and schema.json all follow it.

// jsonType is what a property holds.
type jsonType uint8

const (
	jsString jsonType = iota
	jsCount           // an integer, not negative
	jsNumber          // a number, not negative
	jsBool
	jsTime     // RFC 3339
	jsEnum     // one of property.values
	jsSpans    // a string, or an array of strings and spans
	jsBlocks   // an array of blocks
	jsStrings  // an array of strings
	jsObject   // an object of property.of
	jsObjects  // an array of them
	jsSpanRows // an array of spans
	jsCells    // an array of arrays of spans
)

// property is one member of an object.
type property struct {
	name     string
	typ      jsonType
	required bool
	values   []string // jsEnum
	of       shape    // jsObject, jsObjects
	doc      string
}

// shape is an object's members in the order in which they are written.
type shape []property

// bounds of the JSON form.
const (
	maxJSON  = 1 << 20 // bytes
	maxDepth = 12
	maxNodes = 50_000
)

func intentShape() shape {
	return shape{
		{name: "name", typ: jsString, required: true, doc: "what pressing means"},
		{name: "args", typ: jsStrings, doc: "its arguments, by position"},
	}
}

func optionShape() shape {
	return shape{
		{name: "label", typ: jsString, required: true},
		{name: "hint", typ: jsString, doc: "one line below the label"},
		{name: "intent", typ: jsObject, required: true, of: intentShape()},
	}
}

func actionShape() shape {
	return shape{
		{name: "label", typ: jsString, required: true},
		{name: "style", typ: jsEnum, values: []string{"", string(Primary), string(Danger), string(Quiet)}},
		{name: "intent", typ: jsObject, of: intentShape(), doc: "what pressing means"},
		{name: "url", typ: jsString, doc: "opens a page instead"},
		{name: "options", typ: jsObjects, of: optionShape(), doc: "makes it a menu"},
		{name: "confirm", typ: jsString, doc: "the question asked first"},
		{name: "choice", typ: jsBool, doc: "one of the answers to the question the message asks"},
		{name: "anyone", typ: jsBool, doc: "anybody may press, not only the person the message answers"},
	}
}

// spanShapes are the members of each kind of span, beside type.
func spanShapes() map[string]shape {
	text := property{name: "text", typ: jsString, required: true}
	url := property{name: "url", typ: jsString, doc: "http, https or mailto"}
	ref := property{name: "ref", typ: jsString, doc: "kind:namespace/name"}
	must := url
	must.required = true
	return map[string]shape{
		"plain": {text}, "strong": {text}, "code": {text}, "link": {text, must}, "person": {text, ref}, "entity": {text, ref, url},
		"time": {text, {name: "at", typ: jsTime, required: true, doc: "RFC 3339; text is how it reads where there are no local times"}},
	}
}

// spanNames are the names of the kinds of spans, by kind.
func spanNames() [Time + 1]string {
	return [...]string{Words: "plain", Strong: "strong", Mono: "code", Link: "link", Person: "person", Entity: "entity", Time: "time"}
}

// blockShapes are the members of each kind of block, beside type.
func blockShapes() map[string]shape {
	spans := property{name: "spans", typ: jsSpans, required: true}
	more := property{name: "more", typ: jsCount, doc: "how many are left out"}
	moreURL := property{name: "moreUrl", typ: jsString, doc: "where the rest is"}
	return map[string]shape{
		"text":   {spans},
		"note":   {spans},
		"fields": {{name: "items", typ: jsObjects, required: true, of: shape{{name: "label", typ: jsString, required: true}, {name: "value", typ: jsSpans, required: true}}}},
		"list": {
			{name: "ordered", typ: jsBool}, {name: "start", typ: jsCount, doc: "number of the first item"},
			{name: "items", typ: jsSpanRows, required: true}, more, moreURL,
		},
		"table": {
			{name: "caption", typ: jsString},
			{name: "columns", typ: jsObjects, required: true, of: shape{{name: "title", typ: jsString, required: true}, {name: "right", typ: jsBool, doc: "aligned to the right"}}},
			{name: "rows", typ: jsCells, required: true, doc: "as many cells as columns"}, more, moreURL,
		},
		"chart": {
			{name: "kind", typ: jsEnum, required: true, values: []string{string(ChartBar), string(ChartPie)}}, {name: "title", typ: jsString},
			{name: "unit", typ: jsString, doc: "what the values count"},
			{name: "points", typ: jsObjects, required: true, of: shape{{name: "label", typ: jsString, required: true}, {name: "value", typ: jsNumber, required: true}}},
		},
		"progress": {
			{name: "label", typ: jsString, required: true}, {name: "done", typ: jsCount}, {name: "total", typ: jsCount},
			{name: "state", typ: jsEnum, required: true, values: []string{string(StatePending), string(StateRunning), string(StateDone), string(StateFailed)}},
		},
		"code":    {{name: "language", typ: jsString}, {name: "text", typ: jsString, required: true}},
		"image":   {{name: "url", typ: jsString, required: true}, {name: "alt", typ: jsString, required: true, doc: "what it shows"}, {name: "title", typ: jsString}},
		"rule":    {},
		"actions": {{name: "items", typ: jsObjects, required: true, of: actionShape()}},
	}
}

func messageShape() shape {
	return shape{
		{name: "lang", typ: jsEnum, values: []string{"en", "zh"}, doc: "of the sentences in it"},
		{name: "summary", typ: jsSpans, doc: "the fact, alone readable; the notification text"},
		{name: "blocks", typ: jsBlocks, required: true},
	}
}
