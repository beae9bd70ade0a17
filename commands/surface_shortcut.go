package commands

import (
	"context"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// The entries of a platform's menus, by the names that adapters give to bot.Invoked.
const (
	MenuOwner = "owner_of_message" // on a message: who owns what it names
	MenuAsk   = "ask"              // anywhere: a question in a form
)

// formAsk is the form with a question, and its only field.
const (
	formAsk      = "ask"
	fieldMessage = "question"
)

// maxQuoted bounds how much of a message is read, in bytes.
const maxQuoted = 4000

// Menus are the handlers of the entries of a platform's menus, by name.
func (c *Commands) Menus() map[string]bot.Handler {
	return map[string]bot.Handler{MenuOwner: bot.HandlerFunc(c.handleOwnerOfMessage), MenuAsk: bot.HandlerFunc(c.handleAskForm)}
}

// Forms are the handlers of forms, by id.
func (c *Commands) Forms() map[string]bot.Handler {
	return map[string]bot.Handler{
		formAsk: bot.HandlerFunc(c.handleAsked), formCorrect: bot.HandlerFunc(c.handleCorrect), formPage: bot.HandlerFunc(c.handlePageForm), formNew: bot.HandlerFunc(c.handleNewForm),
	}
}

// handleOwnerOfMessage finds what a message names in the catalog and says who owns it, to the actor alone.
func (c *Commands) handleOwnerOfMessage(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	in, _ := ev.Input.(bot.Invoked)
	q := c.question(ev)
	q.Private, q.Text, q.memory, q.Channel = true, strings.ToValidUTF8(in.Quoted[:min(len(in.Quoted), maxQuoted)], ""), nil, ""
	q.Lang = ev.Locale
	view := c.deps.View(q.Viewer)
	reader, _ := c.tongueOf(q.Viewer).current(ctx, c)
	found := understand.Reading{Intent: understand.Owner, Lang: ev.Locale, Confidence: 1}
	if found.Entities, found.Candidates = reader.understand.Named(view, q.Text); len(found.Entities) > 0 {
		found.Candidates = nil
	} else if len(found.Candidates) == 0 { // nothing by its name; perhaps something is described
		r := c.read(ctx, view, q)
		found.Entities, found.Candidates, found.Confidence = ownable(r.Entities), r.Candidates, r.Confidence
	}
	if len(found.Entities) == 0 && len(found.Candidates) == 0 {
		l := ev.Locale
		m := card.Message{Lang: l, Blocks: []card.Block{card.Text{Spans: card.Say(l, lang.QuotedNone, nil)}}}
		return bot.Whisper{Answer: bot.Answer{Intent: string(understand.Owner), Outcome: bot.NotFound, Lang: l}, Message: m}, nil
	}
	return c.reply(ctx, q, found), nil
}

// ownable leaves out people and teams, which nobody owns.
func ownable(refs []catalog.Ref) []catalog.Ref {
	var out []catalog.Ref
	for _, r := range refs {
		if r.Kind != "group" && r.Kind != "user" {
			out = append(out, r)
		}
	}
	return out
}

// handleAskForm opens the form with a question.
func (c *Commands) handleAskForm(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	say := func(k lang.Key) string { return lang.Text(ev.Locale, k, nil) }
	return bot.Open{Form: card.Form{ID: formAsk, Title: say(lang.FormAsk), Submit: say(lang.FormAskSend), Fields: []card.FormField{
		{Name: fieldMessage, Label: say(lang.FormAskField), Help: say(lang.FormAskHelp), Placeholder: c.askExample(ctx, ev), Kind: card.FieldLine, Required: true},
	}}}, nil
}

// askExample asks for a question, with one about something that there is.
func (c *Commands) askExample(ctx context.Context, ev *bot.Event) string {
	return lang.Text(ev.Locale, lang.FormAskEmpty, lang.Args{"name": c.aroundTalk(ctx, ev).exampleOr("payments")})
}

// handleAsked answers the question of the form, to the actor alone.
func (c *Commands) handleAsked(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	in, ok := ev.Input.(bot.Submitted)
	if !ok {
		return bot.Nothing{}, nil
	}
	q := c.question(ev)
	q.Private, q.Text = true, strings.TrimSpace(strings.Join(in.Values[fieldMessage], " "))
	if q.Text == "" {
		return bot.Invalid{Fields: map[string]string{fieldMessage: c.askExample(ctx, ev)}}, nil
	}
	a, m := c.Ask(ctx, q)
	return bot.Whisper{Answer: a, Message: m}, nil
}
