package commands

import (
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/inventory"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// count fills in the rows.
func (r *ranking) count() {
	if r.r.Kind == "user" && r.a.op != rankTotal {
		r.countMembers()
		return
	}
	among := slices.DeleteFunc(r.counted(r.r.Entities, r.r.Kind), func(e *catalog.Entity) bool {
		return r.a.state != "" && !strings.EqualFold(e.Lifecycle, r.a.state)
	})
	if r.a.lack != "" {
		bad := r.lackingOne(r.a.lack)
		among = slices.DeleteFunc(among, func(e *catalog.Entity) bool { return !bad[e.Ref] })
	}
	r.total = len(among)
	switch r.a.by {
	case byLanguage:
		r.countLanguages(among)
	case byLifecycle, byType:
		r.countWords(among)
	default:
		r.countHolders(among)
	}
}

// countHolders counts by what the entities belong to. What may not be seen counts as nothing.
func (r *ranking) countHolders(among []*catalog.Entity) {
	n := map[catalog.Ref]int{}
	domains := map[catalog.Ref]catalog.Ref{}
	for _, e := range among {
		n[r.holder(e, domains)]++
	}
	for ref, count := range n {
		if e, ok := r.view.Entity(ref); ok {
			r.rows = append(r.rows, rankRow{entity: e, n: count})
		} else {
			r.none += count
		}
	}
}

// holder is what an entity belongs to, of the sort that is counted by; zero for nothing. It remembers the domains of
// systems.
func (r *ranking) holder(e *catalog.Entity, domains map[catalog.Ref]catalog.Ref) catalog.Ref {
	switch r.a.by {
	case byOwner:
		return e.Owner
	case byGroup:
		if e.Owner.Kind == "group" {
			return e.Owner
		}
		return catalog.Ref{}
	case bySystem:
		return wholeOf(r.view, e.Ref, "system")
	}
	if e.Ref.Kind == "system" {
		return wholeOf(r.view, e.Ref, "domain")
	}
	system := wholeOf(r.view, e.Ref, "system")
	domain, known := domains[system]
	if !known && !system.IsZero() {
		domain = wholeOf(r.view, system, "domain")
		domains[system] = domain
	}
	return domain
}

// wholeOf is the first thing of a kind that something is part of, zero for none.
func wholeOf(v search.View, ref catalog.Ref, kind string) catalog.Ref {
	for _, to := range targets(v, ref, "partOf") {
		if to.Kind == kind {
			return to
		}
	}
	return catalog.Ref{}
}

// countMembers counts the people of teams.
func (r *ranking) countMembers() {
	people := map[catalog.Ref]bool{}
	for _, g := range r.teams() {
		members := r.existing(targets(r.view, g.Ref, "hasMember"))
		for _, m := range members {
			people[m.Ref] = true
		}
		if len(members) > 0 {
			r.rows = append(r.rows, rankRow{entity: g, n: len(members)})
		}
	}
	r.total = len(people)
}

// teams are those of what is named, or all.
func (r *ranking) teams() []*catalog.Entity {
	if len(r.r.Entities) == 0 || r.r.Entities[0].Kind != "group" {
		return ofType(r.view, "group")
	}
	return r.existing(append([]catalog.Ref{r.r.Entities[0]}, descendants(r.view, r.r.Entities[0])...))
}

// countWords counts by the words of descriptors.
func (r *ranking) countWords(among []*catalog.Entity) {
	n := map[string]int{}
	for i, e := range among {
		if i < maxEntities {
			r.from(e)
		}
		word := e.Lifecycle
		if r.a.by == byType {
			word = e.Type
		}
		n[strings.ToLower(word)]++
	}
	r.none = n[""]
	delete(n, "")
	for word, count := range n {
		r.rows = append(r.rows, rankRow{name: word, n: count})
	}
}

// countLanguages counts by what manifests say things are written in; by the runtime where they name no language. What is
// written in two counts for both.
func (r *ranking) countLanguages(among []*catalog.Entity) {
	left := map[catalog.Ref]bool{}
	for _, e := range among {
		left[e.Ref] = true
	}
	spoken := map[catalog.Ref]bool{}
	for _, kind := range []inventory.Kind{inventory.Language, inventory.RuntimeKind} {
		for _, k := range r.view.FactKeys(inventory.Producer, inventory.PrefixTech) {
			tech, ok := r.c.deps.Technologies.Technology(strings.TrimPrefix(k.Key, inventory.PrefixTech))
			if !ok || tech.Kind != kind {
				continue
			}
			n := 0
			for _, f := range r.view.FactsByKey(inventory.Producer, k.Key) {
				if left[f.Entity] && (kind == inventory.Language || !spoken[f.Entity]) {
					n++
				}
			}
			if n > 0 {
				r.rows = append(r.rows, rankRow{name: tech.Name, n: n})
			}
			if kind == inventory.Language {
				for _, f := range r.view.FactsByKey(inventory.Producer, k.Key) {
					spoken[f.Entity] = true
				}
			}
		}
	}
	for ref := range left {
		if !spoken[ref] && !r.runs(ref) {
			r.none++
		}
	}
}

// runs reports whether something has a runtime.
func (r *ranking) runs(ref catalog.Ref) bool {
	return slices.ContainsFunc(inventory.All(r.view, ref), func(u inventory.Use) bool { return u.Kind == inventory.RuntimeKind })
}
