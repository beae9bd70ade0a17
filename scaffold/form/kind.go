package form

import "strings"

// kind is how a field is asked.
func (b *builder) kind(s *node, f *Field) Kind {
	if f.Picker != nil {
		return pickers[f.Picker.Name]
	}
	switch f.Type {
	case "boolean":
		return Toggle
	case "array":
		return b.kindOfArray(s, f)
	case "object":
		return Object
	}
	if b.password(s) {
		return Secret
	}
	if f.Options != nil {
		return Choice
	}
	if f.Type == "number" || f.Type == "integer" {
		return Number
	}
	return kindOfText(s)
}

// kindOfText is the kind of a string, and of what has no type.
func kindOfText(s *node) Kind {
	w := strings.TrimSuffix(strings.ToLower(widget(s)), "widget")
	format := s.Get("format").Str()
	switch {
	case w == "textarea":
		return Paragraph
	case w == "password" || ui(s, "inputType").Str() == "password":
		return Secret
	case w == "file" || w == "data-url" || format == "data-url" && w == "":
		return File
	case w == "date" || w == "alt-date" || format == "date" && w == "":
		return Date
	}
	return Line
}

// kindOfArray tells choices from lists, and fills in the options of choices.
func (b *builder) kindOfArray(s *node, f *Field) Kind {
	item := b.retrieve(s.Get("items"), nil)
	w := strings.TrimSuffix(strings.ToLower(widget(s)), "widget")
	options := choices(item)
	switch {
	case options != nil && (isTrue(s.Get("uniqueItems")) || w == "checkboxes" || w == "select"):
		f.Options = options
		return Choices
	case w == "files" || item.Get("format").Str() == "data-url":
		return File
	}
	return List
}
