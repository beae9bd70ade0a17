package commands

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// factsText is what people say when they ask about everything at once. What there is to ask about, plugins say.
//
//go:embed facts.txt
var factsText string

// The questions about everything at once: what lacks a value, what has none that is so, what has one, what has a number
// within bounds, the lowest and the highest numbers, and whatever is broken.
const (
	factsNone   = "none"
	factsNot    = "not"
	factsIs     = "is"
	factsCmp    = "cmp"
	factsLow    = "low"
	factsHigh   = "high"
	factsBroken = "broken"
)

// The states that general words ask for; every other state is a value.
const (
	stateGood = "+"
	stateBad  = "-"
)

// measure is one of a plugin.
type measure struct {
	plugins.Measure
	about plugins.About
	// has stands in for a plugin that nobody has connected: whether an entity says that it has such a thing, and what
	// is not connected.
	has    func(*talk, *catalog.Entity) bool
	source lang.Key
}

// unconnected are the measures of the built-in capabilities, for those that no plugin measures.
func unconnected(all []measure) []measure {
	builds := measure{Measure: plugins.BranchMeasure("build"), has: hasPipeline, source: lang.CmdBuildsNoun}
	builds.Broken = false // of which nothing is known
	score := measure{has: hasSite, source: lang.CmdAuditsNoun, Measure: plugins.Measure{
		Name: "score", Fact: "score", Title: plugins.TextOf(lang.FactsScore), Number: true,
		Words: map[lang.Lang][]string{lang.English: {"lighthouse score", "lighthouse"}, lang.Chinese: {"lighthouse 评分", "lighthouse"}},
	}}
	var out []measure
	for _, m := range []measure{builds, score} {
		if !slices.ContainsFunc(all, func(o measure) bool { return o.goesBy(m.Words[lang.English][0]) }) {
			out = append(out, m)
		}
	}
	return out
}

// hasPipeline reports whether an entity says where it is built.
func hasPipeline(t *talk, e *catalog.Entity) bool {
	all, err := t.c.cap.Builds.Pipelines(t.ctx, e)
	stated, _ := split(all)
	return err == nil && len(stated) > 0
}

// hasSite reports whether an entity says which websites are audited.
func hasSite(t *talk, e *catalog.Entity) bool {
	all, err := t.c.cap.Audits.Sites(t.ctx, e)
	return err == nil && len(all) > 0
}

// factBook is the language of questions about everything, with the words of the plugins of one generation.
type factBook struct {
	generation uint64
	measures   []measure
	hints      []string
	good, bad  *regexp.Regexp
	forms      []factForm
}

// factForm is one wording.
type factForm struct {
	op    string
	han   bool
	words *regexp.Regexp
}

// The parts of wordings that are the same everywhere.
const (
	factsAsk  = `(?:which|what|any|list|find|show(?: me)?|give me|how many|are there(?: any)?|is there(?: any)?|do we have(?: any)?|do any|does any)(?: of)?(?: all)?(?: the| our)? |(?:all|every)(?: the| our)? `
	factsNow  = `(?: right now| at the moment| currently| now| today| at present| these days| yet)?`
	factsMine = `(?:(?P<before>.+?)(?:'s|') |(?P<plain>\S+(?: \S+)?) )?`
	factsWho  = `(?:(?P<before>.+?)(?:的|里的?|中的?|下的?|名下的?|负责的)?)??`
	factsPre  = `(?:(?:please|pls|hey|hi|ok|so|and|can you|could you|tell me|请问?|麻烦|帮我|帮忙|看看|看一?下|查一?下|列出|现在|目前|当前|我想知道)[ ,，]?)*`
)

// newFactBook reads facts.txt with the words of measures.
func newFactBook(text string, measures []measure) (*factBook, error) {
	b := &factBook{measures: measures}
	lines, err := patternLines("facts.txt", text)
	if err != nil {
		return nil, err
	}
	lists := map[string][]string{}
	var forms []patternLine
	for _, l := range lines {
		if slices.Contains([]string{"good", "bad", "less", "most", "more", "least"}, l.head) {
			lists[l.head] = append(lists[l.head], l.pattern)
		} else {
			forms = append(forms, l)
		}
	}
	fill := b.fill(lists)
	for _, f := range forms {
		words, err := f.whole(factsPre + `(?:` + fill.Replace(f.pattern) + `)`)
		if err != nil {
			return nil, err
		}
		b.forms = append(b.forms, factForm{f.head, hasHan(f.pattern), words})
	}
	b.good = regexp.MustCompile(`(?i)^(?:` + strings.Join(lists["good"], "|") + `)$`)
	b.bad = regexp.MustCompile(`(?i)^(?:` + strings.Join(lists["bad"], "|") + `)$`)
	return b, nil
}

