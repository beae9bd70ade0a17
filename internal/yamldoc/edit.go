package yamldoc

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Set returns a stream in which one string of one document has another value, and everything else, comments and layout
// included, is as it was. The path leads through maps by key and through lists by position ("0"). A key that is
// missing is added to its map, which must be there. What cannot be edited without changing more than that, such as a
// value that is shared through an anchor, is an error of kind fault.Invalid.
func Set(data []byte, doc int, path []string, value string) ([]byte, error) {
	e, err := newEditor(data, doc)
	if err != nil {
		return nil, err
	}
	var out []byte
	if n, _ := walk(e.root, path); n != nil {
		out, err = e.replace(n, path, value)
	} else {
		out, err = e.insert(path, func(indent int, flow bool) string { return e.scalar(value, indent, flow) })
	}
	if err != nil {
		return nil, err
	}
	return out, e.verify(out, path, &Node{Kind: String, Text: value})
}

// Prepend is Set for a list: it adds a map of strings, in the order given, as the first item of the list at the path. A
// list that is missing is added to its map.
func Prepend(data []byte, doc int, path []string, item ...Field) ([]byte, error) {
	e, err := newEditor(data, doc)
	if err != nil {
		return nil, err
	}
	want := &Node{Kind: List, Items: []*Node{{Kind: Map, Fields: item}}}
	list, _ := walk(e.root, path)
	var out []byte
	switch {
	case list == nil:
		out, err = e.insert(path, func(indent int, flow bool) string {
			if flow {
				return "[" + e.flowMap(item) + "]"
			}
			return e.eol + e.item(item, indent+2)
		})
	case list.Kind != List || len(list.Items) == 0:
		err = e.fail(list.Line, "%s is not a list with something in it", strings.Join(path, "."))
	default:
		want.Items = append(want.Items, list.Items...)
		out, err = e.prepend(list, item)
	}
	if err != nil {
		return nil, err
	}
	return out, e.verify(out, path, want)
}

// editor edits one document of a stream.
type editor struct {
	text  []byte // without the byte order mark
	mark  []byte // the byte order mark, where there is one
	doc   int
	root  *Node
	lines lineIndex
	eol   string
}

func newEditor(data []byte, doc int) (*editor, error) {
	e := &editor{doc: doc, text: data, eol: "\n"}
	if rest, ok := bytes.CutPrefix(data, []byte("\xef\xbb\xbf")); ok {
		e.mark, e.text = data[:3], rest
	}
	if bytes.Contains(data, []byte("\r\n")) {
		e.eol = "\r\n"
	}
	root, err := nth(e.text, doc)
	if err != nil {
		return nil, err
	}
	if e.root = root; root == nil {
		return nil, fault.New(fault.Invalid, "the stream has no document %d with anything in it", doc)
	}
	return e, nil
}

// nth is a document of a stream by its index.
func nth(data []byte, doc int) (*Node, error) {
	docs, err := Documents(data, Limits{})
	if err != nil {
		return nil, err
	}
	for d := range docs {
		if d.Index == doc {
			return d.Root, d.Err
		}
	}
	return nil, nil
}

func (e *editor) fail(line int, format string, args ...any) error {
	return fault.At(fault.Position{Line: line}, format, args...)
}

// walk follows a path from a node and returns the node it leads to with the collection it is in.
func walk(n *Node, path []string) (at, in *Node) {
	for _, key := range path {
		in = n
		switch {
		case n == nil:
			return nil, nil
		case n.Kind == List:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(n.Items) {
				return nil, in
			}
			n = n.Items[i]
		default:
			n = n.Get(key)
		}
	}
	return n, in
}

// splice returns the stream with a part of it replaced.
func (e *editor) splice(from, to int, by string) []byte {
	return slices.Concat(e.mark, e.text[:from], []byte(by), e.text[to:])
}

