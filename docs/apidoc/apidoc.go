// Package apidoc turns the definition of an API into a page people read: OpenAPI 2 and 3, AsyncAPI 2 and 3, GraphQL and
// gRPC. Each operation is a section with an anchor of its own, so that it can be found and linked; types follow with
// their fields. The page is Markdown, which goes through the same renderer and sanitiser as an author's.
package apidoc

import (
	"fmt"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// MaxDefinition is the size in bytes up to which a definition is read.
const MaxDefinition = 4 << 20

// Bounds of what a page shows of a definition.
const (
	maxOperations = 1000
	maxTypes      = 1000
	maxFields     = 200   // of one type
	maxNested     = 3     // types written inside each other
	maxExample    = 4000  // bytes
	maxText       = 20000 // bytes of one description
	sample        = 4000  // bytes of a definition that tell its language
)

// Page is a definition as Markdown.
type Page struct {
	Title    string
	Markdown []byte
}

// Render reads a definition. format is spec.type of the entity; where it does not say, the text does. name titles an API
// that has no title. tongue is the language of the words around what the definition says itself, "" for the one that it
// seems to be written in; headings keep their anchors in every language. A definition that cannot be read is an error of
// kind fault.Invalid with its line, one in a format that is not known fault.NotFound.
func Render(format, definition, name string, tongue lang.Lang) (Page, error) {
	if len(definition) > MaxDefinition {
		return Page{}, fault.New(fault.Invalid, "the definition is larger than %d bytes", MaxDefinition)
	}
	own := lang.Of(definition[:min(len(definition), sample)])
	if tongue == "" {
		tongue = own
	}
	w := &writer{lang: tongue, foreign: tongue != own, anchors: map[string]int{}}
	title := name
	var err error
	switch kind := strings.ToLower(format); {
	case kind == "graphql":
		err = w.graphQL(definition, name)
	case kind == "grpc" || kind == "proto" || kind == "protobuf":
		err = w.proto(definition, name)
	default:
		title, err = w.document(definition, name)
	}
	if err != nil {
		return Page{}, err
	}
	return Page{Title: title, Markdown: []byte(w.out.String())}, nil
}

// document reads YAML or JSON.
func (w *writer) document(definition, name string) (string, error) {
	if !strings.Contains(definition, "openapi") && !strings.Contains(definition, "swagger") && !strings.Contains(definition, "asyncapi") {
		return "", errUnknown
	}
	root, err := yamldoc.Parse([]byte(definition), yamldoc.Limits{Bytes: MaxDefinition, DocBytes: MaxDefinition})
	if err != nil {
		return "", err
	}
	title := or(root.At("info", "title").Str(), name)
	switch {
	case root.Get("asyncapi") != nil:
		(&asyncAPI{writer: w, root: root}).write(title)
	case root.Get("openapi") != nil || root.Get("swagger") != nil:
		(&openAPI{writer: w, root: root, old: root.Get("swagger") != nil}).write(title)
	default:
		return "", errUnknown
	}
	return title, nil
}

var errUnknown = fault.New(fault.NotFound, "the definition is in no format that is shown: OpenAPI, AsyncAPI, GraphQL, gRPC")

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// writer builds the page.
type writer struct {
	out     strings.Builder
	lang    lang.Lang // of the words around what the definition says
	foreign bool      // it is another one than that of the definition
	anchors map[string]int
}

func (w *writer) line(format string, args ...any) {
	fmt.Fprintf(&w.out, format, args...)
	w.out.WriteByte('\n')
}

func (w *writer) blank() { w.out.WriteByte('\n') }

// say is a word of ours, marked with its language where the page around it is in another one (WCAG 2.2, 3.1.2).
func (w *writer) say(k lang.Key) string {
	text := lang.Text(w.lang, k, nil)
	if w.foreign {
		return "<span lang=" + string(w.lang) + ">" + text + "</span>"
	}
	return text
}

// anchor is an id for a heading: what it is given, with a number where that is taken.
func (w *writer) anchor(parts ...string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(strings.Join(parts, "-")) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_', r == '.':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	id := or(strings.Trim(b.String(), "-"), "item")
	w.anchors[id]++
	if n := w.anchors[id]; n > 1 {
		return fmt.Sprintf("%s-%d", id, n)
	}
	return id
}

// prose writes a description, which is Markdown, below the headings of the page.
func (w *writer) prose(s string) {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\r", ""))
	if s == "" {
		return
	}
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "") + "…"
	}
	fence := ""
	for l := range strings.SplitSeq(s, "\n") {
		t := strings.TrimSpace(l)
		switch {
		case fence != "":
			if strings.HasPrefix(t, fence) {
				fence = ""
			}
		case strings.HasPrefix(t, "```"), strings.HasPrefix(t, "~~~"):
			fence = t[:3]
		case strings.HasPrefix(l, "#"):
			l = "**" + strings.TrimSpace(strings.Trim(l, "#")) + "**"
		case t != "" && strings.Trim(t, "=-") == "": // would make a heading of the line before
			l = ""
		}
		w.line("%s", l)
	}
	if fence != "" {
		w.line("%s", fence)
	}
	w.blank()
}

// short is a description on one line, as text of a table or a list.
func short(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > 500 {
		s = strings.ToValidUTF8(s[:500], "") + "…"
	}
	return strings.ReplaceAll(s, "|", `\|`)
}

// code is text in code style.
func code(s string) string {
	s = strings.Join(strings.Fields(strings.ReplaceAll(s, "`", "'")), " ")
	if s == "" {
		return ""
	}
	return "`" + strings.ReplaceAll(s, "|", `\|`) + "`"
}

// plain is text that means nothing to Markdown.
func plain(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune("\\`*_{}[]()#+!|<>&~^=:$\"", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// table writes rows below a heading of columns; those that are empty everywhere are left out.
func (w *writer) table(columns []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	var keep []int
	for i := range columns {
		for _, r := range rows {
			if r[i] != "" {
				keep = append(keep, i)
				break
			}
		}
	}
	write := func(cells []string) {
		w.out.WriteString("|")
		for _, i := range keep {
			w.out.WriteString(" " + cells[i] + " |")
		}
		w.blank()
	}
	write(columns)
	w.line("|%s", strings.Repeat("---|", len(keep)))
	for _, r := range rows {
		write(r)
	}
	w.blank()
}

// list are the elements of a list, none when n is not one.
func list(n *yamldoc.Node) []*yamldoc.Node {
	if n == nil || n.Kind != yamldoc.List {
		return nil
	}
	return n.Items
}

// entries are the fields of a map, none when n is not one.
func entries(n *yamldoc.Node) []yamldoc.Field {
	if n == nil || n.Kind != yamldoc.Map {
		return nil
	}
	return n.Fields
}

func truth(n *yamldoc.Node) bool { return n != nil && n.Text == "true" }
