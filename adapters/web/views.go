package web

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// maxViews bounds how many cards a page shows.
const maxViews = 20

// viewCards are the cards of an entity that plugins show. What was known before is shown at once with its age and asked
// for again; what was never known is waited for, all of it together no longer than cardTime.
func (w *Web) viewCards(r *http.Request, view search.View, e *catalog.Entity) []pluginCard {
	views, l := w.cfg.Views, tongue(r)
	refs := views.Select(e, func(v plugins.View) bool { return v.Card })
	refs = refs[:min(len(refs), maxViews)]
	if len(refs) == 0 {
		return nil
	}
	q := plugins.Query{Entity: e, Lang: l, Now: w.cfg.Now()}
	ctx, cancel := context.WithTimeout(r.Context(), cardTime)
	defer cancel()
	all := make([]plugins.Known, len(refs))
	var wg sync.WaitGroup
	for i, ref := range refs {
		if all[i] = views.Soon(ref, q); !all[i].Seen && all[i].Due {
			wg.Go(func() { all[i] = views.Refresh(ctx, ref, q) })
		}
	}
	wg.Wait()
	var out []pluginCard
	for _, k := range all {
		blocks := k.Blocks(l, w.cfg.Now())
		if len(blocks) == 0 {
			continue
		}
		title := k.Alone()
		if title == "" {
			title = translate(l, string(lang.PlugTitle), "plugin", k.About.Title, "view", k.Title)
		}
		out = append(out, pluginCard{Title: title, Body: Render(card.Safe(w.told(view, l, blocks)), w.cfg.BaseURL, nil)})
	}
	return out
}

// told is a plugin's card as somebody with a view reads it.
func (w *Web) told(view search.View, l lang.Lang, blocks []card.Block) card.Message {
	return card.Message{Lang: l, Blocks: plugins.ToldCard(blocks, search.Hides(view), translate(l, string(lang.SubHidden)))}
}

// MountPlugins adds the pages of plugins to a router.
func (w *Web) MountPlugins(r chi.Router) {
	r.Group(func(r chi.Router) {
		r.Use(w.guard, w.admit)
		for _, path := range []string{"/plugins/{plugin}", "/plugins/{plugin}/", "/plugins/{plugin}/*"} {
			r.Get(path, w.plugin)
			r.Head(path, w.plugin)
		}
	})
}

// pluginPage bounds how long a plugin may take to make a page.
const pluginPage = 10 * time.Second

// sandboxed is the policy of a document of a vendor's making: it runs its scripts in an origin of its own, without a
// network.
const sandboxed = "sandbox allow-scripts allow-popups; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; media-src data:"

// plugin is a page of a plugin.
func (w *Web) plugin(rw http.ResponseWriter, r *http.Request) {
	name := chi.URLParam(r, "plugin")
	if w.cfg.Views == nil {
		w.missing(rw, r, "")
		return
	}
	entry := w.cfg.Views.Registry.Get(name)
	if entry == nil {
		w.missing(rw, r, name)
		return
	}
	pages, ok := entry.Plugin.(plugins.HasPages)
	if !ok {
		w.missing(rw, r, name)
		return
	}
	view, l := w.view(r), tongue(r)
	q := plugins.WebQuery{Path: strings.Trim(chi.URLParam(r, "*"), "/"), Query: r.URL.Query(), Lang: l, Sees: seesIn(view)}
	p, err := plugins.Call(r.Context(), w.cfg.Views.Gates, name, "page", pluginPage, func(ctx context.Context) (plugins.WebPage, error) {
		return pages.WebPage(ctx, q)
	})
	switch {
	case fault.Is(err, fault.NotFound):
		w.missing(rw, r, "")
	case err != nil:
		w.cfg.Log.Warn("a page of a plugin failed", "plugin", name, "err", err)
		trouble := plugins.Known{About: entry.About, Err: err}.Trouble(l)
		m := card.Message{Lang: l, Blocks: []card.Block{card.Text{Spans: trouble}}}
		w.render(rw, r, http.StatusBadGateway, "plugin", page{Title: entry.About.Title}, Render(card.Safe(m), w.cfg.BaseURL, nil))
	case p.File != nil:
		w.vendorFile(rw, r, *p.File)
	default:
		title := card.CleanLine(p.Title)
		if title == "" {
			title = entry.About.Title
		}
		w.render(rw, r, http.StatusOK, "plugin", page{Title: title}, Render(card.Safe(w.told(view, l, p.Message.Blocks)), w.cfg.BaseURL, nil))
	}
}

// seesIn reports what may be seen in a view.
func seesIn(view search.View) func(catalog.Ref) bool {
	return func(ref catalog.Ref) bool {
		_, ok := view.Entity(ref)
		return ok
	}
}

// vendorFile sends a document that is not ours.
func (w *Web) vendorFile(rw http.ResponseWriter, r *http.Request, f plugins.File) {
	h := rw.Header()
	h["Content-Security-Policy"] = []string{sandboxed}
	h["Cache-Control"] = []string{"private, no-cache"}
	w.sendPage(rw, r, http.StatusOK, w.packer.content(card.CleanLine(f.Type), f.Body))
}
