package commands

import (
	"slices"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// left reports whether a schedule names a person who is not in the catalog any more. Somebody who is there and may not
// be seen has not left.
func (t *talk) left(person catalog.Ref) bool {
	if _, known := t.metAs(person); known || person.IsZero() {
		return false
	}
	if _, ok := t.view.Entity(person); ok {
		return false
	}
	_, there := t.c.deps.View(catalog.Viewer{}).Entity(person)
	return !there
}

// reachable reports whether somebody is on call who can be asked.
func (t *talk) reachable(person catalog.Ref) bool { return !person.IsZero() && !t.left(person) }

// duty is the name of a person on a schedule; of one who may not be seen there is none.
func (t *talk) duty(person catalog.Ref) card.Span {
	if _, ok := t.view.Entity(person); ok {
		return t.strong(person)
	}
	if name, ok := t.metAs(person); ok {
		return name
	}
	if t.left(person) {
		return card.M(person.Name)
	}
	return card.S(t.text(lang.OnCallSomebody, nil))
}

// nextLevel says whom to ask where nobody is on call, or somebody who has left: the schedule of a group above, the lead
// of the team and how to reach it. A second line that was named already is that level.
func (t *talk) nextLevel(e *catalog.Entity, shifts []plugins.Shift, second bool) {
	team := shifts[0].Team
	if !second {
		t.levelAbove(team)
	}
	g, ok := t.view.Entity(team)
	if !ok {
		return
	}
	var lead []card.Span
	if leads := t.leads(g); len(leads) > 0 {
		lead = t.say(lang.OnCallLead, lang.Args{"team": t.link(g), "who": t.strongs(leads)})
	}
	if spans := dotted(lead, t.contacts(g, e)); spans != nil {
		t.add(card.Text{Spans: spans})
	}
}

// levelAbove names who is on call in the nearest group above a team.
func (t *talk) levelAbove(team catalog.Ref) {
	for _, g := range ancestors(t.view, team) {
		shifts, err := t.rota().Shifts(t.ctx, plugins.OnCallQuery{At: t.now, Groups: []catalog.Ref{g}})
		if err != nil {
			return
		}
		i := slices.IndexFunc(shifts, func(s plugins.Shift) bool { return t.reachable(s.Person) })
		if i < 0 {
			continue
		}
		s := shifts[i]
		t.source(s.File, s.Line, s.AsOf)
		args := lang.Args{"who": t.duty(s.Person), "team": t.strong(g)}
		if s.Until.IsZero() {
			t.line(lang.OnCallLevelOpen, args)
			return
		}
		args["when"] = t.momentAhead(s.Until, s.Zone)
		t.line(lang.OnCallLevel, args)
		return
	}
	t.line(lang.OnCallNoLevel, nil)
}
