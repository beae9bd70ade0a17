package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// The facets of the catalog, by the name they have in addresses.
const (
	byKind = iota
	byType
	byLifecycle
	byOwner
	bySystem
	byTag
	facetCount
)

// facetNames are the parameters of an address, in the order of the constants.
func facetNames() [facetCount]string {
	return [...]string{"kind", "type", "lifecycle", "owner", "system", "tag"}
}

// The bounds of an address: more values are passed over.
const (
	maxChosen = 20 // of one facet
	maxValue  = 300
)

// selection is what a list is narrowed to: for each facet the values of which an entity must have one; of tags it must
// have all.
type selection [facetCount][]string

// readSelection reads an address.
func readSelection(q url.Values) selection {
	var s selection
	for f, name := range facetNames() {
		for _, v := range q[name] {
			v = strings.ToLower(strings.TrimSpace(v))
			if f == byOwner || f == bySystem {
				v = fullRef(v, map[int]string{byOwner: "group", bySystem: "system"}[f])
			}
			if v != "" && len(v) <= maxValue && len(s[f]) < maxChosen && !slices.Contains(s[f], v) {
				s[f] = append(s[f], v)
			}
		}
	}
	return s
}

// fullRef is a reference written out, so that it has one spelling.
func fullRef(s, kind string) string {
	if s == "" {
		return ""
	}
	ref, err := catalog.ParseRef(s, kind, "")
	if err != nil {
		return s
	}
	return ref.String()
}

// address is that of a page of the list.
func (s selection) address(page int) string {
	q := url.Values{}
	for f, name := range facetNames() {
		for _, v := range s[f] {
			q.Add(name, v)
		}
	}
	if page > 1 {
		q.Set("page", strconv.Itoa(page))
	}
	if len(q) == 0 {
		return "/catalog"
	}
	return "/catalog?" + q.Encode()
}

// toggled is the selection with a value added, or taken away where it is chosen. Another kind begins anew with types
// and lifecycles, which are its own.
func (s selection) toggled(f int, value string) selection {
	out := s
	if i := slices.Index(s[f], value); i >= 0 {
		out[f] = slices.Delete(slices.Clone(s[f]), i, i+1)
	} else {
		out[f] = append(slices.Clone(s[f]), value)
	}
	if f == byKind {
		out[f] = slices.DeleteFunc(out[f], func(v string) bool { return v != value })
		out[byType], out[byLifecycle] = nil, nil
	}
	return out
}

// selected is what a selection selects.
type selected struct {
	refs   []catalog.Ref
	counts [facetCount]map[string]int // what choosing a value would show, everything else being as it is
}

// find goes through what a view shows once. An entity that fails at one facet only counts for that facet.
func find(view search.View, s selection) *selected {
	out := &selected{}
	for f := range out.counts {
		out.counts[f] = map[string]int{}
	}
	systems := systemsOf(view)
	kinds := kindOrder()
	for _, k := range s[byKind] {
		if !slices.Contains(kinds, k) {
			kinds = append(kinds, k)
		}
	}
	for _, k := range kinds {
		for h := range search.Heads(view, k) {
			out.count(h.Ref, s, valuesOf(h, systems[h.Ref]))
		}
	}
	return out
}

// valuesOf are the values an entity has at each facet.
func valuesOf(h catalog.Head, system string) [facetCount][]string {
	var values [facetCount][]string
	one := func(f int, v string) {
		if v != "" {
			values[f] = append(values[f], v)
		}
	}
	one(byKind, h.Ref.Kind)
	one(byType, strings.ToLower(h.Type))
	one(byLifecycle, strings.ToLower(h.Lifecycle))
	if !h.Owner.IsZero() {
		one(byOwner, h.Owner.String())
	}
	one(bySystem, system)
	h.Tags(func(t string) bool { one(byTag, strings.ToLower(t)); return true })
	return values
}

func (d *selected) count(ref catalog.Ref, s selection, values [facetCount][]string) {
	failed, at := 0, 0
	for f := range s {
		if !s.takes(f, values[f]) {
			failed, at = failed+1, f
		}
	}
	switch failed {
	case 0:
		d.refs = append(d.refs, ref)
		for f := range values {
			for _, v := range values[f] {
				d.counts[f][v]++
			}
		}
	case 1:
		for _, v := range values[at] {
			if at != byTag { // of tags all must be there, so another one would not bring this entity back
				d.counts[at][v]++
			}
		}
	}
}

// takes reports whether an entity with these values of a facet passes it.
func (s selection) takes(f int, values []string) bool {
	if len(s[f]) == 0 {
		return true
	}
	in := func(v string) bool { return slices.Contains(values, v) }
	if f == byTag {
		return !slices.ContainsFunc(s[f], func(v string) bool { return !in(v) })
	}
	return slices.ContainsFunc(s[f], in)
}

// systemsOf is the system of everything that is part of one.
func systemsOf(view search.View) map[catalog.Ref]string {
	out := map[catalog.Ref]string{}
	for h := range search.Heads(view, "system") {
		name := h.Ref.String()
		for _, rel := range view.Relations(h.Ref, "hasPart") {
			out[rel.Target] = name
		}
	}
	return out
}
