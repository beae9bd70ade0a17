package commands

import (
	"slices"
	"strconv"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/quality"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// intentProblems is the sub-command about the data, and what a question about the data is read as. The answer to such a
// question says that it is a search: the intents of questions are closed.
const intentProblems understand.Intent = "problems"

// everyone is the topic that asks for the whole catalog's problems where the asker's teams would come first.
const everyone = "all"

// problems lists what is wrong with the data: of the team, person or entity that was named, else of the asker's teams,
// else of everybody.
func (t *talk) problems() {
	mine := t.asking()
	switch {
	case len(t.r.Entities) > 0:
		t.each((*talk).problemsWith)
	case t.r.Trait != "":
		t.problemsOfKind()
	case t.r.Topic == everyone || len(mine) == 0:
		t.problemsOfAll()
	default:
		t.problemsOfMine(mine)
	}
}

// asking are the teams of who asks, or who asks when in none.
func (t *talk) asking() []*catalog.Entity {
	teams := t.existing(targets(t.view, t.q.Asker, "memberOf"))
	if me, ok := t.view.Entity(t.q.Asker); ok && len(teams) == 0 {
		return []*catalog.Entity{me}
	}
	return teams
}

// problemsWith answers for one thing that was named.
func (t *talk) problemsWith(e *catalog.Entity) {
	t.from(e)
	t.yes()
	if e.Ref.Kind != "group" && e.Ref.Kind != "user" {
		t.problemsOfEntity(e)
		return
	}
	if e.Ref.Kind == "group" {
		t.actions = append(t.actions, t.ask(lang.ActOwnedBy, understand.OwnedBy, e.Ref))
	}
	t.problemsOfOwners(t.named(e), quality.Teams(t.view, e.Ref))
}

// problemsOfMine answers for the asker's own teams, with a way to everybody's.
func (t *talk) problemsOfMine(mine []*catalog.Entity) {
	t.yes()
	var owners []catalog.Ref
	for _, e := range mine {
		t.from(e)
		t.entities = append(t.entities, e.Ref)
		owners = append(owners, quality.Teams(t.view, e.Ref)...)
	}
	r := understand.Reading{Intent: intentProblems, Lang: t.l, Topic: everyone}
	t.actions = append(t.actions, t.button(t.text(lang.QualityEvery, nil), intentAsk, r, t.q.Full))
	t.r.Entities = t.entities // the next page and Share are about the same
	who := t.refs(t.entities, t.inline())
	if len(mine) == 1 {
		who = t.named(mine[0])
	}
	t.problemsOfOwners(who, owners)
}

// problemsOfOwners lists what these are to mend, the first one's own first.
func (t *talk) problemsOfOwners(who []card.Span, owners []catalog.Ref) {
	report := t.c.Quality(t.ctx, t.view, owners...)
	wrong := report.Wrong()
	gaps := len(report.Findings) - wrong
	switch {
	case wrong > 0:
		t.line(lang.QualityOwner, lang.Args{"who": who, "wrong": wrong, "gaps": gaps})
	case gaps > 0:
		t.line(lang.QualityGaps, lang.Args{"who": who, "n": gaps})
	default:
		t.line(lang.QualityNone, lang.Args{"who": who})
	}
	t.findings(ownFirst(report.Findings, owners[0]), t.finding)
}

// ownFirst puts what the owner itself has to mend before what the teams below have.
func ownFirst(all []quality.Finding, owner catalog.Ref) []quality.Finding {
	out := slices.Clone(all)
	slices.SortStableFunc(out, func(a, b quality.Finding) int {
		switch {
		case a.Owner == b.Owner:
			return 0
		case a.Owner == owner:
			return -1
		case b.Owner == owner:
			return 1
		}
		return 0
	})
	return out
}

func (t *talk) problemsOfEntity(e *catalog.Entity) {
	report := t.c.Quality(t.ctx, t.view, ownerOf(e))
	about := slices.DeleteFunc(report.Findings, func(f quality.Finding) bool { return f.Entity != e.Ref })
	if len(about) == 0 {
		t.line(lang.QualityFine, lang.Args{"what": t.named(e)})
		return
	}
	t.line(lang.QualityEntity, lang.Args{"what": t.named(e), "n": len(about)})
	t.findings(about, t.finding)
}

// findings lists what was found, a line of each: in a chat ten at a time, with buttons to the next and the last ten.
func (t *talk) findings(all []quality.Finding, line func(quality.Finding) []card.Span) {
	from, to := 0, len(all)
	if !t.q.Full {
		if page, err := strconv.Atoi(t.r.Topic); err == nil && page > 0 && page <= len(all)/maxRows {
			from = page * maxRows
		}
		to = min(from+maxRows, len(all))
	}
	list := card.List{}
	for _, f := range all[from:to] {
		list.Items = append(list.Items, line(f))
	}
	if len(list.Items) == 0 {
		return
	}
	t.add(list)
	if to-from == len(all) {
		return
	}
	t.remark(card.T(t.text(lang.QualityRange, lang.Args{"from": from + 1, "to": to, "n": len(all)})))
	turn := func(label lang.Key, page int) {
		r := t.r
		r.Lang, r.Topic = t.l, strconv.Itoa(page)
		t.actions = append(t.actions, t.button(t.text(label, nil), intentMore, r, false))
	}
	if to < len(all) {
		turn(lang.QualityNext, to/maxRows)
	}
	if from > 0 {
		turn(lang.QualityBack, from/maxRows-1)
	}
}

// finding is one line: what it is about, what is wrong, and where it stands.
func (t *talk) finding(f quality.Finding) []card.Span {
	what := []card.Span{place(bot.Source{Where: f.File})}
	if e, ok := t.view.Entity(f.Entity); ok {
		what = t.listed(e)
	}
	said := append(what, card.T(t.gapBefore()))
	switch {
	case f.Target.IsZero():
		said = append(said, card.T(t.text(codeKey(f.Code), nil)))
	case f.Code == quality.DanglingOwner:
		said = append(said, t.say(lang.QualityNoSuchOwner, lang.Args{"target": card.M(f.Target.Short("group"))})...)
	default:
		said = append(said, t.say(lang.QualityNoSuch, lang.Args{"target": card.M(f.Target.Short(""))})...)
	}
	if detail := t.detailOf(f); detail != "" {
		said = append(said, card.T(t.gapAfter()+detail))
	}
	return dotted(said, standsAt(f))
}

// standsAt is the file and line of a finding; nil for what came from no file.
func standsAt(f quality.Finding) []card.Span {
	if f.File == "" {
		return nil
	}
	return []card.Span{place(bot.Source{Where: f.File, Line: f.Line})}
}

// gapAfter is what stands before a detail.
func (t *talk) gapAfter() string {
	if t.l == lang.Chinese {
		return "："
	}
	return ": "
}

// gapBefore is what stands between a name and what is said of it.
func (t *talk) gapBefore() string {
	if t.l == lang.Chinese {
		return "："
	}
	return " "
}

// maxDetail bounds how much of a message a line repeats, in characters.
const maxDetail = 160

// detailOf is a finding's own words, where the word for its code does not say all.
func (t *talk) detailOf(f quality.Finding) string {
	switch f.Code {
	case catalog.ProblemInvalid, catalog.ProblemUnreadable, catalog.ProblemDoubtful, catalog.ProblemDuplicate, catalog.ProblemUnknownKind, catalog.ProblemInferredOwner:
		return clipTo(f.Message, maxDetail)
	default:
		if codeKey(f.Code) == lang.QualityDoubtful {
			return clipTo(f.Message, maxDetail)
		}
		return ""
	}
}

// problemsOfAll says how the whole catalog is: what there is how often, and who has most to mend.
func (t *talk) problemsOfAll() {
	t.yes()
	o := t.c.overview(t)
	if o.wrong+o.gaps == 0 {
		t.line(lang.QualityAllNone, nil)
		return
	}
	t.line(lang.QualityAll, lang.Args{"wrong": o.wrong, "gaps": o.gaps})
	table := card.Table{Columns: []card.Column{{Title: t.text(lang.QualityColWhat, nil)}, {Title: t.text(lang.QualityColCount, nil), Right: true}}}
	for _, c := range o.sheet.Codes {
		table.Rows = append(table.Rows, [][]card.Span{{card.T(t.text(codeKey(c.Code), nil))}, {card.T(lang.Number(c.Count))}})
	}
	t.add(table)
	var most [][]card.Span
	owners := slices.Clone(o.sheet.Owners)
	slices.SortStableFunc(owners, func(a, b quality.Load) int { return b.Wrong + b.Gaps - a.Wrong - a.Gaps })
	for _, l := range owners {
		who := []card.Span{card.T(t.text(lang.QualityNobody, nil))}
		if e, ok := t.view.Entity(l.Owner); ok {
			who = []card.Span{t.link(e)}
			if len(t.actions) < maxButtons-1 {
				r := understand.Reading{Intent: intentProblems, Lang: t.l, Entities: []catalog.Ref{l.Owner}}
				t.actions = append(t.actions, t.button(displayName(t.l, e), intentAsk, r, t.q.Full))
			}
		} else if !l.Owner.IsZero() {
			who = []card.Span{card.M(l.Owner.Short("group"))}
		}
		most = append(most, t.say(lang.QualityLoad, lang.Args{"who": who, "n": l.Wrong + l.Gaps}))
	}
	t.line(lang.QualityMost, lang.Args{"list": t.join(most, 0)})
	t.remark(card.T(t.text(lang.QualitySize, lang.Args{"n": t.view.Count(search.Filter{})})))
}

// overview are the figures of a whole catalog at one generation.
type overview struct {
	generation  catalog.Generation
	wrong, gaps int
	sheet       quality.Sheet
}

// overview returns the figures of what a talk's viewer may see. Those of a viewer who sees everything are kept.
func (c *Commands) overview(t *talk) *overview {
	everything := t.q.Viewer.Rules == nil
	if o := c.figures.Load(); everything && o != nil && o.generation == t.view.Generation() {
		return o
	}
	report := c.Quality(t.ctx, t.view)
	o := &overview{generation: t.view.Generation(), wrong: report.Wrong(), sheet: report.Sheet()}
	o.gaps = len(report.Findings) - o.wrong
	if everything {
		c.figures.Store(o)
	}
	return o
}

// codeKey is the sentence for the code of a finding.
func codeKey(code string) lang.Key {
	switch code {
	case catalog.ProblemUnreadable:
		return lang.QualityUnreadable
	case catalog.ProblemInvalid:
		return lang.QualityInvalid
	case catalog.ProblemStale:
		return lang.QualityStale
	case catalog.ProblemDuplicate:
		return lang.QualityDuplicate
	case quality.DanglingOwner:
		return lang.QualityDanglingOwner
	case quality.NoOwner:
		return lang.QualityNoOwner
	case quality.NoMembers:
		return lang.QualityNoMembers
	case catalog.ProblemOrphaned:
		return lang.QualityOrphaned
	case catalog.ProblemDangling:
		return lang.QualityDangling
	case catalog.ProblemUnknownKind:
		return lang.QualityUnknownKind
	case catalog.ProblemInferredOwner:
		return lang.QualityInferredOwner
	case quality.NoOnCall:
		return lang.QualityNoOnCall
	case quality.NoDocs:
		return lang.QualityNoDocs
	case quality.NoSource:
		return lang.QualityNoSource
	default:
		return lang.QualityDoubtful
	}
}
