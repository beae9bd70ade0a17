package markdown

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// strokeParser reads what pymdownx.mark, caret and tilde do: two signs around marked, inserted or deleted text, one
// around what is raised or lowered. single is 1 where one sign means something.
type strokeParser struct {
	sign   byte
	single int
	double string // element for two signs
}

func (s strokeParser) Trigger() []byte         { return []byte{s.sign} }
func (s strokeParser) IsDelimiter(b byte) bool { return b == s.sign }
func (s strokeParser) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.Char == closer.Char && opener.OriginalLength == closer.OriginalLength
}

func (s strokeParser) OnMatch(consumes int) ast.Node {
	if consumes > 1 {
		return &stroke{tag: s.double}
	}
	if s.sign == '^' {
		return &stroke{tag: "sup"}
	}
	return &stroke{tag: "sub"}
}

func (s strokeParser) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	line, segment := block.PeekLine()
	node := parser.ScanDelimiter(line, before, 2-s.single, s)
	if node == nil || node.OriginalLength > 2 || before == rune(s.sign) {
		return nil
	}
	if node.OriginalLength == 1 && !oneWord(line[1:], s.sign) && !s.opened(pc) {
		return nil // "~5 of ~10": raised and lowered text has no spaces
	}
	node.Segment = segment.WithStop(segment.Start + node.OriginalLength)
	block.Advance(node.OriginalLength)
	pc.PushDelimiter(node)
	return node
}

// opened reports whether a single sign waits for its other end.
func (s strokeParser) opened(pc parser.Context) bool {
	for d := pc.LastDelimiter(); d != nil; d = d.PreviousDelimiter {
		if d.Char == s.sign && d.OriginalLength == 1 {
			return true
		}
	}
	return false
}

// oneWord reports whether the sign comes again before any space.
func oneWord(s []byte, sign byte) bool {
	i := bytes.IndexByte(s, sign)
	return i > 0 && !bytes.ContainsAny(s[:i], " \t\r\n")
}

// criticParser reads the marks of pymdownx.critic: {++new++} {--old--} {~~old~>new~~} {==marked==} {>>comment<<}.
type criticParser struct{}

func (criticParser) Trigger() []byte { return []byte{'{'} }

func (criticParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	if len(line) < 6 {
		return nil
	}
	closer := ""
	switch string(line[1:3]) {
	case "++":
		closer = "++}"
	case "--":
		closer = "--}"
	case "~~":
		closer = "~~}"
	case "==":
		closer = "==}"
	case ">>":
		closer = "<<}"
	default:
		return nil
	}
	end := bytes.Index(line[3:], []byte(closer))
	if end < 0 {
		return nil
	}
	c := &critic{kind: line[1]}
	inner := string(line[3 : 3+end])
	switch c.kind {
	case '-':
		c.old = inner
	case '~':
		before, after, ok := bytes.Cut(line[3:3+end], []byte("~>"))
		if !ok {
			return nil
		}
		c.old, c.new = string(before), string(after)
	default:
		c.new = inner
	}
	block.Advance(3 + end + len(closer))
	return c
}