// replace puts a value in the place of a scalar.
func (e *editor) replace(n *Node, path []string, value string) ([]byte, error) {
	at := e.lines.offset(e.text, n.Line, n.Column)
	_, in := walk(e.root, path)
	flow := e.inFlow(in)
	switch {
	case n.Kind == List || n.Kind == Map:
		return nil, e.fail(n.Line, "%s is not a single value", strings.Join(path, "."))
	case at >= len(e.text) || n.Kind == Null && n.Text == "" && e.text[at] != '~' && e.text[at] != 'n' && e.text[at] != 'N':
		return nil, e.fail(n.Line, "%s has no value that could be replaced", strings.Join(path, "."))
	case e.text[at] == '&' || e.text[at] == '!' || e.text[at] == '*':
		return nil, e.fail(n.Line, "%s is written with an anchor or a tag and is best edited by hand", strings.Join(path, "."))
	}
	indent := e.indentOf(n.Line)
	to := e.scalarEnd(at, indent, flow)
	return e.splice(at, to, e.scalar(value, indent, flow)), nil
}

// indentOf is how far the line that a value begins on is indented; a list's dashes count, as what follows them is a
// map's first key.
func (e *editor) indentOf(line int) int {
	at := e.lines.offset(e.text, line, 1)
	n := 0
	for at+n < len(e.text) && e.text[at+n] == ' ' || at+n+1 < len(e.text) && e.text[at+n] == '-' && e.text[at+n+1] == ' ' {
		n++
	}
	return n
}

// scalarEnd is the offset behind the scalar at an offset, on a line of a given indentation.
func (e *editor) scalarEnd(at, indent int, flow bool) int {
	switch c := e.text[at]; {
	case c == '"' || c == '\'':
		return quoteEnd(e.text, at, c)
	case !flow && (c == '|' || c == '>'):
		end := e.lineEnd(at)
		return e.deeper(end, indent, true)
	}
	end := e.plainEnd(at, flow)
	if flow {
		return end
	}
	if next := e.lineEnd(at); end == len(bytes.TrimRight(e.text[:next], " \t\r")) { // no comment behind it: it may go on below
		return e.deeper(next, indent, false)
	}
	return end
}

// lineEnd is the offset of the line feed that ends the line of an offset, or of the end.
func (e *editor) lineEnd(at int) int {
	if i := bytes.IndexByte(e.text[at:], '\n'); i >= 0 {
		return at + i
	}
	return len(e.text)
}

// plainEnd is the end of a plain scalar on its first line.
func (e *editor) plainEnd(at int, flow bool) int {
	end := e.lineEnd(at)
	for i := at; i < end; i++ {
		c := e.text[i]
		if c == '#' && i > at && (e.text[i-1] == ' ' || e.text[i-1] == '\t') || flow && (c == ',' || c == ']' || c == '}') {
			end = i
			break
		}
	}
	return at + len(bytes.TrimRight(e.text[at:end], " \t\r"))
}

// deeper is the end of the last line behind an offset, that of a line feed, that is indented deeper than a key; blank
// lines in between belong to it. Block scalars keep their comments, plain ones end at them.
func (e *editor) deeper(end, indent int, block bool) int {
	last := len(bytes.TrimRight(e.text[:end], " \t\r"))
	for at := end; at < len(e.text); {
		next := e.lineEnd(at + 1)
		if at+1 >= len(e.text) {
			break
		}
		line := e.text[at+1 : next]
		text := bytes.TrimLeft(line, " ")
		blank := len(bytes.TrimSpace(line)) == 0
		if !blank && (len(line)-len(text) <= indent || !block && text[0] == '#') {
			break
		}
		if !blank {
			last = at + 1 + len(bytes.TrimRight(line, " \t\r"))
		}
		at = next
	}
	return last
}

// inFlow reports whether a collection is written with brackets.
func (e *editor) inFlow(n *Node) bool {
	at := e.lines.offset(e.text, n.Line, n.Column)
	return at < len(e.text) && (e.text[at] == '{' || e.text[at] == '[')
}

