// Package markdown reads Markdown as mkdocs-material with Backstage's techdocs-core does, on goldmark with own syntax:
// admonitions, details, content tabs, attribute lists, abbreviations, snippets, Markdown in HTML, marks, insertions,
// critic marks, symbols, emoji, math, diagrams. One parse gives everything that is shown and searched: a body of safe
// HTML, the sections with their anchors and their text, the links with their lines, and what is wrong.
//
// What this package writes itself is escaped and of fixed elements. The author's raw HTML passes an own policy of
// bluemonday piece by piece and is balanced within its block, so that it can neither run anything nor leave its place.
// Differences from mkdocs are listed in the handbook, page "techdocs".
package markdown

import (
	"fmt"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// Bounds of one page. What lies beyond them is left out with a warning.
const (
	MaxPage     = 512 << 10 // bytes of one file
	MaxExpanded = 2 << 20   // bytes with all its snippets
	MaxSections = 2000      // what follows belongs to the last
	maxWarnings = 50
	maxDepth    = 100 // of blocks and inlines inside each other that are shown
)

// Options say how the pages of a site are read; they come from its mkdocs.yml.
type Options struct {
	Math        bool // dollars mark math
	LineNumbers bool // every block of code has them
	UnicodeSlug bool // anchors keep letters of all scripts
	SlugCase    bool // anchors keep capitals
	NoPermalink bool // headings do not link to themselves
	FrameHosts  []string
}

// Includer reads the files that snippets name.
type Includer interface {
	// Include returns a file and its name for messages. name is as the snippet gives it.
	Include(name string) (data []byte, file string, err error)
}

// Warning is something wrong on a page.
type Warning struct {
	File    string // the page's file, or the snippet's
	Line    int    // 1-based; 0 when the whole file is meant
	Message string
}

// Document is a page that was read. It is immutable.
type Document struct {
	Meta     Meta
	Sections []Section
	Links    []Link
	Body     Body
	Warnings []Warning
	Included []string // files that snippets took in, or asked for

	anchors map[string]string // ids as authors write them to ids in the body
}

// Section is a heading and the text until the next one.
type Section struct {
	Anchor  string // id of the heading as Python-Markdown's toc makes it; "" for the page's top
	Level   int    // 1 to 6; 1 for the page's top
	Heading string // "" for the page's top when the page does not begin with a heading
	Text    string // plain text, a line a block
}

// Link is an address on a page, as the author wrote it.
type Link struct {
	Ref   string
	Asset bool // a picture or film, not a link
	File  string
	Line  int
}

// Anchor returns the id in the body for an id as an author writes it in a link, and whether the page has it.
func (d *Document) Anchor(id string) (string, bool) {
	a, ok := d.anchors[id]
	return a, ok
}

// Engine reads pages. It is safe for concurrent use.
type Engine struct {
	parser  parser.Parser
	options Options
	raw     *sanitizer
}

// New returns an engine for the pages of one site.
func New(o Options) *Engine {
	return &Engine{parser: newParser(o), options: o, raw: newSanitizer(o.FrameHosts)}
}

// Parse reads a page. file is its name for warnings; include may be nil, then snippets are left out. It never fails: what
// cannot be read is left out with a warning, and a notice where it would be.
func (e *Engine) Parse(file string, data []byte, include Includer) (d *Document) {
	p := &page{engine: e, doc: &Document{anchors: map[string]string{}}, file: file}
	defer func() {
		if r := recover(); r != nil { // a page that trips the parser must not stop the others
			d = p.broken(fmt.Sprintf("the page cannot be shown: %v", r))
		}
	}()
	p.prepare(data, include)
	p.context = parser.NewContext()
	root := e.parser.Parse(text.NewReader(p.source), parser.WithContext(p.context))
	p.arrange(root)
	p.write(root)
	return p.doc
}

// page is the work on one page.
type page struct {
	engine *Engine
	doc    *Document
	file   string
	source []byte // prepared Markdown, what nodes point into
	lines  lineMap
	abbrs  abbreviations

	context parser.Context // knows the link references of the page

	ids     *slugs
	html    []byte
	text    []byte
	depth   int
	current Section
	unfound bool     // the author keeps what the current section says out of search
	tabs    int      // sets of tabs so far
	open    []string // raw elements that are open in the present line
	scope   int      // how many of them were opened outside of the present inlines
	built   bool     // the page was built by mkdocs
	crowded bool     // it was said that there are too many sections

	footnotes map[int]string // labels by number
}

// broken is what is left of a page that cannot be read.
func (p *page) broken(message string) *Document {
	d := &Document{Meta: p.doc.Meta, Sections: []Section{{Level: 1}}, anchors: map[string]string{}}
	d.Warnings = append(p.doc.Warnings, Warning{File: p.file, Message: message})
	d.Body.html = notice(message)
	return d
}

func (p *page) warn(offset int, format string, args ...any) {
	file, line := p.lines.at(p.source, offset)
	p.warnAt(file, line, format, args...)
}

func (p *page) warnAt(file string, line int, format string, args ...any) {
	if len(p.doc.Warnings) < maxWarnings {
		if file == "" {
			file = p.file
		}
		p.doc.Warnings = append(p.doc.Warnings, Warning{file, line, fmt.Sprintf(format, args...)})
	}
}

// notice is a box that says on the page what is wrong there.
func notice(message string) []byte {
	out := append([]byte(nil), `<div class="admonition warning notice"><p>`...)
	out = appendEscaped(out, []byte(message))
	return append(out, "</p></div>\n"...)
}

// clip bounds foreign text inside a message.
func clip(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// pos is where a node begins in the source, as near as is known.
func pos(n ast.Node) int {
	for ; n != nil; n = n.Parent() {
		if at := n.Pos(); at > 0 {
			return at
		}
		if n.Type() == ast.TypeBlock && n.Lines() != nil && n.Lines().Len() > 0 {
			return n.Lines().At(0).Start
		}
		if t, ok := n.(*ast.Text); ok {
			return t.Segment.Start
		}
	}
	return 0
}
