package docs

import (
	_ "embed" // for the style sheet
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/backchannel-portal/backchannel/docs/markdown"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

//go:embed shell.css
var shellStyle string

const styleFile = "assets/backchannel.css"

// shell is the page around the documentation in a static site: navigation, contents, neighbours.
type shell struct {
	site  *Site
	trail map[int][]int // for a page, its places in the navigation, one a level
	paths []string      // of the pages below the site, escaped twice: for addresses, and for attributes
	live  bool          // the page watches for changes

	mu    sync.Mutex
	drawn map[string]*drawnNav // navigations by the root and the sections that are open
}

// drawnNav is a navigation as HTML, and where the links to pages begin in it, behind "<a".
type drawnNav struct {
	html  []byte
	links map[int]int
}

func newShell(site *Site) *shell {
	s := &shell{site: site, trail: map[int][]int{}, paths: make([]string, len(site.Pages)), drawn: map[string]*drawnNav{}}
	for i, p := range site.Pages {
		if p.Path != "" {
			s.paths[i] = html.EscapeString(escapePath(p.Path) + "/")
		}
	}
	s.follow(site.Nav, nil)
	return s
}

// follow notes where each page is in the navigation.
func (s *shell) follow(items []NavItem, above []int) {
	for i, item := range items {
		at := append(above[:len(above):len(above)], i)
		if item.Page >= 0 {
			if _, ok := s.trail[item.Page]; !ok {
				s.trail[item.Page] = at
			}
		}
		s.follow(item.Items, at)
	}
}

// page writes a whole page behind dst.
func (s *shell) page(dst []byte, n int, h markdown.Highlighter) []byte {
	p := &s.site.Pages[n]
	w := &shellWriter{shell: s, page: p, number: n, out: dst}
	w.root = "./"
	if p.Path != "" {
		w.root = strings.Repeat("../", 1+strings.Count(p.Path, "/"))
	}
	w.head()
	w.put("<main id=\"bc-main\"><article class=\"doc\">\n")
	w.notices()
	if !slices.ContainsFunc(p.Sections, func(s Section) bool { return s.Level == 1 && s.Heading != "" }) {
		w.put("<h1>", html.EscapeString(p.Title), "</h1>\n")
	}
	_, _ = p.write(w, w.address, h, "") // memory takes everything
	w.put("</article>\n")
	w.foot()
	w.put("</main>\n<nav class=\"nav\" id=\"bc-nav\" aria-label=\"", w.text(lang.PageNav, nil), "\">\n")
	w.navigation()
	w.put("</nav>\n")
	w.contents()
	w.put("</div>\n</body>\n</html>\n")
	return w.out
}

// shellWriter writes one page.
type shellWriter struct {
	*shell
	page   *Page
	number int
	root   string // of the site, as seen from the page
	out    []byte
}

// Write implements io.Writer.
func (w *shellWriter) Write(b []byte) (int, error) {
	w.out = append(w.out, b...)
	return len(b), nil
}

func (w *shellWriter) put(parts ...string) {
	for _, s := range parts {
		w.out = append(w.out, s...)
	}
}

func (w *shellWriter) text(k lang.Key, args lang.Args) string {
	return html.EscapeString(lang.Text(w.site.Lang, k, args))
}

// address is that of a link on the page.
func (w *shellWriter) address(t target) string {
	switch {
	case !t.local:
		return t.to + t.suffix
	case t.page && t.to != "":
		return w.root + t.to + "/" + t.suffix
	}
	return w.root + t.to + t.suffix
}

// to writes the address of a page, by its place among the pages.
func (w *shellWriter) to(page int) { w.put(w.root, w.paths[page]) }

// toPage writes the address of a page.
func (w *shellWriter) toPage(p *Page) { w.to(w.site.byPath[p.Path]) }

func (w *shellWriter) head() {
	title := w.page.Title
	if title != w.site.Title {
		title += " - " + w.site.Title
	}
	w.put("<!doctype html>\n<html lang=\"", string(w.site.Lang), "\">\n<head>\n<meta charset=\"utf-8\">\n",
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n",
		"<title>", html.EscapeString(title), "</title>\n")
	if w.site.About != "" {
		w.put(`<meta name="description" content="`, html.EscapeString(w.site.About), "\">\n")
	}
	w.put(`<link rel="stylesheet" href="`, w.root, styleFile, "\">\n")
	if w.live {
		w.put(`<script src="`, w.root, liveFile, `" defer></script>`, "\n")
	}
	w.put("</head>\n<body>\n<a class=\"skip\" href=\"#bc-main\">", w.text(lang.PageSkip, nil), "</a>\n<header><a href=\"", w.root, "\">",
		html.EscapeString(w.site.Title), "</a> <a class=\"menu\" href=\"#bc-nav\">", w.text(lang.PageNav, nil), "</a></header>\n<div class=\"page\">\n")
}

// navigation writes the navigation around the page. Pages of one section share it but for the mark of the page itself.
func (w *shellWriter) navigation() {
	trail := w.trail[w.number]
	open := trail[:max(len(trail)-1, 0)]
	key := fmt.Sprint(w.root, open)
	w.mu.Lock()
	d := w.drawn[key]
	if d == nil {
		inner := &shellWriter{shell: w.shell, root: w.root}
		d = &drawnNav{links: map[int]int{}}
		inner.nav(w.site.Nav, open, 0, d)
		d.html = inner.out
		w.drawn[key] = d
	}
	w.mu.Unlock()
	at, ok := d.links[w.number]
	w.out = append(w.out, d.html[:at]...)
	if ok {
		w.put(` aria-current="page"`)
	}
	w.out = append(w.out, d.html[at:]...)
}

// nav writes a level of the navigation: sections that are not open show only their title, which leads to their first
// page.
func (w *shellWriter) nav(items []NavItem, open []int, depth int, d *drawnNav) {
	w.put("<ul>\n")
	for i, item := range items {
		title := html.EscapeString(item.Title)
		w.put("<li>")
		switch {
		case item.Href != "":
			w.put(`<a href="`, html.EscapeString(item.Href), `" rel="nofollow noreferrer">`, title, "</a>")
		case item.Page >= 0:
			w.put("<a")
			if _, ok := d.links[item.Page]; !ok {
				d.links[item.Page] = len(w.out)
			}
			w.put(` href="`)
			w.to(item.Page)
			w.put(`">`, title, "</a>")
		case len(open) > depth && open[depth] == i || firstPage(item.Items) < 0:
			w.put("<strong>", title, "</strong>\n")
			w.nav(item.Items, open, depth+1, d)
		default:
			w.put(`<a class="section" href="`)
			w.to(firstPage(item.Items))
			w.put(`">`, title, "</a>")
		}
		w.put("</li>\n")
	}
	w.put("</ul>\n")
}

func firstPage(items []NavItem) int {
	for _, item := range items {
		if item.Page >= 0 {
			return item.Page
		}
		if n := firstPage(item.Items); n >= 0 {
			return n
		}
	}
	return -1
}

// notices lists what is wrong on the page.
func (w *shellWriter) notices() {
	if len(w.page.Warnings) == 0 {
		return
	}
	w.put(`<details class="warning notices"><summary>`, w.text(lang.PageNotices, lang.Args{"count": len(w.page.Warnings)}), "</summary>\n<ul>\n")
	for _, warning := range w.page.Warnings {
		w.put("<li>", html.EscapeString(warning.String()), "</li>\n")
	}
	w.put("</ul>\n</details>\n")
}

func (w *shellWriter) foot() {
	w.put("<footer>\n")
	if w.page.Edit != "" {
		w.put(`<p><a href="`, html.EscapeString(w.page.Edit), `" rel="nofollow noreferrer">`, w.text(lang.PageEdit, nil), "</a></p>\n")
	}
	w.put("<nav class=\"neighbours\">")
	if p := w.site.Before(w.page.Path); p != nil {
		w.put(`<a rel="prev" href="`)
		w.toPage(p)
		w.put(`"><small>`, w.text(lang.PagePrevious, nil), "</small> ", html.EscapeString(p.Title), "</a>")
	}
	if p := w.site.After(w.page.Path); p != nil {
		w.put(`<a rel="next" href="`)
		w.toPage(p)
		w.put(`"><small>`, w.text(lang.PageFollows, nil), "</small> ", html.EscapeString(p.Title), "</a>")
	}
	w.put("</nav>\n</footer>\n")
}

// contents lists the headings of the page, where there is more than one.
func (w *shellWriter) contents() {
	count := 0
	for _, s := range w.page.Sections {
		if inContents(s) {
			count++
		}
	}
	if count < 2 {
		return
	}
	w.put("<nav class=\"contents\" aria-label=\"", w.text(lang.PageContents, nil), "\"><strong>", w.text(lang.PageContents, nil), "</strong>\n<ul>\n")
	for _, s := range w.page.Sections {
		if inContents(s) {
			w.put(`<li class="level`, strconv.Itoa(s.Level), `"><a href="#`, html.EscapeString(s.Anchor), `">`, html.EscapeString(s.Heading), "</a></li>\n")
		}
	}
	w.put("</ul></nav>\n")
}

func inContents(s Section) bool {
	return s.Anchor != "" && s.Heading != "" && (s.Level == 2 || s.Level == 3)
}
