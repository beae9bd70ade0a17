package commands

import (
	"context"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// talk is the answering of one question: what is known about it, and the answer as far as it is built.
type talk struct {
	c    *Commands
	ctx  context.Context
	view search.View
	q    Question
	r    understand.Reading
	l    lang.Lang
	now  time.Time
	zone *time.Location

	outcome    bot.Outcome
	entities   []catalog.Ref
	candidates []catalog.Ref
	sources    []bot.Source
	remarks    [][]card.Span                   // further parts of the context line
	held       map[string]map[catalog.Ref]bool // entities that are kept although no sound file says so, by problem
	summary    []card.Span
	blocks     []card.Block
	actions    []card.Action
	hand       *card.Action // hands the question to the team's channel; nil: it is not offered
	summon     *card.Action // pages somebody; nil: it is not offered
	strangers  plugins.Strangers
	silent     map[string]bool // sources that do not answer any more
	answered   bool            // an entity had what was asked for
	pending    []pending       // cards of plugins that are worth asking for again
}

func (c *Commands) talk(ctx context.Context, view search.View, q Question, r understand.Reading) *talk {
	t := &talk{
		c: c, ctx: ctx, view: view, q: q, r: r, l: r.Lang, now: q.Now, zone: q.Zone,
		blocks: make([]card.Block, 0, 6), // most answers have fewer
	}
	if t.l == "" {
		t.l = q.Lang
	}
	if t.l == "" {
		t.l = lang.Of(q.Text)
	}
	if t.now.IsZero() {
		t.now = c.deps.Now()
	}
	return t
}

// run settles what the reading leaves open and runs the intent's command.
func (t *talk) run() {
	r := &t.r
	switch {
	case r.Trait == mineTrait && len(r.Entities) == 0:
		t.askedByStranger()
		return
	case len(r.Candidates) > 0:
		t.choose(r.Candidates)
		return
	case len(r.Entities) == 0 && len(r.Unknown) > 0 && !t.mayBeTechnology():
		t.unknown(r.Unknown, r.Near)
		return
	}
	command, ok := t.c.table[r.Intent]
	if _, own := ownView(r.Intent); own {
		command = (*talk).ownAnswer
	} else if !ok {
		command = (*talk).refuse
	}
	t.outcome = bot.Answered
	command(t)
}

// mayBeTechnology reports whether names that mean no entity need not: the radar knows technologies of its own, and
// manifests name packages. What is not for this bot is not looked for.
func (t *talk) mayBeTechnology() bool {
	r := &t.r
	switch r.Intent {
	case understand.None, understand.Radar:
		return true
	case understand.Version:
		return len(r.Tech) > 0 || t.packagesNamed(r.Unknown)
	default:
		return false
	}
}

// each makes a command out of what answers for one entity.
func each(one func(*talk, *catalog.Entity)) func(*talk) {
	return func(t *talk) { t.each(one) }
}

// each answers for every entity of the question. The outcome is "answer" when any of them had what was asked for.
func (t *talk) each(one func(*talk, *catalog.Entity)) {
	found := t.lookup(t.r.Entities)
	switch {
	case len(found) == 0 && len(t.r.Entities) > 0: // it was there when the button was made, or may not be seen
		t.unknown([]string{t.r.Entities[0].Name}, near(t.view, t.r.Entities[0].Name))
		return
	case len(found) == 0:
		t.which()
		return
	}
	for i, e := range found {
		if i > 0 {
			t.add(card.Rule{})
		}
		t.entities = append(t.entities, e.Ref)
		from, before := len(t.blocks), t.answered
		one(t, e)
		t.withViews(e, from, before)
	}
	if t.answered {
		t.outcome = bot.Answered
	}
}

// maxEntities bounds how many entities one message speaks about.
const maxEntities = 12

// lookup returns the entities that exist for this viewer, in order.
func (t *talk) lookup(refs []catalog.Ref) []*catalog.Entity {
	found := make([]*catalog.Entity, 0, min(len(refs), maxEntities))
	for _, ref := range refs {
		if e, ok := t.view.Entity(ref); ok && len(found) < maxEntities {
			found = append(found, e)
		}
	}
	return found
}

// yes notes that an entity has what was asked for, no that it has not.
func (t *talk) yes() { t.answered = true }

func (t *talk) no() {
	if !t.answered {
		t.outcome = bot.NotFound
	}
}

// add appends blocks.
func (t *talk) add(blocks ...card.Block) { t.blocks = append(t.blocks, blocks...) }

// line appends a paragraph of the catalogue.
func (t *talk) line(key lang.Key, args lang.Args) { t.add(card.Text{Spans: t.say(key, args)}) }

// say renders a message of the catalogue.
func (t *talk) say(key lang.Key, args lang.Args) []card.Span {
	spans := card.Say(t.l, key, args)
	if t.l == lang.Chinese {
		return spaced(spans)
	}
	return spans
}

// gap is what stands between two sentences: nothing in Chinese.
func (t *talk) gap() string {
	if t.l == lang.Chinese {
		return ""
	}
	return " "
}

// text renders a message of the catalogue that has no arguments but numbers and plain text.
func (t *talk) text(key lang.Key, args lang.Args) string { return lang.Text(t.l, key, args) }

// remark appends a part to the context line.
func (t *talk) remark(spans ...card.Span) { t.remarks = append(t.remarks, spans) }

// finish closes the message with its buttons and its context line.
func (t *talk) finish() (bot.Answer, card.Message) {
	m := card.Message{Lang: t.l, Summary: t.summary, Blocks: t.blocks}
	if !t.q.Full && cut(&m) {
		r := t.r
		r.Lang = t.l
		t.actions = append(t.actions, t.button(t.text(lang.ActAll, nil), intentMore, r, true))
	}
	t.keptRemarks()
	t.viaRemark()
	t.disputes()
	if note := t.note(); len(note) > 0 {
		m.Blocks = append(m.Blocks, card.Note{Spans: note})
	}
	a := t.buttons()
	if b, ok := t.wrongButton(); ok {
		a = append(a, b)
	}
	if len(a) > 0 {
		m.Blocks = append(m.Blocks, card.Actions{Items: a})
	}
	return bot.Answer{
		Intent: string(t.r.Intent), Outcome: t.outcome, Lang: t.l, Sources: t.sources,
		Entities: refStrings(t.entities), Candidates: refStrings(t.candidates),
	}, m
}

func refStrings(refs []catalog.Ref) []string {
	if len(refs) == 0 {
		return nil
	}
	out := make([]string, len(refs))
	for i, r := range refs {
		out[i] = r.String()
	}
	return out
}
