package form

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// reader goes through the schemas of a template once, before any values: it counts them, replaces what is to be read
// from elsewhere, and passes over what is no schema, with a notice each.
type reader struct {
	file    string
	left    int
	notices []Notice
	err     error

	elsewhere bool // a part of the form is read from elsewhere
}

// maxNotices of a template; a template that earns more is told so.
const maxNotices = 100

func (r *reader) note(n *node, path, format string, args ...any) {
	switch {
	case len(r.notices) < maxNotices:
		r.notices = append(r.notices, Notice{Path: path, Line: line(n), Message: fmt.Sprintf(format, args...)})
	case len(r.notices) == maxNotices:
		r.notices = append(r.notices, Notice{Path: "spec.parameters", Message: fmt.Sprintf("there are more than %d notices", maxNotices)})
	}
}

func (r *reader) fail(n *node, path, format string, args ...any) {
	if r.err == nil {
		r.err = fault.At(fault.Position{File: r.file, Line: line(n), Field: path}, format, args...)
	}
}

func (r *reader) page(t *Template, n *node, path string) {
	if !isMap(n) {
		r.note(n, path, "a page is an object; %s is passed over", describe(n))
		return
	}
	s := r.schema(n, path, 0)
	t.pages = append(t.pages, source{schema: s, path: path, changes: dependsOn(s)})
}

// schema is a schema as the engine may rely on it.
func (r *reader) schema(n *node, path string, depth int) *node {
	if r.left--; r.left < 0 {
		r.fail(n, path, "the parameters have more than %d parts", maxParts)
	}
	if depth > maxDepth {
		r.fail(n, path, "the schema is nested more than %d deep", maxDepth)
	}
	if r.err != nil || n.Kind == yamldoc.Bool {
		return n
	}
	if !isMap(n) {
		if n.Kind != yamldoc.Null {
			r.note(n, path, "a schema is an object; %s is passed over", describe(n))
		}
		return &node{Kind: yamldoc.Map, Line: n.Line}
	}
	if at := placeholder(n); at != "" {
		r.elsewhere = true
		r.note(n, path, "%s: %s is not read here; its part of the form is missing", n.Fields[0].Key, shorten(at))
		return &node{Kind: yamldoc.Map, Line: n.Line}
	}
	out := &node{Kind: yamldoc.Map, Line: n.Line, Column: n.Column, Fields: make([]yamldoc.Field, 0, len(n.Fields))}
	for _, f := range n.Fields {
		if r.left--; r.left < 0 {
			r.fail(n, path, "the parameters have more than %d parts", maxParts)
			return n
		}
		if value := r.keyword(f, path, depth); value != nil {
			out.Fields = append(out.Fields, yamldoc.Field{Key: f.Key, Line: f.Line, Value: value})
		}
	}
	r.presentation(n, path)
	return out
}

// placeholder is what a $text, $json or $yaml names, "" when n is none.
func placeholder(n *node) string {
	if !isMap(n) || len(n.Fields) != 1 {
		return ""
	}
	switch n.Fields[0].Key {
	case "$text", "$json", "$yaml", "$openapi", "$asyncapi":
		return n.Fields[0].Value.Str()
	}
	return ""
}

// keyword is the value of a keyword, nil when it is passed over.
func (r *reader) keyword(f yamldoc.Field, path string, depth int) *node {
	v, at := f.Value, path+"."+f.Key
	switch f.Key {
	case "properties", "patternProperties", "definitions", "$defs":
		return r.schemas(v, at, depth)
	case "dependencies":
		return r.dependencies(v, at, depth)
	case "items":
		if isList(v) {
			return r.list(v, at, depth)
		}
		return r.schema(v, at, depth+1)
	case "additionalItems", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames":
		return r.schema(v, at, depth+1)
	case "allOf", "anyOf", "oneOf":
		if !isList(v) {
			r.note(v, at, "a list of schemas is expected; %s is passed over", describe(v))
			return nil
		}
		return r.list(v, at, depth)
	}
	if from := placeholder(v); from != "" {
		r.note(v, at, "%s: %s is not read here; the keyword is passed over", v.Fields[0].Key, shorten(from))
		return nil
	}
	if problem := malformed(f.Key, v); problem != "" {
		r.note(v, at, "%s; it is passed over", problem)
		return nil
	}
	if f.Key == "$ref" && !resolves(v) {
		r.note(v, at, "%s is outside of this page; it is passed over", describe(v))
	}
	return v
}

func resolves(ref *node) bool { return len(ref.Str()) > 0 && ref.Text[0] == '#' }

func (r *reader) list(v *node, path string, depth int) *node {
	out := make([]*node, len(v.Items))
	for i, item := range v.Items {
		out[i] = r.schema(item, path+"["+strconv.Itoa(i)+"]", depth+1)
	}
	return listOf(v, out)
}

// schemas reads a map of schemas.
func (r *reader) schemas(v *node, path string, depth int) *node {
	switch {
	case !isMap(v):
		if !isNull(v) {
			r.note(v, path, "a map of schemas is expected; %s is passed over", describe(v))
		}
		return nil
	case placeholder(v) != "":
		return r.schema(v, path, depth)
	case len(v.Fields) > maxProperties:
		r.fail(v, path, "there are %d properties; at most %d are read", len(v.Fields), maxProperties)
		return nil
	}
	out := &node{Kind: yamldoc.Map, Line: v.Line, Column: v.Column, Fields: slices.Clone(v.Fields)}
	for i := range out.Fields {
		out.Fields[i].Value = r.schema(out.Fields[i].Value, path+"."+out.Fields[i].Key, depth+1)
	}
	return out
}

func (r *reader) dependencies(v *node, path string, depth int) *node {
	if !isMap(v) {
		r.note(v, path, "a map is expected; %s is passed over", describe(v))
		return nil
	}
	out := &node{Kind: yamldoc.Map, Line: v.Line, Column: v.Column}
	for _, f := range v.Fields {
		if !isList(f.Value) {
			f.Value = r.schema(f.Value, path+"."+f.Key, depth+1)
		}
		out.Fields = append(out.Fields, f)
	}
	return out
}
