package commands

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/quality"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// gapsText is what people say when they ask about the data itself. Such a question is matched as a whole, before any
// other meaning is looked for: it names nothing in the catalog, and its words also stand in questions that do.
//
//go:embed gaps.txt
var gapsText string

// builtinGaps are the wordings of gaps.txt, read once. A test keeps the file readable.
var builtinGaps = sync.OnceValues(func() (*gaps, error) { return parseGaps(gapsText) })

// gaps are wordings of questions about the data.
type gaps struct {
	all, some, orphans []*regexp.Regexp
	kinds, lacks       []gapWord
	kind               string // any word for a kind, as a pattern
}

// gapWord is a kind, or the code of a finding, by the words for it.
type gapWord struct {
	value string
	words *regexp.Regexp
}

func parseGaps(text string) (*gaps, error) {
	g := &gaps{}
	lines, err := patternLines("gaps.txt", text)
	if err != nil {
		return nil, err
	}
	var kinds, lacks []string
	var forms []patternLine // of which some ask for what lacks something, and others for what nobody owns
	for _, l := range lines {
		if l.head == "some" || l.head == "orphans" {
			forms = append(forms, l)
			continue
		}
		whole, err := l.whole(l.pattern)
		switch {
		case err != nil:
			return nil, err
		case l.head == "kind":
			g.kinds, kinds = append(g.kinds, gapWord{l.value, whole}), append(kinds, l.pattern)
		case l.head == "lack":
			g.lacks, lacks = append(g.lacks, gapWord{l.value, whole}), append(lacks, l.pattern)
		case l.head == "all":
			g.all = append(g.all, whole)
		default:
			return nil, l.unknown()
		}
	}
	g.kind = strings.Join(kinds, "|")
	fill := strings.NewReplacer("(?:{kind})", "(?P<kind>"+g.kind+")", "(?:{lack})", "(?P<lack>"+strings.Join(lacks, "|")+")")
	for _, l := range forms {
		whole, err := l.whole(fill.Replace(l.pattern))
		switch {
		case err != nil:
			return nil, err
		case l.head == "some":
			g.some = append(g.some, whole)
		default:
			g.orphans = append(g.orphans, whole)
		}
	}
	return g, nil
}

// maxGapQuestion bounds the questions that are looked at, in bytes.
const maxGapQuestion = 120

// aboutData reads a question about the data itself; ok is false for every other one.
func aboutData(q Question) (r understand.Reading, ok bool) {
	g, err := builtinGaps()
	if err != nil || len(q.Text) > maxGapQuestion {
		return r, false
	}
	text := wording(q.Text)
	r = understand.Reading{Intent: intentProblems, Lang: q.Lang, Confidence: 1, Alone: true}
	if r.Lang == "" {
		r.Lang = lang.Of(text)
	}
	for _, p := range g.all {
		if p.MatchString(text) {
			r.Topic, r.Why = everyone, []string{"asks about the data of the catalog"}
			return r, true
		}
	}
	for i, p := range slices.Concat(g.some, g.orphans) {
		m := p.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		r.Kind, r.Trait = valueOf(g.kinds, group(p, m, "kind")), quality.NoOwner
		if i < len(g.some) {
			r.Trait = valueOf(g.lacks, group(p, m, "lack"))
		}
		r.Why = []string{"asks what the data of the catalog lacks"}
		return r, r.Trait != ""
	}
	return r, false
}

func valueOf(words []gapWord, word string) string {
	for _, w := range words {
		if w.words.MatchString(word) {
			return w.value
		}
	}
	return ""
}

// problemsOfKind lists what lacks something: everything, or what is of the kind that the question asks for.
func (t *talk) problemsOfKind() {
	if _, none := t.c.cap.OnCall.(plugins.None); none && t.r.Trait == quality.NoOnCall {
		t.outcome = bot.NotFound
		t.line(lang.CmdNotConnected, lang.Args{"what": t.text(lang.CmdOnCallNoun, nil)})
		return
	}
	t.yes()
	codes := []string{t.r.Trait}
	if t.r.Trait == quality.NoOwner { // one that does not exist is none
		codes = append(codes, quality.DanglingOwner)
	}
	var found []quality.Finding
	var kinds []string
	for _, f := range t.c.Quality(t.ctx, t.view).Findings {
		e, ok := t.view.Entity(f.Entity)
		if !ok || !slices.Contains(codes, f.Code) || !ofKind(e, t.r.Kind) || slices.Contains(t.entities, e.Ref) {
			continue
		}
		found = append(found, f)
		t.entities = append(t.entities, e.Ref)
		kinds = append(kinds, kindOrType(e))
	}
	says := lang.Args{"text": t.text(codeKey(t.r.Trait), nil)}
	if len(found) == 0 {
		t.noneOfKind(says)
		return
	}
	says["counts"] = t.tally(kinds)
	t.line(lang.QualityThose, says)
	t.findings(found, t.gapOf)
	every := understand.Reading{Intent: intentProblems, Lang: t.l, Topic: everyone}
	t.actions = append(t.actions, t.button(t.text(lang.QualityEvery, nil), intentAsk, every, t.q.Full))
}

// noneOfKind says that nothing lacks what was asked for, and how many were looked at, where one kind was named.
func (t *talk) noneOfKind(says lang.Args) {
	var kinds []string
	if t.r.Kind != "" {
		for e := range t.view.Entities(search.Filter{}) {
			if ofKind(e, t.r.Kind) {
				kinds = append(kinds, kindOrType(e))
			}
		}
	}
	if len(kinds) == 0 {
		t.line(lang.QualityNothing, says)
		return
	}
	says["counts"] = t.tally(kinds)
	t.line(lang.QualityNoneOf, says)
}

// kindOrType is what an entity counts as: a component by its type.
func kindOrType(e *catalog.Entity) string {
	if e.Ref.Kind == "component" && e.Type != "" {
		return e.Type
	}
	return e.Ref.Kind
}

// gapOf is a line of a list whose sentence says already what each lacks: what it is, whose, and where it stands.
func (t *talk) gapOf(f quality.Finding) []card.Span {
	e, ok := t.view.Entity(f.Entity)
	if !ok || !f.Target.IsZero() { // an owner that does not exist is worth saying
		return t.finding(f)
	}
	var owner []card.Span
	if !e.Owner.IsZero() {
		owner = []card.Span{card.T(t.nameOf(e.Owner))}
	}
	return dotted(t.listed(e), owner, standsAt(f))
}
