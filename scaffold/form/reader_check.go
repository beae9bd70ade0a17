package form

import (
	"slices"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

var jsonTypes = []string{"string", "number", "integer", "boolean", "array", "object", "null"}

// widgets are those of rjsf's themes.
var widgets = []string{
	"text", "textarea", "password", "select", "radio", "hidden", "checkbox", "checkboxes", "date", "datetime", "date-time",
	"time", "alt-date", "alt-datetime", "email", "uri", "url", "file", "files", "data-url", "color", "updown", "range",
	"TextWidget", "TextareaWidget", "PasswordWidget", "SelectWidget", "RadioWidget", "HiddenWidget", "CheckboxWidget",
	"CheckboxesWidget", "DateWidget", "DateTimeWidget", "TimeWidget", "EmailWidget", "URLWidget", "FileWidget",
	"ColorWidget", "UpDownWidget", "RangeWidget",
}

// malformed says what is wrong with the value of a keyword, "" when nothing is.
func malformed(key string, v *node) string {
	switch key {
	case "type":
		for _, t := range one(v) {
			if !slices.Contains(jsonTypes, t.Str()) {
				return describe(t) + " is no type"
			}
		}
	case "required", "enum":
		if !isList(v) {
			return "a list is expected, found " + describe(v)
		}
	case "pattern", "format", "$ref":
		if v.Kind != yamldoc.String {
			return "a text is expected, found " + describe(v)
		}
		if key == "pattern" {
			if _, err := compilePattern(v.Text); err != nil {
				return "the pattern cannot be read: " + err.Error()
			}
		}
	case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
		"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties":
		if v.Kind != yamldoc.Number {
			return "a number is expected, found " + describe(v)
		}
	case "uniqueItems":
		if v.Kind != yamldoc.Bool {
			return "true or false is expected, found " + describe(v)
		}
	}
	return ""
}

// presentation notes what the ui: keys of a schema ask for that is not known here.
func (r *reader) presentation(s *node, path string) {
	if f := s.Get("ui:field"); f != nil {
		if _, known := pickers[f.Str()]; !known {
			r.note(f, path+".ui:field", "%s is not known here; the field is asked as its type", describe(f))
		}
	}
	if w := s.Get("ui:widget"); w != nil && !slices.Contains(widgets, w.Str()) {
		r.note(w, path+".ui:widget", "%s is not known here; the field is asked as its type", describe(w))
	}
	for _, key := range []string{"ui:ObjectFieldTemplate", "ui:layout", "ui:ArrayFieldTemplate", "ui:FieldTemplate"} {
		if v := s.Get(key); v != nil {
			r.note(v, path+"."+key, "%s is not known here; the fields are asked one after the other", describe(v))
		}
	}
}
