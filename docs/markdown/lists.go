package markdown

import (
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// nested is how far content of a list item is indented at least, from the item's mark (mdx_truly_sane_lists). CommonMark
// wants it below the item's text, which is further for "1. ", and takes what is indented by four for two columns of
// content and two more.
const (
	nested     = 2
	nestedMost = 4
)

var itemsKey = parser.NewContextKey()

// listItem is how an item's content is indented.
type listItem struct {
	mark    int // columns before its mark
	content int // columns before its content, once a line has shown it; 0 before
	strict  int // what CommonMark asks for
}

func items(pc parser.Context) map[*ast.ListItem]*listItem {
	return pc.ComputeIfAbsent(itemsKey, func() any { return map[*ast.ListItem]*listItem{} }).(map[*ast.ListItem]*listItem)
}

// listParser is goldmark's, with the last item's content wherever the author indents it.
type listParser struct{ parser.BlockParser }

func (l listParser) Continue(node ast.Node, reader text.Reader, pc parser.Context) parser.State {
	if item, ok := node.LastChild().(*ast.ListItem); ok {
		if state := items(pc)[item]; state != nil {
			line, _ := reader.PeekLine()
			if !util.IsBlank(line) {
				item.Offset = state.offset(node.(*ast.List), line, reader.LineOffset())
			}
		}
	}
	return l.BlockParser.Continue(node, reader, pc)
}

// offset is how much of a line's indent belongs to the list item before it.
func (s *listItem) offset(list *ast.List, line []byte, column int) int {
	width, at := util.IndentWidth(line, column)
	floor := s.mark + nested
	switch {
	case width < floor:
		return max(floor, s.strict) // it is not the item's
	case width < s.strict && list.IsOrdered() && isNumbered(line[at:]):
		return s.strict // the next item, not one inside
	case s.content == 0:
		s.content = min(width, s.mark+nestedMost)
	}
	return min(width, s.content)
}

// isNumbered reports the mark of an ordered list.
func isNumbered(s []byte) bool {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return i > 0 && i+1 < len(s) && (s[i] == '.' || s[i] == ')') && (s[i+1] == ' ' || s[i+1] == '\t')
}

// itemParser is goldmark's, and notes where an item's mark is.
type itemParser struct{ parser.BlockParser }

func (p itemParser) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	mark := pc.BlockIndent()
	node, state := p.BlockParser.Open(parent, reader, pc)
	if item, ok := node.(*ast.ListItem); ok {
		items(pc)[item] = &listItem{mark: mark, strict: item.Offset}
	}
	return node, state
}
