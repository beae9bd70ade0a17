package commands

import (
	"cmp"
	"slices"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// maxChoices bounds how many candidates an ambiguous question offers.
const maxChoices = 6

// choose asks which of several entities is meant: a button for each.
func (t *talk) choose(candidates []catalog.Ref) {
	found := t.lookup(candidates)
	found = found[:min(len(found), maxChoices)]
	if len(found) == 0 {
		t.unknown(t.r.Unknown, nil)
		return
	}
	t.outcome = bot.Choose
	items := make([][]card.Span, len(found))
	for i, e := range found {
		items[i] = t.candidate(e)
		t.entities = append(t.entities, e.Ref)
		t.actions = append(t.actions, t.settle(e))
		t.from(e)
	}
	t.candidates = t.entities
	list := t.commas(items)
	if len(t.r.Unknown) > 0 {
		t.line(lang.CmdChooseName, lang.Args{"name": clip(t.r.Unknown[0]), "list": list})
		return
	}
	t.line(lang.CmdChoose, lang.Args{"list": list})
}

// settle is the button that asks the question again about one of the candidates.
func (t *talk) settle(e *catalog.Entity) card.Action {
	r := t.r
	r.Lang, r.Candidates, r.Unknown, r.Near = t.l, nil, nil, nil
	r.Entities = append(slices.Clip(r.Entities), e.Ref)
	label := displayName(t.l, e)
	if t.twins(e, label) {
		label += " (" + t.hint(e) + ")"
	}
	b := t.button(label, intentChoose, r, t.q.Full)
	b.Choice = true
	return b
}

// twins reports whether another candidate has the same name, so that a button needs a hint.
func (t *talk) twins(e *catalog.Entity, label string) bool {
	refs := t.r.Candidates
	if len(refs) == 0 {
		refs = t.r.Near
	}
	for _, o := range t.lookup(refs) {
		if o != e && sameName(displayName(t.l, o), label) {
			return true
		}
	}
	return false
}

// hinted is a candidate's name, its reference, and what tells it from the others.
func (t *talk) hinted(e *catalog.Entity) []card.Span {
	name, ref := displayName(t.l, e), e.Ref.Short(e.Ref.Kind)
	args := lang.Args{"name": card.S(name), "ref": card.M(ref), "hint": t.hint(e)}
	if sameName(name, ref) {
		return t.say(lang.CmdHint, args)
	}
	return t.say(lang.CmdNameRefHint, args)
}

// candidate is one of several that may be meant: what tells it from the others, and for docs the section that fits.
func (t *talk) candidate(e *catalog.Entity) []card.Span {
	if t.r.Intent == understand.Docs {
		for _, h := range t.r.Docs {
			if h.Doc.Entity == e.Ref {
				return t.say(lang.DocsChoice, lang.Args{"what": card.S(displayName(t.l, e)), "link": t.section(h.Doc)})
			}
		}
	}
	return t.hinted(e)
}

// hint says what a candidate is: a person's team, what is no longer in use, else its type or kind.
func (t *talk) hint(e *catalog.Entity) string {
	if e.Ref.Kind == "user" {
		if teams := targets(t.view, e.Ref, "memberOf"); len(teams) > 0 {
			return t.nameOf(teams[0])
		}
	}
	if e.Lifecycle == "deprecated" {
		return t.lifeWord(e.Lifecycle)
	}
	return t.what(e)
}

// unknown says that nothing has a name, and which names come nearest.
func (t *talk) unknown(names []string, near []catalog.Ref) {
	t.outcome = bot.NotFound
	name := t.r.Topic
	if len(names) > 0 {
		name = names[0]
	}
	if t.r.Intent == understand.Docs && t.r.Trait == understand.TraitHow {
		t.line(lang.AskUntold, lang.Args{"topic": clip(cmp.Or(t.r.Topic, name))})
		return
	}
	found := t.lookup(near)
	found = found[:min(len(found), maxChoices)]
	if len(found) == 0 {
		t.line(lang.CmdNotFound, lang.Args{"name": clip(name)})
		return
	}
	items := make([][]card.Span, len(found))
	for i, e := range found {
		items[i] = t.named(e)
		if i < maxButtons {
			t.actions = append(t.actions, t.settle(e))
		}
	}
	t.line(lang.CmdNotFoundNear, lang.Args{"name": clip(name), "near": t.commas(items)})
}

// which asks for a name: the question is understood, but not what it is about.
func (t *talk) which() {
	t.outcome = bot.NotFound
	if x := t.example(); x != "" {
		t.line(lang.CmdWhich, lang.Args{"example": t.say(lang.HelpOwner, lang.Args{"x": x})})
		return
	}
	t.line(lang.CmdWhichPlain, nil)
}

// refuse says that a question is not for this bot.
func (t *talk) refuse() {
	t.r.Intent = understand.None
	t.outcome = bot.Refused
	if t.r.Trait != understand.TraitTongue {
		t.line(lang.CmdNone, nil)
		return
	}
	t.line(lang.AskTongue, nil)
	if x := t.example(); x != "" {
		t.line(lang.CmdSmalltalkExample, lang.Args{"example": t.say(lang.HelpOwner, lang.Args{"x": x})})
	}
}

// smalltalk answers a greeting or a thank-you with what to ask.
func (t *talk) smalltalk() {
	t.line(lang.CmdSmalltalk, nil)
	if x := t.example(); x != "" {
		t.line(lang.CmdSmalltalkExample, lang.Args{"example": t.say(lang.HelpOwner, lang.Args{"x": x})})
	}
}

// example is the name of a component to show how to ask: the first in production with an owner.
func (t *talk) example() string {
	first := ""
	for _, f := range exampleFilters() {
		for e := range t.view.Entities(f) {
			if !e.Owner.IsZero() {
				return e.Name
			}
			if first == "" {
				first = e.Name
			}
		}
	}
	return first
}

// clip bounds what somebody typed when it is repeated to them, and keeps it on one line.
func clip(s string) string {
	const most = 60
	out := make([]rune, 0, most)
	for _, r := range s {
		if len(out) == most {
			return string(out) + "…"
		}
		if r < ' ' || r == 0x7f {
			r = ' '
		}
		out = append(out, r)
	}
	return string(out)
}
