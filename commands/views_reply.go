package commands

import (
	"context"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/plugins"
)

// maxBrought bounds how many cards one answer waits for.
const maxBrought = 12

// AskWaiting answers a question as Ask does, and waits for the cards of plugins that belong to it, but not for longer
// than patience. It is for those who ask once and see no message change. The intent of a question that a plugin answers
// is Show, since the intents of questions are closed.
func (c *Commands) AskWaiting(ctx context.Context, q Question, patience time.Duration) (bot.Answer, card.Message) {
	q.inWords = true
	g := c.given(ctx, q)
	if len(g.pending) > 0 {
		wait, cancel := context.WithTimeout(ctx, patience)
		c.bring(wait, g.pending, g.message)
		cancel()
		g = c.givenAgain(ctx, q, g.reading)
	}
	if _, own := ownView(understand.Intent(g.answer.Intent)); own {
		g.answer.Intent = string(understand.Show)
	}
	return g.answer, g.message
}

// given is an answer with what it was made of.
type given struct {
	answer  bot.Answer
	message card.Message
	reading understand.Reading
	pending []pending
}

// givenAgain answers a question that was understood before with what is known now.
func (c *Commands) givenAgain(ctx context.Context, q Question, r understand.Reading) given {
	if !q.Now.IsZero() {
		q.Now = c.deps.Now()
	}
	q.waited = true
	return c.give(ctx, c.deps.View(q.Viewer), q, r)
}

// bring has cards asked for again and waits for them.
func (c *Commands) bring(ctx context.Context, all []pending, m card.Message) {
	var wg sync.WaitGroup
	n := 0
	for _, p := range all {
		if p.look != nil {
			wg.Go(func() { p.look(ctx) })
		}
		for _, ref := range p.refs {
			if n++; n > maxBrought {
				break
			}
			wg.Go(func() {
				c.deps.Views.Refresh(ctx, ref, plugins.Query{Entity: p.entity, Lang: m.Lang, Now: c.deps.Now()})
			})
		}
	}
	wg.Wait()
}

// settle is the reply with an answer: at once where everything in it is as good as new, else what is known so far and
// then the whole.
func (c *Commands) settle(q Question, g given) bot.Reply {
	if len(g.pending) == 0 {
		return say(q.Private, g.answer, g.message)
	}
	return bot.Work{Note: g.message, Run: func(ctx context.Context) (bot.Reply, error) {
		c.bring(ctx, g.pending, g.message)
		g := c.givenAgain(ctx, q, g.reading)
		return say(q.Private, g.answer, g.message), nil
	}}
}
