package form

import "github.com/backchannel-portal/backchannel/internal/yamldoc"

// Kind is how a field is asked, as CONTRACTS section 4 names it; card.FieldKind has the same.
type Kind string

// The kinds of fields.
const (
	Line      Kind = "line"
	Paragraph Kind = "paragraph"
	Number    Kind = "number"
	Toggle    Kind = "toggle"
	Choice    Kind = "choice"  // one of Options
	Choices   Kind = "choices" // several of Options
	Entity    Kind = "entity"  // an entity reference
	Entities  Kind = "entities"
	Owner     Kind = "owner" // reference of a group or user
	Repo      Kind = "repo"  // HOST?owner=OWNER&repo=NAME and the like
	Tags      Kind = "tags"
	Secret    Kind = "secret" // never asked in a chat
	Date      Kind = "date"   // YYYY-MM-DD
	File      Kind = "file"   // a data: URL
	List      Kind = "list"   // an array of anything
	Object    Kind = "object" // any JSON object; one with properties of its own is asked field by field
)

// Form is what is asked for one set of values.
type Form struct {
	Title       string
	Description string
	Pages       []Page
	Notices     []Notice
	Values      *yamldoc.Node // what the fields hold and what is fixed or hidden: given values, defaults where absent
	State       *yamldoc.Node // everything given, filled up; what the next Form of the same draft is made from
	Dropped     []string      // names of given values that no field has now

	unseen []unseen
}

// Page is one step of a form.
type Page struct {
	Title       string
	Description string
	Fields      []Field
}

// Field is one question.
type Field struct {
	Path        []string // of the value: the keys of the objects around it, and its own
	Name        string   // Path in dots; an option among schemas has its own, ending in __oneof_select or __anyof_select
	Title       string
	Description string
	Help        string
	Placeholder string
	Kind        Kind
	Type        string // of the value in JSON: string, number, integer, boolean, array, object; "" for any
	Required    bool
	Default     *yamldoc.Node // what the schema fills in, nil for nothing
	Value       *yamldoc.Node // what is filled in now, nil for nothing
	Options     []Option      // Choice, Choices, and a Toggle or List that names its values
	Element     string        // List, and Object without properties: the type of what is in it, "" for any
	Items       []Field       // List of objects: the fields of one
	Compound    bool          // List: its elements have parts, or a schema each
	Rows        *Rows         // List that is Compound: its elements, nil where it is asked in one piece
	Whole       Whole         // List that is Compound: why it is asked in one piece, "" where it is fixed or is not
	Sealed      bool          // List and Object: something in it is typed unseen
	Picker      *Picker       // of a field with a ui:field that is known
	Custom      *Custom       // of a field with another one
	Fixed       bool          // shown and not to be changed: ui:disabled, ui:readonly, readOnly
	Changes     bool          // other fields depend on it
	Multiline   int           // lines of a Paragraph that ui:options asks for, 0 for none
	Review      Review
	Empty       *yamldoc.Node // ui:emptyValue: the value of a field that was emptied
	Line        int           // in the template
}

// Option is a value that may be chosen.
type Option struct {
	Value *yamldoc.Node
	Label string
}

// Review is how a value is shown before the run: ui:backstage.review.
type Review struct {
	Hide bool
	Mask string // shown in place of the value
	Name string // shown in place of the title
}

// Notice is something a form does not do as its template says, or something wrong with the template that does no harm.
type Notice struct {
	Path    string // in the template: spec.parameters[0].properties.name
	Line    int
	Message string // plain English
}

// Options are what a form depends on besides values.
type Options struct {
	Flags []string // feature flags that are on
}
