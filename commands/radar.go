package commands

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog/inventory"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// radar says what the organisation thinks of a technology, or lists a ring, a quadrant or everything.
func (t *talk) radar() {
	shape, err := t.c.cap.Radar.Shape(t.ctx)
	switch {
	case err != nil:
		t.failed(lang.CmdRadarNoun, nil)
		return
	case shape.Source == "":
		t.no()
		t.line(lang.CmdNotConnected, lang.Args{"what": t.text(lang.CmdRadarNoun, nil)})
		return
	}
	if t.radarAsked(shape) {
		return
	}
	names := t.radarNames()
	if len(names) == 0 {
		t.radarList(shape, t.ringAsked(shape))
		return
	}
	for i, name := range names {
		if i > 0 {
			t.add(card.Rule{})
		}
		t.radarEntry(shape, name)
	}
	if t.answered {
		t.outcome = bot.Answered
	}
}

// ringAsked is the ring or the quadrant that the question names as a word ("what is on hold"), or everything.
func (t *talk) ringAsked(shape plugins.RadarShape) plugins.RadarFilter {
	if f, ok := ringOrQuadrant(shape, t.r.Trait); ok && t.r.Trait != "" {
		return f
	}
	words := strings.FieldsFunc(strings.ToLower(t.q.Text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	var found plugins.RadarFilter
	for _, w := range words {
		if f, ok := ringOrQuadrant(shape, w); ok && (found == plugins.RadarFilter{} || f.Ring != "") {
			found = f // "which tools are on hold" is about the ring
		}
	}
	return found
}

// radarNames are the technologies a question asks about, as they may be called on the radar.
func (t *talk) radarNames() [][]string {
	var out [][]string
	for _, m := range t.r.Tech {
		names := []string{m.Name, m.ID}
		if tech, ok := t.c.deps.Technologies.Technology(m.ID); ok {
			names = append(append(names, tech.Name), tech.Aliases...)
		}
		out = append(out, names)
	}
	for _, u := range t.r.Unknown {
		if len(t.r.Tech) == 0 {
			out = append(out, []string{u})
		}
	}
	if len(out) == 0 && t.r.Topic != "" {
		out = append(out, []string{t.r.Topic})
	}
	return out
}

// radarEntry answers for one technology by the first of its names that the radar knows; a name that is a ring or a
// quadrant lists it.
func (t *talk) radarEntry(shape plugins.RadarShape, names []string) {
	var near []plugins.RadarEntry
	for _, name := range names {
		if name == "" {
			continue
		}
		m, err := t.c.cap.Radar.Lookup(t.ctx, name)
		if err != nil {
			t.failed(lang.CmdRadarNoun, nil)
			return
		}
		for _, e := range m.Entries {
			t.radarLine(shape, e)
		}
		if len(m.Entries) > 0 {
			return
		}
		if near == nil {
			near = m.Near
		}
	}
	if f, ok := ringOrQuadrant(shape, names[0]); ok {
		t.radarList(shape, f)
		return
	}
	t.no()
	t.source(shape.Source, 0, shape.AsOf)
	name := card.S(clip(t.radarCalled(names)))
	if len(near) == 0 {
		t.line(lang.RadarNone, lang.Args{"name": name})
		return
	}
	items := make([][]card.Span, len(near))
	for i, e := range near {
		items[i] = []card.Span{card.S(e.Title)}
	}
	t.line(lang.RadarNoneNear, lang.Args{"name": name, "near": t.join(items, 0)})
}

// radarCalled is what to call a technology that is not on the radar.
func (t *talk) radarCalled(names []string) string {
	for _, m := range t.r.Tech {
		if m.Name == names[0] {
			return t.techName(m).Text
		}
	}
	return names[0]
}

func (t *talk) radarLine(shape plugins.RadarShape, e plugins.RadarEntry) {
	t.yes()
	t.source(shape.Source, e.Line, shape.AsOf)
	args := lang.Args{"tech": linkOr(e.Title, webAddress(e.URL)), "ring": card.S(e.Ring.Name), "quadrant": e.Quadrant.Name}
	key := lang.RadarIs
	if !e.Since.IsZero() {
		key = lang.RadarSince
		args["date"] = lang.Date(t.l, e.Since, t.now)
	}
	spans := t.say(key, args)
	if e.Previous.Name != "" {
		spans = append(append(spans, card.T(t.gap())), t.say(lang.RadarMoved, lang.Args{"ring": e.Previous.Name})...)
	}
	t.add(card.Text{Spans: spans})
	if e.Description != "" {
		t.add(card.Text{Spans: []card.Span{card.T(clipTo(e.Description, maxDescription))}})
	}
	if len(e.Links) > 0 {
		var items [][]card.Span
		for _, l := range e.Links[:min(len(e.Links), 5)] {
			items = append(items, []card.Span{linkTo(l.Title, l.URL)})
		}
		t.add(card.Text{Spans: t.join(items, 0)})
	}
	if len(t.r.Tech) == 1 && len(inventory.Fleet(t.view, t.r.Tech[0].ID)) > 0 {
		r := understand.Reading{Intent: understand.Version, Lang: t.l, Fleet: true, Tech: t.r.Tech}
		t.actions = append(t.actions, t.button(t.text(lang.ActWhoUses, nil), intentAsk, r, false))
	}
}

// ringOrQuadrant reports whether a name is that of a ring or a quadrant.
func ringOrQuadrant(shape plugins.RadarShape, name string) (plugins.RadarFilter, bool) {
	for _, r := range shape.Rings {
		if sameName(r.Name, name) || sameName(r.ID, name) {
			return plugins.RadarFilter{Ring: r.ID}, true
		}
	}
	for _, q := range shape.Quadrants {
		if sameName(q.Name, name) || sameName(q.ID, name) {
			return plugins.RadarFilter{Quadrant: q.ID}, true
		}
	}
	return plugins.RadarFilter{}, false
}

// radarList is a table of entries.
func (t *talk) radarList(shape plugins.RadarShape, f plugins.RadarFilter) {
	entries, err := t.c.cap.Radar.List(t.ctx, f)
	if err != nil {
		t.failed(lang.CmdRadarNoun, nil)
		return
	}
	t.source(shape.Source, 0, shape.AsOf)
	if len(entries) == 0 {
		t.no()
		t.line(lang.RadarListEmpty, nil)
		return
	}
	t.yes()
	switch {
	case f.Ring != "":
		t.line(lang.RadarListRing, lang.Args{"ring": card.S(entries[0].Ring.Name), "n": len(entries)})
	case f.Quadrant != "":
		t.line(lang.RadarListRing, lang.Args{"ring": card.S(entries[0].Quadrant.Name), "n": len(entries)})
	default:
		t.line(lang.RadarList, lang.Args{"n": len(entries)})
	}
	table := card.Table{
		Columns: t.columns(lang.RadarColTech, lang.RadarColRing, lang.RadarColQuadrant, lang.RadarColSince),
		MoreURL: t.c.links.own("radar"),
	}
	for _, e := range entries {
		since := ""
		if !e.Since.IsZero() {
			since = strconv.Itoa(e.Since.Year()) + e.Since.Format("-01")
		}
		table.Rows = append(table.Rows, [][]card.Span{{card.S(e.Title)}, {card.T(e.Ring.Name)}, {card.T(e.Quadrant.Name)}, {card.T(since)}})
	}
	if f == (plugins.RadarFilter{}) {
		t.radarPicture()
	}
	t.add(table)
	t.offerUsers(shape, f)
}

// radarPicture shows the whole radar where a picture of it can be fetched.
func (t *talk) radarPicture() {
	if t.c.deps.Picture == nil {
		return
	}
	if url := t.c.deps.Picture(t.ctx, t.l); url != "" {
		t.add(card.Image{URL: url, Alt: t.text(lang.RadarPicture, nil)})
	}
}
