package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// perPage is how many entities one page of the list shows.
const perPage = 50

// link is something to click on.
type link struct {
	Text, Href, Hint string
}

// kindCount is a kind with how many entities it has.
type kindCount struct {
	Kind, Label, Href string
	Count             int
	Open              bool
}

// kindOrder is the order in which kinds are listed; others are found by search.
func kindOrder() []string {
	return []string{"component", "api", "system", "domain", "resource", "group", "user", "template"}
}

// kindLabel is what a kind is called, one or many of it.
func kindLabel(l lang.Lang, kind string, n int) string {
	if !slices.Contains(kindOrder(), kind) {
		return kind
	}
	return translate(l, "web.kind_"+kind, "n", n)
}

// kinds counts the entities of each kind that a view shows.
func kinds(view search.View, l lang.Lang) []kindCount {
	var out []kindCount
	for _, k := range kindOrder() {
		if n := view.Count(search.Filter{Kinds: []string{k}}); n > 0 {
			out = append(out, kindCount{Kind: k, Label: kindLabel(l, k, n), Href: "/catalog?kind=" + k, Count: n})
		}
	}
	return out
}

type listData struct {
	Facets       []facet
	Chosen       []link // what the list is narrowed to; a click takes it away
	Rows         []listRow
	From, To, Of int
	Prev, Next   string // addresses; "" at the ends
}

type listRow struct {
	link
	Ref       string
	Kind      string
	Type      string
	Owner     link
	Lifecycle string
	Bad       bool // has problems
}

// list is /catalog: entities narrowed by facets, a page at a time. The address is the whole state.
func (w *Web) list(rw http.ResponseWriter, r *http.Request) {
	l, view := tongue(r), w.view(r)
	q := r.URL.Query()
	s := readSelection(q)
	found := w.facets.find(view, s)
	d := listData{Facets: facets(view, l, s, found), Chosen: chosenFacets(view, l, s), Of: len(found.refs)}
	n, err := strconv.Atoi(q.Get("page"))
	last := max((d.Of-1)/perPage+1, 1)
	if err != nil || n < 1 {
		n = 1
	}
	n = min(n, last)
	for _, ref := range found.refs[min((n-1)*perPage, d.Of):min(n*perPage, d.Of)] {
		if e, ok := view.Entity(ref); ok {
			d.Rows = append(d.Rows, row(view, l, e))
		}
	}
	d.From, d.To = min((n-1)*perPage+1, d.Of), min(n*perPage, d.Of)
	if n > 1 {
		d.Prev = s.address(n - 1)
	}
	if n < last {
		d.Next = s.address(n + 1)
	}
	w.render(rw, r, http.StatusOK, "catalog", page{Title: translate(l, string(lang.WebCatalog)), Nav: "catalog", About: translate(l, string(lang.SiteAboutCatalog))}, d)
}

func row(view search.View, l lang.Lang, e *catalog.Entity) listRow {
	r := listRow{
		link: link{Text: e.DisplayName(), Href: refPath("/catalog", e.Ref), Hint: e.Description},
		Ref:  e.Ref.Short(e.Ref.Kind), Kind: kindLabel(l, e.Ref.Kind, 1), Type: typeLabel(l, e.Type), Lifecycle: lifeLabel(l, e.Lifecycle),
		Bad: len(view.Problems(e.Ref)) > 0,
	}
	if !e.Owner.IsZero() {
		r.Owner = linkTo(view, e.Owner)
	}
	if strings.EqualFold(r.Ref, r.Text) {
		r.Ref = ""
	}
	return r
}

// linkTo links to an entity by its name; what does not exist is its reference without a link.
func linkTo(view search.View, ref catalog.Ref) link {
	if e, ok := view.Entity(ref); ok {
		return link{Text: e.DisplayName(), Href: refPath("/catalog", ref), Hint: ref.String()}
	}
	return link{Text: ref.Short("")}
}

// nearest are entities whose name is like the one that was not found.
func (w *Web) nearest(r *http.Request, name string) []link {
	if name == "" {
		return nil
	}
	var out []link
	for _, c := range w.view(r).Resolve(name, search.ResolveOptions{Limit: 5}) {
		out = append(out, link{Text: c.Entity.DisplayName(), Href: refPath("/catalog", c.Entity.Ref), Hint: c.Entity.Ref.String()})
	}
	return out
}
