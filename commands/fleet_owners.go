package commands

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// fleetOwners says whose the things are that use a technology, those with the most first: who knows it is asked of people.
func (t *talk) fleetOwners(used []catalog.Ref) {
	n := map[catalog.Ref]int{}
	for _, ref := range used {
		if e, ok := t.view.Entity(ref); ok && !e.Owner.IsZero() {
			n[e.Owner]++
		}
	}
	if len(n) == 0 {
		return
	}
	owners := slices.SortedFunc(maps.Keys(n), func(a, b catalog.Ref) int {
		return cmp.Or(cmp.Compare(n[b], n[a]), a.Compare(b))
	})
	shown := min(len(owners), t.inline())
	var items [][]card.Span
	for _, o := range owners[:shown] {
		items = append(items, []card.Span{t.strong(o)})
	}
	t.line(lang.FleetOwners, lang.Args{"list": t.join(items, len(owners)-shown)})
}

// fleetTagged answers for a technology that no manifest names: components may have it as a tag, or depend on a resource
// that is one by its type, its tags, its title or the first word about it. It reports whether any does.
func (t *talk) fleetTagged(m understand.TechMention) bool {
	names := []string{squeezed(m.Name), squeezed(m.ID)}
	if tech, ok := t.c.deps.Technologies.Technology(m.ID); ok {
		names = append(names, squeezed(tech.Name))
	}
	is := func(word string) bool { return word != "" && slices.Contains(names, squeezed(word)) }
	found := map[catalog.Ref]bool{}
	for e := range t.view.Entities(search.Filter{Kinds: []string{"component"}}) {
		if slices.ContainsFunc(e.Tags, is) {
			found[e.Ref] = true
		}
	}
	for e := range t.view.Entities(search.Filter{Kinds: []string{"resource"}}) {
		first, _, _ := strings.Cut(strings.TrimSpace(e.Description), " ") // "Kafka topic of all orders"
		if words := slices.Concat(e.Tags, strings.Fields(e.Title), []string{e.Type, first}); !slices.ContainsFunc(words, is) {
			continue
		}
		for _, ref := range targets(t.view, e.Ref, "dependencyOf") {
			found[ref] = found[ref] || ref.Kind == "component"
		}
	}
	maps.DeleteFunc(found, func(_ catalog.Ref, yes bool) bool { return !yes })
	if len(found) == 0 {
		return false
	}
	refs := slices.SortedFunc(maps.Keys(found), catalog.Ref.Compare)
	t.yes()
	for _, e := range t.existing(refs[:min(len(refs), maxNoted)]) {
		t.from(e)
	}
	t.line(lang.FleetTagged, lang.Args{"tech": card.S(cmp.Or(strings.TrimSpace(m.Name), m.ID)), "count": t.count("component", len(refs)), "list": t.refs(refs, t.inline())})
	if t.r.Trait == understand.Knows {
		t.fleetOwners(refs)
	}
	return true
}
