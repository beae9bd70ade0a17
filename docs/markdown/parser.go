package markdown

import (
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/util"
)

// newParser puts the syntax together. Priorities are goldmark's: what has the smaller number is asked first.
func newParser(o Options) parser.Parser {
	blocks := []util.PrioritizedValue{
		util.Prioritized(boxParser{}, 90),
		util.Prioritized(tabParser{}, 95),
		util.Prioritized(slashParser{}, 97),
		util.Prioritized(headingParser{parser.NewSetextHeadingParser()}, 100),
		util.Prioritized(parser.NewThematicBreakParser(), 200),
		util.Prioritized(listParser{parser.NewListParser()}, 300),
		util.Prioritized(itemParser{parser.NewListItemParser()}, 400),
		util.Prioritized(parser.NewCodeBlockParser(), 500),
		util.Prioritized(headingParser{parser.NewATXHeadingParser()}, 600),
		util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
		util.Prioritized(parser.NewBlockquoteParser(), 800),
		util.Prioritized(containerParser{}, 850),
		util.Prioritized(rawParser{}, 860),
		util.Prioritized(parser.NewHTMLBlockParser(), 900),
		util.Prioritized(parser.NewParagraphParser(), 1000),
	}
	inlines := []util.PrioritizedValue{
		util.Prioritized(parser.NewCodeSpanParser(), 100),
		util.Prioritized(criticParser{}, 150),
		util.Prioritized(attrsParser{}, 160),
		util.Prioritized(parser.NewLinkParser(), 200),
		util.Prioritized(parser.NewAutoLinkParser(), 300),
		util.Prioritized(parser.NewRawHTMLParser(), 400),
		util.Prioritized(strokeParser{'=', 0, "mark"}, 450),
		util.Prioritized(strokeParser{'^', 1, "ins"}, 450),
		util.Prioritized(strokeParser{'~', 1, "del"}, 450),
		util.Prioritized(parser.NewEmphasisParser(), 500),
		util.Prioritized(emojiParser{}, 600),
	}
	if o.Math {
		blocks = append(blocks, util.Prioritized(mathBlockParser{}, 650))
		inlines = append(inlines, util.Prioritized(mathParser{}, 170))
	}
	p := parser.NewParser(
		parser.WithBlockParsers(blocks...),
		parser.WithInlineParsers(inlines...),
		parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...),
	)
	goldmark.New(goldmark.WithParser(p), goldmark.WithExtensions(
		extension.Table, extension.TaskList, extension.Linkify, extension.Footnote, extension.DefinitionList,
	))
	return p
}