// fill puts the words of the plugins, and those of the file, in the place of their names.
func (b *factBook) fill(lists map[string][]string) *strings.Replacer {
	var subjects, states []string
	for _, m := range b.measures {
		for _, l := range lang.Languages() {
			subjects = append(subjects, m.Words[l]...)
		}
		states = append(states, m.stateWords()...)
	}
	for _, w := range subjects {
		b.hints = append(b.hints, strings.ToLower(strings.Fields(w)[0]))
	}
	for _, w := range states {
		b.hints = append(b.hints, strings.ToLower(w))
	}
	b.hints = append(b.hints, "red", "green", "broken", "failing", "unhealthy", "healthy", "on fire", "working", "红", "绿", "坏", "挂", "崩", "失败", "异常", "故障")
	slices.Sort(b.hints)
	b.hints = slices.Compact(b.hints)

	state := strings.Join(slices.Concat(lists["good"], lists["bad"], alternatives(states)), "|")
	number := `(?:(?:(?P<less>` + strings.Join(lists["less"], "|") + `)|(?P<most>` + strings.Join(lists["most"], "|") + `)|(?P<more>` + strings.Join(lists["more"], "|") +
		`)|(?P<least>` + strings.Join(lists["least"], "|") + `)) ?)?(?P<n>\d{1,9}(?:\.\d{1,6})?) ?(?:%|percent|points|分)?(?:(?P<under> ?(?:以下|or less|or lower|or below))|(?P<over> ?(?:以上|or more|or higher|or above)))?`
	kinds := ""
	if g, err := builtinGaps(); err == nil {
		kinds = g.kind
	}
	in := func(group string) string {
		return `(?: (?:of|in|from|for|owned by|belonging to|under|at|by) (?P<` + group + `>.+?))?`
	}
	return strings.NewReplacer(
		"{ask}", "(?:"+factsAsk+")?", "{list}", "(?:"+factsAsk+")", "{now}", factsNow, "{before}", factsMine, "{who}", factsWho, "{in}", in("in"), "{end}", in("end"),
		"{kind}", "(?P<kind>"+kinds+")", "{subject}", "(?P<subject>"+strings.Join(alternatives(subjects), "|")+")", "{state}", "(?P<state>"+state+")", "{less}", number,
	)
}

// stateWords are the values of a measure that people may ask for as they are written.
func (m measure) stateWords() []string {
	var out []string
	for _, v := range slices.Concat(m.Good, m.Bad) {
		if utf8.RuneCountInString(v) > 1 && strings.ContainsFunc(v, unicode.IsLetter) {
			out = append(out, v)
		}
	}
	return out
}

// alternatives are words as patterns, the longest first. Blanks within them may be dashes, or missing beside Chinese.
func alternatives(words []string) []string {
	words = slices.Clone(words)
	slices.SortFunc(words, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	var out []string
	for _, w := range slices.Compact(words) {
		gap := "[ -]"
		if hasHan(w) {
			gap = " ?"
		}
		out = append(out, strings.ReplaceAll(regexp.QuoteMeta(w), " ", gap))
	}
	return out
}

func hasHan(s string) bool { return strings.ContainsFunc(s, isHan) }

// squeezed is a word without what may be written in several ways.
func squeezed(s string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "").Replace(s))
}

// goesBy reports whether people call a measure by a word.
func (m measure) goesBy(word string) bool {
	for _, words := range m.Words {
		if slices.ContainsFunc(words, func(w string) bool { return squeezed(w) == squeezed(word) }) {
			return true
		}
	}
	return false
}

// stateOf is the state that a word asks for.
func (b *factBook) stateOf(word string) string {
	for _, m := range b.measures {
		for _, v := range m.stateWords() {
			if strings.EqualFold(v, word) && !b.good.MatchString(word) && !b.bad.MatchString(word) {
				return v
			}
		}
	}
	if b.good.MatchString(word) {
		return stateGood
	}
	return stateBad
}

// factBook is the language of this generation of plugins; nil where plugins are unknown altogether.
func (c *Commands) factBook() *factBook {
	if c.deps.Views == nil {
		return nil
	}
	at := c.plugged()
	if b := c.facts.Load(); b != nil && b.generation == at {
		return b.orNil()
	}
	var all []measure
	for _, e := range c.deps.Views.Registry.All() {
		for _, m := range e.Measures {
			all = append(all, measure{Measure: m, about: e.About})
		}
	}
	all = append(all, unconnected(all)...)
	b := &factBook{}
	if len(all) > 0 {
		if read, err := newFactBook(factsText, all); err == nil { // a test keeps the file readable
			b = read
		}
	}
	b.generation = at
	c.facts.Store(b)
	return b.orNil()
}

func (b *factBook) orNil() *factBook {
	if len(b.forms) == 0 {
		return nil
	}
	return b
}
