package markdown

import "github.com/yuin/goldmark/ast"

// The kinds of nodes that goldmark does not have.
var (
	kindBox       = ast.NewNodeKind("Box")
	kindTab       = ast.NewNodeKind("Tab")
	kindTabSet    = ast.NewNodeKind("TabSet")
	kindContainer = ast.NewNodeKind("Container")
	kindRaw       = ast.NewNodeKind("Raw")
	kindMathBlock = ast.NewNodeKind("MathBlock")
	kindMath      = ast.NewNodeKind("Math")
	kindStroke    = ast.NewNodeKind("Stroke")
	kindCritic    = ast.NewNodeKind("Critic")
	kindEmoji     = ast.NewNodeKind("Emoji")
	kindAttrs     = ast.NewNodeKind("Attrs")
)

// box is an admonition, or details that can be opened.
type box struct {
	ast.BaseBlock
	classes []string // the first is the type
	title   string   // Markdown of one line
	untitled,
	folds, open bool
	indent  int
	slashes int  // of the line that ends it, for a block of pymdownx.blocks; 0 for one whose body is indented
	options bool // the next lines may be its options
}

func (*box) Kind() ast.NodeKind      { return kindBox }
func (*box) Dump(_ []byte, _ int)    {}
func (*tab) Kind() ast.NodeKind      { return kindTab }
func (*tab) Dump(_ []byte, _ int)    {}
func (*tabSet) Kind() ast.NodeKind   { return kindTabSet }
func (*tabSet) Dump(_ []byte, _ int) {}

// tab is one of the alternatives of a tabSet.
type tab struct {
	ast.BaseBlock
	title          string
	first, checked bool // begins a set; is shown first
	indent         int
	slashes        int // as in box
	options        bool
}

type tabSet struct{ ast.BaseBlock }

// container is raw HTML around Markdown.
type container struct {
	ast.BaseBlock
	open string // the start tag as written
	tag  string
	end  int // where its end tag begins in the source
}

func (*container) Kind() ast.NodeKind { return kindContainer }
func (*container) Dump([]byte, int)   {}

// rawBlock is an element of raw HTML with all that is in it.
type rawBlock struct {
	ast.BaseBlock
	end int // where it ends in the source
}

func (*rawBlock) Kind() ast.NodeKind { return kindRaw }
func (*rawBlock) Dump([]byte, int)   {}
func (*rawBlock) IsRaw() bool        { return true }

// mathBlock is a formula in lines of its own.
type mathBlock struct {
	ast.BaseBlock
	closer string
	done   bool
}

func (*mathBlock) Kind() ast.NodeKind { return kindMathBlock }
func (*mathBlock) Dump([]byte, int)   {}
func (*mathBlock) IsRaw() bool        { return true }

// math is a formula in a line.
type math struct {
	ast.BaseInline
	tex   string
	block bool
}

func (*math) Kind() ast.NodeKind { return kindMath }
func (*math) Dump([]byte, int)   {}

// stroke is marked, inserted, deleted, raised or lowered text.
type stroke struct {
	ast.BaseInline
	tag string
}

func (*stroke) Kind() ast.NodeKind { return kindStroke }
func (*stroke) Dump([]byte, int)   {}

// critic is an editor's mark.
type critic struct {
	ast.BaseInline
	kind     byte // + - ~ = >
	old, new string
}

func (*critic) Kind() ast.NodeKind { return kindCritic }
func (*critic) Dump([]byte, int)   {}

// emoji is a character, or a picture of an icon set that is not here.
type emoji struct {
	ast.BaseInline
	text, name string
}

func (*emoji) Kind() ast.NodeKind { return kindEmoji }
func (*emoji) Dump([]byte, int)   {}

// attrs is an attribute list that has not found its place yet.
type attrs struct {
	ast.BaseInline
	list attributes
	raw  string
}

func (*attrs) Kind() ast.NodeKind { return kindAttrs }
func (*attrs) Dump([]byte, int)   {}
