package docs

import (
	"bytes"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// HTML renders a page of the documentation that an entity shows as sanitised HTML: no script, no event handler, no
// style, no address but of the web and of mail. Links to other pages and to files of the site are made absolute below
// base, the address of the site's start page with a slash at the end; links that lead nowhere lose their address.
// Headings keep the ids of Section.Anchor. A page that does not exist is an error of kind fault.NotFound.
func (l *Library) HTML(entity catalog.Ref, page, base string) ([]byte, error) {
	site, ok := l.Site(entity)
	if !ok {
		return nil, fault.New(fault.NotFound, "%s has no documentation", entity)
	}
	p, ok := site.Page(page)
	if !ok {
		return nil, fault.New(fault.NotFound, "the documentation of %s has no page %q", entity, clip(page))
	}
	return l.render(site, p, base)
}

func (l *Library) render(site *Site, p *Page, base string) (out []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			out, err = nil, fault.New(fault.Internal, "the page %s cannot be rendered: %v", p.Source, r)
		}
	}()
	d := parse(l.md, p.markdown)
	var raw bytes.Buffer
	if err := l.md.Renderer().Render(&raw, d.source, d.root); err != nil {
		return nil, fmt.Errorf("render %s: %w", p.Source, err)
	}
	return relink(l.policy.SanitizeBytes(raw.Bytes()), func(ref string, asset bool) string { return site.link(p, ref, base, asset) })
}

// newPolicy says which HTML a page may hold.
func newPolicy() *bluemonday.Policy {
	var (
		id       = regexp.MustCompile(`^[\p{L}\p{N}_:.-]{1,200}$`)
		language = regexp.MustCompile(`^language-[A-Za-z0-9_+#.-]{1,40}$`)
		align    = regexp.MustCompile(`^(left|right|center)$`)
		number   = regexp.MustCompile(`^[0-9]{1,4}%?$`)
		checkbox = regexp.MustCompile(`^checkbox$`)
		empty    = regexp.MustCompile(`^(|open|checked|disabled)$`)
	)
	p := bluemonday.NewPolicy()
	p.AllowElements("h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "strong", "b", "em", "i", "u", "s", "del", "ins", "sub",
		"sup", "small", "mark", "kbd", "code", "pre", "samp", "var", "blockquote", "ul", "ol", "li", "dl", "dt", "dd", "table",
		"thead", "tbody", "tfoot", "tr", "th", "td", "caption", "details", "summary", "div", "span", "abbr", "cite", "q", "figure",
		"figcaption", "section", "input")
	p.AllowAttrs("id").Matching(id).OnElements("h1", "h2", "h3", "h4", "h5", "h6", "li", "sup", "a")
	p.AllowAttrs("class").Matching(language).OnElements("code")
	p.AllowAttrs("align").Matching(align).OnElements("td", "th", "p", "div", "img", "h1", "h2", "h3")
	p.AllowAttrs("width", "height").Matching(number).OnElements("img")
	p.AllowAttrs("alt").OnElements("img")
	p.AllowAttrs("title").OnElements("a", "img", "abbr")
	p.AllowAttrs("start").Matching(number).OnElements("ol")
	p.AllowAttrs("colspan", "rowspan").Matching(number).OnElements("td", "th")
	p.AllowAttrs("open").Matching(empty).OnElements("details")
	p.AllowAttrs("type").Matching(checkbox).OnElements("input")
	p.AllowAttrs("checked", "disabled").Matching(empty).OnElements("input")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("src").OnElements("img")
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	p.RequireNoFollowOnFullyQualifiedLinks(true)
	p.RequireNoReferrerOnFullyQualifiedLinks(true)
	return p
}

// relink replaces the addresses of links and images; one for which link returns "" is taken away.
func relink(fragment []byte, link func(ref string, asset bool) string) ([]byte, error) {
	context := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	nodes, err := html.ParseFragment(bytes.NewReader(fragment), context)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the page is nested too deep")
	}
	var out bytes.Buffer
	for _, root := range nodes {
		for n := range withDescendants(root) {
			relinkNode(n, link)
		}
		if err := html.Render(&out, root); err != nil {
			return nil, fmt.Errorf("write rendered page: %w", err)
		}
	}
	return out.Bytes(), nil
}

func withDescendants(root *html.Node) func(func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		if !yield(root) {
			return
		}
		for n := range root.Descendants() {
			if !yield(n) {
				return
			}
		}
	}
}

func relinkNode(n *html.Node, link func(string, bool) string) {
	if n.Type != html.ElementNode {
		return
	}
	key, asset := "href", false
	switch n.DataAtom {
	case atom.Img:
		key, asset = "src", true
	case atom.Input: // a box of a task list shows a state, it is not for ticking
		n.Attr = append(n.Attr[:0:0], n.Attr...)
		if !hasAttr(n, "disabled") {
			n.Attr = append(n.Attr, html.Attribute{Key: "disabled"})
		}
		return
	case atom.A:
	default:
		return
	}
	kept := n.Attr[:0:0]
	for _, a := range n.Attr {
		if a.Key == key {
			if a.Val = link(a.Val, asset); a.Val == "" {
				continue
			}
		}
		kept = append(kept, a)
	}
	n.Attr = kept
}

func hasAttr(n *html.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}

// link makes a reference of page p absolute; "" when it leads nowhere that may be shown.
func (s *Site) link(p *Page, ref, base string, asset bool) string {
	u, err := url.Parse(strings.TrimSpace(ref))
	switch {
	case err != nil:
		return ""
	case u.Scheme != "" || u.Host != "":
		if asset && u.Scheme != "https" {
			return ""
		}
		return ref
	case u.Path == "":
		return ref // a place on this page
	case strings.HasPrefix(u.Path, "/"):
		if asset {
			return ""
		}
		return ref
	}
	file := path.Join(path.Dir(p.File), u.Path)
	if up, below := strings.CutPrefix(p.File, "../"); below { // the README next to the folder, shown as if it were in it
		file = strings.TrimPrefix(path.Join(path.Dir(up), u.Path), path.Base(s.docsDir)+"/")
	}
	fragment := ""
	if u.Fragment != "" {
		fragment = "#" + u.EscapedFragment()
	}
	if i, ok := s.byFile[file]; ok {
		return base + escapePath(s.Pages[i].Path) + fragment
	}
	if i, ok := s.byPath[trimPath(path.Join(p.Path, u.Path))]; ok && !asset { // the address mkdocs would serve it at
		return base + escapePath(s.Pages[i].Path) + fragment
	}
	if assetType(file) == "" || !localFile(file) {
		return ""
	}
	return base + escapePath(file) + fragment
}

func escapePath(p string) string { return (&url.URL{Path: p}).EscapedPath() }
