package commands

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// The bounds of such an answer.
const (
	maxRanked    = 10   // of the lowest or the highest
	maxSetUp     = 2000 // entities of which it is looked whether a plugin is about them
	maxPartDepth = 3    // of systems in domains
)

// factTold is a fact with the measure it belongs to.
type factTold struct {
	catalog.Fact
	measure measure
	verdict plugins.Verdict
}

// factsTalk is the answering of a question about everything.
type factsTalk struct {
	*talk
	a     factAsk
	all   []measure
	among []*catalog.Entity // the question is about
	of    map[catalog.Ref][]factTold
	known int // of among, that have a value
}

// facts answers a question about everything at once, and says of how much it knows anything.
func (t *talk) facts() {
	a, ok := parseFactAsk(t.r.Trait)
	b := t.c.factBook()
	if ok && b != nil {
		f := &factsTalk{talk: t, a: a, all: b.meant(a)}
		if len(f.all) > 0 {
			f.answer()
			return
		}
	}
	t.outcome = bot.NotFound // the plugin is gone, and the button older
	t.line(lang.PlugGone, lang.Args{"plugin": a.subject})
}

func (f *factsTalk) answer() {
	f.yes()
	f.of = f.told()
	f.among = f.asked()
	for _, e := range f.among {
		if len(f.of[e.Ref]) > 0 {
			f.known++
		}
	}
	switch {
	case len(f.among) == 0 && len(f.r.Entities) > 0:
		f.outcome, f.entities = bot.NotFound, f.r.Entities
		f.line(lang.FactsNobody, lang.Args{"who": f.strong(f.r.Entities[0])})
		return
	case f.known == 0 && f.a.op != factsNone:
		f.outcome = bot.NotFound
		f.line(lang.FactsUnknown, f.args(0))
		f.setUp()
		f.unconnected()
		return
	}
	switch f.a.op {
	case factsNone:
		f.without()
	case factsLow, factsHigh:
		f.ranked()
	case factsBroken:
		f.broken()
	default:
		f.those()
	}
}

// args are what the sentences have in common; n is how many entities they are about.
func (f *factsTalk) args(n int) lang.Args {
	word := cmp.Or(f.r.Kind, "component")
	a := lang.Args{
		"n": n, "count": card.S(f.count(word, n)), "measure": f.title(), "known": f.known, "total": f.count(word, len(f.among)),
		"state": f.state(), "order": 0, "who": []card.Span(nil),
	}
	if f.a.op == factsHigh {
		a["order"] = 1
	}
	key, known := map[string]lang.Key{"<": lang.FactsLess, "<=": lang.FactsMost, ">": lang.FactsMore, ">=": lang.FactsLeast}[f.a.cmp]
	if known {
		a["range"] = f.say(key, lang.Args{"n": strconv.FormatFloat(f.a.n, 'f', -1, 64)})
	}
	return a
}

// title is what the measures are called together: their title, or the word of the question where they have several.
func (f *factsTalk) title() string {
	title := f.all[0].Title.In(f.l)
	for _, m := range f.all {
		if m.Title.In(f.l) != title {
			return cmp.Or(f.a.subject, title)
		}
	}
	return title
}

// state is the state that is asked for, in words.
func (f *factsTalk) state() []card.Span {
	switch f.a.state {
	case stateGood:
		return []card.Span{card.S(f.text(lang.FactsGood, nil))}
	case stateBad, "":
		return []card.Span{card.S(f.text(lang.FactsBad, nil))}
	}
	return []card.Span{card.M(f.a.state)}
}

// told are the facts of the measures, by entity.
func (f *factsTalk) told() map[catalog.Ref][]factTold {
	out := map[catalog.Ref][]factTold{}
	for _, m := range f.all {
		producer := plugins.Producer(m.about.Name)
		for _, k := range f.view.FactKeys(producer, m.Fact) {
			if !m.Holds(k.Key) {
				continue
			}
			for _, fact := range f.view.FactsByKey(producer, k.Key) {
				out[fact.Entity] = append(out[fact.Entity], factTold{fact, m, m.Judge(fact.Value)})
			}
		}
	}
	return out
}

// asked are the entities that the question is about.
func (f *factsTalk) asked() []*catalog.Entity {
	kind := cmp.Or(f.r.Kind, "component")
	if len(f.r.Entities) == 0 {
		all := ofType(f.view, kind)
		if f.r.Kind == "" {
			all = append(all, f.others()...)
		}
		return all
	}
	return slices.DeleteFunc(f.below(f.r.Entities[0]), func(e *catalog.Entity) bool { return !ofKind(e, kind) })
}

// others are entities beside components that something is known of: plugins decide what they are about.
func (f *factsTalk) others() []*catalog.Entity {
	var out []*catalog.Entity
	for ref := range f.of {
		if e, ok := f.view.Entity(ref); ok && ref.Kind != "component" {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b *catalog.Entity) int { return a.Ref.Compare(b.Ref) })
	return out
}

// below is what a team, a person, a system or a domain has.
func (f *factsTalk) below(ref catalog.Ref) []*catalog.Entity {
	e, ok := f.view.Entity(ref)
	if !ok {
		return nil
	}
	f.from(e)
	switch ref.Kind {
	case "group":
		return f.ownedByTeams(ref, descendants(f.view, ref))
	case "user":
		return f.ownedByTeams(ref, targets(f.view, ref, "memberOf"))
	}
	var out []*catalog.Entity
	seen := map[catalog.Ref]bool{ref: true}
	for level, depth := []catalog.Ref{ref}, 0; len(level) > 0 && depth < maxPartDepth; depth++ {
		var next []catalog.Ref
		for _, r := range level {
			for _, part := range f.existing(targets(f.view, r, "hasPart")) {
				if !seen[part.Ref] {
					seen[part.Ref] = true
					out, next = append(out, part), append(next, part.Ref)
				}
			}
		}
		level = next
	}
	return out
}

