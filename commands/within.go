package commands

import (
	"slices"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/quality"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// within lists what of a system, a domain or a team is in a stage of life, or lacks something.
func (t *talk) within(where *catalog.Entity) {
	t.from(where)
	found := t.lookup(t.r.Entities)
	if t.r.Lacks != "" {
		found = t.lacking(found)
	}
	if len(found) == 0 {
		t.entities = []catalog.Ref{where.Ref}
		t.no()
		says := lang.Args{"where": t.named(where)}
		if t.r.Lacks != "" {
			says["text"] = t.text(codeKey(t.r.Lacks), nil)
		}
		t.line(t.withinNone(), says)
		return
	}
	t.yes()
	kinds := make([]string, len(found))
	for i, e := range found {
		t.entities = append(t.entities, e.Ref)
		t.from(e)
		kinds[i] = kindOrType(e)
	}
	t.line(t.withinSome(), lang.Args{"where": t.named(where), "counts": t.tally(kinds)})
	if t.r.Lacks != "" {
		t.line(lang.WithinEach, lang.Args{"text": t.text(codeKey(t.r.Lacks), nil)})
	}
	list := card.List{MoreURL: t.c.links.entity(where.Ref)}
	for _, e := range found {
		list.Items = append(list.Items, t.foundItem(e))
	}
	t.add(list)
}

// withinSome is the sentence before a list, by the stage of life that it is of.
func (t *talk) withinSome() lang.Key {
	switch t.r.Stage {
	case "ended":
		return lang.WithinEnded
	case "early":
		return lang.WithinEarly
	case "live":
		return lang.WithinLive
	}
	return lang.WithinAny
}

// withinNone is the sentence in place of an empty list.
func (t *talk) withinNone() lang.Key {
	switch {
	case t.r.Lacks != "":
		return lang.WithinNoLack
	case t.r.Stage == "ended":
		return lang.WithinNoEnded
	case t.r.Stage == "early":
		return lang.WithinNoEarly
	}
	return lang.WithinNoLive
}

// lacking keeps what a finding about the data names.
func (t *talk) lacking(es []*catalog.Entity) []*catalog.Entity {
	codes := []string{t.r.Lacks}
	if t.r.Lacks == quality.NoOwner { // one that does not exist is none
		codes = append(codes, quality.DanglingOwner)
	}
	bad := map[catalog.Ref]bool{}
	for _, f := range t.c.Quality(t.ctx, t.view).Findings {
		if slices.Contains(codes, f.Code) {
			bad[f.Entity] = true
		}
	}
	return slices.DeleteFunc(es, func(e *catalog.Entity) bool { return !bad[e.Ref] })
}
