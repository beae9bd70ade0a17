package web

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/docs"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

type docsListData struct {
	Sites, APIs  int  // how many there are of what authors wrote, and of definitions of APIs
	Defined      bool // the definitions are listed
	Rows         []docsRow
	From, To, Of int
	Prev, Next   string // addresses; "" at the ends
}

// docsRow is one documentation.
type docsRow struct {
	link
	Entity link
	Kind   string
	Owner  link
	Pages  int
	Age    string
}

// docsList is /docs: whatever has documentation, a page at a time; definitions of APIs apart.
func (w *Web) docsList(rw http.ResponseWriter, r *http.Request) {
	l, view, q := tongue(r), w.view(r), r.URL.Query()
	written, defined := w.sites(view)
	d := docsListData{Sites: len(written), APIs: len(defined), Defined: len(defined) > 0 && (q.Get("of") == "api" || len(written) == 0)}
	all, address := written, "/docs?page="
	if d.Defined {
		all, address = defined, "/docs?of=api&page="
	}
	d.Of = len(all)
	last := max((d.Of-1)/perPage+1, 1)
	n, err := strconv.Atoi(q.Get("page"))
	if err != nil || n < 1 {
		n = 1
	}
	n = min(n, last)
	d.From, d.To = min((n-1)*perPage+1, d.Of), min(n*perPage, d.Of)
	for _, site := range all[min((n-1)*perPage, d.Of):d.To] {
		d.Rows = append(d.Rows, w.docsRow(r, view, site))
	}
	if n > 1 {
		d.Prev = address + strconv.Itoa(n-1)
	}
	if n < last {
		d.Next = address + strconv.Itoa(n+1)
	}
	w.render(rw, r, http.StatusOK, "docslist", page{Title: translate(l, string(lang.WebDocs)), Nav: "docs", About: translate(l, string(lang.SiteAboutDocs))}, d)
}

func (w *Web) docsRow(r *http.Request, view search.View, site *docs.Site) docsRow {
	l := tongue(r)
	out := docsRow{
		link: link{Text: site.Title, Href: refPath("/docs", site.Entity), Hint: card.CleanLine(site.About)}, Entity: linkTo(view, site.Entity),
		Kind: kindLabel(l, site.Entity.Kind, 1), Pages: len(site.Pages), Age: w.since(r, site),
	}
	if e, ok := view.Entity(site.Entity); ok {
		if out.Hint == "" {
			out.Hint = card.CleanLine(e.Description)
		}
		if !e.Owner.IsZero() {
			out.Owner = linkTo(view, e.Owner)
		}
	}
	return out
}

// sites are all documentations that a view shows: what authors wrote, and what is made from definitions.
func (w *Web) sites(view search.View) (written, defined []*docs.Site) {
	if w.cfg.Docs == nil {
		return nil, nil
	}
	for _, site := range w.cfg.Docs.Sites() {
		switch _, ok := view.Entity(site.Entity); {
		case !ok:
		case site.API:
			defined = append(defined, site)
		default:
			written = append(written, site)
		}
	}
	return written, defined
}

// documented reports whether a view shows any documentation.
func (w *Web) documented(view search.View) bool {
	return w.cfg.Docs != nil && slices.ContainsFunc(w.cfg.Docs.Sites(), func(site *docs.Site) bool { _, ok := view.Entity(site.Entity); return ok })
}
