package commands

import (
	"cmp"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/quality"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// rankRow is one line of a ranking: a team, a system, a language ... and how many it has.
type rankRow struct {
	entity *catalog.Entity // nil for what is no entity
	name   string          // of that
	n      int
}

// ranking is the answering of a question for one.
type ranking struct {
	*talk
	a     rankAsk
	total int // of what is counted
	none  int // of those, that belong to nothing that is counted by
	rows  []rankRow
}

// rank answers which team, system, language or the like has the most of something, how many each has, or how many there are.
func (t *talk) rank() {
	a, ok := parseRankAsk(t.r.Trait)
	if !ok { // an older button
		t.refuse()
		return
	}
	r := &ranking{talk: t, a: a}
	if _, none := t.c.cap.OnCall.(plugins.None); none && a.lack == quality.NoOnCall {
		t.outcome = bot.NotFound
		t.line(lang.CmdNotConnected, lang.Args{"what": t.text(lang.CmdOnCallNoun, nil)})
		return
	}
	r.count()
	if a.op == rankTotal {
		r.sum()
		return
	}
	if len(r.rows) == 0 {
		r.nothing()
		return
	}
	t.yes()
	r.sort()
	if a.op == rankEach {
		t.line(lang.RankEach, lang.Args{"total": card.S(r.of(r.total)), "by": r.byWord(), "where": r.where(), "inside": len(r.r.Entities)})
	} else {
		r.end()
	}
	r.table()
	if r.none > 0 {
		t.line(r.noneKey(), lang.Args{"n": r.none, "by": r.byWord()})
	}
	if a.by == byLanguage {
		t.coverage()
	}
}

// sum says how many there are, and what they are where that is more than one thing.
func (r *ranking) sum() {
	r.yes()
	r.entities = r.r.Entities
	r.line(lang.RankTotal, lang.Args{"total": card.S(r.of(r.total)), "where": r.where(), "inside": len(r.r.Entities)})
	if len(r.rows) < 2 {
		return
	}
	r.sort()
	r.table()
	if r.none > 0 {
		r.line(r.noneKey(), lang.Args{"n": r.none, "by": r.byWord()})
	}
}

// nothing is said where there is nothing to count.
func (r *ranking) nothing() {
	r.no()
	if len(r.r.Entities) > 0 {
		r.entities = r.r.Entities
	}
	r.line(lang.RankNothing, lang.Args{"by": r.byWord()})
}

// of is "28 services", "28 deprecated services" or "28 services, each of which has no docs".
func (r *ranking) of(n int) string {
	text := r.talk.count(r.r.Kind, n)
	if r.r.Kind == "user" {
		text = r.talk.count("user", n)
	}
	switch {
	case r.a.state != "":
		text = r.text(lang.RankState, lang.Args{"count": text, "state": r.lifeWord(r.a.state)})
	case r.a.lack != "":
		text = r.text(lang.RankLack, lang.Args{"count": text, "text": r.text(codeKey(r.a.lack), nil)})
	}
	return text
}

// where is whose parts are counted, nil for everything.
func (r *ranking) where() []card.Span {
	if len(r.r.Entities) == 0 {
		return nil
	}
	if e, ok := r.view.Entity(r.r.Entities[0]); ok {
		return r.named(e)
	}
	return nil
}

// byWord is what is counted by, in words.
func (r *ranking) byWord() string {
	switch r.a.by {
	case byGroup:
		return r.text(lang.RankByGroup, nil)
	case bySystem:
		return r.text(lang.RankBySystem, nil)
	case byDomain:
		return r.text(lang.RankByDomain, nil)
	case byLanguage:
		return r.text(lang.RankByLanguage, nil)
	case byLifecycle:
		return r.text(lang.RankByLifecycle, nil)
	case byType:
		return r.text(lang.RankByType, nil)
	}
	return r.text(lang.RankByOwner, nil)
}

// noneKey is the sentence for what belongs to nothing that is counted by.
func (r *ranking) noneKey() lang.Key {
	switch r.a.by {
	case byLanguage:
		return lang.RankNoLanguage
	case byLifecycle, byType:
		return lang.RankNoWord
	}
	return lang.RankNone
}

// sort puts those of the end that is asked for first, and those of the same number by name.
func (r *ranking) sort() {
	slices.SortFunc(r.rows, func(a, b rankRow) int {
		order := cmp.Compare(b.n, a.n)
		if r.a.least {
			order = -order
		}
		return cmp.Or(order, strings.Compare(strings.ToLower(r.label(a)), strings.ToLower(r.label(b))), strings.Compare(a.name, b.name))
	})
}

func (r *ranking) label(row rankRow) string {
	if row.entity == nil {
		return row.name
	}
	return displayName(r.l, row.entity)
}

// end is the sentence that names who has the most or the fewest, all of those that do.
func (r *ranking) end() {
	first := r.rows[0].n
	var who [][]card.Span
	for _, row := range r.rows {
		if row.n != first {
			break
		}
		if len(who) < r.inline() {
			who = append(who, []card.Span{card.S(r.label(row))})
		}
		if row.entity != nil && len(r.entities) < maxEntities {
			r.entities = append(r.entities, row.entity.Ref)
		}
	}
	ties := slices.IndexFunc(r.rows, func(row rankRow) bool { return row.n != first })
	if ties < 0 {
		ties = len(r.rows)
	}
	key := lang.RankMost
	if r.a.least {
		key = lang.RankLeast
	}
	r.line(key, lang.Args{"who": r.join(who, ties-len(who)), "ties": ties, "n": first, "total": r.of(r.total), "by": r.byWord(), "where": r.where(), "inside": len(r.r.Entities)})
}

// table lists who has how many.
func (r *ranking) table() {
	table := card.Table{Columns: r.columns(r.column(), lang.RankColNumber)}
	table.Columns[1].Right = true
	for i, row := range r.rows {
		name := []card.Span{card.T(row.name)}
		if row.entity != nil {
			name = []card.Span{r.link(row.entity)}
			if i < maxEntities {
				r.from(row.entity)
			}
		}
		table.Rows = append(table.Rows, [][]card.Span{name, {card.T(lang.Number(row.n))}})
	}
	r.add(table)
}

// column is the head of the column of what is counted by.
func (r *ranking) column() lang.Key {
	switch r.a.by {
	case byGroup:
		return lang.RankColGroup
	case bySystem:
		return lang.RankColSystem
	case byDomain:
		return lang.RankColDomain
	case byLanguage:
		return lang.RankColLanguage
	case byLifecycle:
		return lang.RankColLifecycle
	case byType:
		return lang.RankColType
	}
	return lang.FactsColOwner
}
