package markdown

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// bodyIndent is how far the body of an admonition, of details and of a tab is indented (Python-Markdown's tab length).
const bodyIndent = 4

// boxParser reads admonitions ("!!! note") and details ("??? note", "???+ note").
type boxParser struct{}

func (boxParser) Trigger() []byte             { return []byte{'!', '?'} }
func (boxParser) CanInterruptParagraph() bool { return true }
func (boxParser) CanAcceptIndentedLine() bool { return false }

func (boxParser) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, _ := reader.PeekLine()
	at := pc.BlockOffset()
	if at < 0 || len(line) < at+3 {
		return nil, parser.NoChildren
	}
	b := &box{indent: pc.BlockIndent()}
	head := string(bytes.TrimRight(line[at+3:], " \t\r\n"))
	switch string(line[at : at+3]) {
	case "!!!":
	case "???":
		b.folds = true
		if rest, ok := strings.CutPrefix(head, "+"); ok {
			b.open, head = true, rest
		}
	default:
		return nil, parser.NoChildren
	}
	if !b.head(head) {
		return nil, parser.NoChildren
	}
	reader.AdvanceToEOL()
	return b, parser.HasChildren
}

// head reads what follows the mark: types, then perhaps a title in quotes.
func (b *box) head(s string) bool {
	types, title, quoted := strings.Cut(s, `"`)
	if quoted {
		var rest string
		end := strings.LastIndexByte(title, '"')
		if end < 0 {
			return false
		}
		title, rest = title[:end], title[end+1:]
		if strings.TrimSpace(rest) != "" {
			return false
		}
		b.title, b.untitled = title, title == ""
	}
	for _, t := range strings.Fields(types) {
		if !isWord(t) {
			return false
		}
		b.classes = append(b.classes, strings.ToLower(t))
	}
	if len(b.classes) == 0 {
		if !b.folds || !quoted {
			return false
		}
		b.classes = []string{"note"}
	}
	if !quoted {
		b.title = capital(b.classes[0])
	}
	return true
}

func isWord(s string) bool {
	for _, r := range s {
		if r != '-' && r != '_' && !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9') && r < 0x80 {
			return false
		}
	}
	return s != ""
}

func capital(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return strings.ToUpper(s[:size]) + s[size:]
}

func (boxParser) Continue(node ast.Node, reader text.Reader, pc parser.Context) parser.State {
	return indentedBody(node.(*box).indent, reader, pc)
}

func (boxParser) Close(ast.Node, text.Reader, parser.Context) {}

// indentedBody goes on with a body while its lines are blank or indented.
func indentedBody(indent int, reader text.Reader, pc parser.Context) parser.State {
	line, _ := reader.PeekLine()
	if util.IsBlank(line) {
		return parser.Continue | parser.HasChildren
	}
	width, _ := util.IndentWidth(line, reader.LineOffset())
	if width < indent+bodyIndent {
		noLazyLine(pc)
		return parser.Close
	}
	at, padding := util.IndentPosition(line, reader.LineOffset(), indent+bodyIndent)
	reader.AdvanceAndSetPadding(at, padding)
	return parser.Continue | parser.HasChildren
}

// noLazyLine keeps the line that ends a body from becoming the continuation of a paragraph in it, as CommonMark has it
// for quotes. goldmark asks whether the last open block is a paragraph; here it is one that belongs nowhere, which
// goldmark drops at once.
func noLazyLine(pc parser.Context) {
	if last := pc.LastOpenedBlock().Node; last != nil && ast.IsParagraph(last) {
		pc.SetOpenedBlocks(append(pc.OpenedBlocks(), parser.Block{Node: ast.NewTextBlock(), Parser: parser.NewParagraphParser()}))
	}
}

// tabParser reads content tabs (`=== "Title"`).
type tabParser struct{}

func (tabParser) Trigger() []byte             { return []byte{'='} }
func (tabParser) CanInterruptParagraph() bool { return true }
func (tabParser) CanAcceptIndentedLine() bool { return false }

func (tabParser) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, _ := reader.PeekLine()
	at := pc.BlockOffset()
	if at < 0 {
		return nil, parser.NoChildren
	}
	rest, ok := bytes.CutPrefix(line[at:], []byte("==="))
	if !ok {
		return nil, parser.NoChildren
	}
	t := &tab{indent: pc.BlockIndent()}
	for len(rest) > 0 && (rest[0] == '!' || rest[0] == '+') {
		t.first, t.checked = t.first || rest[0] == '!', t.checked || rest[0] == '+'
		rest = rest[1:]
	}
	title := string(bytes.TrimSpace(rest))
	if len(title) < 3 || len(rest) == 0 || rest[0] != ' ' || title[0] != title[len(title)-1] || title[0] != '"' && title[0] != '\'' {
		return nil, parser.NoChildren
	}
	t.title = title[1 : len(title)-1]
	reader.AdvanceToEOL()
	return t, parser.HasChildren
}

func (tabParser) Continue(node ast.Node, reader text.Reader, pc parser.Context) parser.State {
	return indentedBody(node.(*tab).indent, reader, pc)
}

func (tabParser) Close(ast.Node, text.Reader, parser.Context) {}
