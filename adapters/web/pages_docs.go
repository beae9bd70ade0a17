package web

import (
	"html/template"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/docs"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

type docsData struct {
	Entity   link
	Ref      string
	Site     link
	Title    string
	Titled   bool // the body has a heading of its own
	Lang     lang.Lang
	Body     template.HTML
	Nav      []navItem
	Trail    []string // titles of the sections around
	Contents []link
	Prev     *link
	Next     *link
	Edit     string
	Source   link
	Age      string
	Notices  []string
	Diagrams string // where they are drawn; "": nowhere
}

// docsPage is a page of an entity's documentation, or a picture of it.
func (w *Web) docsPage(rw http.ResponseWriter, r *http.Request) {
	ref, view := pathRef(r), w.view(r)
	name := chi.URLParam(r, "*")
	if u, err := url.PathUnescape(name); err == nil {
		name = u
	}
	e, known := view.Entity(ref)
	if w.cfg.Docs == nil || !known {
		w.missing(rw, r, ref.Name)
		return
	}
	site, ok := w.cfg.Docs.Site(ref)
	if !ok {
		w.render(rw, r, http.StatusNotFound, "nodocs", page{Title: e.DisplayName()}, linkTo(view, ref))
		return
	}
	if _, start, _ := w.cfg.Docs.Resolve(ref); name == "" && start != "" {
		http.Redirect(rw, r, pagePath(refPath("/docs", ref), start), http.StatusFound)
		return
	}
	p, ok := site.Page(name)
	if !ok {
		w.asset(rw, r, ref, name)
		return
	}
	rw.Header()["Content-Security-Policy"] = w.framed
	key, keep := docsKeyOf(view, r, ref, p, w.since(r, site))
	if c := w.docs.get(key, w.cfg.Now()); keep && c != nil {
		w.sendPage(rw, r, http.StatusOK, c)
		return
	}
	d, err := w.document(r, view, ref, site, p)
	if err != nil {
		w.cfg.Log.Error("docs page failed", "entity", ref.String(), "page", name, "err", err)
		w.missing(rw, r, "")
		return
	}
	body, ok := w.made(rw, r, "docs", page{Title: title(p.Title, site.Title), Nav: "docs", About: about(site, p), Style: "docs.css"}, d)
	if !ok {
		return
	}
	c := w.packer.content("text/html; charset=utf-8", body)
	if keep {
		w.docs.keep(key, c, w.cfg.Now())
	}
	w.sendPage(rw, r, http.StatusOK, c)
}

// document gathers what a page of documentation shows.
func (w *Web) document(r *http.Request, view search.View, ref catalog.Ref, site *docs.Site, p *docs.Page) (docsData, error) {
	base := refPath("/docs", ref)
	shown, err := w.cfg.Docs.HTML(ref, p.Path, base+"/", tongue(r))
	d := docsData{
		Entity: linkTo(view, ref), Ref: ref.String(), Site: link{Text: site.Title, Href: base}, Title: p.Title, Lang: site.Lang, Trail: p.In,
		Titled: slices.ContainsFunc(p.Sections, func(s docs.Section) bool { return s.Level == 1 && s.Heading != "" }),
		Body:   template.HTML(inParts(shown.HTML)), Nav: navigation(site, p, base), Contents: contents(shown.Sections), Source: link{Text: path.Base(p.File), Hint: p.Source},
		Age: w.since(r, site), Diagrams: w.diagrams(),
	}
	if card.WebURL(p.Edit) {
		d.Edit = p.Edit
	}
	if card.WebURL(p.Source) {
		d.Source.Href = p.Source
	}
	if e, ok := view.Entity(ref); ok && site.API { // its page is no file; the definition stands in the descriptor
		d.Source = source(e)
	}
	for _, warning := range p.Warnings {
		d.Notices = append(d.Notices, warning.String())
	}
	beside := func(p *docs.Page) *link {
		if p == nil {
			return nil
		}
		return &link{Text: p.Title, Href: pagePath(base, p.Path)}
	}
	d.Prev, d.Next = beside(site.Before(p.Path)), beside(site.After(p.Path))
	return d, err
}

// since says when a site was last read.
func (w *Web) since(r *http.Request, site *docs.Site) string {
	if site.AsOf.IsZero() {
		return ""
	}
	l := tongue(r)
	return translate(l, string(lang.WebRead), "age", lang.Age(l, w.cfg.Now().Sub(site.AsOf)))
}

func title(page, site string) string {
	if page == site {
		return page
	}
	return page + " – " + site
}

// about is the beginning of a page, for search engines and previews. A definition begins with its version; what the API is
// for says more.
func about(site *docs.Site, p *docs.Page) string {
	if site.API && site.About != "" {
		return card.CleanLine(site.About)
	}
	for _, s := range p.Sections {
		if text := docs.Excerpt(s.Text, nil); text != "" {
			return text
		}
	}
	return p.Title
}

func (w *Web) asset(rw http.ResponseWriter, r *http.Request, ref catalog.Ref, name string) {
	a, err := w.cfg.Docs.Asset(r.Context(), ref, name)
	if err != nil {
		if !fault.Is(err, fault.NotFound) {
			w.cfg.Log.Warn("docs file failed", "entity", ref.String(), "file", clip(name), "err", err)
		}
		w.missing(rw, r, "")
		return
	}
	rw.Header().Set("Content-Security-Policy", a.Policy)
	rw.Header().Set("Cache-Control", "private, max-age=300")
	c := &content{kind: a.Type, etag: tag(a.Data), text: a.Data}
	if strings.HasPrefix(a.Type, "text/") || a.Type == "image/svg+xml" {
		c = w.packer.content(a.Type, a.Data)
	}
	send(rw, r, http.StatusOK, c)
}

// pagePath is the address of a page.
func pagePath(base, p string) string {
	if p == "" {
		return base
	}
	return base + "/" + escapePath(p)
}

func escapePath(p string) string {
	parts := strings.Split(p, "/")
	for i, s := range parts {
		parts[i] = url.PathEscape(s)
	}
	return strings.Join(parts, "/")
}

// contents are the headings of a page, where there is more than one.
func contents(sections []docs.Section) []link {
	var out []link
	for _, s := range sections {
		if s.Anchor != "" && s.Heading != "" && (s.Level == 2 || s.Level == 3) {
			out = append(out, link{Text: s.Heading, Href: "#" + s.Anchor, Hint: map[int]string{3: "deep"}[s.Level]})
		}
	}
	if len(out) < 2 {
		return nil
	}
	return out
}
