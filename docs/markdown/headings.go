package markdown

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// headingParser is one of goldmark's, and takes the attribute list off the end of a heading.
type headingParser struct{ parser.BlockParser }

func (h headingParser) Close(node ast.Node, reader text.Reader, pc parser.Context) {
	h.BlockParser.Close(node, reader, pc)
	lines := node.Lines()
	if lines == nil || lines.Len() == 0 {
		return
	}
	last := lines.At(lines.Len() - 1)
	value := bytes.TrimRight(last.Value(reader.Source()), " \t\r\n")
	if len(value) == 0 || value[len(value)-1] != '}' {
		return
	}
	open := bytes.LastIndexByte(value, '{')
	if open < 0 || open > 0 && value[open-1] != ' ' && value[open-1] != '\t' {
		return
	}
	list, n := readAttributes(value[open:])
	if n != len(value)-open {
		return
	}
	setAttributes(node, list)
	last.Stop = last.Start + len(bytes.TrimRight(value[:open], " \t")) - last.Padding
	if last.Stop < last.Start {
		last.Stop = last.Start
	}
	lines.Set(lines.Len()-1, last)
}
