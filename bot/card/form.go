package card

import (
	"maps"
	"slices"
)

// Form is a set of questions: a modal, a web page, or prompts one after the other.
type Form struct {
	ID     string // what Submitted reports, for example "scaffold"
	Title  string
	Page   string // which page of a form of several this is, as its introduction says too; empty for a form of one
	Intro  []Span
	Fields []FormField
	Submit string // label of the button
	Draft  string // opaque key of a form in progress, may be empty
}

// Name is what the form is called where neither its title nor its introduction stands above it.
func (f *Form) Name() string {
	if f.Page == "" {
		return f.Title
	}
	return f.Title + " · " + f.Page
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
	Named       []FormOption `json:",omitempty"` // of what is looked up: those of its values that have a name, as suggestions have them
	Placeholder string
	Changes     bool      // other fields depend on it: report Changed when it changes
	Error       string    // what would be right, shown beside the field
	Beside      bool      // a chat cannot ask this well: it is asked on a page, with what was filled in so far
	Lines       bool      // of a secret: it has several lines, and is shown while it is written
	Rows        *FormRows `json:",omitempty"` // of a list: its elements, where a page asks for each by itself
}

// Elsewhere reports whether a field is asked on a page rather than in a chat: secrets never pass through one, and
// files and what is too intricate are not taken there.
func (q FormField) Elsewhere() bool {
	return q.Beside || q.Kind == FieldSecret || q.Kind == FieldFile
}

// FormOption is one choice of a field.
type FormOption struct{ Value, Label, Hint string }

// Values are what was filled in, by field name.
type Values map[string][]string

// Fill returns the form with values filled in. Fields without one stay as they are.
func (f Form) Fill(v Values) Form {
	f.Fields = changed(f.Fields, func(q *FormField) {
		if value, ok := v[q.Name]; ok && q.Kind != FieldSecret {
			q.Value = slices.Clone(value)
		}
	})
	return f
}

// Mark returns the form with what would be right beside its fields, and no other errors. What is said about the form
// as a whole, "", or about a field that the form does not have, comes first in the introduction.
func (f Form) Mark(errs map[string]string) Form {
	rest := maps.Clone(errs)
	f.Fields = changed(f.Fields, func(q *FormField) {
		q.Error = errs[q.Name]
		delete(rest, q.Name)
	})
	var intro []Span
	for _, name := range slices.Sorted(maps.Keys(rest)) {
		intro = append(intro, S(rest[name]), T(" "))
	}
	f.Intro = append(intro, f.Intro...)
	return f
}

// Known returns the values of fields that the form has, none of them secret: what a platform says was filled in may
// name anything.
func (f Form) Known(v Values) Values {
	out := Values{}
	for q := range f.All() {
		if value, ok := v[q.Name]; ok && q.Kind != FieldSecret {
			out[q.Name] = value
		}
	}
	return out
}
