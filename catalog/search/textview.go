package search

import (
	"context"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Search implements View.
func (v *view) Search(q Query) []Hit {
	q.Kinds, q.Types = lowered(q.Kinds), lowered(q.Types)
	tq := textQuery{text: q.Text, any: q.Any, limit: limitOf(q), accept: func(id string) bool {
		e := v.byID(id)
		return e != nil && wantedKind(q.Kinds, e.Ref.Kind) && oneOf(q.Types, e.Type)
	}}
	if v.vis != nil {
		tq.sees = v.sees
		if v.masksOwners() {
			tq.names = v.namesOwner
		}
	}
	v.r.ready()
	found, of := v.r.text.search(&v.r.text.entities, tq)
	out := make([]Hit, 0, len(found))
	for _, h := range found {
		out = append(out, Hit{Entity: v.byID(h.id), Score: h.score, Terms: h.terms, Of: of})
	}
	return out
}

// SearchDocs implements View.
func (v *view) SearchDocs(q Query, scope ...catalog.Ref) []DocHit {
	q.Kinds, q.Types = lowered(q.Kinds), lowered(q.Types)
	tq := textQuery{text: q.Text, any: q.Any, limit: limitOf(q), accept: func(id string) bool {
		d := v.r.section(id)
		if d == nil || len(scope) > 0 && !slices.Contains(scope, d.Entity) {
			return false
		}
		e, ok := v.Entity(d.Entity)
		return ok && wantedKind(q.Kinds, e.Ref.Kind) && oneOf(q.Types, e.Type)
	}}
	if v.vis != nil {
		tq.sees = func(id string) bool {
			d := v.r.section(id)
			return d != nil && v.sees(d.Entity.String())
		}
	}
	v.r.ready()
	found, of := v.r.text.search(&v.r.text.sections, tq)
	out := make([]DocHit, 0, len(found))
	for _, h := range found {
		out = append(out, DocHit{Doc: v.r.section(h.id), Score: h.score, Terms: h.terms, Of: of})
	}
	return out
}

// ready builds the text of a one-shot Reader when it is first asked for.
func (r *Reader) ready() {
	if r.text.lazy == nil {
		return
	}
	r.text.lazy.Do(func() {
		if err := r.text.rebuild(context.Background(), r); err != nil {
			r.text.log.Error("word search is not available", "error", err)
		}
	})
}

// byID returns the entity that the index knows by id, if it is still there and may be seen.
func (v *view) byID(id string) *catalog.Entity {
	e, _ := v.Entity(idRef(id))
	return e
}

func wantedKind(kinds []string, kind string) bool {
	if len(kinds) == 0 {
		return kind != "location"
	}
	return slices.Contains(kinds, kind)
}

func limitOf(q Query) int {
	if q.Limit <= 0 {
		return 10
	}
	return q.Limit
}

func lowered(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = strings.ToLower(s)
	}
	return out
}
