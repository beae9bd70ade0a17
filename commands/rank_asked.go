package commands

import (
	"cmp"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// intentRank is a question which team, system, language or the like has the most of something, how many each has, or how
// many there are. Its
// trait is a rankAsk, its kind what is counted, its entity whose parts are counted. Where intents are closed it is a search.
const intentRank understand.Intent = "ranking"

// The questions for rankings: for one end of them, for all of it, for the sum alone, and those that go on about one.
const (
	rankMost  = "rank"
	rankEach  = "each"
	rankTotal = "total"
	rankMore  = "more"
)

// What is counted by.
const (
	byOwner     = "owner"
	byGroup     = "group"
	bySystem    = "system"
	byDomain    = "domain"
	byLanguage  = "language"
	byLifecycle = "lifecycle"
	byType      = "type"
)

// rankAsk is what such a question asks for.
type rankAsk struct {
	op    string
	least bool
	by    string
	state string // a stage of life, "" for any
	lack  string // the code of a finding about the data, "" for none
}

// String writes it for a button.
func (a rankAsk) String() string {
	end := ""
	if a.least {
		end = "least"
	}
	return strings.Join([]string{a.op, end, a.by, a.state, a.lack}, "|")
}

// parseRankAsk reads what String wrote.
func parseRankAsk(s string) (a rankAsk, ok bool) {
	p := strings.Split(s, "|")
	if len(p) != 5 {
		return a, false
	}
	return rankAsk{p[0], p[1] == "least", p[2], p[3], p[4]}, p[0] == rankMost || p[0] == rankEach || p[0] == rankTotal
}

// The bounds of what is looked at: bytes of a question, and how many questions back one may go on about.
const (
	maxRankQuestion = 140
	maxRankBack     = 4
)

// rankHints are words of which one stands in every such question. They spare the others the expressions.
func rankHints() []string {
	return []string{"most", "fewest", "least", "how many", "per ", "by ", "each", "every", "top ", "biggest", "largest", "smallest", "across", "spread", "distribut",
		"number", "count", "最", "多少", "几", "各", "每", "按", "统计", "分布", "数", "总"}
}

// aboutRank reads a question for a ranking; ok is false for every other one.
func (c *Commands) aboutRank(view search.View, q Question) (r understand.Reading, ok bool) {
	b, err := builtinRanks()
	if err != nil || len(q.Text) > maxRankQuestion {
		return r, false
	}
	thread := q.Thread
	if len(q.memory) > 0 {
		thread = turns(q.memory)
	}
	l := q.Lang
	if l == "" {
		l = lang.Of(q.Text)
	}
	r, ok = b.read(view, q, q.Text, thread, maxRankBack)
	r.Lang = l
	return r, ok
}

// read reads a question or what goes on about the ones before it.
func (b *rankBook) read(view search.View, q Question, text string, before []understand.Turn, back int) (r understand.Reading, ok bool) {
	text = wording(text)
	if hinted(text, rankHints()) {
		for _, f := range b.forms {
			if m := f.words.FindStringSubmatch(text); m != nil && f.op != rankMore {
				if r, ok = b.whole(view, q, f, m); ok {
					r.Alone = len(before) == 0
					return r, true
				}
			}
		}
	}
	last := len(before) - 1
	for last >= 0 && before[last].FromBot {
		last--
	}
	if last < 0 || back == 0 || len(before[last].Text) > maxRankQuestion {
		return r, false
	}
	for _, f := range b.forms {
		m := f.words.FindStringSubmatch(text)
		if m == nil || f.op != rankMore {
			continue
		}
		if was, ok := b.read(view, q, before[last].Text, before[:last], back-1); ok {
			return b.goOn(was, f, m), true
		}
		return r, false
	}
	return r, false
}

// ask is what the words of a question change of what is asked for.
func (b *rankBook) ask(a *rankAsk, r *understand.Reading, f rankForm, m []string) {
	if by := valueOf(b.by, group(f.words, m, "by")); by != "" {
		a.by = by
		if a.op == rankTotal { // "and by team?"
			a.op = rankEach
		}
	}
	if end := group(f.words, m, "end"); end != "" {
		a.op, a.least = rankMost, b.least.MatchString(end)
	}
	if kind := group(f.words, m, "kind"); kind != "" {
		r.Kind = cmp.Or(valueOf(b.kinds, kind), "component") // "things" are of no kind
		a.state = valueOf(b.states, group(f.words, m, "state"))
		a.lack = valueOf(b.lacks, group(f.words, m, "lack")+group(f.words, m, "lackzh"))
	}
	if a.op == rankTotal {
		a.by = totalBy(r.Kind)
	}
	r.Trait = a.String()
}

// totalBy is what the sum of a kind is made up of: what all services and APIs say is their stage of life, of others the type.
func totalBy(kind string) string {
	switch kind {
	case "component", "resource", "group", "user", "system", "domain", "template", "":
		return byType
	}
	return byLifecycle
}

// whole is what a wording means that fits; ok is false where it names something that is not there, or counts what cannot
// be counted in that way.
func (b *rankBook) whole(view search.View, q Question, f rankForm, m []string) (r understand.Reading, ok bool) {
	a := rankAsk{op: f.op, by: byOwner}
	r = understand.Reading{Intent: intentRank, Confidence: 1, Kind: "component", Why: []string{"asks for a ranking"}}
	b.ask(&a, &r, f, m)
	if a.by == byGroup && group(f.words, m, "kind") == "" { // "the biggest team"
		r.Kind = "user"
	}
	if !a.counts(r.Kind) {
		return r, false
	}
	if in := group(f.words, m, "in"); in != "" && !b.all.MatchString(in) {
		if r.Entities, r.Candidates, ok = whoseFacts(view, q, in); !ok {
			return r, false
		}
		if f.op == rankTotal && !slices.ContainsFunc(append(r.Candidates, r.Entities...), func(ref catalog.Ref) bool { return ref.Kind != "group" && ref.Kind != "user" }) {
			return r, false // what a team owns, and who is in it, are other questions
		}
	}
	return r, true
}

// goOn is a ranking with what a later question wants to be different.
func (b *rankBook) goOn(r understand.Reading, f rankForm, m []string) understand.Reading {
	a, _ := parseRankAsk(r.Trait)
	was := r
	b.ask(&a, &r, f, m)
	if group(f.words, m, "kind") == "" { // "and the fewest?" counts the same
		old, _ := parseRankAsk(was.Trait)
		a.state, a.lack = old.state, old.lack
		r.Trait = a.String()
	}
	if !a.counts(r.Kind) {
		return was
	}
	r.Alone = false
	return r
}

// counts reports whether things of a kind can be counted so: people are those of a team, teams are of nothing, and only
// components are written in a language.
func (a rankAsk) counts(kind string) bool {
	if a.op == rankTotal {
		return true
	}
	switch kind {
	case "user":
		return a.by == byGroup && a.state == "" && a.lack == ""
	case "group", "domain":
		return false
	case "system":
		return a.by == byOwner || a.by == byGroup || a.by == byDomain
	case "api", "resource", "template", "database":
		return a.by != byLanguage
	}
	return true
}

// counted are the entities of a kind that a ranking counts: of everything, or of what is named.
func (t *talk) counted(of []catalog.Ref, kind string) []*catalog.Entity {
	if len(of) == 0 {
		return ofType(t.view, kind)
	}
	f := &factsTalk{talk: t}
	return slices.DeleteFunc(f.below(of[0]), func(e *catalog.Entity) bool { return !ofKind(e, kind) })
}
