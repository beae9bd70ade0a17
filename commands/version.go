package commands

import (
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/inventory"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// version says what something is built with: one component or several, or the whole fleet.
func (t *talk) version() {
	switch {
	case len(t.r.Entities) > 0 && len(t.r.Tech) > 0:
		t.each((*talk).versionOf)
	case len(t.r.Entities) > 0:
		t.each((*talk).versionsOf)
	case len(t.r.Tech) > 0:
		for i, m := range t.r.Tech {
			if i > 0 {
				t.add(card.Rule{})
			}
			t.fleet(m)
		}
		if t.answered {
			t.outcome = bot.Answered
		}
	case t.r.Topic != "":
		t.no()
		t.line(lang.VersionNoTech, lang.Args{"name": clip(t.r.Topic)})
		t.coverage()
	default:
		t.technologies()
	}
}

// components are what a version question about an entity looks at: the entity, the parts of a system, what a team
// owns, or what provides an API.
func (t *talk) components(e *catalog.Entity) []catalog.Ref {
	var in []catalog.Ref
	switch e.Ref.Kind {
	case "system", "domain":
		in = t.partsOf(e, "component")
	case "group", "user":
		in = targets(t.view, e.Ref, "ownerOf")
	case "api":
		in = targets(t.view, e.Ref, "apiProvidedBy")
	default:
		return []catalog.Ref{e.Ref}
	}
	var out []catalog.Ref
	for _, r := range in {
		if r.Kind == "component" {
			out = append(out, r)
		}
	}
	return out
}

// versionOf answers for the technologies asked about in one entity.
func (t *talk) versionOf(e *catalog.Entity) {
	refs := t.components(e)
	if len(refs) > 1 {
		t.versionsIn(e, refs)
		return
	}
	if len(refs) == 1 && refs[0] != e.Ref {
		if c, ok := t.view.Entity(refs[0]); ok {
			e = c
		}
	}
	for _, m := range t.r.Tech {
		uses := inventory.Of(t.view, e.Ref, t.factKey(m))
		if len(uses) == 0 {
			t.notUsed(e, m)
			continue
		}
		t.yes()
		t.use(e, m, uses)
	}
}

// use is the sentence about one technology in one component.
func (t *talk) use(e *catalog.Entity, m understand.TechMention, uses []inventory.Use) {
	u := uses[0]
	t.useSource(u)
	args := lang.Args{"what": t.named(e), "tech": t.techName(m), "version": card.M(u.Version()), "declared": card.M(u.Declared)}
	key := lang.VersionIs
	switch {
	case u.Version() == "" && u.Declared == "":
		key = lang.VersionUnknown
	case !u.Exact() && u.Declared != u.Version():
		key = lang.VersionDeclared
	}
	spans := t.say(key, args)
	sentence := func(key lang.Key, args lang.Args) {
		spans = append(append(spans, card.T(t.gap())), t.say(key, args)...)
	}
	if rng, err := inventory.ParseRange(m.Range); m.Range != "" && err == nil && u.Version() != "" {
		key := lang.VersionOut
		if rng.Contains(u.Version()) {
			key = lang.VersionIn
		}
		sentence(key, lang.Args{"range": card.M(shownRange(m.Range))})
	}
	if u.Indirect {
		sentence(lang.VersionIndirect, nil)
	}
	t.add(card.Text{Spans: spans})
	var also [][]card.Span
	for _, o := range uses[1:] {
		also = append(also, []card.Span{card.M(o.Version()), card.T(" (" + o.File + ")")})
	}
	var declared, dev []card.Span
	if u.Exact() && u.Declared != "" && inventory.Plain(u.Declared) != u.Version() {
		declared = t.say(lang.VersionDeclaredAs, lang.Args{"declared": card.M(u.Declared)})
	}
	if u.Dev {
		dev = []card.Span{card.T(t.text(lang.VersionDev, nil))}
	}
	if line := dotted(declared, dev); line != nil {
		t.add(card.Text{Spans: line})
	}
	if also != nil {
		t.line(lang.VersionAlso, lang.Args{"list": t.join(also, 0)})
	}
}

// notUsed says that a component does not use a technology, or that it cannot be told.
func (t *talk) notUsed(e *catalog.Entity, m understand.TechMention) {
	t.no()
	t.from(e)
	scan, asOf, ok := inventory.ScanOf(t.view, e.Ref)
	switch {
	case ok && scan.State == inventory.StateRead:
		t.scanSources(e, scan, asOf)
		t.line(lang.VersionNot, lang.Args{"what": t.named(e), "tech": t.techName(m)})
	case ok && scan.State == inventory.StateEmpty:
		t.line(lang.VersionEmpty, lang.Args{"what": t.named(e)})
	default:
		t.line(lang.VersionUnread, lang.Args{"what": t.named(e)})
	}
}

// scanSources notes the manifests that were read.
func (t *talk) scanSources(e *catalog.Entity, s inventory.Scanned, asOf time.Time) {
	for _, m := range s.Manifests[:min(len(s.Manifests), maxNoted+1)] {
		t.source(e.Ref.Name+"/"+m, 0, asOf)
	}
}

// useSource notes the manifest that a version stands in.
func (t *talk) useSource(u inventory.Use) {
	t.source(u.Entity.Name+"/"+u.File, u.Line, u.AsOf)
}

// techName is what people call a technology or package, strong.
func (t *talk) techName(m understand.TechMention) card.Span {
	if tech, ok := t.c.deps.Technologies.Technology(m.ID); ok {
		return card.S(tech.Name)
	}
	if _, pkg, ok := inventory.ParsePackageKey(m.ID); ok {
		return card.S(pkg)
	}
	if m.Name != "" {
		return card.S(m.Name)
	}
	return card.S(m.ID)
}
