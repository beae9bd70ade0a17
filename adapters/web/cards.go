package web

import (
	"context"
	"html/template"
	"net/http"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// cardTime bounds how long one source of cards may take; a page does not wait longer.
const cardTime = 2 * time.Second

// CardSource is what a plugin shows on the pages of entities.
type CardSource struct {
	Title string // what the plugin is called, for readers
	// Card returns the card of an entity in a language; a message without blocks means that it has none. It answers
	// from memory or within the context's deadline. An error is logged, and the page says that the card is missing.
	Card func(ctx context.Context, view search.View, e *catalog.Entity, l lang.Lang) (card.Message, error)
}

type pluginCard struct {
	Title  string
	Body   template.HTML
	Failed bool
}

// cards are those of all plugins that have one for an entity.
func (w *Web) cards(r *http.Request, view search.View, e *catalog.Entity) []pluginCard {
	out := w.viewCards(r, view, e)
	for _, source := range w.cfg.Cards {
		ctx, cancel := context.WithTimeout(r.Context(), cardTime)
		m, err := source.Card(ctx, view, e, tongue(r))
		cancel()
		switch {
		case err != nil:
			w.cfg.Log.Warn("a card failed", "plugin", source.Title, "entity", e.Ref.String(), "err", err)
			out = append(out, pluginCard{Title: source.Title, Failed: true})
		case len(m.Blocks) > 0:
			out = append(out, pluginCard{Title: source.Title, Body: Render(card.Safe(m), w.cfg.BaseURL, nil)})
		}
	}
	return out
}
