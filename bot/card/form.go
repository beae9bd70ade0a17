package card

// Form is a set of questions: a modal, a web page, or prompts one after the other.
type Form struct {
	ID     string // what Submitted reports, for example "scaffold"
	Title  string
	Intro  []Span
	Fields []FormField
	Submit string // label of the button
	Draft  string // opaque key of a form in progress, may be empty
}

// FieldKind is how a field is asked.
type FieldKind string

// The kinds of fields, as CONTRACTS section 4 names them.
const (
	FieldLine      FieldKind = "line"
	FieldParagraph FieldKind = "paragraph"
	FieldNumber    FieldKind = "number"
	FieldToggle    FieldKind = "toggle"
	FieldChoice    FieldKind = "choice"
	FieldChoices   FieldKind = "choices"
	FieldEntity    FieldKind = "entity"
	FieldEntities  FieldKind = "entities"
	FieldOwner     FieldKind = "owner"
	FieldRepo      FieldKind = "repo"
	FieldTags      FieldKind = "tags"
	FieldSecret    FieldKind = "secret"
	FieldDate      FieldKind = "date"
	FieldFile      FieldKind = "file"
	FieldList      FieldKind = "list"
	FieldObject    FieldKind = "object"
)

// FormField is one question.
type FormField struct {
	Name        string // dotted path of the value
	Label       string
	Help        string
	Kind        FieldKind
	Required    bool
	Value       []string // what is filled in, one element but for choices, entities, tags and list
	Options     []FormOption
	Placeholder string
	Changes     bool   // other fields depend on it: report Changed when it changes
	Error       string // what would be right, shown beside the field
}

// FormOption is one choice of a field.
type FormOption struct{ Value, Label, Hint string }

// Values are what was filled in, by field name.
type Values map[string][]string
