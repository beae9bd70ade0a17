package markdown

import (
	"bytes"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// sanitizer says which raw HTML a page may hold. It keeps elements that structure text, and no script, no style, no
// event handler, no form, no frame but of named hosts. Addresses are looked at later, where links are resolved.
type sanitizer struct {
	policy *bluemonday.Policy
	frames []string
}

// newSanitizer returns a sanitizer that lets through frames of the given hosts.
func newSanitizer(frames []string) *sanitizer {
	if len(frames) == 0 {
		return frameless()
	}
	return makeSanitizer(frames)
}

// frameless is the sanitizer of most sites. To make one compiles dozens of expressions.
var frameless = sync.OnceValue(func() *sanitizer { return makeSanitizer(nil) })

func makeSanitizer(frames []string) *sanitizer {
	var (
		align  = regexp.MustCompile(`^(left|right|center|justify|top|middle|bottom)$`)
		number = regexp.MustCompile(`^[0-9]{1,4}(px|%)?$`)
		empty  = regexp.MustCompile(`^[a-zA-Z0-9]{0,20}$`)
		id     = regexp.MustCompile(`^[\p{L}\p{N}_:.-]{1,200}$`)
		class  = regexp.MustCompile(`^[\w -]{1,200}$`)
	)
	p := bluemonday.NewPolicy()
	p.AllowElements("h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "wbr", "strong", "b", "em", "i", "u", "s", "del", "ins", "sub",
		"sup", "small", "mark", "kbd", "code", "pre", "samp", "var", "blockquote", "ul", "ol", "li", "dl", "dt", "dd", "table",
		"thead", "tbody", "tfoot", "tr", "th", "td", "caption", "colgroup", "col", "details", "summary", "div", "span", "abbr", "cite",
		"q", "figure", "figcaption", "section", "article", "aside", "header", "footer", "main", "nav", "address", "center", "ruby", "rt",
		"rp", "time", "bdi", "bdo", "dfn", "tt", "strike", "big", "a", "img", "video", "audio", "source", "picture", "input")
	p.AllowNoAttrs().OnElements("a", "span", "img", "input", "source", "video", "audio", "col")
	p.SkipElementsContent("svg", "math", "template", "select", "textarea", "title", "head", "noscript", "canvas", "applet", "embed")
	p.AllowAttrs("id").Matching(id).Globally()
	p.AllowAttrs("name").Matching(id).OnElements("a")
	p.AllowAttrs("class").Matching(class).Globally()
	p.AllowAttrs("align", "valign").Matching(align).Globally()
	p.AllowAttrs("width", "height").Matching(number).OnElements("img", "video", "td", "th", "table", "col", "iframe")
	p.AllowAttrs("alt", "loading").OnElements("img")
	p.AllowAttrs("title", "lang", "dir").Globally()
	p.AllowAttrs("start", "value").Matching(number).OnElements("ol", "li")
	p.AllowAttrs("reversed").Matching(empty).OnElements("ol")
	p.AllowAttrs("colspan", "rowspan", "span").Matching(number).OnElements("td", "th", "col", "colgroup")
	p.AllowAttrs("open").Matching(empty).OnElements("details")
	p.AllowAttrs("type").Matching(regexp.MustCompile(`^checkbox$`)).OnElements("input")
	p.AllowAttrs("checked").Matching(empty).OnElements("input")
	p.AllowAttrs("controls", "loop", "muted").Matching(empty).OnElements("video", "audio")
	p.AllowAttrs("datetime").OnElements("time", "del", "ins")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("src").OnElements("img", "video", "audio", "source")
	p.AllowURLSchemes("http", "https", "mailto", "tel")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	if len(frames) > 0 {
		p.AllowElements("iframe")
		p.AllowAttrs("src").OnElements("iframe")
	}
	return &sanitizer{policy: p, frames: frames}
}

// clean returns raw HTML as nodes that are safe and balanced.
func (s *sanitizer) clean(raw []byte) []*html.Node {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || bytes.HasPrefix(raw, []byte("<!--")) && bytes.Index(raw, []byte("-->")) == len(raw)-3 {
		return nil
	}
	safe := s.policy.SanitizeBytes(raw)
	if len(bytes.TrimSpace(safe)) == 0 {
		return nil
	}
	nodes, err := html.ParseFragment(bytes.NewReader(safe), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil { // nested too deep
		return []*html.Node{{Type: html.TextNode, Data: "…"}}
	}
	return nodes
}

// start returns a start tag that is safe, or ok false when the element is not kept.
func (s *sanitizer) start(raw []byte) (n *html.Node, ok bool) {
	z := html.NewTokenizer(bytes.NewReader(s.policy.SanitizeBytes(raw)))
	switch z.Next() {
	case html.StartTagToken, html.SelfClosingTagToken:
		t := z.Token()
		return &html.Node{Type: html.ElementNode, Data: t.Data, DataAtom: t.DataAtom, Attr: t.Attr}, true
	}
	return nil, false
}

// frame reports whether an address may be shown in a frame.
func (s *sanitizer) frame(src string) bool {
	u, err := url.Parse(src)
	return err == nil && u.Scheme == "https" && u.User == nil && slices.ContainsFunc(s.frames, func(host string) bool { return strings.EqualFold(host, u.Host) })
}

// hidesContent reports elements whose content is no text for readers.
func hidesContent(name string) bool {
	switch name {
	case "script", "style", "template", "svg", "math", "select", "textarea", "title", "head", "noscript", "object", "iframe", "canvas":
		return true
	}
	return false
}

// classes of mkdocs-material that authors use; others could be confused with those of the page around.
func isKnownClass(name string) bool {
	switch name {
	case "md-button", "md-button--primary", "annotate", "grid", "cards", "card", "admonition", "admonition-title", "note", "abstract", "info",
		"tip", "success", "question", "warning", "failure", "danger", "bug", "example", "quote", "new", "settings", "inline", "end",
		"center", "table", "nowrap", "footnote", "headerlink", "task-list", "highlight", "result":
		return true
	}
	return strings.HasPrefix(name, "language-") || strings.HasPrefix(name, "align-")
}
