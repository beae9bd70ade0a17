package commands

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// intentFacts is a question about everything at once, answered from what plugins found out. Its trait is a factAsk.
const intentFacts understand.Intent = "facts"

// factAsk is what such a question asks for.
type factAsk struct {
	op      string
	subject string // what the question calls the measure; "": whatever can be broken
	state   string // stateGood, stateBad or a value
	cmp     string // <, <=, > or >=
	n       float64
}

// String writes it for a button.
func (a factAsk) String() string {
	n := ""
	if a.cmp != "" {
		n = strconv.FormatFloat(a.n, 'f', -1, 64)
	}
	return strings.Join([]string{a.op, a.subject, a.state, a.cmp, n}, "|")
}

// parseFactAsk reads what String wrote.
func parseFactAsk(s string) (a factAsk, ok bool) {
	p := strings.Split(s, "|")
	if len(p) != 5 {
		return a, false
	}
	n, err := strconv.ParseFloat(p[4], 64)
	return factAsk{p[0], p[1], p[2], p[3], n}, err == nil || p[4] == ""
}

// maxFacts bounds the questions that are looked at, in bytes.
const maxFacts = 140

// aboutFacts reads a question about everything at once; ok is false for every other one, also for one about a single
// component, which has an answer of its own.
func (c *Commands) aboutFacts(view search.View, q Question) (r understand.Reading, ok bool) {
	if len(q.Text) > maxFacts {
		return r, false
	}
	b := c.factBook()
	if b == nil || !hinted(q.Text, b.hints) {
		return r, false
	}
	text := wording(q.Text)
	han := hasHan(text)
	for _, f := range b.forms {
		if f.han != han {
			continue
		}
		if m := f.words.FindStringSubmatch(text); m != nil {
			if r, ok = c.factsRead(view, q, b, f, m); ok {
				return r, true
			}
		}
	}
	return understand.Reading{}, false
}

// factsRead is what a wording means that fits; ok is false where it names something that is not there.
func (c *Commands) factsRead(view search.View, q Question, b *factBook, f factForm, m []string) (r understand.Reading, ok bool) {
	a := factAsk{op: f.op, subject: strings.ToLower(group(f.words, m, "subject"))}
	if word := group(f.words, m, "state"); word != "" {
		a.state = b.stateOf(word)
	}
	if f.op == factsCmp && !a.bound(f.words, m) || len(b.meant(a)) == 0 {
		return r, false
	}
	r = understand.Reading{Intent: intentFacts, Lang: q.Lang, Confidence: 1, Trait: a.String(), Why: []string{"asks about everything that plugins know"}}
	if r.Lang == "" {
		r.Lang = lang.Of(q.Text)
	}
	kind := group(f.words, m, "kind")
	if g, err := builtinGaps(); err == nil {
		r.Kind = valueOf(g.kinds, kind)
	}
	if slices.Contains([]string{"group", "system", "domain", "user"}, r.Kind) {
		r.Kind = "" // whose the components are stands beside them
	}
	whose := ""
	for _, name := range []string{"before", "plain", "in", "end"} {
		if s := group(f.words, m, name); s != "" && whose != "" {
			return r, false
		} else if s != "" {
			whose = s
		}
	}
	switch {
	case whose == "" && kind == "" && f.op == factsIs && len(q.Thread)+len(q.memory) > 0:
		return r, false // "any red builds?" goes on about what was spoken of
	case whose == "":
		return r, true
	}
	r.Entities, r.Candidates, ok = whoseFacts(view, q, whose)
	return r, ok
}

// group is what a group of an expression matched, "" for none.
func group(e *regexp.Regexp, m []string, name string) string {
	if i := e.SubexpIndex(name); i >= 0 {
		return strings.TrimSpace(m[i])
	}
	return ""
}

// bound reads the number of a question and on which side of it values are asked for.
func (a *factAsk) bound(e *regexp.Regexp, m []string) bool {
	n, err := strconv.ParseFloat(group(e, m, "n"), 64)
	if err != nil {
		return false
	}
	a.n = n
	for _, c := range []struct{ group, cmp string }{{"less", "<"}, {"most", "<="}, {"more", ">"}, {"least", ">="}, {"under", "<="}, {"over", ">="}} {
		if a.cmp == "" && group(e, m, c.group) != "" {
			a.cmp = c.cmp
		}
	}
	return a.cmp != ""
}

// meant are the measures that a question is about.
func (b *factBook) meant(a factAsk) []measure {
	value := a.state != "" && a.state != stateGood && a.state != stateBad
	var out []measure
	for _, m := range b.measures {
		fits := a.subject == "" && m.Broken || a.subject != "" && m.goesBy(a.subject)
		if a.subject == "" && value {
			fits = true
		}
		switch a.op {
		case factsCmp, factsLow, factsHigh:
			fits = fits && m.Number
		case factsIs, factsNot:
			fits = fits && (!value || slices.ContainsFunc(m.stateWords(), func(v string) bool { return strings.EqualFold(v, a.state) })) && len(m.Good)+len(m.Bad) > 0
		}
		if fits {
			out = append(out, m)
		}
	}
	return out
}

// whoseFacts are the team, the person or the system that a question names, by the words for it.
func whoseFacts(view search.View, q Question, name string) (entities, candidates []catalog.Ref, ok bool) {
	if slices.Contains([]string{"my", "mine", "me", "my team", "我", "我们", "我们团队", "我们组", "我的团队", "我负责"}, strings.ToLower(name)) {
		if q.Asker.IsZero() {
			return nil, nil, false
		}
		return []catalog.Ref{q.Asker}, nil, true
	}
	name = bare(name)
	tries := []string{name}
	for _, word := range []string{" team", " system", " domain", " group", " squad", "团队", "小组", "组", "系统", "部门"} {
		if rest, cut := strings.CutSuffix(name, word); cut && rest != "" {
			tries = append(tries, strings.TrimSpace(rest))
		}
	}
	for _, try := range tries {
		found := view.Resolve(try, search.ResolveOptions{Deepest: search.MatchTypo2, Limit: maxChoices, Kinds: []string{"group", "user", "system", "domain"}})
		switch {
		case len(found) == 1 || len(found) > 1 && found[0].Match == search.MatchRef:
			return []catalog.Ref{found[0].Entity.Ref}, nil, true
		case len(found) > 1:
			for _, f := range found {
				candidates = append(candidates, f.Entity.Ref)
			}
			return nil, candidates, true
		}
	}
	return nil, nil, false
}
