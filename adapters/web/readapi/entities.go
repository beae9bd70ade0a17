package readapi

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// byQuery answers GET and POST /entities/by-query.
func (a *API) byQuery(rw http.ResponseWriter, r *http.Request) {
	q, err := readQuestion(rw, r)
	if err != nil {
		a.fail(rw, r, err)
		return
	}
	view := a.o.View(r)
	kept := a.kept.view(view)
	s, err := newSelection(view, kept, &q)
	if err != nil {
		a.fail(rw, r, err)
		return
	}
	p := s.page(&q)
	out := a.stream(rw, &renderer{view: view, fields: q.fields, kept: kept})
	out.text(`{"items":[`)
	for _, row := range p.rows {
		out.entity(row.ref)
	}
	out.text(`],"totalItems":`)
	if q.total {
		out.text(strconv.Itoa(p.total))
	} else {
		out.text("0")
	}
	next, prev := s.cursors(&q, &p)
	out.text(`,"pageInfo":{`)
	if next != "" {
		out.text(`"nextCursor":"` + next + `"`)
	}
	if prev != "" {
		if next != "" {
			out.text(",")
		}
		out.text(`"prevCursor":"` + prev + `"`)
	}
	out.text("}}")
	out.close()
}

// entities answers GET /entities, which older clients use.
func (a *API) entities(rw http.ResponseWriter, r *http.Request) {
	v, err := entityParams.read(r)
	if err != nil {
		a.fail(rw, r, err)
		return
	}
	fields, err := projection(v["fields"])
	if err != nil {
		a.fail(rw, r, err)
		return
	}
	query, err := filterParams(v)
	if err != nil {
		a.fail(rw, r, err)
		return
	}
	view := a.o.View(r)
	kept, q := a.kept.view(view), question{query: query}
	s, err := newSelection(view, kept, &q)
	if err != nil {
		a.fail(rw, r, err)
		return
	}
	limit, offset, err := pagination(v)
	if err != nil {
		a.fail(rw, r, err)
		return
	}
	var rows []catalog.Ref
	for row := range s.chosen().EachSet() {
		rows = append(rows, s.refs[row])
	}
	if err := sortRows(rows, v["order"], s); err != nil {
		a.fail(rw, r, err)
		return
	}
	rows = rows[min(offset, len(rows)):]
	if limit >= 0 && len(rows) > limit {
		rows = rows[:limit]
		v.Del("offset")
		after, _ := json.Marshal(map[string]int{"limit": limit, "offset": offset + limit}) // a map of numbers cannot fail
		v.Set("after", base64.StdEncoding.EncodeToString(after))
		rw.Header().Set("Link", "<"+r.URL.EscapedPath()+"?"+v.Encode()+`>; rel="next"`)
	}
	out := a.stream(rw, &renderer{view: view, fields: fields, kept: kept})
	out.text("[")
	for _, e := range rows {
		out.entity(e)
	}
	out.text("]")
	out.close()
}

// pagination reads limit, offset and after of GET /entities. A limit below zero is none.
func pagination(v url.Values) (limit, offset int, err error) {
	if limit, err = number(v, "limit", -1); err != nil {
		return 0, 0, err
	}
	if limit == 0 {
		return 0, 0, bad("Invalid limit, must be greater than zero")
	}
	if offset, err = number(v, "offset", 0); err != nil {
		return 0, 0, err
	}
	if after := v.Get("after"); after != "" {
		var at struct{ Limit, Offset *int }
		text, err := base64.StdEncoding.DecodeString(after)
		if err != nil || json.Unmarshal(text, &at) != nil {
			return 0, 0, bad("Malformed after cursor, could not be parsed")
		}
		if at.Limit != nil {
			limit = *at.Limit
		}
		if at.Offset != nil {
			offset = *at.Offset
		}
		if limit == 0 || offset < 0 {
			return 0, 0, bad("Malformed after cursor, limit or offset is out of range")
		}
	}
	return limit, offset, nil
}

// sortRows orders by "asc:path" and "desc:path"; what lacks a path comes last in both directions.
func sortRows(rows []catalog.Ref, orders []string, s *selection) error {
	type by struct {
		field field
		desc  bool
	}
	var list []by
	for _, o := range orders {
		direction, path, ok := strings.Cut(o, ":")
		if !ok || path == "" || direction != "asc" && direction != "desc" || len(list) == mostFacets {
			return bad(`Invalid order parameter %q, expected "<asc or desc>:<field name>"`, clip(o))
		}
		list = append(list, by{newField(path, s.view), direction == "desc"})
	}
	for i := len(list) - 1; i >= 0; i-- { // the first decides: it sorts last, and stably
		keys := make(map[catalog.Ref]string, len(rows))
		for _, ref := range rows {
			if e, ok := itemOf(s.view, ref); ok {
				if k, has := list[i].field.low(e); has {
					keys[ref] = k
				}
			}
		}
		slices.SortStableFunc(rows, func(a, b catalog.Ref) int {
			ka, hasA := keys[a]
			kb, hasB := keys[b]
			switch {
			case !hasA && !hasB:
				return 0
			case !hasA:
				return 1
			case !hasB:
				return -1
			case list[i].desc:
				return strings.Compare(kb, ka)
			default:
				return strings.Compare(ka, kb)
			}
		})
	}
	return nil
}

