// Package web is the browser: a chat box and pages about entities, search and docs, rendered on the server, and the
// JSON form of questions. Everything a page needs comes from this program; it works without JavaScript.
package web

import (
	"context"
	"crypto/rand"
	"embed"
	"html/template"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/backchannel-portal/backchannel/adapters/web/readapi"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/docs"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
)

// Bounds of requests.
const (
	maxChatBody = 256 << 10 // a question and the fields beside it, encoded
	maxAskBody  = 1 << 20
	maxQuestion = 40_000 // characters of a question; more is cut before it is asked
	workTime    = 50 * time.Second
)

// Docs is what the docs pages read; docs.Library implements it.
type Docs interface {
	Site(ref catalog.Ref) (*docs.Site, bool)
	HTML(entity catalog.Ref, page, base string) ([]byte, error)
	Asset(ctx context.Context, entity catalog.Ref, name string) (docs.Asset, error)
}

// Config is what the web view needs. View, Chat and Ask are required.
type Config struct {
	Organization string
	BaseURL      string                                                     // the public address; decides which hosts may post
	View         func() search.View                                         // the catalog as the reader may see it now; cheap
	Chat         bot.Handler                                                // answers the chat box
	Tokens       bot.TokenMaker                                             // of buttons; nil: buttons that need one are left out
	Ask          func(context.Context, Question) (bot.Answer, card.Message) // answers POST /api/ask
	Allow        func(client string) bool                                   // whether a program at this address may ask now; nil: always
	Proxies      []netip.Prefix                                             // whose X-Forwarded-For is believed, beside this machine's
	Docs         Docs                                                       // nil: no docs
	Plugins      plugins.Capabilities                                       // on-call and builds of the entity page
	Examples     []string                                                   // questions to begin with; none: those of the message catalogue
	Now          func() time.Time                                           // nil: time.Now
	Random       io.Reader                                                  // of conversation ids; nil: crypto/rand
	Log          *slog.Logger                                               // nil: nothing is logged
}

// Web serves the pages. It is safe for concurrent use.
type Web struct {
	cfg    Config
	base   *url.URL
	pages  *template.Template
	static fs.FS
	etag   string
	cross  *http.CrossOriginProtection
	api    *readapi.API
}

//go:embed templates static
var files embed.FS

// New checks the configuration and parses the templates. A base URL that is none is an error of kind Invalid.
func New(cfg Config) (*Web, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Random == nil {
		cfg.Random = rand.Reader
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	cfg.Plugins = plugins.New(cfg.Plugins)
	base, err := url.Parse(cfg.BaseURL)
	if err != nil || cfg.BaseURL != "" && base.Host == "" {
		return nil, fault.New(fault.Invalid, "the base URL %q is not an address such as http://localhost:7007", cfg.BaseURL)
	}
	w := &Web{cfg: cfg, base: base, cross: http.NewCrossOriginProtection()}
	w.api = readapi.New(readapi.Options{View: func(*http.Request) search.View { return cfg.View() }, Log: cfg.Log})
	if base.Host != "" {
		if err := w.cross.AddTrustedOrigin(base.Scheme + "://" + base.Host); err != nil {
			return nil, fault.Wrap(fault.Invalid, err, "base URL")
		}
	}
	if w.pages, err = template.New("").Funcs(functions()).ParseFS(files, "templates/*.html"); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "page templates")
	}
	if w.static, err = fs.Sub(files, "static"); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "static files")
	}
	w.etag, err = fingerprint(w.static)
	return w, err
}

// Mount adds the routes to a router.
func (w *Web) Mount(r chi.Router) {
	r.Group(func(r chi.Router) {
		r.Use(w.guard)
		get := func(path string, h http.HandlerFunc) {
			r.Get(path, h)
			r.Head(path, h)
		}
		get("/", w.home)
		get("/chat", w.home)
		r.Post("/chat/messages", w.postMessage)
		get("/chat/messages", http.RedirectHandler("/", http.StatusSeeOther).ServeHTTP) // a reload without the form
		get("/catalog", w.list)
		get("/catalog/{namespace}/{kind}/{name}", w.entity)
		get("/search", w.search)
		get("/docs/{namespace}/{kind}/{name}", w.docsPage)
		get("/docs/{namespace}/{kind}/{name}/*", w.docsPage)
		get("/static/*", w.file)
		get("/favicon.ico", http.RedirectHandler("/static/favicon.svg", http.StatusMovedPermanently).ServeHTTP)
		r.Post("/api/ask", w.ask)
		w.api.Mount(r)
	})
}

// Handler returns the routes as one handler, with a page for what is not found.
func (w *Web) Handler() http.Handler {
	r := chi.NewRouter()
	w.Mount(r)
	r.NotFound(w.NotFound)
	r.MethodNotAllowed(w.MethodNotAllowed)
	return r
}

// NotFound answers addresses that lead nowhere.
func (w *Web) NotFound(rw http.ResponseWriter, r *http.Request) {
	w.secure(rw.Header())
	if programs(r) {
		w.refuse(rw, r, http.StatusNotFound, "There is nothing at this address.")
		return
	}
	w.missing(rw, r, "")
}

// MethodNotAllowed answers an address that is asked in a way it does not know, and says which ways it does.
func (w *Web) MethodNotAllowed(rw http.ResponseWriter, r *http.Request) {
	w.secure(rw.Header())
	var allowed []string
	if routes := chi.RouteContext(r.Context()); routes != nil && routes.Routes != nil {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
			if routes.Routes.Match(chi.NewRouteContext(), method, r.URL.Path) {
				allowed = append(allowed, method)
			}
		}
	}
	ways := strings.Join(allowed, ", ")
	rw.Header().Set("Allow", ways)
	w.refuse(rw, r, http.StatusMethodNotAllowed, "This address does not take "+clip(r.Method)+"; it takes "+ways+".")
}
