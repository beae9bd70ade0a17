package readapi

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// The types of documents, as Backstage names them.
const (
	typeCatalog  = "software-catalog"
	typeTechDocs = "techdocs"
)

// The bounds of a search.
const (
	searchLimit     = 25
	searchMost      = 100
	searchMostPages = 50
)

// result is one hit (@backstage/plugin-search-common, SearchResult).
type result struct {
	Type     string         `json:"type"`
	Document map[string]any `json:"document"`
	Rank     int            `json:"rank"`
}

type results struct {
	Results []result `json:"results"`
	Next    string   `json:"nextPageCursor,omitempty"`
	Prev    string   `json:"previousPageCursor,omitempty"`
	Number  *int     `json:"numberOfResults,omitempty"` // when it is known
}

// searchRequest is what a search asks for.
type searchRequest struct {
	term    string
	types   []string
	filters map[string][]string // lower-case values, of kind, type, lifecycle, namespace, owner, name
	page    int
	limit   int
}

// search answers GET /api/search/query: entities and sections of documentation.
func (a *API) search(rw http.ResponseWriter, r *http.Request) {
	q, err := readSearch(r.URL.Query())
	if err != nil {
		a.fail(rw, r, err)
		return
	}
	view := a.o.View(r)
	from := q.page * q.limit
	need := from + q.limit + 1
	var hits []result
	if slices.Contains(q.types, typeCatalog) {
		hits = entityHits(view, q, need)
	}
	if slices.Contains(q.types, typeTechDocs) && len(hits) < need {
		hits = append(hits, docHits(view, q, need-len(hits))...)
	}
	out := results{Results: []result{}}
	if len(hits) < need {
		n := len(hits)
		out.Number = &n
	} else if q.page+1 < searchMostPages {
		out.Next = pageCursor(q.page + 1)
	}
	if q.page > 0 {
		out.Prev = pageCursor(q.page - 1)
	}
	for i := from; i < min(from+q.limit, len(hits)); i++ {
		hits[i].Rank = i + 1
		out.Results = append(out.Results, hits[i])
	}
	a.answer(rw, r, out)
}

func pageCursor(page int) string {
	return base64.StdEncoding.EncodeToString([]byte(strconv.Itoa(page)))
}

// readSearch reads the parameters, lists and filters in the forms of the qs library: types[0]=, filters[kind]=,
// filters[kind][]=.
func readSearch(v url.Values) (searchRequest, error) {
	q := searchRequest{term: strings.TrimSpace(v.Get("term")), filters: map[string][]string{}, limit: searchLimit}
	for key, values := range v {
		name, rest, _ := strings.Cut(key, "[")
		switch name {
		case "types":
			q.types = append(q.types, values...)
		case "filters":
			field, _, _ := strings.Cut(rest, "]")
			for _, value := range values {
				q.filters[strings.ToLower(field)] = append(q.filters[strings.ToLower(field)], strings.ToLower(value))
			}
		}
	}
	for field := range q.filters {
		if !slices.Contains([]string{"kind", "type", "componenttype", "lifecycle", "namespace", "owner", "name"}, field) {
			return q, bad("Invalid filter %q; search knows kind, type, lifecycle, namespace, owner and name", clip(field))
		}
	}
	if len(q.types) == 0 {
		q.types = []string{typeCatalog, typeTechDocs}
	}
	var err error
	if s := v.Get("pageLimit"); s != "" {
		if q.limit, err = strconv.Atoi(s); err != nil || q.limit < 1 || q.limit > searchMost {
			return q, bad("The page limit %q is not between 1 and %d", clip(s), searchMost)
		}
	}
	if s := v.Get("pageCursor"); s != "" {
		text, err := base64.StdEncoding.DecodeString(s)
		if err == nil {
			q.page, err = strconv.Atoi(string(text))
		}
		if err != nil || q.page < 0 || q.page >= searchMostPages {
			return q, bad("The page cursor is not one of this search")
		}
	}
	return q, nil
}

// has reports whether one of a filter's values fits; a filter that is not there lets everything pass.
func (q *searchRequest) has(filter string, values ...string) bool {
	wanted := q.filters[filter]
	return len(wanted) == 0 || slices.ContainsFunc(values, func(v string) bool { return slices.Contains(wanted, strings.ToLower(v)) })
}

func (q *searchRequest) fits(e *catalog.Entity) bool {
	return q.has("kind", e.Ref.Kind) && q.has("type", e.Type) && q.has("componenttype", e.Type) && q.has("lifecycle", e.Lifecycle) &&
		q.has("namespace", e.Ref.Namespace) && q.has("name", e.Ref.Name) && q.has("owner", e.Owner.String(), e.Owner.Short("group"))
}

// query is the part of a request that the index answers.
func (q *searchRequest) query(limit int) search.Query {
	if len(q.filters) > 0 {
		limit = max(limit, searchMost*10) // some may be left out afterwards
	}
	return search.Query{Text: q.term, Kinds: q.filters["kind"], Any: true, Limit: limit}
}

func entityHits(view search.View, q searchRequest, need int) []result {
	var out []result
	add := func(e *catalog.Entity) bool {
		if q.fits(e) {
			out = append(out, result{Type: typeCatalog, Document: entityDocument(e)})
		}
		return len(out) < need
	}
	if q.term == "" {
		for e := range view.Entities(search.Filter{Kinds: q.filters["kind"]}) {
			if !add(e) {
				break
			}
		}
		return out
	}
	for _, h := range view.Search(q.query(need)) {
		if !add(h.Entity) {
			break
		}
	}
	return out
}

// entityDocument is a CatalogEntityDocument of @backstage/plugin-catalog-common.
func entityDocument(e *catalog.Entity) map[string]any {
	title := e.Title
	if title == "" {
		title = e.DisplayName()
	}
	d := map[string]any{
		"title": title, "text": e.Description, "location": path("/catalog", e.Ref),
		"kind": e.Kind, "namespace": e.Namespace, "name": e.Name, "type": orOther(e.Type), "componentType": orOther(e.Type),
		"lifecycle": e.Lifecycle, "owner": "",
	}
	if !e.Owner.IsZero() {
		d["owner"] = e.Owner.String()
	}
	return d
}

func orOther(t string) string {
	if t == "" {
		return "other"
	}
	return t
}

func path(prefix string, ref catalog.Ref) string {
	return prefix + "/" + url.PathEscape(ref.Namespace) + "/" + url.PathEscape(ref.Kind) + "/" + url.PathEscape(ref.Name)
}

func docHits(view search.View, q searchRequest, need int) []result {
	var out []result
	if q.term == "" {
		return nil
	}
	for _, h := range view.SearchDocs(q.query(need)) {
		e, ok := view.Entity(h.Doc.Entity)
		if !ok || !q.fits(e) {
			continue
		}
		d := entityDocument(e)
		d["entityTitle"], d["path"], d["text"] = d["title"], h.Doc.Page, h.Doc.Text
		d["title"] = h.Doc.Title
		if h.Doc.Heading != "" {
			d["title"] = h.Doc.Title + " | " + h.Doc.Heading
		}
		at := path("/docs", e.Ref)
		if h.Doc.Page != "" {
			at += "/" + h.Doc.Page
		}
		if h.Doc.Anchor != "" {
			at += "#" + h.Doc.Anchor
		}
		d["location"] = at
		if out = append(out, result{Type: typeTechDocs, Document: d}); len(out) == need {
			break
		}
	}
	return out
}
