package commands

import (
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// search names what fits a description: what understanding found already, what words find, or all of a kind.
func (t *talk) search() {
	where, ok := t.view.Entity(t.r.Within)
	if ok || t.r.Listed && t.r.Within.IsZero() {
		t.within(where)
		return
	}
	found := t.there(t.r.Entities)
	switch {
	case len(found) > 0:
	case t.r.Topic != "":
		found = t.findWords()
	case t.r.Kind != "":
		found = ofType(t.view, t.r.Kind)
	}
	if len(found) == 0 {
		t.nothingFound()
		return
	}
	for _, e := range found {
		t.entities = append(t.entities, e.Ref)
		t.from(e)
	}
	t.yes()
	if len(found) == 1 {
		t.foundOne(found[0])
		return
	}
	t.line(lang.FindMany, lang.Args{"n": max(len(found), t.r.Total)})
	list := card.List{MoreURL: t.c.links.search(t.r.Topic)}
	for _, e := range found {
		list.Items = append(list.Items, t.foundItem(e))
	}
	t.add(list)
}

// findWords are the entities that have the most of the words looked for.
func (t *talk) findWords() []*catalog.Entity {
	q := search.Query{Text: t.r.Topic, Any: true, Limit: 10}
	for k := range strings.SplitSeq(t.r.Kind, ",") {
		switch {
		case k == "":
		case kindKey(k) != "":
			q.Kinds = append(q.Kinds, k)
		default:
			q.Types = append(q.Types, k)
		}
	}
	hits := t.view.Search(q)
	if len(hits) == 0 && (q.Kinds != nil || q.Types != nil) {
		q.Kinds, q.Types = nil, nil
		hits = t.view.Search(q)
	}
	var out []*catalog.Entity
	for _, h := range hits {
		if h.Terms < hits[0].Terms || h.Terms*3 < h.Of*2 || h.Score < hits[0].Score*0.7 {
			continue
		}
		if ofKind(h.Entity, t.r.Kind) || q.Types == nil {
			out = append(out, h.Entity)
		}
	}
	return out
}

func (t *talk) foundOne(e *catalog.Entity) {
	if e.Description == "" {
		t.line(lang.FindOnePlain, lang.Args{"what": t.named(e)})
	} else {
		t.line(lang.FindOne, lang.Args{"what": t.named(e), "about": clipTo(oneLine(e.Description), maxDescription)})
	}
	var owner []card.Span
	if !e.Owner.IsZero() {
		owner = t.say(lang.FindOwned, lang.Args{"who": t.strong(e.Owner)})
	}
	t.add(card.Text{Spans: dotted([]card.Span{card.T(t.what(e))}, t.lifeSpan(e), owner)})
}

func (t *talk) foundItem(e *catalog.Entity) []card.Span {
	const most = 100
	var about, owner []card.Span
	if e.Description != "" {
		about = []card.Span{card.T(clipTo(oneLine(e.Description), most))}
	}
	if !e.Owner.IsZero() {
		owner = []card.Span{card.T(t.nameOf(e.Owner))}
	}
	return dotted(t.listed(e), []card.Span{card.T(t.what(e))}, about, owner)
}

func (t *talk) nothingFound() {
	t.no()
	topic := t.r.Topic
	if topic == "" {
		topic = t.q.Text
	}
	near := t.lookup(t.r.Near)
	if len(near) == 0 {
		t.line(lang.FindNone, lang.Args{"topic": clip(topic)})
		return
	}
	items := make([][]card.Span, 0, maxButtons)
	for _, e := range near[:min(len(near), maxButtons)] {
		items = append(items, t.named(e))
	}
	t.line(lang.FindNoneNear, lang.Args{"topic": clip(topic), "near": t.join(items, 0)})
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
