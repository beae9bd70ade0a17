package web

import (
	"cmp"
	"slices"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// How many values of a facet are shown at once, and how many at all.
const (
	facetShown = 8
	facetMost  = 60
)

// facet is a way to narrow the list.
type facet struct {
	Title  string
	Values []facetValue
	More   []facetValue // behind a click
	Open   bool         // something of it is chosen
	Left   int          // values that are not listed
}

type facetValue struct {
	Text, Href string
	Count      int
	Chosen     bool
}

func facetTitle(l lang.Lang, f int) string {
	keys := [facetCount]lang.Key{lang.WebKind, lang.WebType, lang.WebLifecycle, lang.WebOwner, lang.SiteSystem, lang.SiteTag}
	return translate(l, string(keys[f]))
}

// facetLabel is what a value is called.
func facetLabel(view search.View, l lang.Lang, f int, value string, n int) string {
	switch f {
	case byKind:
		return kindLabel(l, value, max(n, 2))
	case byType:
		return typeLabel(l, value)
	case byLifecycle:
		return lifeLabel(l, value)
	case byOwner, bySystem:
		if ref, err := catalog.ParseRef(value, "group", ""); err == nil {
			return linkTo(view, ref).Text
		}
	}
	return value
}

// facets are the ways to narrow a list further: what is chosen first, then the values that most have.
func facets(view search.View, l lang.Lang, s selection, found *selected) []facet {
	var out []facet
	for f := range facetCount {
		var values []facetValue
		for v, n := range found.counts[f] {
			values = append(values, facetValue{Text: v, Count: n, Chosen: slices.Contains(s[f], v)})
		}
		for _, v := range s[f] {
			if found.counts[f][v] == 0 {
				values = append(values, facetValue{Text: v, Chosen: true})
			}
		}
		if len(values) < 2 && len(s[f]) == 0 {
			continue
		}
		sortValues(f, values)
		d := facet{Title: facetTitle(l, f), Open: len(s[f]) > 0, Left: max(0, len(values)-facetMost)}
		for i := range values[:min(len(values), facetMost)] {
			v := &values[i]
			v.Href = s.toggled(f, v.Text).address(1)
			v.Text = facetLabel(view, l, f, v.Text, v.Count)
		}
		d.Values = values[:min(len(values), facetShown)]
		d.More = values[len(d.Values):min(len(values), facetMost)]
		out = append(out, d)
	}
	return out
}

func sortValues(f int, values []facetValue) {
	order := kindOrder()
	slices.SortFunc(values, func(a, b facetValue) int {
		switch {
		case f == byKind:
			return cmp.Or(slices.Index(order, a.Text)-slices.Index(order, b.Text), cmp.Compare(a.Text, b.Text))
		case a.Chosen != b.Chosen && a.Chosen:
			return -1
		case a.Chosen != b.Chosen:
			return 1
		}
		return cmp.Or(b.Count-a.Count, cmp.Compare(a.Text, b.Text))
	})
}

// chosenFacets are the values a list is narrowed to, each with the address of the list without it.
func chosenFacets(view search.View, l lang.Lang, s selection) []link {
	var out []link
	for f := range facetCount {
		for _, v := range s[f] {
			out = append(out, link{Text: facetLabel(view, l, f, v, 1), Hint: facetTitle(l, f), Href: s.toggled(f, v).address(1)})
		}
	}
	return out
}
