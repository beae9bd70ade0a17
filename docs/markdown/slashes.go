package markdown

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// slashParser reads the blocks of pymdownx.blocks, which techdocs-core offers instead of indented ones: "/// note | Title" up
// to "///", with options such as "type: warning" indented below. Of the blocks, those for admonitions, details and tabs
// are known.
type slashParser struct{}

func (slashParser) Trigger() []byte             { return []byte{'/'} }
func (slashParser) CanInterruptParagraph() bool { return true }
func (slashParser) CanAcceptIndentedLine() bool { return false }

func (slashParser) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, _ := reader.PeekLine()
	at := pc.BlockOffset()
	if at < 0 {
		return nil, parser.NoChildren
	}
	rest := bytes.TrimLeft(line[at:], "/")
	count := len(line) - at - len(rest)
	name, title, titled := strings.Cut(string(rest), "|")
	name, title = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(title)
	if count < 3 || len(rest) == 0 || rest[0] != ' ' || !isWord(name) {
		return nil, parser.NoChildren
	}
	var node ast.Node
	switch {
	case name == "tab" && titled:
		node = &tab{title: title, slashes: count, options: true}
	case name == "details":
		node = &box{classes: []string{"note"}, title: title, folds: true, slashes: count, options: true}
	case name == "admonition" || isAdmonition(name):
		b := &box{classes: []string{strings.Replace(name, "admonition", "note", 1)}, title: title, slashes: count, options: true}
		if !titled {
			b.title = capital(b.classes[0])
		}
		node = b
	default:
		return nil, parser.NoChildren
	}
	reader.AdvanceToEOL()
	return node, parser.HasChildren
}

// isAdmonition reports the types that techdocs-core has a block for.
func isAdmonition(name string) bool {
	switch name {
	case "new", "settings", "note", "abstract", "info", "tip", "success", "question", "warning", "failure", "danger", "bug", "example", "quote":
		return true
	}
	return false
}

func (slashParser) Continue(node ast.Node, reader text.Reader, _ parser.Context) parser.State {
	line, _ := reader.PeekLine()
	slashes, options := 0, (*bool)(nil)
	switch n := node.(type) {
	case *box:
		slashes, options = n.slashes, &n.options
	case *tab:
		slashes, options = n.slashes, &n.options
	}
	t := bytes.TrimSpace(line)
	if len(t) == slashes && bytes.Count(t, []byte{'/'}) == slashes {
		reader.AdvanceToEOL()
		return parser.Close
	}
	if *options {
		width, _ := util.IndentWidth(line, reader.LineOffset())
		if key, value, ok := strings.Cut(string(t), ":"); ok && width >= bodyIndent {
			setOption(node, strings.TrimSpace(key), strings.Trim(strings.TrimSpace(value), `"'`))
			reader.AdvanceToEOL()
			return parser.Continue | parser.NoChildren
		}
		*options = false
	}
	return parser.Continue | parser.HasChildren
}

// setOption takes "type: warning", "open: true" and "new: true".
func setOption(node ast.Node, key, value string) {
	switch n := node.(type) {
	case *box:
		switch key {
		case "type":
			if isWord(value) {
				n.classes = []string{strings.ToLower(value)}
			}
		case "open":
			n.open = strings.EqualFold(value, "true")
		}
	case *tab:
		n.first = n.first || key == "new" && strings.EqualFold(value, "true")
		n.checked = n.checked || key == "select" && strings.EqualFold(value, "true")
	}
}

func (slashParser) Close(ast.Node, text.Reader, parser.Context) {}
