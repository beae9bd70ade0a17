package commands

import (
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// members lists who is in a team; for anything else, who is in the team that owns it.
func (t *talk) members() {
	t.orAsker()
	t.each((*talk).membersOf)
}

func (t *talk) membersOf(e *catalog.Entity) {
	t.from(e)
	switch {
	case e.Ref.Kind == "user":
		t.yes()
		t.personLine(e)
	case e.Ref.Kind == "group":
		t.membersOfGroup(e)
	default:
		t.membersOfOwner(e)
	}
}

func (t *talk) membersOfGroup(g *catalog.Entity) {
	t.yes()
	leads := t.leads(g)
	if t.r.Trait == "lead" {
		t.leadHeadline(g, leads)
	}
	people := targets(t.view, g.Ref, "hasMember")
	children := targets(t.view, g.Ref, "parentOf")
	switch {
	case len(people) > 0:
		t.line(lang.MembersAre, lang.Args{"who": t.named(g), "count": t.count("user", len(people)), "list": t.people(people, leads)})
	case len(children) > 0:
		t.line(lang.MembersTeams, lang.Args{"who": t.named(g), "count": t.count("user", t.headcount(g)), "teams": t.count("group", len(children))})
	default:
		t.line(lang.MembersNone, lang.Args{"who": t.named(g)})
	}
	if len(children) > 0 {
		t.line(lang.MembersSub, lang.Args{"list": t.refs(children, t.inline())})
	}
	if parents := ancestors(t.view, g.Ref); len(parents) > 0 {
		t.line(lang.MembersParent, lang.Args{"list": t.path(parents)})
	}
	if spans := t.contacts(g); spans != nil {
		t.add(card.Text{Spans: spans})
	}
}

func (t *talk) leadHeadline(g *catalog.Entity, leads []catalog.Ref) {
	if len(leads) == 0 {
		t.answered = false
		t.no()
		t.line(lang.MembersLeadNone, lang.Args{"who": t.named(g)})
		return
	}
	t.line(lang.MembersLead, lang.Args{"lead": t.strongs(leads), "who": t.named(g)})
	for _, l := range leads {
		if e, ok := t.view.Entity(l); ok {
			t.from(e)
			if m, ok := mail(e); ok {
				t.add(card.Text{Spans: []card.Span{m}})
			}
		}
	}
}

// people lists persons, the leads first and marked.
func (t *talk) people(refs, leads []catalog.Ref) []card.Span {
	isLead := make(map[catalog.Ref]bool, len(leads))
	var items [][]card.Span
	for _, r := range leads {
		isLead[r] = true
		items = append(items, t.say(lang.MembersLeadMark, lang.Args{"name": t.strong(r)}))
	}
	for _, r := range refs {
		if !isLead[r] {
			items = append(items, []card.Span{t.person(r)})
		}
	}
	most := len(items)
	if !t.q.Full {
		most = min(most, maxRows)
	}
	return t.join(items[:most:most], len(items)-most)
}

// headcount counts the people in the teams below a group, each once.
func (t *talk) headcount(g *catalog.Entity) int {
	seen := map[catalog.Ref]bool{}
	for _, team := range descendants(t.view, g.Ref) {
		for _, p := range targets(t.view, team, "hasMember") {
			seen[p] = true
		}
	}
	return len(seen)
}

func (t *talk) membersOfOwner(e *catalog.Entity) {
	owner, ok := t.view.Entity(e.Owner)
	if !ok || owner.Ref.Kind != "group" {
		t.owner(e)
		return
	}
	t.yes()
	if t.r.Trait == "lead" {
		t.leadHeadline(owner, t.leads(owner))
		return
	}
	people := targets(t.view, owner.Ref, "hasMember")
	t.line(lang.MembersOf, lang.Args{
		"what": t.named(e), "who": t.named(owner), "count": t.count("user", len(people)), "list": t.people(people, t.leads(owner)),
	})
}

// personLine says which teams a person is in, the person's role, and the address.
func (t *talk) personLine(u *catalog.Entity) {
	t.yes()
	teams := targets(t.view, u.Ref, "memberOf")
	if len(teams) == 0 {
		t.line(lang.PersonNone, lang.Args{"who": t.named(u)})
	} else {
		t.line(lang.PersonIn, lang.Args{"who": t.named(u), "teams": t.strongs(teams)})
	}
	var as []card.Span
	if r := role(u); r != "" {
		as = []card.Span{card.T(r)}
	}
	if spans := dotted(as, t.contacts(u)); spans != nil {
		t.add(card.Text{Spans: spans})
	}
}
