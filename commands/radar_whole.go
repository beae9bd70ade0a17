package commands

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/inventory"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// maxUsers is how many components one technology names in a table.
const maxUsers = 6

// radarAsked answers a question about the radar as a whole, and reports whether it was one.
func (t *talk) radarAsked(shape plugins.RadarShape) bool {
	if date, ok := strings.CutPrefix(t.r.Trait, traitMoved); ok {
		since, err := time.Parse(time.DateOnly, date)
		if err != nil {
			return false
		}
		t.radarSince(shape, since)
		return true
	}
	if ring, ok := strings.CutPrefix(t.r.Trait, traitUsers); ok {
		t.radarUsers(shape, ring)
		return true
	}
	return false
}

// radarSince lists what is in another ring than at a date, or was not on the radar then.
func (t *talk) radarSince(shape plugins.RadarShape, since time.Time) {
	all, err := t.c.cap.Radar.List(t.ctx, plugins.RadarFilter{})
	if err != nil {
		t.failed(lang.CmdRadarNoun, nil)
		return
	}
	t.source(shape.Source, 0, shape.AsOf)
	t.yes()
	type move struct {
		entry plugins.RadarEntry
		from  plugins.RadarName
		fresh bool
	}
	var moves []move
	for _, e := range all {
		was, there := e.RingAt(since)
		if !there || was.ID != e.Ring.ID {
			moves = append(moves, move{e, was, !there})
		}
	}
	slices.SortStableFunc(moves, func(a, b move) int {
		return cmp.Or(b.entry.Since.Compare(a.entry.Since), strings.Compare(a.entry.Title, b.entry.Title))
	})
	date := lang.Date(t.l, since, t.now)
	if len(moves) == 0 {
		t.line(lang.RingNoneSince, lang.Args{"date": date})
		return
	}
	t.line(lang.RingMovedSince, lang.Args{"n": len(moves), "date": date})
	place := func(r plugins.RadarName) int {
		return slices.IndexFunc(shape.Rings, func(o plugins.RadarName) bool { return o.ID == r.ID })
	}
	table := card.Table{
		Columns: t.columns(lang.RadarColTech, lang.RadarColRing, lang.RingColMove, lang.RadarColSince), MoreURL: t.c.links.own("radar"),
	}
	for _, m := range moves {
		how := t.say(lang.RingNew, nil)
		switch {
		case m.fresh && m.entry.Moved == plugins.RadarMovedInto:
			how = t.say(lang.RingIn, nil)
		case m.fresh && m.entry.Moved == plugins.RadarMovedOut:
			how = t.say(lang.RingOut, nil)
		case !m.fresh:
			key := lang.RingOut
			if place(m.entry.Ring) < place(m.from) {
				key = lang.RingIn
			}
			how = slices.Concat(t.say(key, nil), []card.Span{card.T(t.comma())}, t.say(lang.RingFrom, lang.Args{"ring": m.from.Name}))
		}
		table.Rows = append(table.Rows, [][]card.Span{{linkOr(m.entry.Title, webAddress(m.entry.URL))}, {card.T(m.entry.Ring.Name)}, how, {card.T(lang.Date(t.l, m.entry.Since, t.now))}})
	}
	t.add(table)
}

// comma is what stands between two short words.
func (t *talk) comma() string {
	if t.l == lang.Chinese {
		return "，"
	}
	return ", "
}

// radarUsers says which components still use what is in a ring.
func (t *talk) radarUsers(shape plugins.RadarShape, id string) {
	entries, err := t.c.cap.Radar.List(t.ctx, plugins.RadarFilter{Ring: id})
	if err != nil {
		t.failed(lang.CmdRadarNoun, nil)
		return
	}
	t.source(shape.Source, 0, shape.AsOf)
	name := id
	for _, r := range shape.Rings {
		if r.ID == id {
			name = r.Name
		}
	}
	ring := card.S(name)
	if len(entries) == 0 {
		t.no()
		t.line(lang.RingUsersEmpty, lang.Args{"ring": ring})
		return
	}
	t.yes()
	table := card.Table{Columns: t.columns(lang.RadarColTech, lang.RingColCount, lang.RingColUsers), MoreURL: t.c.links.own("radar")}
	table.Columns[1].Right = true
	users := map[catalog.Ref]bool{}
	var unread [][]card.Span
	for _, e := range entries {
		tech, ok := t.technologyOf(e)
		if !ok {
			unread = append(unread, []card.Span{card.T(e.Title)})
			continue
		}
		var of []catalog.Ref
		for _, u := range inventory.Fleet(t.view, tech) {
			if _, seen := t.view.Entity(u.Entity); seen && !slices.Contains(of, u.Entity) {
				of = append(of, u.Entity)
				users[u.Entity] = true
			}
		}
		if len(of) > 0 {
			table.Rows = append(table.Rows, [][]card.Span{{card.S(e.Title)}, {card.T(lang.Number(len(of)))}, t.refs(of, maxUsers)})
		}
	}
	if len(users) == 0 {
		t.line(lang.RingUsersNone, lang.Args{"ring": ring})
	} else {
		t.line(lang.RingUsers, lang.Args{"n": len(users), "ring": ring})
		t.add(table)
	}
	if len(unread) > 0 {
		t.line(lang.RingUnread, lang.Args{"list": t.join(unread, 0)})
	}
}

// technologyOf is the well-known technology that an entry of the radar is about, by any of its names.
func (t *talk) technologyOf(e plugins.RadarEntry) (string, bool) {
	for _, name := range append([]string{e.Title, e.ID}, e.Aliases...) {
		if m, ok := t.c.technology(name); ok {
			return m.ID, true
		}
	}
	return "", false
}

// offerUsers leads from the list of the outermost ring to those who still use what is in it.
func (t *talk) offerUsers(shape plugins.RadarShape, f plugins.RadarFilter) {
	if n := len(shape.Rings); f.Ring == "" || n == 0 || shape.Rings[n-1].ID != f.Ring {
		return
	}
	r := understand.Reading{Intent: understand.Radar, Lang: t.l, Trait: traitUsers + f.Ring}
	t.actions = append(t.actions, t.button(t.text(lang.RingActUsers, nil), intentAsk, r, false))
}