// fits reports whether a value is as the question asks.
func (f *factsTalk) fits(v factTold) bool {
	switch f.a.op {
	case factsCmp:
		n, ok := v.measure.Value(v.Value)
		return ok && (f.a.cmp == "<" && n < f.a.n || f.a.cmp == "<=" && n <= f.a.n || f.a.cmp == ">" && n > f.a.n || f.a.cmp == ">=" && n >= f.a.n)
	case factsBroken:
		return v.verdict == plugins.Bad
	}
	switch f.a.state {
	case stateGood:
		return v.verdict == plugins.Good
	case stateBad:
		return v.verdict == plugins.Bad
	}
	return strings.EqualFold(v.Value, f.a.state)
}

// factRow is an entity with the facts for which it is named.
type factRow struct {
	entity *catalog.Entity
	facts  []factTold
}

// matching are the entities that have a value as asked for, or, of those with any value, that have none.
func (f *factsTalk) matching() []factRow {
	var out []factRow
	for _, e := range f.among {
		all := f.of[e.Ref]
		some := slices.DeleteFunc(slices.Clone(all), func(v factTold) bool { return !f.fits(v) })
		switch {
		case f.a.op == factsNot && len(all) > 0 && len(some) == 0:
			out = append(out, factRow{e, all})
		case f.a.op != factsNot && len(some) > 0:
			out = append(out, factRow{e, some})
		}
	}
	if f.a.op == factsCmp {
		slices.SortStableFunc(out, func(a, b factRow) int { return cmp.Compare(a.least(), b.least()) })
	}
	return out
}

// least is the lowest of the numbers.
func (r factRow) least() float64 {
	least := math.Inf(1)
	for _, v := range r.facts {
		if n, ok := v.measure.Value(v.Value); ok {
			least = min(least, n)
		}
	}
	return least
}

// those answers which entities have, or do not have, a value.
func (f *factsTalk) those() {
	rows := f.matching()
	some, none := lang.FactsIs, lang.FactsIsNone
	switch f.a.op {
	case factsNot:
		some, none = lang.FactsNot, lang.FactsNotNo
	case factsCmp:
		some, none = lang.FactsCmp, lang.FactsCmpNo
	}
	if len(rows) == 0 {
		f.line(none, f.args(0))
	} else {
		f.line(some, f.args(len(rows)))
		f.table(rows, len(f.all) > 1)
	}
	f.cover()
}

// broken answers what is bad anywhere.
func (f *factsTalk) broken() {
	rows := f.matching()
	if len(rows) == 0 {
		f.line(lang.FactsBrokenNo, nil)
	} else {
		f.line(lang.FactsBroken, f.args(len(rows)))
		f.table(rows, true)
	}
	f.cover()
}

// ranked lists the lowest or the highest numbers.
func (f *factsTalk) ranked() {
	var rows []factRow
	for _, e := range f.among {
		for _, v := range f.of[e.Ref] {
			if _, ok := v.measure.Value(v.Value); ok {
				rows = append(rows, factRow{e, []factTold{v}})
			}
		}
	}
	slices.SortStableFunc(rows, func(a, b factRow) int {
		if f.a.op == factsHigh {
			return cmp.Compare(b.least(), a.least())
		}
		return cmp.Compare(a.least(), b.least())
	})
	f.line(lang.FactsRank, f.args(len(rows)))
	f.table(rows[:min(len(rows), maxRanked)], len(f.all) > 1)
	f.cover()
}

// table lists entities with the values for which they are named.
func (f *factsTalk) table(rows []factRow, which bool) {
	columns := f.columns(lang.VersionColComponent, lang.FactsColState, lang.FactsColOwner, lang.FactsColSince)
	if which {
		columns = slices.Insert(columns, 1, f.columns(lang.FactsColWhat)...)
	}
	t := card.Table{Columns: columns}
	for _, r := range rows {
		if !slices.Contains(f.entities, r.entity.Ref) {
			f.entities = append(f.entities, r.entity.Ref)
		}
		var owner []card.Span
		if !r.entity.Owner.IsZero() {
			owner = []card.Span{card.T(f.nameOf(r.entity.Owner))}
		}
		for i, v := range r.facts {
			line := [][]card.Span{{f.link(r.entity)}, f.value(v), owner, {card.T(lang.Age(f.l, f.now.Sub(v.AsOf)))}}
			if i > 0 {
				line[0], line[2] = nil, nil
			}
			if which {
				line = slices.Insert(line, 1, []card.Span{card.T(v.measure.Title.In(f.l))})
			}
			t.Rows = append(t.Rows, line)
		}
	}
	f.add(t)
}

// value is a value, with the mark of what it means, as a link to where it stands.
func (f *factsTalk) value(v factTold) []card.Span {
	text := linkOr(v.Value, webAddress(v.Source))
	switch v.verdict {
	case plugins.Good:
		return f.say(lang.FactsStateGood, lang.Args{"value": text})
	case plugins.Bad:
		return f.say(lang.FactsStateBad, lang.Args{"value": text})
	}
	return []card.Span{text}
}
