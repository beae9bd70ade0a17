// Package web is the browser: pages about entities, search, docs, the tech radar and templates, a chat, all rendered on
// the server, the JSON form of questions and the read API. Everything a page needs comes from this program; it works
// without JavaScript.
//
// Who asks is found out in one place, Config.Admit; what a page shows goes through the View of its Visitor.
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
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/backchannel-portal/backchannel/adapters/web/readapi"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/docs"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
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
	Sites() []*docs.Site
	Resolve(ref catalog.Ref) (entity catalog.Ref, page string, ok bool)
	HTML(entity catalog.Ref, page, base string, tongue lang.Lang) (docs.Shown, error)
	Asset(ctx context.Context, entity catalog.Ref, name string) (docs.Asset, error)
}

// Config is what the web view needs. View, Chat and Ask are required.
type Config struct {
	Organization string
	BaseURL      string             // the public address; decides which hosts may post
	View         func() search.View // the catalog as a reader who is not known may see it now; cheap
	// Admit finds out who asks: it puts them into the request with WithVisitor, or answers itself (a login). It stands
	// before every page and API, not before static files. nil: everybody is let in and sees what View shows.
	Admit   func(http.Handler) http.Handler
	Chat    bot.Handler                                                // answers the chat box
	Tokens  bot.TokenMaker                                             // of buttons; nil: buttons that need one are left out
	Ask     func(context.Context, Question) (bot.Answer, card.Message) // answers POST /api/ask
	Allow   func(client string) bool                                   // whether a program at this address may ask now; nil: always
	Proxies []netip.Prefix                                             // whose X-Forwarded-For is believed, beside this machine's
	Docs    Docs                                                       // nil: no docs
	Frames  []string                                                   // hosts whose frames pages of docs may show, over https
	Mermaid []byte                                                     // the script that draws diagrams in Mermaid; nil: they show their source
	Plugins plugins.Capabilities                                       // on-call and builds of the entity page
	Worst   func(context.Context, search.View) []Cause                 // what is most wrong with the data, worst first; nil: nothing is said
	Cards   []CardSource                                               // what plugins show on the page of an entity, in this order
	Views   *plugins.Runner                                            // and what else plugins show, there and on pages of their own; nil: nothing
	Forms   func() *Forms                                              // pages of forms; nil: none is opened from here
	Runs    Runs                                                       // nil: there are no pages of runs
	Begin   func(template string) bot.Input                            // what opens the form of a template, by its reference; nil: nothing does
	// Examples are questions to begin with that a view answers; nil, or none: those of the message catalogue.
	Examples func(context.Context, search.View, lang.Lang) []string
	Outdated func(template *catalog.Entity) bool // whether a template is not to be used any more, and not listed; nil: none
	Now      func() time.Time                    // nil: time.Now
	Random   io.Reader                           // of conversation ids; nil: crypto/rand
	Log      *slog.Logger                        // nil: nothing is logged
}

// Web serves the pages. It is safe for concurrent use.
type Web struct {
	cfg    Config
	base   *url.URL
	pages  *template.Template
	packer *packer
	assets *assets
	cross  *http.CrossOriginProtection
	api    *readapi.API
	facets facetCache
	causes causeCache
	docs   docsCache

	streams atomic.Int64  // runs that browsers follow
	ending  chan struct{} // closed by Close
	end     sync.Once
	framed  []string // the policy of pages of docs

	toBrowsers, toPrograms http.Header // of every answer
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
	w := &Web{cfg: cfg, base: base, cross: http.NewCrossOriginProtection(), packer: newPacker(), ending: make(chan struct{})}
	w.toBrowsers, w.toPrograms = headers()
	w.api = readapi.New(readapi.Options{View: w.view, Log: cfg.Log})
	if base.Host != "" {
		if err := w.cross.AddTrustedOrigin(base.Scheme + "://" + base.Host); err != nil {
			return nil, fault.Wrap(fault.Invalid, err, "base URL")
		}
	}
	static, err := fs.Sub(files, "static")
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "static files")
	}
	if w.assets, err = newAssets(static, w.packer); err != nil {
		return nil, err
	}
	w.assets.addDiagrams(w.packer, cfg.Mermaid)
	framed, err := framing(cfg.Frames, len(cfg.Mermaid) > 0)
	if err != nil {
		return nil, err
	}
	w.framed = []string{framed}
	if w.pages, err = template.New("").Funcs(functions(w.assets)).ParseFS(files, "templates/*.html"); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "page templates")
	}
	return w, nil
}

// Mount adds the routes to a router.
func (w *Web) Mount(r chi.Router) {
	r.Group(func(r chi.Router) {
		r.Use(w.guard)
		get := func(r chi.Router, path string, h http.HandlerFunc) {
			r.Get(path, h)
			r.Head(path, h)
		}
		get(r, "/static/*", w.file)
		get(r, "/favicon.ico", http.RedirectHandler("/static/favicon.png", http.StatusMovedPermanently).ServeHTTP)
		r.Group(func(r chi.Router) {
			r.Use(w.admit)
			get(r, "/", w.home)
			get(r, "/chat", w.chat)
			r.Post("/chat/messages", w.postMessage)
			r.Post("/chat/new", w.newChat)
			get(r, "/chat/messages", http.RedirectHandler("/chat", http.StatusSeeOther).ServeHTTP) // a reload without the form
			get(r, "/catalog", w.list)
			get(r, "/catalog/{namespace}/{kind}/{name}", w.entity)
			get(r, "/catalog/{namespace}/{kind}/{name}/descriptor", w.descriptor)
			get(r, "/search", w.search)
			get(r, "/docs", w.docsList)
			get(r, "/docs/{namespace}/{kind}/{name}", w.docsPage)
			get(r, "/docs/{namespace}/{kind}/{name}/*", w.docsPage)
			get(r, "/radar", w.radar)
			get(r, "/templates", w.templates)
			r.Post("/templates/{namespace}/{kind}/{name}", w.beginTemplate)
			get(r, "/runs/{id}", w.run)
			r.Get("/runs/{id}/events", w.runEvents)
			r.Post("/preferences", w.preferences)
			r.Post("/api/ask", w.ask)
			w.api.Mount(r)
		})
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
	w.secure(rw.Header(), r)
	if programs(r) {
		w.refuse(rw, r, http.StatusNotFound, lang.WebMissingText)
		return
	}
	w.missing(rw, r, "")
}

// MethodNotAllowed answers an address that is asked in a way it does not know, and says which ways it does.
func (w *Web) MethodNotAllowed(rw http.ResponseWriter, r *http.Request) {
	w.secure(rw.Header(), r)
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
	w.refuse(rw, r, http.StatusMethodNotAllowed, lang.SiteMethod, "method", clip(r.Method), "ways", ways)
}
