package commands

import (
	"cmp"
	"slices"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// without answers what nothing is known of. What is set up for it is named apart: it may only not have been heard of.
func (f *factsTalk) without() {
	var rows []factRow
	waiting := 0
	for i, e := range f.among {
		switch {
		case len(f.of[e.Ref]) > 0:
		case i < maxSetUp && f.about(e):
			waiting++
		default:
			rows = append(rows, factRow{entity: e})
		}
	}
	if len(rows) == 0 {
		f.line(lang.FactsWithNo, f.args(0))
	} else {
		f.line(lang.FactsWith, f.args(len(rows)))
		list := card.List{}
		for _, r := range rows {
			f.entities = append(f.entities, r.entity.Ref)
			var owner []card.Span
			if !r.entity.Owner.IsZero() {
				owner = []card.Span{card.T(f.nameOf(r.entity.Owner))}
			}
			list.Items = append(list.Items, dotted(f.listed(r.entity), owner))
		}
		f.add(list)
	}
	if waiting > 0 {
		f.line(lang.FactsWaiting, lang.Args{"n": waiting})
	}
	if f.known > 0 {
		f.line(lang.FactsCover, f.args(0))
	}
	f.unconnected()
	f.read()
}

// setUp says of how many entities something may come to be known.
func (f *factsTalk) setUp() {
	waiting := 0
	for _, e := range f.among[:min(len(f.among), maxSetUp)] {
		if len(f.of[e.Ref]) == 0 && f.about(e) {
			waiting++
		}
	}
	if waiting > 0 {
		f.line(lang.FactsSetUp, lang.Args{"n": waiting})
	}
}

// unconnected says where the question is about something that nothing measures here.
func (f *factsTalk) unconnected() {
	for _, m := range f.all {
		if m.has != nil {
			f.line(lang.CmdNotConnected, lang.Args{"what": f.text(m.source, nil)})
		}
	}
}

// about reports whether a plugin of the question is about an entity.
func (f *factsTalk) about(e *catalog.Entity) bool {
	if slices.ContainsFunc(f.all, func(m measure) bool { return m.has != nil && m.has(f.talk, e) }) {
		return true
	}
	refs := f.c.deps.Views.Select(e, func(v plugins.View) bool { return v.Card && v.Has != nil })
	return slices.ContainsFunc(refs, func(r plugins.ViewRef) bool {
		return slices.ContainsFunc(f.all, func(m measure) bool { return m.about.Name == r.Plugin })
	})
}

// cover says of how many entities anything is known, and leads to the others.
func (f *factsTalk) cover() {
	defer f.read()
	if f.a.op == factsBroken || f.a.subject == "" {
		f.coverEach()
		return
	}
	f.line(lang.FactsCover, f.args(0))
	if f.known < len(f.among) {
		none := understand.Reading{Intent: intentFacts, Lang: f.l, Kind: f.r.Kind, Entities: f.r.Entities, Trait: factAsk{op: factsNone, subject: f.a.subject}.String()}
		f.actions = append(f.actions, f.button(f.text(lang.FactsActNone, nil), intentAsk, none, f.q.Full))
	}
}

// coverEach says it of each measure by its title.
func (f *factsTalk) coverEach() {
	var titles []string
	by := map[string]map[catalog.Ref]bool{}
	for _, m := range f.all {
		if title := m.Title.In(f.l); by[title] == nil {
			titles, by[title] = append(titles, title), map[catalog.Ref]bool{}
		}
	}
	for _, e := range f.among {
		for _, v := range f.of[e.Ref] {
			by[v.measure.Title.In(f.l)][e.Ref] = true
		}
	}
	var items [][]card.Span
	total := f.count(cmp.Or(f.r.Kind, "component"), len(f.among))
	for _, title := range titles {
		items = append(items, f.say(lang.FactsCoverOne, lang.Args{"measure": title, "known": len(by[title]), "total": total}))
	}
	f.line(lang.FactsCoverList, lang.Args{"list": f.join(items, 0)})
}

// read notes the plugins that the answer rests on, each as of when it last had something to say.
func (f *factsTalk) read() {
	last := map[string]time.Time{}
	for _, e := range f.among {
		for _, v := range f.of[e.Ref] {
			if name := v.measure.about.Title; v.AsOf.After(last[name]) {
				last[name] = v.AsOf
			}
		}
	}
	for _, m := range f.all {
		if at, ok := last[m.about.Title]; ok {
			f.source(m.about.Title, 0, at)
		}
	}
}
