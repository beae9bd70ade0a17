package web

import (
	"net/http"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

const (
	maxHits     = 20  // entities
	maxSections = 60  // of docs
	maxTerms    = 400 // characters of a search
)

type searchData struct {
	Query string
	In    *link // the entity whose docs alone are searched
	InRef string
	Names bool // the hits are only similar to what was asked for
	Hits  []listRow
	Docs  []docHit
}

// search is /search?q=: entities by name, then by words, and sections of the docs. With in= only the docs of one entity.
func (w *Web) search(rw http.ResponseWriter, r *http.Request) {
	l, view := tongue(r), w.view(r)
	q := card.CleanLine(r.URL.Query().Get("q"))
	if utf8.RuneCountInString(q) > maxTerms {
		q = card.Limits{}.Cut(q, maxTerms)
	}
	d := searchData{Query: q}
	var scope []catalog.Ref
	if ref, err := catalog.ParseRef(r.URL.Query().Get("in"), "", ""); err == nil {
		if _, ok := view.Entity(ref); ok {
			to := linkTo(view, ref)
			d.In, d.InRef, scope = &to, ref.String(), []catalog.Ref{ref}
		}
	}
	if q != "" {
		if d.Docs = docHits(view, q, scope...); d.In == nil {
			d.Hits = entityHits(view, l, q)
		}
		if d.In == nil && len(d.Hits) == 0 && len(d.Docs) == 0 {
			for _, c := range view.Resolve(q, search.ResolveOptions{Limit: 5}) {
				d.Names = true
				d.Hits = append(d.Hits, row(view, l, c.Entity))
			}
		}
	}
	title := translate(l, string(lang.WebSearch))
	if q != "" {
		title = q + " – " + title
	}
	w.render(rw, r, http.StatusOK, "search", page{Title: title, Nav: "search", Query: q, About: translate(l, string(lang.SiteAboutSearch))}, d)
}

func entityHits(view search.View, l lang.Lang, q string) []listRow {
	var out []listRow
	seen := map[catalog.Ref]bool{}
	add := func(e *catalog.Entity) {
		if !seen[e.Ref] && len(out) < maxHits {
			seen[e.Ref] = true
			out = append(out, row(view, l, e))
		}
	}
	for _, c := range view.Resolve(q, search.ResolveOptions{Deepest: search.MatchWords, Limit: maxHits}) {
		add(c.Entity)
	}
	for _, h := range view.Search(search.Query{Text: q, Limit: maxHits}) {
		add(h.Entity)
	}
	return out
}
