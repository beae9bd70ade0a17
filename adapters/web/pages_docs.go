package web

import (
	"html/template"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/docs"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

type docsData struct {
	Entity   link
	Site     link
	Title    string
	Body     template.HTML
	Nav      []navItem
	Contents []link
	Prev     *link
	Next     *link
	Source   link
	Age      string
}

// navItem is a page in the navigation; Depth counts the sections around it. A section's own line has no Href.
type navItem struct {
	link
	Depth int
	Open  bool
}

// docsPage is a page of an entity's documentation, or a picture of it.
func (w *Web) docsPage(rw http.ResponseWriter, r *http.Request) {
	ref := pathRef(r)
	name := chi.URLParam(r, "*")
	if u, err := url.PathUnescape(name); err == nil {
		name = u
	}
	view := w.cfg.View()
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
	p, ok := site.Page(name)
	if !ok {
		w.asset(rw, r, ref, name)
		return
	}
	base := refPath("/docs", ref)
	body, err := w.cfg.Docs.HTML(ref, name, base+"/")
	if err != nil {
		w.cfg.Log.Error("docs page failed", "entity", ref.String(), "page", name, "err", err)
		w.missing(rw, r, "")
		return
	}
	d := docsData{
		Entity: linkTo(view, ref), Site: link{Text: site.Title, Href: base}, Title: p.Title,
		Body: template.HTML(body),
		Nav:  navigation(site, p, base), Source: link{Text: path.Base(p.File), Hint: p.Source},
	}
	d.Contents = contents(p)
	if !site.AsOf.IsZero() {
		d.Age = translate(tongue(r), string(lang.WebRead), "age", lang.Age(tongue(r), w.cfg.Now().Sub(site.AsOf)))
	}
	d.Prev, d.Next = neighbours(site, p, base)
	w.render(rw, r, http.StatusOK, "docs", page{Title: p.Title, Nav: "catalog"}, d)
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
	rw.Header().Set("Content-Type", a.Type)
	rw.Header().Set("Content-Security-Policy", a.Policy)
	rw.Header().Set("Cache-Control", "private, max-age=300")
	_, _ = rw.Write(a.Data) // a reader that is gone needs no picture
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

// navigation lists the pages with their sections; pages the author left out of it are not listed unless open.
func navigation(site *docs.Site, open *docs.Page, base string) []navItem {
	var out []navItem
	var at []string
	for i := range site.Pages {
		p := &site.Pages[i]
		if !p.Listed && p != open {
			continue
		}
		for depth, title := range p.In {
			if depth < len(at) && at[depth] == title {
				continue
			}
			at = at[:min(depth, len(at))]
			at = append(at, title)
			out = append(out, navItem{link: link{Text: title}, Depth: min(depth, 3)})
		}
		at = at[:min(len(p.In), len(at))]
		out = append(out, navItem{link: link{Text: p.Title, Href: pagePath(base, p.Path)}, Depth: min(len(p.In), 3), Open: p == open})
	}
	return out
}

// contents are the headings of a page, where there is more than one.
func contents(p *docs.Page) []link {
	var out []link
	for _, s := range p.Sections {
		if s.Anchor != "" && s.Heading != "" && (s.Level == 2 || s.Level == 3) {
			out = append(out, link{Text: s.Heading, Href: "#" + s.Anchor, Hint: map[int]string{3: "deep"}[s.Level]})
		}
	}
	if len(out) < 2 {
		return nil
	}
	return out
}

func neighbours(site *docs.Site, open *docs.Page, base string) (prev, next *link) {
	var last *docs.Page
	found := false
	for i := range site.Pages {
		p := &site.Pages[i]
		if !p.Listed && p != open {
			continue
		}
		switch {
		case p == open:
			found = true
			if last != nil {
				prev = &link{Text: last.Title, Href: pagePath(base, last.Path)}
			}
		case found:
			return prev, &link{Text: p.Title, Href: pagePath(base, p.Path)}
		}
		last = p
	}
	return prev, nil
}
