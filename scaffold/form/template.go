package form

import (
	"strconv"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// Template is the part of a software template that forms are made from. It is safe for concurrent use.
type Template struct {
	Title       string // metadata.title, else metadata.name
	Description string
	file        string
	pages       []source
	notices     []Notice
	elsewhere   bool // a part of it is read from elsewhere
}

// source is the schema of one page.
type source struct {
	schema  *node
	path    string
	changes map[string]bool // names of the fields that others depend on
}

// Read takes a template's entity apart. file is named in errors. What exceeds a bound, and parameters that are no
// schema at all, are errors of kind fault.Invalid with file, line and path; everything else that is wrong becomes a
// notice.
func Read(file string, entity *yamldoc.Node) (*Template, error) {
	if !isMap(entity) {
		return nil, fault.At(fault.Position{File: file, Line: line(entity)}, "a template is expected, found %s", describe(entity))
	}
	if kind := entity.Get("kind"); kind.Str() != "Template" {
		return nil, fault.At(fault.Position{File: file, Line: max(line(kind), line(entity)), Field: "kind"}, "a Template is expected, found %s", describe(kind))
	}
	meta := entity.Get("metadata")
	t := &Template{Title: meta.Get("title").Str(), Description: meta.Get("description").Str(), file: file}
	if t.Title == "" {
		t.Title = plain(meta.Get("name"))
	}
	params := entity.At("spec", "parameters")
	const path = "spec.parameters"
	r := &reader{file: file, left: maxParts}
	switch {
	case isNull(params):
	case isMap(params):
		r.page(t, params, path)
	case isList(params):
		for i, p := range params.Items {
			r.page(t, p, path+"["+strconv.Itoa(i)+"]")
		}
	default:
		return nil, fault.At(fault.Position{File: file, Line: params.Line, Field: path}, "an object or a list of objects is expected, found %s", describe(params))
	}
	for i, d := range items(entity.At("spec", "EXPERIMENTAL_formDecorators")) {
		r.note(d, "spec.EXPERIMENTAL_formDecorators["+strconv.Itoa(i)+"]", "%s runs in Backstage's browser page; what it would fill in is asked, or missing", describe(d.Get("id")))
	}
	t.notices, t.elsewhere = r.notices, r.elsewhere
	if r.err != nil {
		return nil, r.err
	}
	return t, nil
}

// describe names a value in a message.
func describe(n *node) string {
	switch {
	case isNull(n):
		return "nothing"
	case isMap(n):
		return "an object"
	case isList(n):
		return "a list"
	}
	return strconv.Quote(shorten(n.Text))
}
