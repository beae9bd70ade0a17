package readapi

import (
	"encoding/base64"
	"fmt"
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

// hit is one result (@backstage/plugin-search-common, SearchResult) without its rank.
type hit struct {
	kind     string
	document []byte // JSON
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
	var hits []hit
	if slices.Contains(q.types, typeCatalog) {
		hits = a.entityHits(view, q, need)
	}
	if slices.Contains(q.types, typeTechDocs) && len(hits) < need {
		hits = append(slices.Clip(hits), docHits(view, q, need-len(hits))...)
	}
	b := []byte(`{"results":[`)
	for i := from; i < min(from+q.limit, len(hits)); i++ {
		if i > from {
			b = append(b, ',')
		}
		b = append(append(b, `{"type":"`...), hits[i].kind...)
		b = append(append(b, `","document":`...), hits[i].document...)
		b = append(strconv.AppendInt(append(b, `,"rank":`...), int64(i+1), 10), '}')
	}
	b = append(b, ']')
	if len(hits) < need {
		b = strconv.AppendInt(append(b, `,"numberOfResults":`...), int64(len(hits)), 10)
	} else if q.page+1 < searchMostPages {
		b = appendString(append(b, `,"nextPageCursor":`...), pageCursor(q.page+1))
	}
	if q.page > 0 {
		b = appendString(append(b, `,"previousPageCursor":`...), pageCursor(q.page-1))
	}
	write(rw, http.StatusOK, append(b, '}'))
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

// entityHits are the entities that a search finds. Those of a page that was asked for before are kept.
func (a *API) entityHits(view search.View, q searchRequest, need int) []hit {
	var k *kept
	if search.Indexed(view) {
		k = a.kept.view(view)
	}
	key := fmt.Sprintf("%q %v %d", q.term, q.filters, need) // maps print in the order of their keys
	if hits, ok := k.search(key); ok {
		return hits
	}
	hits := findEntities(view, q, need)
	k.keepSearch(key, hits)
	return hits
}

func findEntities(view search.View, q searchRequest, need int) []hit {
	var out []hit
	add := func(e *catalog.Entity) bool {
		if q.fits(e) {
			title := e.DisplayName()
			out = append(out, hit{typeCatalog, document(e, title, e.Description, path("/catalog", e.Ref), "")})
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

// document is a CatalogEntityDocument of @backstage/plugin-catalog-common, with more members
// behind them.
func document(e *catalog.Entity, title, text, location, more string) []byte {
	owner := ""
	if !e.Owner.IsZero() {
		owner = e.Owner.String()
	}
	b := []byte{'{'}
	for i, p := range [...]catalog.Pair{
		{Key: "title", Value: title}, {Key: "text", Value: text}, {Key: "location", Value: location},
		{Key: "kind", Value: e.Kind}, {Key: "namespace", Value: e.Namespace}, {Key: "name", Value: e.Name},
		{Key: "type", Value: orOther(e.Type)}, {Key: "componentType", Value: orOther(e.Type)},
		{Key: "lifecycle", Value: e.Lifecycle}, {Key: "owner", Value: owner},
	} {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(append(appendString(b, p.Key), ':'), p.Value)
	}
	return append(append(b, more...), '}')
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

func docHits(view search.View, q searchRequest, need int) []hit {
	if q.term == "" {
		return nil
	}
	var out []hit
	for _, h := range view.SearchDocs(q.query(need)) {
		e, ok := view.Entity(h.Doc.Entity)
		if !ok || !q.fits(e) {
			continue
		}
		title, at := h.Doc.Title, path("/docs", e.Ref)
		if h.Doc.Heading != "" {
			title += " | " + h.Doc.Heading
		}
		if h.Doc.Page != "" {
			at += "/" + h.Doc.Page
		}
		if h.Doc.Anchor != "" {
			at += "#" + h.Doc.Anchor
		}
		more := appendString([]byte(`,"entityTitle":`), e.DisplayName())
		more = appendString(append(more, `,"path":`...), h.Doc.Page)
		if out = append(out, hit{typeTechDocs, document(e, title, h.Doc.Text, at, string(more))}); len(out) == need {
			break
		}
	}
	return out
}
