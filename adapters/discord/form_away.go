package discord

import (
	"context"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

// A private answer whose interaction is over goes to a direct message, which belongs to no guild. What is pressed there
// comes from the same user and yet from another actor, so its buttons are made anew; those of a form name the guild
// where it was opened.

// awayFrom stands between the key of a form and the guild where it was opened.
const awayFrom = "@"

// direct is a message as it works in a direct message. It reports false for what would not: the question of a button
// that asks first, which is asked again when the button is pressed again.
func (x *exchange) direct(m message) (message, bool) {
	if x.sees.Workspace == directs {
		return m, true
	}
	if m.again != nil {
		to := x.sees
		to.Workspace = directs
		return m.again(to), true
	}
	if carries(m.Components) {
		return message{}, false
	}
	m.Components = away(m.Components, x.sees.Workspace)
	return m, true
}

// carries reports whether anything carries the token of an intent.
func carries(all []component) bool {
	return slices.ContainsFunc(all, func(c component) bool {
		form, _ := splitForm(c.CustomID)
		mark, _ := splitID(c.CustomID)
		return mark != 0 && form == "" || carries(c.Components)
	})
}

// away has the steps of a form name the guild where it was opened, "" for those that stand there.
func away(all []component, guild string) []component {
	if guild == "" {
		return all
	}
	all = slices.Clone(all)
	for i := range all {
		all[i].CustomID = awayID(all[i].CustomID, guild)
		all[i].Components = away(all[i].Components, guild)
	}
	return all
}

func awayID(id, guild string) string {
	if mark, key := splitForm(id); mark != "" && guild != "" && !strings.Contains(key, awayFrom) {
		return id + awayFrom + guild
	}
	return id
}

// load returns an open form of the actor. The form of a step that stands in a direct message is the same user's in the
// guild that its key names, and goes on as theirs.
func (x *exchange) load(ctx context.Context, key string) (bot.OpenForm, error) {
	by := x.ev.Actor
	key, guild, gone := strings.Cut(key, awayFrom)
	if gone && by.Workspace == directs {
		by.Workspace = guild
	}
	o, err := x.s.a.desk.Load(ctx, key, by)
	if err == nil && by.Workspace != x.ev.Actor.Workspace {
		x.ev.Actor, x.home = by, guild
	}
	return o, err
}

// modal is one page of an open form.
func (x *exchange) modal(o bot.OpenForm, p card.Form) modalData {
	m := modal(o, p, x.ev.Locale)
	m.CustomID = awayID(m.CustomID, x.home)
	return m
}
