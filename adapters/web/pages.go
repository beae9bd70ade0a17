package web

import (
	"bytes"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// page is what every page's frame shows.
type page struct {
	Title string // of the window, before the organisation's name
	About string // one sentence, for search engines and previews
	Nav   string // the entry of the navigation that is open
	Query string // in the search box
	Style string // a further style sheet
}

// frame is the data of a template: the page, what all pages share, and the page's own.
type frame struct {
	page
	Organization string
	Lang         lang.Lang
	Theme        string // chosen by the user; empty: the system's
	Back         string // where the page itself is, for switches that lead back
	User         string // who is signed in; empty: nobody
	Features     features
	Preview      *preview // nil: previews of the page show nothing of it
	Data         any
}

// features are what the navigation leads to.
type features struct{ Docs, Radar, Templates bool }

// T is a message of the catalogue in the page's language, for templates: name and value pairs follow the key.
func (f frame) T(key string, pairs ...any) string { return translate(f.Lang, key, pairs...) }

// With is the frame around other data, for a template that shows a part.
func (f frame) With(data any) frame {
	f.Data = data
	return f
}

func translate(l lang.Lang, key string, pairs ...any) string {
	args := lang.Args{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if name, ok := pairs[i].(string); ok {
			args[name] = pairs[i+1]
		}
	}
	return lang.Text(l, lang.Key(key), args)
}

func functions(a *assets) template.FuncMap {
	return template.FuncMap{
		"number": lang.Number,
		"asset":  a.path,
		"list":   func(parts ...string) []string { return parts },
		"add":    func(a, b int) int { return a + b },
		"path":   refPath,
	}
}

// render writes a page. It is rendered whole before the first byte goes out, so that a failure is a plain error.
func (w *Web) render(rw http.ResponseWriter, r *http.Request, status int, name string, p page, data any) {
	body, ok := w.made(rw, r, name, p, data)
	if !ok {
		return
	}
	w.sendPage(rw, r, status, w.packer.content("text/html; charset=utf-8", body))
}

func (w *Web) sendPage(rw http.ResponseWriter, r *http.Request, status int, c *content) {
	if h := rw.Header(); h["Cache-Control"] == nil {
		h["Cache-Control"] = []string{"private, no-cache"}
	}
	send(rw, r, status, c)
}

// made is a page as text. When that fails, it has answered.
func (w *Web) made(rw http.ResponseWriter, r *http.Request, name string, p page, data any) ([]byte, bool) {
	var b bytes.Buffer
	f := frame{
		page: p, Organization: w.cfg.Organization, Lang: tongue(r), Theme: theme(r), Back: r.URL.RequestURI(), User: VisitorOf(r.Context()).Name,
		Features: w.features(r), Preview: w.preview(r, p), Data: data,
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		f.Back = "/"
	}
	if err := w.pages.ExecuteTemplate(&b, name, f); err != nil {
		w.cfg.Log.Error("page failed", "page", name, "err", err)
		http.Error(rw, translate(f.Lang, string(lang.WebBroken)), http.StatusInternalServerError)
		return nil, false
	}
	return b.Bytes(), true
}

// features looks which pages have something to show.
func (w *Web) features(r *http.Request) features {
	shape, err := w.cfg.Plugins.Radar.Shape(r.Context())
	return features{Docs: w.documented(w.view(r)), Radar: err == nil && shape.Source != "", Templates: w.view(r).Count(search.Filter{Kinds: []string{"template"}}) > 0}
}

// missing says that there is nothing at this address, or nothing called name.
func (w *Web) missing(rw http.ResponseWriter, r *http.Request, name string) {
	w.render(rw, r, http.StatusNotFound, "missing", page{Title: translate(tongue(r), string(lang.WebMissing))}, w.nearest(r, name))
}

// tongue is the language of the interface: the one that was chosen, else the first of Accept-Language that we speak.
func tongue(r *http.Request) lang.Lang {
	if l := chosen(r); l != "" {
		return l
	}
	best, weight := lang.English, 0.0
	for i, part := range strings.Split(r.Header.Get("Accept-Language"), ",") {
		if i == 10 {
			break
		}
		tag, q, _ := strings.Cut(strings.TrimSpace(part), ";q=")
		v, err := strconv.ParseFloat(q, 64)
		if q == "" {
			v, err = 1, nil
		}
		known := strings.HasPrefix(strings.ToLower(tag), "en") || lang.Parse(tag) == lang.Chinese
		if err == nil && known && v > weight {
			best, weight = lang.Parse(tag), v
		}
	}
	return best
}

// refPath is the page of an entity below prefix, /catalog or /docs.
func refPath(prefix string, ref catalog.Ref) string {
	return prefix + "/" + url.PathEscape(ref.Namespace) + "/" + url.PathEscape(ref.Kind) + "/" + url.PathEscape(ref.Name)
}