// insert adds a key to the map that the path leads to but for its last element: behind its "name", else as the first.
func (e *editor) insert(path []string, value func(indent int, flow bool) string) ([]byte, error) {
	key := path[len(path)-1]
	in, _ := walk(e.root, path[:len(path)-1])
	if in == nil || in.Kind != Map || len(in.Fields) == 0 {
		return nil, fault.New(fault.Invalid, "there is no %s that %s could be added to", strings.Join(path[:len(path)-1], "."), key)
	}
	if e.inFlow(in) {
		at := e.lines.offset(e.text, in.Line, in.Column) + 1
		return e.splice(at, at, key+": "+value(0, true)+", "), nil
	}
	first := in.Fields[0]
	indent := in.Column - 1
	line := first.Line
	if n := in.Get("name"); n != nil && len(path) == 2 && path[0] == "metadata" && e.indentOf(n.Line) == indent {
		from := e.lines.offset(e.text, n.Line, n.Column)
		at := e.scalarEnd(from, indent, false)
		if at = e.lineEnd(at); e.text[at-1] == '\r' {
			at--
		}
		return e.splice(at, at, e.eol+strings.Repeat(" ", indent)+key+":"+spaced(value(indent, false))), nil
	}
	at := e.lines.offset(e.text, line, 1)
	if len(bytes.TrimLeft(e.text[at:e.lines.offset(e.text, line, in.Column)], " ")) > 0 { // behind a dash or a key
		return nil, e.fail(line, "%s cannot be added there and is best edited by hand", key)
	}
	return e.splice(at, at, strings.Repeat(" ", indent)+key+":"+spaced(value(indent, false))+e.eol), nil
}

// spaced puts a space before what stands on the line of its key.
func spaced(value string) string {
	if strings.HasPrefix(value, "\n") || strings.HasPrefix(value, "\r") {
		return value
	}
	return " " + value
}

// prepend adds an item before the first of a list.
func (e *editor) prepend(list *Node, item []Field) ([]byte, error) {
	if e.inFlow(list) {
		at := e.lines.offset(e.text, list.Line, list.Column) + 1
		return e.splice(at, at, e.flowMap(item)+", "), nil
	}
	first := list.Items[0]
	at := e.lines.offset(e.text, list.Line, 1)
	head := e.text[at:e.lines.offset(e.text, list.Line, list.Column)]
	if len(bytes.TrimLeft(head, " ")) > 0 || first.Line == 0 {
		return nil, e.fail(list.Line, "the list is best edited by hand")
	}
	return e.splice(at, at, e.item(item, list.Column-1)+e.eol), nil
}

// item writes a map as an item of a list whose dashes stand behind so many spaces.
func (e *editor) item(fields []Field, indent int) string {
	var lines []string
	for i, f := range fields {
		lead := strings.Repeat(" ", indent) + "- "
		if i > 0 {
			lead = strings.Repeat(" ", indent+2)
		}
		lines = append(lines, lead+f.Key+": "+e.scalar(f.Value.Text, indent+2, false))
	}
	return strings.Join(lines, e.eol)
}

func (e *editor) flowMap(fields []Field) string {
	var parts []string
	for _, f := range fields {
		parts = append(parts, f.Key+": "+e.scalar(f.Value.Text, 0, true))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// scalar writes a string as a value of a key that is indented so far: plain where that means the same, as a block where
// it has several lines, else in quotes.
func (e *editor) scalar(value string, indent int, flow bool) string {
	lines := strings.Split(value, "\n")
	if len(lines) > 1 && !flow && blockable(lines) {
		pad := e.eol + strings.Repeat(" ", indent+2)
		return "|-" + strings.ReplaceAll(pad+strings.Join(lines, pad), pad+e.eol, e.eol+e.eol)
	}
	if plainable(value, flow) {
		return value
	}
	return string(AppendString(nil, value))
}

// blockable reports whether lines can be a literal block that ends without a line feed.
func blockable(lines []string) bool {
	for _, l := range lines {
		if !utf8.ValidString(l) || strings.ContainsFunc(l, func(r rune) bool {
			return r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 || r == 0xfeff
		}) {
			return false
		}
	}
	return lines[len(lines)-1] != "" && lines[0] != "" && lines[0][0] != ' ' && !slices.ContainsFunc(lines, func(l string) bool { return l != "" && strings.TrimSpace(l) == "" })
}

// plainable reports whether a string without quotes means itself.
func plainable(value string, flow bool) bool {
	text := "k: " + value + "\n"
	if flow {
		text = "{k: " + value + ", l: 1}\n"
	}
	n, err := nth([]byte(text), 0)
	v := n.Get("k")
	return err == nil && v != nil && v.Kind == String && v.Text == value && !strings.ContainsAny(value, "\n\r")
}
