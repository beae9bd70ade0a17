package commands

import (
	"context"
	"strings"
	"time"
	"unicode"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Feedback keeps what people say about answers. bot.Disputes is one.
type Feedback interface {
	// Of returns what is disputed about an entity, by its full reference. It must not block.
	Of(entity string) []bot.Dispute
	Open(ctx context.Context) ([]bot.Feedback, error)
	Get(ctx context.Context, id string) (bot.Feedback, error)
	Put(ctx context.Context, f bot.Feedback) (fresh bool, err error)
	Close(ctx context.Context, f bot.Feedback) (closed bool, err error)
}

// The buttons about wrong answers. Their arguments are those of encode, of the answer; intentWrongIs has the kind of
// feedback before them.
const (
	intentWrong   = "wrong"    // asks what is wrong
	intentWrongIs = "wrong_is" // says it
	intentMeant   = "meant"    // says what was meant: the topic is the name that was used, the last entity what it means
)

// maxRunnersUp is how many other entities "wrong thing" offers.
const maxRunnersUp = 4

// wrongButton is the way in on every answer: small, and of few bytes.
func (t *talk) wrongButton() (card.Action, bool) {
	_, repeatable := t.c.table[t.r.Intent]
	if t.c.deps.Feedback == nil || !repeatable || t.outcome == "" || t.outcome == bot.HelpGiven || t.r.Intent == understand.Smalltalk {
		return card.Action{}, false
	}
	r := understand.Reading{Intent: t.r.Intent, Lang: t.l}
	if len(t.entities) > 0 {
		r.Entities = t.entities[:1]
	} else if len(t.r.Unknown) > 0 {
		r.Topic = clip(t.r.Unknown[0])
	}
	b := t.button(t.text(lang.WrongAct, nil), intentWrong, r, false)
	b.Style, b.Anyone = card.Quiet, true
	return b, true
}

// factOf is the fact that an answer of an intent states of an entity: a field of descriptors where it is one.
func factOf(i understand.Intent) string {
	switch i {
	case understand.Owner:
		return factOwner
	case understand.Lifecycle:
		return factLifecycle
	default:
		return string(i)
	}
}

// disputes adds to the context line what people say is not so of what the answer states.
func (t *talk) disputes() {
	if t.c.deps.Feedback == nil || len(t.entities) == 0 {
		return
	}
	fact := factOf(t.r.Intent)
	for _, ref := range t.entities[:min(len(t.entities), maxRunnersUp)] {
		for _, d := range t.c.deps.Feedback.Of(ref.String()) {
			if d.Fact != fact && t.r.Intent != understand.Show {
				continue
			}
			args := lang.Args{"n": d.People, "since": t.since(d.Since)}
			if t.r.Intent == understand.Show {
				args["fact"] = t.factName(d.Fact)
				t.remark(t.say(lang.WrongDisputedFact, args)...)
			} else {
				t.remark(t.say(lang.WrongDisputed, args)...)
			}
		}
	}
}

// since is the day of a moment as people say it: the weekday within the last days, else the date.
func (t *talk) since(at time.Time) string {
	zone := t.zone
	if zone == nil {
		zone = time.UTC
	}
	now, then := t.now.In(zone), at.In(zone)
	switch {
	case now.YearDay() == then.YearDay() && now.Year() == then.Year():
		return t.text(lang.WrongToday, nil)
	case now.Sub(then) < 6*24*time.Hour:
		return t.text([...]lang.Key{lang.WrongSun, lang.WrongMon, lang.WrongTue, lang.WrongWed, lang.WrongThu, lang.WrongFri, lang.WrongSat}[then.Weekday()], nil)
	default:
		return lang.Date(t.l, then, now)
	}
}

// handleWrong asks what is wrong with an answer, of whoever says so alone.
func (c *Commands) handleWrong(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	_, q, r := c.pressed(ev)
	if c.deps.Feedback == nil {
		return nil, fault.New(fault.NotFound, "nobody asks what is wrong").Say(string(lang.BotButtonUnknown), nil)
	}
	q.Private, r.Lang = true, ev.Locale
	t := c.talk(ctx, c.deps.View(q.Viewer), q, r)
	t.line(lang.WrongAsk, nil)
	kinds := []struct {
		kind  bot.FeedbackKind
		label lang.Key
	}{{bot.WrongThing, lang.WrongThing}, {bot.WrongFact, lang.WrongFact}, {bot.Outdated, lang.WrongOld}, {bot.Unhelpful, lang.WrongUnhelpful}}
	var items []card.Action
	for _, k := range kinds {
		if len(t.lookup(r.Entities)) == 0 && (k.kind == bot.WrongFact || k.kind == bot.Outdated) {
			continue // it is about nothing that could be so or not
		}
		items = append(items, card.Action{Label: t.text(k.label, nil), Intent: wrongIs(k.kind, r), Choice: true})
	}
	return bot.Whisper{Message: card.Message{Lang: t.l, Blocks: append(t.blocks, card.Actions{Items: items})}}, nil
}

// wrongIs is the intent of what is wrong with an answer.
func wrongIs(kind bot.FeedbackKind, r understand.Reading) card.Intent {
	return card.Intent{Name: intentWrongIs, Args: append([]string{string(kind)}, encode(r, false)...)}
}

// wrong is the talk about an answer, and what of feedback is known of it.
func (c *Commands) wrong(ctx context.Context, ev *bot.Event, r understand.Reading) (*talk, bot.Feedback) {
	q := c.question(ev)
	q.Private, r.Lang = true, ev.Locale
	t := c.talk(ctx, c.deps.View(q.Viewer), q, r)
	f := bot.Feedback{
		ID: bot.NewID(c.deps.Now()), Intent: string(r.Intent), By: ev.Actor, Address: ev.Address, Lang: t.l, At: c.deps.Now(), State: bot.FeedbackOpen,
	}
	if found := t.lookup(r.Entities); len(found) > 0 {
		f.Entity = found[0].Ref.String()
	}
	return t, f
}

// handleWrongIs takes what is wrong.
func (c *Commands) handleWrongIs(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	in, _ := ev.Input.(bot.Pressed)
	if c.deps.Feedback == nil || len(in.Intent.Args) < 3 {
		return nil, fault.New(fault.NotFound, "nobody asks what is wrong").Say(string(lang.BotButtonUnknown), nil)
	}
	r, _ := decode(in.Intent.Args[1:])
	t, f := c.wrong(ctx, ev, r)
	f.Kind = bot.FeedbackKind(in.Intent.Args[0])
	e, there := (*catalog.Entity)(nil), false
	if len(r.Entities) > 0 {
		e, there = t.view.Entity(r.Entities[0])
	}
	switch {
	case f.Kind == bot.WrongThing:
		return t.wrongThing(ev, r), nil
	case f.Kind == bot.WrongFact && there:
		return c.correctForm(ev, t, e, factOf(r.Intent)), nil
	case f.Kind == bot.Outdated && there:
		return c.outdated(ctx, ev, t, e, f)
	}
	f.Kind = bot.Unhelpful
	if _, err := c.deps.Feedback.Put(ctx, f); err != nil {
		return nil, err
	}
	t.line(lang.WrongNoted, nil)
	return t.instead(), nil
}

// instead puts what was said in the place of the question what is wrong.
func (t *talk) instead() bot.Reply {
	m := card.Message{Lang: t.l, Blocks: t.blocks}
	if len(t.actions) > 0 {
		m.Blocks = append(m.Blocks, card.Actions{Items: t.actions})
	}
	return bot.Update{Message: m}
}

// outdated disputes a fact without saying what would be right, and offers to read its source again.
func (c *Commands) outdated(ctx context.Context, ev *bot.Event, t *talk, e *catalog.Entity, f bot.Feedback) (bot.Reply, error) {
	f.Fact = factOf(t.r.Intent)
	f.Was = factValue(e, f.Fact)
	if _, err := c.deps.Feedback.Put(ctx, f); err != nil {
		return nil, err
	}
	t.line(lang.WrongOldNoted, lang.Args{"what": t.named(e)})
	t.told(e)
	if c.deps.Refresher != nil && c.may(ev, ActRefresh, e.Ref) {
		again := understand.Reading{Intent: intentRefresh, Lang: t.l, Entities: []catalog.Ref{e.Ref}}
		t.actions = append(t.actions, t.button(t.text(lang.WrongRead, nil), intentChoose, again, false))
	}
	return t.instead(), nil
}

// told says who hears of it.
func (t *talk) told(e *catalog.Entity) {
	if o, ok := t.view.Entity(ownerOf(e)); ok {
		t.line(lang.WrongTold, lang.Args{"who": t.name(o)})
	}
}

// wrongThing offers what else may have been meant.
func (t *talk) wrongThing(ev *bot.Event, r understand.Reading) bot.Reply {
	name := r.Topic
	if len(r.Entities) > 0 {
		name = t.called(ev, r)
	}
	others := t.runnersUp(name, r)
	meant := func(ref catalog.Ref) card.Intent {
		x := understand.Reading{Intent: r.Intent, Lang: t.l, Topic: name, Entities: r.Entities}
		if !ref.IsZero() {
			x.Entities = append(append([]catalog.Ref(nil), r.Entities...), ref)
		}
		return card.Intent{Name: intentMeant, Args: encode(x, false)}
	}
	for _, e := range others {
		label := displayName(t.l, e) + " (" + t.hint(e) + ")"
		t.actions = append(t.actions, card.Action{Label: clipTo(label, maxDetail), Intent: meant(e.Ref), Choice: true})
	}
	t.actions = append(t.actions, card.Action{Label: t.text(lang.WrongOther, nil), Search: card.FieldEntity, Intent: meant(catalog.Ref{})})
	if len(others) == 0 {
		t.line(lang.WrongWhich, nil)
	} else {
		t.line(lang.WrongMeant, nil)
	}
	return t.instead()
}

// runnersUp are what else a name may mean, else what is called nearly as the answer's entity.
func (t *talk) runnersUp(name string, r understand.Reading) []*catalog.Entity {
	var out []*catalog.Entity
	seen := map[catalog.Ref]bool{}
	for _, ref := range r.Entities {
		seen[ref] = true
	}
	add := func(words string, deepest search.Match) {
		for _, c := range t.view.Resolve(words, search.ResolveOptions{Deepest: deepest, Limit: 2 * maxRunnersUp}) {
			if !seen[c.Entity.Ref] && len(out) < maxRunnersUp {
				seen[c.Entity.Ref] = true
				out = append(out, c.Entity)
			}
		}
	}
	if name != "" {
		add(name, 0)
		for _, h := range t.view.Search(search.Query{Text: name, Limit: maxRunnersUp}) {
			if !seen[h.Entity.Ref] && len(out) < maxRunnersUp {
				seen[h.Entity.Ref] = true
				out = append(out, h.Entity)
			}
		}
	}
	for _, e := range t.lookup(r.Entities) {
		for _, h := range t.view.Search(search.Query{Text: e.Name, Limit: 2 * maxRunnersUp}) {
			if !seen[h.Entity.Ref] && len(out) < maxRunnersUp {
				seen[h.Entity.Ref] = true
				out = append(out, h.Entity)
			}
		}
	}
	return out
}

// maxNameWords bounds the names that are looked for in a question, in words.
const maxNameWords = 5

// called is what the answer's entity was called in the question, as far as the conversation remembers it, or "".
func (t *talk) called(ev *bot.Event, r understand.Reading) string {
	want := r.Entities[0].String()
	for i := len(ev.Memory) - 1; i >= 0; i-- {
		turn := ev.Memory[i]
		if turn.FromBot || turn.Intent != string(r.Intent) || len(turn.Entities) == 0 || turn.Entities[0] != want {
			continue
		}
		words := strings.FieldsFunc(clipTo(turn.Text, maxHanded), func(r rune) bool {
			return unicode.IsSpace(r) || strings.ContainsRune("?!,.;:？！，。；：“”\"", r)
		})
		for n := min(maxNameWords, len(words)); n > 0; n-- {
			for from := 0; from+n <= len(words); from++ {
				name := strings.Join(words[from:from+n], " ")
				for _, c := range t.view.Resolve(name, search.ResolveOptions{Deepest: search.MatchTypo2, Limit: maxRunnersUp}) {
					if c.Entity.Ref == r.Entities[0] {
						return clip(name)
					}
				}
			}
		}
	}
	return ""
}

// handleMeant answers about what was meant, and proposes the name that was used as an alias of it.
func (c *Commands) handleMeant(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	in, _ := ev.Input.(bot.Pressed)
	args := in.Intent.Args
	if ref, err := catalog.ParseRef(in.Chosen, "", ""); err == nil && in.Chosen != "" && len(args) > 0 {
		args = append(append([]string(nil), args[:len(args)-1]...), "@"+ref.Short("")) // as a button would have it
	}
	r, _ := decode(args)
	if c.deps.Feedback == nil || len(r.Entities) == 0 {
		return nil, fault.New(fault.NotFound, "nothing was meant").Say(string(lang.BotButtonUnknown), nil)
	}
	meant, name := r.Entities[len(r.Entities)-1], r.Topic
	was := r
	was.Entities = r.Entities[:len(r.Entities)-1]
	t, f := c.wrong(ctx, ev, was)
	e, ok := t.view.Entity(meant)
	if !ok {
		return t.only(bot.NotFound, lang.CmdNotFound, lang.Args{"name": meant.Name}), nil
	}
	f.Kind, f.Name, f.Meant = bot.WrongThing, name, meant.String()
	_, err := c.deps.Feedback.Put(ctx, f)
	if err != nil { // the answer does not wait for it
		f.Name = ""
	}
	q := c.question(ev)
	q.Private = true
	again := c.talk(ctx, t.view, q, understand.Reading{Intent: r.Intent, Lang: t.l, Entities: []catalog.Ref{meant}, Confidence: 1})
	again.run()
	if f.Name != "" && !sameName(f.Name, displayName(t.l, e)) {
		again.remark(again.say(lang.WrongAlias, lang.Args{"name": f.Name, "what": card.S(displayName(t.l, e))})...)
	}
	a, m := again.finish()
	return bot.Update{Answer: a, Message: m}, nil
}
