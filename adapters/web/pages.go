package web

import (
	"bytes"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// page is what every page's frame shows.
type page struct {
	Title string // of the window, before the organisation's name
	Nav   string // the entry of the navigation that is open
	Query string // in the search box
}

// frame is the data of a template: the page, what all pages share, and the page's own.
type frame struct {
	page
	Organization string
	Lang         lang.Lang
	Version      string // fingerprint of the static files
	Data         any
}

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

func functions() template.FuncMap {
	return template.FuncMap{
		"number": lang.Number,
	}
}

// render writes a template. It is rendered whole before the first byte goes out, so that a failure is a plain error.
func (w *Web) render(rw http.ResponseWriter, r *http.Request, status int, name string, p page, data any) {
	var b bytes.Buffer
	f := frame{page: p, Organization: w.cfg.Organization, Lang: tongue(r), Version: w.etag, Data: data}
	if err := w.pages.ExecuteTemplate(&b, name, f); err != nil {
		w.cfg.Log.Error("page failed", "page", name, "err", err)
		http.Error(rw, translate(f.Lang, string(lang.WebBroken)), http.StatusInternalServerError)
		return
	}
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	if rw.Header().Get("Cache-Control") == "" {
		rw.Header().Set("Cache-Control", "private, no-cache")
	}
	rw.WriteHeader(status)
	_, _ = b.WriteTo(rw) // a reader that is gone needs no page
}

// missing says that there is nothing at this address, or nothing called name.
func (w *Web) missing(rw http.ResponseWriter, r *http.Request, name string) {
	w.render(rw, r, http.StatusNotFound, "missing", page{Title: translate(tongue(r), string(lang.WebMissing))}, w.nearest(name))
}

// tongue is the language of the interface: the first of Accept-Language that we speak.
func tongue(r *http.Request) lang.Lang {
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

// home is the start page with the chat box.
func (w *Web) home(rw http.ResponseWriter, r *http.Request) {
	w.render(rw, r, http.StatusOK, "home", page{Nav: "home"}, w.homeData(r, nil))
}

type homeData struct {
	Exchange *exchange
	Examples []string
	Counts   []kindCount
}

func (w *Web) homeData(r *http.Request, ex *exchange) homeData {
	examples := w.cfg.Examples
	if len(examples) == 0 {
		examples = strings.Split(translate(tongue(r), string(lang.WebExamples)), " | ")
	}
	return homeData{Exchange: ex, Examples: examples, Counts: w.kinds(tongue(r))}
}
