package commands

import (
	"context"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// forgetFeedback is how long feedback stays open that nobody settles.
const forgetFeedback = 90 * 24 * time.Hour

// mail is the talk of a message that nobody asked for, to a place of a platform.
func (c *Commands) mail(ctx context.Context, to bot.Address, l lang.Lang) *talk {
	q := Question{Now: c.deps.Now(), Private: true, at: to}
	if c.deps.At != nil {
		q.Viewer = c.deps.At(to)
	}
	return c.talk(ctx, c.deps.View(q.Viewer), q, understand.Reading{Intent: understand.Show, Lang: l})
}

// tellOutcome tells whoever disputed something what became of it. What cannot be posted is left: the answer itself
// says it.
func (c *Commands) tellOutcome(ctx context.Context, f bot.Feedback) {
	if c.deps.Post == nil || f.ClosedBy.Key() == f.By.Key() {
		return
	}
	to := f.By.Direct()
	t := c.mail(ctx, to, f.Lang)
	e, ok := t.about(f)
	if !ok && f.Kind != bot.WrongThing {
		ref, err := catalog.ParseRef(f.Entity, "", "")
		if err != nil {
			return
		}
		t.line(lang.OutcomeGone, lang.Args{"what": card.M(ref.Short(""))})
	} else if !t.outcomeOf(f, e) {
		return
	}
	_ = c.deps.Post(ctx, bot.Post{Key: "feedback:" + f.ID, To: to, Message: card.Message{Lang: t.l, Blocks: t.blocks}})
}

// outcomeOf says what became of feedback, and reports whether there is anything to say.
func (t *talk) outcomeOf(f bot.Feedback, e *catalog.Entity) bool {
	switch {
	case f.Kind == bot.WrongThing:
		ref, err := catalog.ParseRef(f.Meant, "", "")
		if err != nil {
			return false
		}
		meant, ok := t.view.Entity(ref)
		if !ok {
			return false
		}
		t.line(lang.OutcomeAlias, lang.Args{"name": f.Name, "what": t.named(meant)})
	case f.State == bot.FeedbackDismissed && f.ClosedBy.ID == "" && f.Request != "":
		t.declined(f, t.named(e))
	case f.State == bot.FeedbackDismissed:
		t.line(lang.OutcomeDismissed, lang.Args{"fact": t.factName(f.Fact), "what": t.named(e)})
	case f.Outcome == "":
		t.line(lang.OutcomeEmpty, lang.Args{"fact": t.factName(f.Fact), "what": t.named(e)})
	default:
		value := clipTo(f.Outcome, 60)
		if f.Fact == factOwner && !e.Owner.IsZero() {
			value = t.nameOf(e.Owner)
		}
		t.line(lang.OutcomeSettled, lang.Args{"fact": t.factName(f.Fact), "what": t.named(e), "value": card.S(value)})
	}
	return true
}

// Digest tells every owner what is disputed of theirs, once a day and only where somebody disputes something, in the
// channel that the owner names on the platform where it was disputed. The day is that of UTC.
func (c *Commands) Digest(ctx context.Context) error {
	if c.deps.Post == nil {
		return nil
	}
	open, err := c.deps.Feedback.Open(ctx)
	if err != nil {
		return err
	}
	for to, said := range c.byOwner(open) {
		t := c.mail(ctx, to.place, said[0].Lang)
		t.line(lang.DigestHead, lang.Args{"who": []card.Span{t.strong(to.owner)}})
		t.saidOf(said, true)
		m := card.Message{Lang: t.l, Blocks: t.blocks}
		if len(t.actions) > 0 {
			m.Blocks = append(m.Blocks, card.Actions{Items: t.actions})
		}
		key := "disputes:" + to.owner.String() + ":" + to.place.Key() + ":" + c.deps.Now().UTC().Format(time.DateOnly)
		if err := c.deps.Post(ctx, bot.Post{Key: key, To: to.place, Message: m}); err != nil {
			return err
		}
	}
	return nil
}

// ownerAt is an owner and where they are told.
type ownerAt struct {
	owner catalog.Ref
	place bot.Address
}

// byOwner groups disputes by who is told of them. What may not be seen at a place is not told there.
func (c *Commands) byOwner(open []bot.Feedback) map[ownerAt][]bot.Feedback {
	out := map[ownerAt][]bot.Feedback{}
	all := c.deps.View(catalog.Viewer{})
	for _, f := range open {
		ref, err := catalog.ParseRef(f.Entity, "", "")
		e, ok := all.Entity(ref)
		if err != nil || !ok || !f.Disputes() {
			continue
		}
		owner, ok := all.Entity(ownerOf(e))
		if !ok {
			continue
		}
		channel, _ := channelOf(owner, f.By.Platform)
		if channel == "" {
			continue
		}
		at := ownerAt{owner.Ref, bot.Address{Platform: f.By.Platform, Workspace: f.By.Workspace, Channel: channel}}
		if c.deps.At != nil {
			if _, seen := c.deps.View(c.deps.At(at.place)).Entity(e.Ref); !seen {
				continue
			}
		}
		out[at] = append(out[at], f)
	}
	return out
}
