package markdown

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"

	"github.com/backchannel-portal/backchannel/docs/mathml"
)

// fenceInfo is what the first line of fenced code says (pymdownx.superfences and highlight).
type fenceInfo struct {
	lang, title string
	marked      []Range
	first       int // number of the first line; 0: not said
	id          string
	classes     []string
}

// maxInfo is the length in bytes of what is read of it.
const maxInfo = 1000

// readInfo reads "go title="main.go" hl_lines="1 3-4" linenums="10"", and the same in braces: "{ .go title=... }".
func readInfo(info string) fenceInfo {
	var f fenceInfo
	info = strings.TrimSpace(info[:min(len(info), maxInfo)])
	if brace := strings.IndexByte(info, '{'); brace >= 0 && strings.HasSuffix(info, "}") {
		if list, n := readAttributes([]byte(info[brace:])); n == len(info)-brace {
			f.lang = strings.TrimSpace(info[:brace])
			f.take(list)
			return f
		}
	}
	word := info
	if i := strings.IndexAny(info, " \t{"); i >= 0 {
		word = info[:i]
	}
	rest := info[len(word):]
	if strings.ContainsAny(word, "=\"") {
		word, rest = "", info
	}
	f.lang = strings.TrimPrefix(word, ".")
	if list, n := readAttributes([]byte("{" + rest + "}")); n > 0 {
		list.classes = nil
		f.take(list)
	}
	return f
}

func (f *fenceInfo) take(list attributes) {
	f.id = list.id
	for _, c := range list.classes {
		if f.lang == "" {
			f.lang = c
			continue
		}
		f.classes = append(f.classes, c)
	}
	for _, kv := range list.pairs {
		switch kv[0] {
		case "title":
			f.title = kv[1]
		case "hl_lines":
			f.marked = ranges(kv[1])
		case "linenums", "linenostart":
			if n, err := strconv.Atoi(strings.Fields(kv[1] + " 1")[0]); err == nil {
				f.first = max(n, 1)
			}
		}
	}
}

// ranges reads "1 3-5".
func ranges(s string) []Range {
	var out []Range
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' }) {
		a, b, two := strings.Cut(part, "-")
		from, err := strconv.Atoi(a)
		to := from
		if two && err == nil {
			to, err = strconv.Atoi(b)
		}
		if err == nil && from > 0 && to >= from {
			out = append(out, Range{from, to})
		}
	}
	return out
}

// fenced writes fenced code. Diagrams show their source and say so, math becomes a formula.
func (p *page) fenced(n *ast.FencedCodeBlock) {
	var f fenceInfo
	if n.Info != nil {
		f = readInfo(string(n.Info.Segment.Value(p.source)))
	}
	switch strings.ToLower(f.lang) {
	case "mermaid":
		p.diagram(n, "Mermaid", f)
	case "plantuml", "puml", "uml":
		p.diagram(n, "PlantUML", f)
	case "dot", "graphviz":
		p.diagram(n, "Graphviz", f)
	case "math":
		p.formula(string(n.Lines().Value(p.source)), true)
		p.newline()
	default:
		p.codeBlock(n, f)
	}
}

// diagram writes the source of a diagram; the class lets a page around draw it.
func (p *page) diagram(n ast.Node, name string, f fenceInfo) {
	if f.title != "" {
		p.figure(strings.ToLower(name), name+": "+f.title, p.lineText(n))
		return
	}
	p.figure(strings.ToLower(name), name, p.lineText(n))
}

// figure writes the source of a diagram of a kind under a title.
func (p *page) figure(kind, title string, source []byte) {
	p.put(`<figure class="diagram `, kind, `"><figcaption>`)
	p.html = appendEscaped(p.html, []byte(title))
	p.put(`</figcaption><pre tabindex="0"><code>`)
	p.say(source)
	p.newline()
	p.put("</code></pre></figure>\n")
}

func (p *page) codeBlock(n ast.Node, f fenceInfo) {
	c := Code{Lang: f.lang, Text: string(p.lineText(n)), Marked: f.marked, First: f.first}
	if c.First == 0 && p.engine.options.LineNumbers && f.lang != "" {
		c.First = 1
	}
	p.put(`<div class="highlight`)
	if c.First > 0 {
		p.put(" linenums")
	}
	p.put(`"`)
	p.attributes(&attributes{id: f.id})
	p.put(">")
	if f.title != "" {
		p.put(`<span class="filename">`)
		p.say([]byte(f.title))
		p.put("</span>")
		p.newline()
	}
	p.put(`<pre tabindex="0"><code`)
	if isLanguage(f.lang) {
		p.put(` class="language-`)
		p.html = appendEscaped(p.html, []byte(f.lang))
		p.put(`"`)
	}
	p.put(">")
	if f.lang == "" && c.Marked == nil && c.First == 0 {
		p.html = appendEscaped(p.html, []byte(c.Text))
	} else {
		p.code(c)
	}
	p.text = append(p.text, c.Text...)
	p.newline()
	p.put("</code></pre></div>\n")
}

// isLanguage reports a name that a language may have.
func isLanguage(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isNameByte(c) && c != '+' && c != '#' && c != '.' && c != '_' {
			return false
		}
	}
	return s != ""
}

// lineText is the text of a block of code.
func (p *page) lineText(n ast.Node) []byte {
	v := n.Lines().Value(p.source)
	if !utf8.Valid(v) {
		v = bytes.ToValidUTF8(v, []byte("\uFFFD"))
	}
	return v
}

// formula writes math as MathML. What cannot be read as TeX is shown as it is typed.
func (p *page) formula(tex string, block bool) {
	p.html = mathml.Append(p.html, tex, block)
	p.text = append(p.text, strings.TrimSpace(tex)...)
}
