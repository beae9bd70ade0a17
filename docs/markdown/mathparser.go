package markdown

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// mathBlockParser reads formulas in lines of their own: $$ ... $$ and \[ ... \] (pymdownx.arithmatex).
type mathBlockParser struct{}

func (mathBlockParser) Trigger() []byte             { return []byte{'$', '\\'} }
func (mathBlockParser) CanInterruptParagraph() bool { return true }
func (mathBlockParser) CanAcceptIndentedLine() bool { return false }

func (mathBlockParser) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	at := pc.BlockOffset()
	if at < 0 || len(line) < at+2 {
		return nil, parser.NoChildren
	}
	m := &mathBlock{}
	switch string(line[at : at+2]) {
	case "$$":
		m.closer = "$$"
	case `\[`:
		m.closer = `\]`
	default:
		return nil, parser.NoChildren
	}
	if !bytes.Contains(reader.Source()[segment.Start+at+2-segment.Padding:], []byte(m.closer)) {
		return nil, parser.NoChildren
	}
	rest := line[at+2:]
	if i := bytes.Index(rest, []byte(m.closer)); i >= 0 && !util.IsBlank(rest[i+2:]) {
		return nil, parser.NoChildren // a formula within a sentence
	}
	m.take(reader, at+2)
	return m, parser.NoChildren
}

// take adds the line from an offset on, up to the closing mark.
func (m *mathBlock) take(reader text.Reader, from int) {
	line, segment := reader.PeekLine()
	start := segment.Start + from - segment.Padding
	stop := segment.Stop
	if i := bytes.Index(line[from:], []byte(m.closer)); i >= 0 {
		stop = start + i
		m.done = true
	}
	m.Lines().Append(text.NewSegment(max(start, segment.Start), max(stop, start)))
	reader.AdvanceToEOL()
}

func (mathBlockParser) Continue(node ast.Node, reader text.Reader, _ parser.Context) parser.State {
	m := node.(*mathBlock)
	line, _ := reader.PeekLine()
	if m.done || util.IsBlank(line) {
		return parser.Close
	}
	m.take(reader, 0)
	return parser.Continue | parser.NoChildren
}

func (mathBlockParser) Close(ast.Node, text.Reader, parser.Context) {}

// mathParser reads formulas in a line: $x$, $$x$$ and \(x\). As in arithmatex, a dollar opens only before something and
// closes only behind something, so that prices stay prices.
type mathParser struct{}

func (mathParser) Trigger() []byte { return []byte{'$', '\\'} }

func (mathParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	opener, closer := "$", "$"
	switch {
	case bytes.HasPrefix(line, []byte("$$")):
		opener, closer = "$$", "$$"
	case bytes.HasPrefix(line, []byte(`\(`)):
		opener, closer = `\(`, `\)`
	case len(line) == 0 || line[0] != '$':
		return nil
	}
	inner := line[len(opener):]
	end := closing(inner, closer)
	if end <= 0 || opener == "$" && (util.IsSpace(inner[0]) || util.IsSpace(inner[end-1]) || end+1 < len(inner) && isDigit(inner[end+1])) {
		return nil
	}
	block.Advance(len(opener) + end + len(closer))
	return &math{tex: string(inner[:end]), block: opener == "$$"}
}

// closing finds the closing mark that no backslash takes the meaning from.
func closing(s []byte, mark string) int {
	for i := 0; i+len(mark) <= len(s); i++ {
		if string(s[i:i+len(mark)]) == mark {
			return i
		}
		if s[i] == '\\' {
			i++
		}
	}
	return -1
}
