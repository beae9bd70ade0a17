package readapi

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// registered is a configured location in Backstage's form.
type registered struct {
	ID     string `json:"id"`
	Type   string `json:"type"`
	Target string `json:"target"`
}

func location(origin string) registered {
	kind, target, _ := strings.Cut(origin, ":")
	return registered{uuid.NewSHA1(uidSpace, []byte("location\x00"+origin)).String(), kind, target}
}

// origins are the configured locations of what a viewer may see, in order.
func origins(view search.View) []registered {
	seen := map[string]bool{}
	var out []registered
	for e := range view.Entities(search.Filter{}) {
		if o := e.Source.Origin; o != "" && !seen[o] {
			seen[o] = true
			out = append(out, location(o))
		}
	}
	slices.SortFunc(out, func(a, b registered) int { return strings.Compare(a.Type+":"+a.Target, b.Type+":"+b.Target) })
	return out
}

// locations answers GET /locations.
func (a *API) locations(rw http.ResponseWriter, r *http.Request) {
	type item struct {
		Data registered `json:"data"`
	}
	list := []item{}
	for _, l := range origins(a.o.View(r)) {
		list = append(list, item{l})
	}
	a.answer(rw, r, list)
}

// location answers GET /locations/{id}.
func (a *API) location(rw http.ResponseWriter, r *http.Request) {
	id := param(r, "id")
	for _, l := range origins(a.o.View(r)) {
		if l.ID == id {
			a.answer(rw, r, l)
			return
		}
	}
	a.fail(rw, r, fault.New(fault.NotFound, "Found no location with ID %s", clip(id)))
}

// locationOf answers GET /locations/by-entity/{kind}/{namespace}/{name}.
func (a *API) locationOf(rw http.ResponseWriter, r *http.Request) {
	e, ok := a.o.View(r).Entity(named(r))
	if !ok || e.Source.Origin == "" {
		a.fail(rw, r, fault.New(fault.NotFound, "found no entity for ref %s", clip(named(r).String())))
		return
	}
	a.answer(rw, r, location(e.Source.Origin))
}

// queryLocations answers POST /locations/by-query with all of them: there are as many as the configuration has, and
// one page holds them. A query is refused rather than ignored.
func (a *API) queryLocations(rw http.ResponseWriter, r *http.Request) {
	var body struct {
		Query  json.RawMessage `json:"query"`
		Cursor string          `json:"cursor"`
	}
	if err := readBody(rw, r, &body); err != nil {
		a.fail(rw, r, err)
		return
	}
	if len(body.Query) > 0 || body.Cursor != "" {
		a.fail(rw, r, bad("Locations cannot be queried here; ask without query and cursor for all of them"))
		return
	}
	list := origins(a.o.View(r))
	if list == nil {
		list = []registered{}
	}
	a.answer(rw, r, struct {
		Items []registered `json:"items"`
		Total int          `json:"totalItems"`
		Info  struct{}     `json:"pageInfo"`
	}{list, len(list), struct{}{}})
}

// answer writes a value as JSON.
func (a *API) answer(rw http.ResponseWriter, r *http.Request, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		a.fail(rw, r, fault.Wrap(fault.Internal, err, "write an answer"))
		return
	}
	write(rw, http.StatusOK, body)
}
