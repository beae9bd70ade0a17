package commands

import (
	"slices"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// owner says who owns an entity: the owner, how to reach it, who is on call, and what the team is part of.
func (t *talk) owner(e *catalog.Entity) {
	t.from(e)
	switch {
	case e.Ref.Kind == "group":
		t.ownerOfGroup(e)
		return
	case e.Ref.Kind == "user":
		t.personLine(e)
		return
	case e.Owner.IsZero():
		t.no()
		t.line(lang.OwnerNone, lang.Args{"what": t.named(e)})
		return
	}
	t.yes()
	owner, ok := t.view.Entity(e.Owner)
	if !ok {
		t.line(lang.OwnerDangling, lang.Args{"what": t.named(e), "who": card.M(e.Owner.Short("group"))})
		return
	}
	key := lang.OwnerIs
	if slices.ContainsFunc(e.Problems, func(p catalog.Problem) bool { return p.Code == catalog.ProblemInferredOwner }) {
		key = lang.QualityInferred
	}
	t.line(key, lang.Args{"what": t.named(e), "who": t.name(owner)})
	var lead []card.Span
	if t.r.Trait == "lead" && owner.Ref.Kind == "group" {
		lead = t.leadLine(owner)
	}
	if spans := dotted(t.contacts(e, owner), lead, t.onCallNow(e)); spans != nil {
		t.add(card.Text{Spans: spans})
	}
	t.chain(owner)
}

// ownerOfGroup answers "who is responsible for" a team: its lead, its parent, how to reach it.
func (t *talk) ownerOfGroup(g *catalog.Entity) {
	t.yes()
	parents := ancestors(t.view, g.Ref)
	switch leads := t.leads(g); {
	case len(leads) > 0:
		t.line(lang.OwnerGroupLed, lang.Args{"what": t.named(g), "who": t.strongs(leads)})
		t.chain(g)
	case len(parents) > 0:
		t.line(lang.OwnerGroup, lang.Args{"what": t.named(g), "parent": t.strong(parents[0])})
	default:
		t.line(lang.OwnerGroupTop, lang.Args{"what": t.named(g)})
	}
	if spans := dotted(t.contacts(g), t.onCallNow(g)); spans != nil {
		t.add(card.Text{Spans: spans})
	}
}

func (t *talk) leadLine(group *catalog.Entity) []card.Span {
	leads := t.leads(group)
	if len(leads) == 0 {
		return nil
	}
	return t.say(lang.OwnerLead, lang.Args{"who": t.strongs(leads)})
}

// strongs renders a few references as strong names.
func (t *talk) strongs(refs []catalog.Ref) []card.Span {
	const most = 5
	items := make([][]card.Span, 0, most)
	for _, r := range refs[:min(len(refs), most)] {
		items = append(items, []card.Span{t.strong(r)})
	}
	return t.join(items, len(refs)-len(items))
}

// chain says what a team is part of, up to the top. A team without a parent says nothing.
func (t *talk) chain(team *catalog.Entity) {
	if team.Ref.Kind != "group" {
		return
	}
	parents := ancestors(t.view, team.Ref)
	if len(parents) == 0 {
		return
	}
	t.line(lang.OwnerPart, lang.Args{"team": t.link(team), "chain": t.path(parents)})
}

// path renders teams as "Commerce › Harborlane".
func (t *talk) path(teams []catalog.Ref) []card.Span {
	var out []card.Span
	for i, r := range teams {
		if i > 0 {
			out = append(out, card.T(" › "))
		}
		if e, ok := t.view.Entity(r); ok {
			out = append(out, t.link(e))
			continue
		}
		out = append(out, card.M(r.Short("group")))
	}
	return out
}
