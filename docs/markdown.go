package docs

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// newMarkdown returns the Markdown engine: GitHub's dialect with footnotes, definition lists and heading attributes.
// Raw HTML passes through; whoever shows it sanitises it.
func newMarkdown() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithExtensions(extension.GFM, extension.Footnote, extension.DefinitionList),
		goldmark.WithParserOptions(parser.WithAttribute()),
		goldmark.WithRendererOptions(html.WithUnsafe()),
	)
}

// document is a parsed Markdown file.
type document struct {
	root   ast.Node
	source []byte // what the nodes point into
	meta   meta
}

// meta is the front matter of a file.
type meta struct {
	title string
	text  string // description and tags, which readers would search for
}

const (
	maxFrontMatter = 64 << 10 // bytes
)

// parse reads a Markdown file and gives every heading its id.
func parse(md goldmark.Markdown, data []byte) document {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	m, body := frontMatter(data)
	lines := portable(withoutSnippets(strings.Split(strings.ToValidUTF8(string(body), "\uFFFD"), "\n")), 0)
	source := []byte(strings.Join(tame(lines), "\n"))
	d := document{root: md.Parser().Parse(text.NewReader(source)), source: source, meta: m}
	d.name()
	return d
}

// frontMatter cuts a YAML block between lines of three dashes off the front. A block that is not a map stays, as text.
func frontMatter(data []byte) (meta, []byte) {
	if !bytes.HasPrefix(data, []byte("---\n")) {
		return meta{}, data
	}
	limit := min(len(data), maxFrontMatter)
	end := len(data)
	after := end
	for _, mark := range []string{"\n---\n", "\n...\n"} {
		if i := bytes.Index(data[3:limit], []byte(mark)); i >= 0 && 3+i < end {
			end, after = 3+i, 3+i+len(mark)
		}
	}
	if end == len(data) {
		return meta{}, data
	}
	root, err := yamldoc.Parse(data[3:end], yamldoc.Limits{Bytes: maxFrontMatter})
	if err != nil || root.Kind != yamldoc.Map {
		return meta{}, data
	}
	m := meta{title: strings.TrimSpace(root.Get("title").Str())}
	for _, key := range []string{"subtitle", "description", "summary", "tags", "keywords"} {
		m.text = joinLines(m.text, flat(root.Get(key)))
	}
	return m, data[after:]
}

// flat is a string, or a list of them, on one line.
func flat(n *yamldoc.Node) string {
	if n == nil {
		return ""
	}
	if n.Kind != yamldoc.List {
		return strings.TrimSpace(n.Str())
	}
	var parts []string
	for _, item := range n.Items {
		if s := strings.TrimSpace(item.Str()); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ", ")
}

// name gives every heading an id: the author's, else the one that Python-Markdown would make.
func (d *document) name() {
	ids := newSlugs()
	var open []*ast.Heading
	_ = ast.Walk(d.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		h, ok := n.(*ast.Heading)
		if !ok || !entering {
			return ast.WalkContinue, nil
		}
		if id := headingID(h); id != "" {
			ids.take(id)
		} else {
			open = append(open, h)
		}
		return ast.WalkSkipChildren, nil
	})
	for _, h := range open {
		h.SetAttributeString("id", []byte(ids.make(d.inline(h))))
	}
}

func headingID(h *ast.Heading) string {
	v, _ := h.AttributeString("id")
	switch id := v.(type) {
	case []byte:
		return string(id)
	case string:
		return id
	}
	return ""
}

// sections cuts the document at its headings. A heading that opens the page is the page's top.
func (d *document) sections() []Section {
	cur := Section{Level: 1, Text: d.meta.text}
	var out []Section
	var body strings.Builder
	flush := func() {
		cur.Text = joinLines(cur.Text, strings.TrimSpace(body.String()))
		body.Reset()
		out = append(out, cur)
	}
	for n := d.root.FirstChild(); n != nil; n = n.NextSibling() {
		h, ok := n.(*ast.Heading)
		if !ok || len(out) >= MaxSections {
			d.plain(&body, n, 0)
			continue
		}
		heading := strings.TrimSpace(d.inline(h))
		if len(out) == 0 && cur.Heading == "" && body.Len() == 0 && h.Level == 1 {
			cur.Heading = heading
			continue
		}
		flush()
		cur = Section{Anchor: headingID(h), Level: h.Level, Heading: heading}
	}
	flush()
	return out
}
