package web

import (
	"net/http"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// maxTemplates bounds what the page of templates lists.
const maxTemplates = 500

type templateItem struct {
	link
	About string
	Type  string
	Owner link
	Tags  []link
	Ask   string // what begins it in the chat
	Begin string // address that opens its form; empty: there is none
}

// templates is /templates: what new things can be made from.
func (w *Web) templates(rw http.ResponseWriter, r *http.Request) {
	l, view := tongue(r), w.view(r)
	var items []templateItem
	for e := range view.Entities(search.Filter{Kinds: []string{"template"}}) {
		if len(items) == maxTemplates {
			break
		}
		if w.cfg.Outdated != nil && w.cfg.Outdated(e) {
			continue
		}
		t := templateItem{
			link: link{Text: e.DisplayName(), Href: refPath("/catalog", e.Ref)}, About: card.CleanLine(e.Description), Type: typeLabel(l, e.Type), Tags: tags(e),
			Ask: translate(l, string(lang.SiteAskMake), "name", e.Name),
		}
		if w.cfg.Begin != nil {
			t.Begin = refPath("/templates", e.Ref)
		}
		if !e.Owner.IsZero() {
			t.Owner = linkTo(view, e.Owner)
		}
		items = append(items, t)
	}
	w.render(rw, r, http.StatusOK, "templates", page{Title: translate(l, string(lang.SiteTemplates)), Nav: "templates", About: translate(l, string(lang.SiteAboutTemplates))}, items)
}
