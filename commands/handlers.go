package commands

import (
	"context"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Handler answers questions: what is said to the bot, and what is typed behind a slash command. A slash command is
// answered to the asker alone, with a button to share it.
func (c *Commands) Handler() bot.Handler { return bot.HandlerFunc(c.handleAsk) }

// Intents are the handlers of the buttons on answers, by intent name.
func (c *Commands) Intents() map[string]bot.Handler {
	return map[string]bot.Handler{
		intentAsk:    bot.HandlerFunc(c.handleNext),
		intentChoose: bot.HandlerFunc(c.handleSame),
		intentMore:   bot.HandlerFunc(c.handleSame),
		intentShare:  bot.HandlerFunc(c.handleShare),
		intentRemove: bot.HandlerFunc(c.handleRemove),
		intentForm:   bot.HandlerFunc(c.handleAskForm),
		intentHome:   bot.HandlerFunc(c.handlePickTeam),
		intentFind:   bot.HandlerFunc(c.handleFind),
		intentBound:  bot.HandlerFunc(c.handleBound),
		intentPicked: bot.HandlerFunc(c.handlePicked),
		intentHand:   bot.HandlerFunc(c.handleHand),
		intentSub:    bot.HandlerFunc(c.handleSub),
		intentStop:   bot.HandlerFunc(c.handleStop),

		intentPage: bot.HandlerFunc(c.handlePage), intentPageAsk: bot.HandlerFunc(c.handlePageAsk), intentPageWhy: bot.HandlerFunc(c.handlePageWhy),
		intentPageNot: bot.HandlerFunc(c.handlePageNot), intentAudit: bot.HandlerFunc(c.handleAudit),

		intentNew: bot.HandlerFunc(c.handleNew), intentChange: bot.HandlerFunc(c.handleChange), intentDrop: bot.HandlerFunc(c.handleDrop),
		intentPlan: bot.HandlerFunc(c.handlePlan), intentFile: bot.HandlerFunc(c.handleFile), intentGo: bot.HandlerFunc(c.handleGo),
		intentApprove: bot.HandlerFunc(c.handleApprove), intentDecline: bot.HandlerFunc(c.handleDecline), intentAgain: bot.HandlerFunc(c.handleAgain),

		intentOperate: bot.HandlerFunc(c.handleOperate),

		intentWrong:   bot.HandlerFunc(c.handleWrong),
		intentWrongIs: bot.HandlerFunc(c.handleWrongIs),
		intentMeant:   bot.HandlerFunc(c.handleMeant),
		intentSettle:  bot.HandlerFunc(c.handleDismiss),
	}
}

// Slash are the slash commands of their own, by name.
func (c *Commands) Slash() map[string]bot.Handler {
	return map[string]bot.Handler{
		"oncall":      c.slash(understand.OnCall),
		"new-service": bot.HandlerFunc(c.handleNewService),
	}
}

func (c *Commands) handleAsk(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	q := c.question(ev)
	switch in := ev.Input.(type) {
	case bot.Said:
		q.Text = in.Text
	case bot.Invoked:
		q.Text, q.Private = in.Args, !in.Said
		if q.Text == "" {
			return c.reply(ctx, q, understand.Reading{Intent: understand.Help, Lang: ev.Locale}), nil
		}
	default:
		return bot.Nothing{}, nil
	}
	q.said = true
	if g, ok := c.lately(&q); ok {
		return say(q.Private, g.answer, g.message), nil
	}
	return c.askedNow(ctx, ev, q), nil
}

// askedNow does or answers what was not asked a moment ago.
func (c *Commands) askedNow(ctx context.Context, ev *bot.Event, q Question) bot.Reply {
	if reply := c.subscribeByWords(ctx, ev, q); reply != nil {
		return reply
	}
	if reply := c.doByWords(ctx, ev, q); reply != nil {
		return reply
	}
	if reply := c.changesByWords(ctx, q); reply != nil {
		return reply
	}
	q.inWords = true
	return c.settle(q, c.given(ctx, q))
}

// lately is the answer to what was asked a moment ago, and asked for nothing to be done.
func (c *Commands) lately(q *Question) (given, bool) {
	as, here, common := answerKeys(q)
	if !common {
		return given{}, false
	}
	a, ok := c.answers.get(c.deps.View(q.Viewer).Generation(), q.Now, as, here)
	return a.given(), ok
}

// reply answers a question that needs no more understanding.
func (c *Commands) reply(ctx context.Context, q Question, r understand.Reading) bot.Reply {
	return c.settle(q, c.give(ctx, c.deps.View(q.Viewer), q, r))
}

func say(private bool, a bot.Answer, m card.Message) bot.Reply {
	if private {
		return bot.Whisper{Answer: a, Message: m}
	}
	return bot.Say{Answer: a, Message: m}
}

// question is an event's situation without its text.
func (c *Commands) question(ev *bot.Event) Question {
	q := Question{Channel: ev.Channel.Name, Zone: ev.Zone, memory: ev.Memory, Now: c.deps.Now(), Full: ev.Full, at: ev.Address}
	if ev.Channel.Direct {
		q.Channel = ""
	}
	q.Viewer = c.viewer(ev)
	if c.deps.Asker != nil {
		q.Asker = c.deps.Asker(ev)
	}
	q.Bound, q.About = c.bound(ev), ev.Channel.Topic
	return q
}

// turns are a conversation's turns as understanding reads them.
func turns(memory []bot.Turn) []understand.Turn {
	if len(memory) == 0 {
		return nil
	}
	out := make([]understand.Turn, len(memory))
	for i, m := range memory {
		out[i] = understand.Turn{
			FromBot: m.FromBot, Text: m.Text, Intent: understand.Intent(m.Intent),
			Entities: parseRefs(m.Entities), Candidates: parseRefs(m.Candidates),
		}
	}
	return out
}

func parseRefs(in []string) []catalog.Ref {
	var out []catalog.Ref
	for _, s := range in {
		if r, err := catalog.ParseRef(s, "", ""); err == nil {
			out = append(out, r)
		}
	}
	return out
}

// handleNext answers the next question, as privately as the message that the button is on.
func (c *Commands) handleNext(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	in, q, r := c.pressed(ev)
	q.Private = in.Private
	return c.reply(ctx, q, r), nil
}

// handleSame answers the same question settled, or with every row, in the place of the message.
func (c *Commands) handleSame(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	in, q, r := c.pressed(ev)
	q.Private = in.Private
	for _, s := range c.subCommands() {
		if s.work != nil && s.intent == r.Intent && len(r.Entities) == 1 {
			return s.work(c, ev, c.talk(ctx, c.deps.View(q.Viewer), q, r)), nil
		}
	}
	a, m := c.Answer(ctx, q, r)
	return bot.Update{Answer: a, Message: m}, nil
}

// handleShare shows everybody what only the actor has seen.
func (c *Commands) handleShare(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	_, q, r := c.pressed(ev)
	q.Viewer = c.viewer(public(ev)) // who is in the channel counts, not who pressed
	if c.unshareable(c.deps.View(q.Viewer), r) {
		return refuseShare(ev.Locale), nil
	}
	a, m := c.Answer(ctx, q, r)
	l := m.Lang
	done := card.Message{Lang: l, Blocks: []card.Block{card.Text{Spans: card.Say(l, lang.CmdShared, nil)}}}
	return bot.Share{Answer: a, Message: m, Done: done}, nil
}

// pressed opens a button's intent.
func (c *Commands) pressed(ev *bot.Event) (bot.Pressed, Question, understand.Reading) {
	in, _ := ev.Input.(bot.Pressed)
	q := c.question(ev)
	r, full := decode(in.Intent.Args)
	q.Full = full || ev.Full
	return in, q, r
}