// byName answers GET /entities/by-name/{kind}/{namespace}/{name}.
func (a *API) byName(rw http.ResponseWriter, r *http.Request) {
	view := a.o.View(r)
	rd := renderer{view: view, kept: a.kept.view(view)}
	b, ok := rd.whole(named(r))
	if !ok {
		a.fail(rw, r, unnamed(r))
		return
	}
	write(rw, http.StatusOK, b)
}

// named is the reference in the path of a request.
func named(r *http.Request) catalog.Ref {
	return catalog.MakeRef(param(r, "kind"), param(r, "namespace"), param(r, "name"))
}

func unnamed(r *http.Request) error {
	return fault.New(fault.NotFound, "No entity named '%s' found, with kind '%s' in namespace '%s'",
		clip(param(r, "name")), clip(param(r, "kind")), clip(param(r, "namespace")))
}

// ancestry answers with the entity alone: what led to it is in its annotations, not an entity.
func (a *API) ancestry(rw http.ResponseWriter, r *http.Request) {
	view, ref := a.o.View(r), named(r)
	rd := renderer{view: view, kept: a.kept.view(view)}
	b := appendString([]byte(`{"rootEntityRef":`), ref.String())
	b, ok := rd.entity(append(b, `,"items":[{"entity":`...), ref)
	if !ok {
		a.fail(rw, r, fault.New(fault.NotFound, "No such entity %s", clip(ref.String())))
		return
	}
	write(rw, http.StatusOK, append(b, `,"parentEntityRefs":[]}]}`...))
}

// byUID answers GET /entities/by-uid/{uid}.
func (a *API) byUID(rw http.ResponseWriter, r *http.Request) {
	id := chi.URLParam(r, "uid")
	view := a.o.View(r)
	kept := a.kept.view(view)
	q := question{query: append(appendString([]byte(`{"metadata.uid":`), strings.ToValidUTF8(id, "")), '}')}
	s, err := newSelection(view, kept, &q)
	if err != nil {
		a.fail(rw, r, err)
		return
	}
	var ref catalog.Ref
	if row, ok := s.chosen().NextSet(0); ok {
		ref = s.refs[row]
	}
	rd := renderer{view: view, kept: kept}
	b, ok := rd.whole(ref)
	if !ok {
		a.fail(rw, r, fault.New(fault.NotFound, "No entity with uid %s", clip(id)))
		return
	}
	write(rw, http.StatusOK, b)
}

// byRefs answers POST /entities/by-refs: in the order asked for, null for what is not there.
func (a *API) byRefs(rw http.ResponseWriter, r *http.Request) {
	var body struct {
		Refs   []string        `json:"entityRefs"`
		Fields []string        `json:"fields"`
		Query  json.RawMessage `json:"query"`
	}
	err := readBody(rw, r, &body)
	if err == nil && body.Refs == nil {
		err = bad(`Malformed request body, "entityRefs" must be a list of strings`)
	}
	if err == nil && len(body.Refs) > mostRefs {
		err = bad("Malformed request body, there are more than %d references", mostRefs)
	}
	var fields []string
	if err == nil {
		fields, err = projection(body.Fields)
	}
	var v url.Values
	if err == nil {
		v, err = filterParam.read(r)
	}
	var filter json.RawMessage
	if err == nil {
		filter, err = filterParams(v)
	}
	view := a.o.View(r)
	var given, posted predicate
	if err == nil {
		given, _, err = compile(view, filter)
	}
	if err == nil {
		posted, _, err = compile(view, body.Query)
	}
	if err != nil {
		a.fail(rw, r, err)
		return
	}
	out := a.stream(rw, &renderer{view: view, fields: fields, kept: a.kept.view(view)})
	narrowed := len(filter)+len(body.Query) > 0
	out.text(`{"items":[`)
	for _, text := range body.Refs {
		ref, err := catalog.ParseRef(text, "", "")
		if err == nil && narrowed {
			i, ok := itemOf(view, ref)
			if !ok || !given.test(i) || !posted.test(i) {
				ref = catalog.Ref{}
			}
		}
		out.entity(ref)
	}
	out.text("]}")
	out.close()
}
