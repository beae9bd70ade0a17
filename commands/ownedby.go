package commands

import (
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// ownedBy lists what a team or a person owns; without a name, what the asker does.
func (t *talk) ownedBy() {
	t.orAsker()
	t.each((*talk).owned)
}

// orAsker puts the person of the question, or who asks, in the place of a missing entity.
func (t *talk) orAsker() {
	if len(t.r.Entities) > 0 {
		return
	}
	for _, who := range []catalog.Ref{t.r.Person, t.q.Asker} {
		if !who.IsZero() {
			t.r.Entities = []catalog.Ref{who}
			return
		}
	}
}

func (t *talk) owned(e *catalog.Entity) {
	t.from(e)
	switch e.Ref.Kind {
	case "group":
		t.ownedByGroup(e)
	case "user":
		t.ownedByUser(e)
	default:
		t.parts(e)
	}
}

func (t *talk) ownedByGroup(g *catalog.Entity) {
	own := t.existing(targets(t.view, g.Ref, "ownerOf"))
	teams := descendants(t.view, g.Ref)
	switch {
	case t.r.All && len(teams) > 0:
		t.ownedList(g, t.ownedByTeams(g.Ref, teams), lang.OwnedIs)
	case len(own) > 0:
		t.ownedList(g, own, lang.OwnedIs)
	case len(teams) > 0:
		t.ownedList(g, t.ownedByTeams(g.Ref, teams), lang.OwnedTeams)
	default:
		t.ownedList(g, nil, lang.OwnedIs)
	}
	if children := targets(t.view, g.Ref, "parentOf"); len(children) > 0 {
		t.line(lang.OwnedSubTeams, lang.Args{"list": t.refs(children, t.inline())})
		if !t.r.All && len(own) > 0 {
			r := t.r
			r.All, r.Lang, r.Entities = true, t.l, []catalog.Ref{g.Ref}
			t.actions = append(t.actions, t.button(t.text(lang.OwnedWithTeams, nil), intentAsk, r, t.q.Full))
		}
	}
}

func (t *talk) ownedByTeams(group catalog.Ref, teams []catalog.Ref) []*catalog.Entity {
	var all []*catalog.Entity
	seen := map[catalog.Ref]bool{}
	for _, team := range append([]catalog.Ref{group}, teams...) {
		for _, e := range t.existing(targets(t.view, team, "ownerOf")) {
			if !seen[e.Ref] {
				seen[e.Ref] = true
				all = append(all, e)
			}
		}
	}
	return all
}

// ownedByUser counts what the person and the person's teams own.
func (t *talk) ownedByUser(u *catalog.Entity) {
	teams := targets(t.view, u.Ref, "memberOf")
	t.ownedList(u, t.ownedByTeams(u.Ref, teams), lang.OwnedIs)
	if len(teams) > 0 {
		t.line(lang.PersonIn, lang.Args{"who": t.person(u.Ref), "teams": t.refs(teams, t.inline())})
	}
}

// parts lists what a system or a domain, or a component with subcomponents, consists of.
func (t *talk) parts(e *catalog.Entity) {
	parts := t.existing(targets(t.view, e.Ref, "hasPart"))
	if !slices.ContainsFunc(parts, func(p *catalog.Entity) bool { return ofKind(p, t.r.Kind) }) { // a domain is made of systems: its services are theirs
		if of := t.partsOfKind(e.Ref, t.r.Kind); len(of) > 0 {
			parts = of
		}
	}
	if len(parts) == 0 {
		t.yes()
		t.line(lang.OwnedPartsNone, lang.Args{"who": t.named(e)})
		return
	}
	t.ownedList(e, parts, lang.OwnedParts)
}

// maxPartsSeen bounds how much of what something is made of is looked at.
const maxPartsSeen = 5000

// partsOfKind are the parts of what something consists of, and theirs, that are of a kind.
func (t *talk) partsOfKind(of catalog.Ref, kind string) []*catalog.Entity {
	var out []*catalog.Entity
	seen := map[catalog.Ref]bool{of: true}
	for queue := []catalog.Ref{of}; len(queue) > 0 && len(seen) < maxPartsSeen; queue = queue[1:] {
		for _, p := range t.existing(targets(t.view, queue[0], "hasPart")) {
			if seen[p.Ref] {
				continue
			}
			seen[p.Ref] = true
			queue = append(queue, p.Ref)
			if ofKind(p, kind) {
				out = append(out, p)
			}
		}
	}
	return out
}

// existing are the entities behind references, without those that name nothing.
func (t *talk) existing(refs []catalog.Ref) []*catalog.Entity {
	out := make([]*catalog.Entity, 0, len(refs))
	for _, r := range refs {
		if e, ok := t.view.Entity(r); ok {
			out = append(out, e)
		}
	}
	return out
}

// ownedList is the sentence with counts and the list, grouped by kind; only the kind that was asked for, if any.
func (t *talk) ownedList(who *catalog.Entity, all []*catalog.Entity, key lang.Key) {
	t.yes()
	if len(all) == 0 {
		t.line(lang.OwnedNone, lang.Args{"who": t.named(who)})
		return
	}
	some := slices.DeleteFunc(slices.Clone(all), func(e *catalog.Entity) bool { return !ofKind(e, t.r.Kind) })
	switch {
	case len(some) > 0:
	case t.r.Kind == who.Ref.Kind: // "what the search team has": the word is the owner's, not what is wanted
		some = all
	default:
		key, some = lang.OwnedNoneKind, all
	}
	slices.SortStableFunc(some, func(a, b *catalog.Entity) int {
		if c := kindOrder(a.Ref.Kind) - kindOrder(b.Ref.Kind); c != 0 {
			return c
		}
		return strings.Compare(strings.ToLower(a.DisplayName()), strings.ToLower(b.DisplayName()))
	})
	t.line(key, lang.Args{"who": t.named(who), "counts": t.counts(some)})
	list := card.List{MoreURL: t.c.links.entity(who.Ref)}
	for _, e := range some {
		var life []card.Span
		if e.Lifecycle != "" && e.Lifecycle != "production" {
			life = []card.Span{card.T(t.lifeWord(e.Lifecycle))}
		}
		list.Items = append(list.Items, dotted(t.listed(e), []card.Span{card.T(t.what(e))}, life))
	}
	t.add(list)
	if len(some) < len(all) {
		t.others(all, some)
	}
}

// others names what is of the same kinds as what was listed, but not of the type that was asked for: what one company
// calls a model or an app, another calls a service.
func (t *talk) others(all, some []*catalog.Entity) {
	kinds := map[string]bool{}
	shown := map[*catalog.Entity]bool{}
	for _, e := range some {
		kinds[e.Ref.Kind], shown[e] = true, true
	}
	var refs []catalog.Ref
	for _, e := range all {
		if kinds[e.Ref.Kind] && !shown[e] {
			refs = append(refs, e.Ref)
		}
	}
	if len(refs) > 0 {
		t.line(lang.OwnedOthers, lang.Args{"list": t.refs(refs, t.inline())})
	}
}

// counts is "7 components, 3 APIs and 1 resource"; by type where a type was asked for.
func (t *talk) counts(es []*catalog.Entity) []card.Span {
	words := make([]string, len(es))
	for i, e := range es {
		word := e.Ref.Kind
		if t.r.Kind != "" && e.Type != "" && ofKind(e, t.r.Kind) && !strings.Contains(t.r.Kind, word) {
			word = strings.ToLower(e.Type)
		}
		words[i] = word
	}
	return t.tally(words)
}

// tally counts kinds or types in the order in which they first occur.
func (t *talk) tally(words []string) []card.Span {
	var order []string
	n := map[string]int{}
	for _, word := range words {
		if countKey(word) == "" {
			word = "thing"
		}
		if n[word]++; n[word] == 1 {
			order = append(order, word)
		}
	}
	items := make([][]card.Span, len(order))
	for i, word := range order {
		items[i] = []card.Span{card.T(t.count(word, n[word]))}
	}
	return t.join(items, 0)
}

// ofType lists all entities of a kind or type.
func ofType(v search.View, kind string) []*catalog.Entity {
	var out []*catalog.Entity
	for k := range strings.SplitSeq(kind, ",") {
		k = strings.TrimSpace(k)
		f := search.Filter{Types: []string{k}}
		if kindKey(k) != "" {
			f = search.Filter{Kinds: []string{k}}
		}
		for e := range v.Entities(f) {
			if e.Ref.Kind != "location" && ofKind(e, kind) {
				out = append(out, e)
			}
		}
	}
	return out
}
