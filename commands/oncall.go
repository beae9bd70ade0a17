package commands

import (
	"slices"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// onCall says who is on call: for an entity, for a person when it is their turn, or for everybody.
func (t *talk) onCall() {
	switch {
	case len(t.r.Entities) > 0:
		t.each((*talk).onCallFor)
	case !t.r.Person.IsZero():
		t.r.Entities = []catalog.Ref{t.r.Person}
		t.each((*talk).onCallFor)
	case understand.Troubled(t.q.Channel):
		t.onCallWhich()
	case !t.r.When.IsZero():
		t.onCallAllAt()
	default:
		t.onCallAll()
	}
}

func (t *talk) onCallFor(e *catalog.Entity) {
	later := !t.r.When.IsZero()
	switch {
	case e.Ref.Kind == "user" && later:
		t.onCallPersonAt(e)
		return
	case e.Ref.Kind == "user":
		t.onCallPerson(e)
		return
	case later:
		t.onCallAt(e)
		return
	}
	shifts, err := t.shifts(e)
	if err != nil {
		t.failed(lang.CmdOnCallNoun, e)
		return
	}
	if len(shifts) == 0 {
		t.noSchedule(e)
		return
	}
	t.yes()
	primary := slices.ContainsFunc(shifts, func(s plugins.Shift) bool { return !s.Secondary })
	if t.r.Trait == "secondary" {
		shifts = t.secondFirst(shifts, e)
	}
	reached := false
	for _, s := range shifts {
		t.source(s.File, s.Line, s.AsOf)
		reached = reached || t.reachable(s.Person)
		switch {
		case s.Level > 2 && !s.Gap():
			t.furtherLine(s)
		case s.Secondary:
			t.secondLine(s, e, primary)
		case t.r.Trait == "next" && !s.Next.IsZero():
			t.line(lang.OnCallNextFor, lang.Args{"who": t.duty(s.Next), "what": t.named(e), "when": t.momentAhead(s.Until, s.Zone)})
			t.shift(s, e)
		default:
			t.shift(s, e)
		}
	}
	if !t.reachable(shifts[0].Person) {
		t.nextLevel(e, shifts, reached)
	}
	t.offerHand(e)
	t.offerPage(e)
}

// shifts asks who is on call for an entity: by the service its annotation names, else by its owner and the groups
// above.
func (t *talk) shifts(e *catalog.Entity) ([]plugins.Shift, error) {
	return t.rota().Shifts(t.ctx, t.onCallQuery(e))
}

// onCallQuery asks who is on call for an entity.
func (t *talk) onCallQuery(e *catalog.Entity) plugins.OnCallQuery {
	q := plugins.OnCallQuery{At: t.now}
	if id := e.Annotation(plugins.PagerDutyService); id != "" {
		q.Services = []string{id}
	}
	if key := e.Annotation(plugins.PagerDutyKey); key != "" {
		q.Keys = []string{key}
	}
	if owner := ownerOf(e); !owner.IsZero() {
		q.Groups = t.groupsOf(owner)
	}
	return q
}

// groupsOf lists the groups whose schedules count for an owner, nearest first.
func (t *talk) groupsOf(owner catalog.Ref) []catalog.Ref {
	if owner.Kind != "user" {
		return append([]catalog.Ref{owner}, ancestors(t.view, owner)...)
	}
	var out []catalog.Ref
	for _, g := range targets(t.view, owner, "memberOf") {
		out = append(out, g)
		out = append(out, ancestors(t.view, g)...)
	}
	return out
}

// shift is the sentence for one line of a schedule.
func (t *talk) shift(s plugins.Shift, e *catalog.Entity) {
	if s.Gap() {
		if s.Until.IsZero() {
			t.line(lang.OnCallGap, lang.Args{"what": t.named(e)})
			return
		}
		t.line(lang.OnCallGapNext, lang.Args{"what": t.named(e), "owner": t.strong(s.Team), "when": t.momentAhead(s.Until, s.Zone)})
		return
	}
	key, args := lang.OnCallUntil, lang.Args{"who": t.duty(s.Person), "what": t.named(e)}
	left := t.left(s.Person)
	switch {
	case left && s.Until.IsZero():
		key = lang.OnCallLeftOpen
	case left:
		key = lang.OnCallLeft
	case s.Until.IsZero():
		key = lang.OnCallOpen
	}
	if !s.Until.IsZero() {
		args["when"] = t.momentAhead(s.Until, s.Zone)
	}
	spans := t.say(key, args)
	if !s.Next.IsZero() {
		next, who := lang.OnCallNext, t.person(s.Next)
		if _, seen := t.view.Entity(s.Next); !seen {
			who = t.duty(s.Next)
		}
		if t.left(s.Next) {
			next = lang.OnCallLeftNext
		}
		spans = append(spans, card.T(t.gap()))
		spans = append(spans, t.say(next, lang.Args{"who": who})...)
	}
	t.add(card.Text{Spans: spans})
	t.reach(s, e, t.covers(s))
}

// covers says whom the person of a shift stands in for; nil for nobody.
func (t *talk) covers(s plugins.Shift) []card.Span {
	if s.Covers.IsZero() || s.Covers == s.Person {
		return nil
	}
	return t.say(lang.OnCallCovers, lang.Args{"who": t.person(s.Covers)})
}

// reach is the line below a shift: whom it stands in for, how to reach the person, and which schedule says so.
func (t *talk) reach(s plugins.Shift, e *catalog.Entity, covers []card.Span) {
	var address []card.Span
	if p, ok := t.view.Entity(s.Person); ok {
		address = t.contacts(p)
	}
	schedule := []card.Span{card.T(s.Title)}
	if team, ok := t.view.Entity(s.Team); ok && team.Ref != e.Ref {
		schedule = t.say(lang.OnCallThrough, lang.Args{"schedule": s.Title, "team": t.link(team)})
	}
	if line := dotted(covers, address, schedule); line != nil {
		t.add(card.Text{Spans: line})
	}
}

// secondLine names the second line as such; where there is no first one it is the answer.
func (t *talk) secondLine(s plugins.Shift, e *catalog.Entity, primary bool) {
	switch {
	case t.left(s.Person):
		t.line(lang.OnCallSecondOut, lang.Args{"who": t.duty(s.Person)})
	case s.Gap() && primary:
		t.line(lang.OnCallSecondGap, nil)
	case s.Gap():
		t.line(lang.OnCallGap, lang.Args{"what": t.named(e)})
	case s.Until.IsZero():
		t.line(lang.OnCallSecondOpen, lang.Args{"who": t.strong(s.Person)})
	default:
		t.line(lang.OnCallSecond, lang.Args{"who": t.strong(s.Person), "when": t.momentAhead(s.Until, s.Zone)})
	}
}

// noSchedule says that nothing is known, and whom to ask instead.
func (t *talk) noSchedule(e *catalog.Entity) {
	t.from(e)
	if e.Ref.Kind == "group" && t.onCallTeams(e) {
		return
	}
	t.no()
	owner := ownerOf(e)
	switch {
	case owner == e.Ref:
		t.line(lang.OnCallNoneGroup, lang.Args{"what": t.named(e)})
	case owner.IsZero():
		t.line(lang.OnCallNoneOwnerless, lang.Args{"what": t.named(e)})
	default:
		t.line(lang.OnCallNone, lang.Args{"what": t.named(e), "owner": t.strong(owner)})
	}
	if !t.connected(t.c.cap.OnCall) {
		t.line(lang.CmdNotConnected, lang.Args{"what": t.text(lang.CmdOnCallNoun, nil)})
	}
	o, _ := t.view.Entity(owner)
	var lead []card.Span
	if o != nil && o.Ref.Kind == "group" {
		lead = t.leadLine(o)
	}
	if spans := dotted(t.contacts(e, o), lead); spans != nil {
		t.add(card.Text{Spans: spans})
	}
	t.offerHand(e)
}
