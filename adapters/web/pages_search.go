package web

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/docs"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

const (
	maxHits  = 20
	maxTerms = 400 // characters of a search
)

type searchData struct {
	Query string
	Names bool // the hits are only similar to what was asked for
	Hits  []listRow
	Docs  []docHit
}

type docHit struct {
	Page    link
	Entity  link
	Excerpt string
}

// search is /search?q=: entities by name, then by words, and sections of the docs.
func (w *Web) search(rw http.ResponseWriter, r *http.Request) {
	l := tongue(r)
	q := card.CleanLine(r.URL.Query().Get("q"))
	if utf8.RuneCountInString(q) > maxTerms {
		q = card.Limits{}.Cut(q, maxTerms)
	}
	d := searchData{Query: q}
	if q != "" {
		view := w.cfg.View()
		d.Hits = entityHits(view, l, q)
		d.Docs = docHits(view, q)
		if len(d.Hits) == 0 && len(d.Docs) == 0 {
			for _, c := range view.Resolve(q, search.ResolveOptions{Limit: 5}) {
				d.Names = true
				d.Hits = append(d.Hits, row(view, l, c.Entity))
			}
		}
	}
	w.render(rw, r, http.StatusOK, "search", page{Title: translate(l, string(lang.WebSearch)), Nav: "search", Query: q}, d)
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

func docHits(view search.View, q string) []docHit {
	var out []docHit
	words := strings.Fields(q)
	for _, h := range view.SearchDocs(search.Query{Text: q, Limit: 8}) {
		if h.Terms < h.Of {
			continue
		}
		base := refPath("/docs", h.Doc.Entity)
		hit := docHit{Entity: linkTo(view, h.Doc.Entity), Excerpt: docs.Excerpt(h.Doc.Text, words)}
		hit.Page = link{Text: h.Doc.Title, Href: base}
		if h.Doc.Page != "" {
			hit.Page.Href += "/" + escapePath(h.Doc.Page)
		}
		if h.Doc.Heading != "" && h.Doc.Heading != h.Doc.Title {
			hit.Page.Text += " › " + h.Doc.Heading
		}
		if h.Doc.Anchor != "" {
			hit.Page.Href += "#" + h.Doc.Anchor
		}
		out = append(out, hit)
	}
	return out
}
