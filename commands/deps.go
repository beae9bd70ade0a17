package commands

import (
	"slices"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// The bounds of following dependencies.
const (
	maxDepth   = 12
	maxVisited = 20_000
)

// dep is something that depends on an entity, or that an entity depends on, and through which interfaces.
type dep struct {
	ref   catalog.Ref
	via   []catalog.Ref // the APIs, or what lies between when it is indirect
	depth int           // 1: direct
}

// dependents lists what depends on an entity or consumes an API it provides.
func (t *talk) dependents(e *catalog.Entity) {
	t.from(e)
	direct := t.usedBy(e.Ref)
	all := direct
	if t.r.All {
		all = t.follow(e.Ref, (*talk).usedBy)
	}
	t.yes()
	if len(all) == 0 {
		t.line(lang.DependentsNone, lang.Args{"what": t.named(e)})
		return
	}
	key, args := lang.DependentsAre, lang.Args{"what": t.named(e), "direct": len(direct)}
	shown := t.kept(all)
	switch {
	case len(shown) == 0:
		key, shown = lang.DependentsNoneKind, all
	case t.r.All:
		key = lang.DependentsAll
	}
	args["counts"] = t.depCounts(shown)
	t.line(key, args)
	t.depList(e, shown)
	t.otherDeps(all, shown)
}

// dependencies lists what an entity depends on and which APIs it consumes.
func (t *talk) dependencies(e *catalog.Entity) {
	t.from(e)
	direct := t.usesOf(e.Ref)
	all := direct
	if t.r.All {
		all = t.follow(e.Ref, (*talk).usesOf)
	}
	t.yes()
	if len(all) == 0 {
		t.line(lang.DependenciesNone, lang.Args{"what": t.named(e)})
		return
	}
	key := lang.DependenciesAre
	if t.r.All {
		key = lang.DependenciesAll
	}
	t.line(key, lang.Args{"what": t.named(e), "counts": t.depCounts(all), "direct": len(direct)})
	t.depList(e, all)
}

// kept are the dependents of the kind the question asks for.
func (t *talk) kept(all []dep) []dep {
	if t.r.Kind == "" {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(d dep) bool {
		e, ok := t.view.Entity(d.ref)
		return !ok || !ofKind(e, t.r.Kind)
	})
}

// usedBy are the direct dependents: what depends on it, what consumes it or an API it provides, and for a system or
// a domain what depends on its parts from outside.
func (t *talk) usedBy(ref catalog.Ref) []dep {
	s := newDeps(ref)
	t.addUsedBy(s, ref)
	for _, part := range t.innerParts(ref) {
		s.inside[part] = true
		t.addUsedBy(s, part)
	}
	return s.list()
}

func (t *talk) addUsedBy(s *deps, ref catalog.Ref) {
	for _, r := range targets(t.view, ref, "dependencyOf") {
		s.add(r, catalog.Ref{})
	}
	for _, r := range targets(t.view, ref, "apiConsumedBy") {
		s.add(r, catalog.Ref{})
	}
	for _, api := range targets(t.view, ref, "providesApi") {
		for _, r := range targets(t.view, api, "apiConsumedBy") {
			s.add(r, api)
		}
		for _, r := range targets(t.view, api, "dependencyOf") {
			s.add(r, api)
		}
	}
}

// usesOf are the direct dependencies. An API is one itself; what provides it comes next when it is followed.
func (t *talk) usesOf(ref catalog.Ref) []dep {
	s := newDeps(ref)
	t.addUsesOf(s, ref)
	for _, part := range t.innerParts(ref) {
		s.inside[part] = true
		t.addUsesOf(s, part)
	}
	return s.list()
}

func (t *talk) addUsesOf(s *deps, ref catalog.Ref) {
	types := []string{"dependsOn", "consumesApi"}
	if ref.Kind == "api" {
		types = []string{"dependsOn", "apiProvidedBy"}
	}
	for _, r := range targets(t.view, ref, types...) {
		s.add(r, catalog.Ref{})
	}
}

// innerParts are the components, APIs and resources of a system.
func (t *talk) innerParts(ref catalog.Ref) []catalog.Ref {
	if ref.Kind != "system" {
		return nil
	}
	return targets(t.view, ref, "hasPart")
}

// follow collects direct and indirect dependencies breadth first; cycles end where they close.
func (t *talk) follow(root catalog.Ref, step func(*talk, catalog.Ref) []dep) []dep {
	seen := map[catalog.Ref]bool{root: true}
	var out []dep
	level := []catalog.Ref{root}
	for depth := 1; depth <= maxDepth && len(level) > 0; depth++ {
		var next []catalog.Ref
		for _, at := range level {
			for _, d := range step(t, at) {
				if seen[d.ref] || len(out) >= maxVisited {
					continue
				}
				seen[d.ref] = true
				d.depth = depth
				if depth > 1 {
					d.via = []catalog.Ref{at}
				}
				out, next = append(out, d), append(next, d.ref)
			}
		}
		level = next
	}
	return out
}

// depList shows the list, and offers the indirect ones when only direct ones were asked for.
func (t *talk) depList(e *catalog.Entity, all []dep) {
	list := card.List{MoreURL: t.c.links.entity(e.Ref)}
	for _, d := range all {
		list.Items = append(list.Items, t.depItem(d))
	}
	t.add(list)
	if len(all) >= maxVisited {
		t.line(lang.DepsBound, lang.Args{"n": maxVisited})
	}
	if !t.r.All && len(t.r.Entities) == 1 {
		r := t.r
		r.All, r.Lang = true, t.l
		t.actions = append(t.actions, t.button(t.text(lang.ActAllLevels, nil), intentAsk, r, t.q.Full))
	}
}

// otherDeps names the dependents that are not of the kind the question asks for.
func (t *talk) otherDeps(all, shown []dep) {
	if len(all) == len(shown) {
		return
	}
	is := make(map[catalog.Ref]bool, len(shown))
	for _, d := range shown {
		is[d.ref] = true
	}
	var refs []catalog.Ref
	for _, d := range all {
		if !is[d.ref] {
			refs = append(refs, d.ref)
		}
	}
	if len(refs) > 0 {
		t.line(lang.OwnedOthers, lang.Args{"list": t.refs(refs, t.inline())})
	}
}

// depCounts is "5 services and 1 website"; what is not in the catalog counts by the kind of its reference.
func (t *talk) depCounts(all []dep) []card.Span {
	words := make([]string, len(all))
	for i, d := range all {
		words[i] = d.ref.Kind
	}
	return t.tally(words)
}

func (t *talk) depItem(d dep) []card.Span {
	e, ok := t.view.Entity(d.ref)
	if !ok {
		return []card.Span{card.M(d.ref.Short("")), card.T(" · " + t.text(lang.DepsMissing, nil))}
	}
	what := t.what(e)
	if e.Lifecycle != "" && e.Lifecycle != "production" {
		what += t.text(lang.CmdComma, nil) + t.lifeWord(e.Lifecycle)
	}
	var via []card.Span
	if len(d.via) > 0 {
		via = t.say(lang.DepsVia, lang.Args{"list": t.refs(d.via, 3)})
	}
	return dotted(t.listed(e), []card.Span{card.T(what)}, via)
}

// deps collects dependencies, each once, with the APIs between.
type deps struct {
	self   catalog.Ref
	inside map[catalog.Ref]bool // parts of self: no dependencies of it
	at     map[catalog.Ref]int
	all    []dep
}

func newDeps(self catalog.Ref) *deps {
	return &deps{self: self, inside: map[catalog.Ref]bool{}, at: map[catalog.Ref]int{}}
}

func (s *deps) add(r, via catalog.Ref) {
	if r == s.self {
		return
	}
	i, ok := s.at[r]
	if !ok {
		i = len(s.all)
		s.at[r] = i
		s.all = append(s.all, dep{ref: r, depth: 1})
	}
	if !via.IsZero() && !slices.Contains(s.all[i].via, via) {
		s.all[i].via = append(s.all[i].via, via)
	}
}

// list is what was collected, ordered by kind and name, without what lies inside.
func (s *deps) list() []dep {
	all := slices.DeleteFunc(s.all, func(d dep) bool { return s.inside[d.ref] })
	slices.SortStableFunc(all, func(a, b dep) int {
		if c := kindOrder(a.ref.Kind) - kindOrder(b.ref.Kind); c != 0 {
			return c
		}
		return a.ref.Compare(b.ref)
	})
	return all
}
