package commands

import (
	"context"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// paging opens a button or a form of paging: what it is about, the service and the reason.
func (c *Commands) paging(ctx context.Context, ev *bot.Event, args []string) (t *talk, e *catalog.Entity, service, why string, err error) {
	q := c.question(ev)
	q.Private = true
	t = c.talk(ctx, c.deps.View(q.Viewer), q, understand.Reading{Intent: understand.OnCall, Lang: ev.Locale})
	args = append(args, "", "", "")
	ref, bad := catalog.ParseRef(args[0], "", "")
	e, ok := t.view.Entity(ref)
	if bad != nil || !ok {
		return t, nil, "", "", fault.New(fault.NotFound, "there is nothing to page for").Say(string(lang.BotButtonUnknown), nil)
	}
	return t, e, args[1], args[2], nil
}

// handlePageAsk shows whom, how and why.
func (c *Commands) handlePageAsk(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	in, _ := ev.Input.(bot.Pressed)
	t, e, service, why, err := c.paging(ctx, ev, in.Intent.Args)
	if err != nil {
		return nil, err
	}
	return c.pageFor(ev, t, e, service, why), nil
}

// handlePageWhy asks for another reason.
func (c *Commands) handlePageWhy(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	in, _ := ev.Input.(bot.Pressed)
	t, e, service, why, err := c.paging(ctx, ev, in.Intent.Args)
	if err != nil {
		return nil, err
	}
	routes, _ := t.pageRoutes(e)
	i := slices.IndexFunc(routes, func(r plugins.PageRoute) bool { return r.Service == service })
	if i < 0 || !ev.Forms {
		return c.pageFor(ev, t, e, service, why), nil
	}
	return bot.Open{Form: t.pageForm(e, routes[i], why)}, nil
}

// handlePageForm takes the reason.
func (c *Commands) handlePageForm(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	in, ok := ev.Input.(bot.Submitted)
	if !ok {
		return bot.Nothing{}, nil
	}
	ref, service, _ := strings.Cut(in.Draft, " ")
	t, e, _, _, err := c.paging(ctx, ev, []string{ref})
	if err != nil {
		return nil, fault.New(fault.NotFound, "the form is about nothing").Say(string(lang.BotFormGone), nil)
	}
	why := one(in.Values, fieldWhy)
	switch {
	case why == "":
		return bot.Invalid{Fields: map[string]string{fieldWhy: t.text(lang.PageEmpty, nil)}}, nil
	case len([]rune(why)) > maxReason:
		return bot.Invalid{Fields: map[string]string{fieldWhy: t.text(lang.PageLong, lang.Args{"n": maxReason})}}, nil
	}
	return c.pageFor(ev, t, e, service, why), nil
}

// handlePageNot ends the matter.
func (c *Commands) handlePageNot(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	in, _ := ev.Input.(bot.Pressed)
	t, e, _, _, err := c.paging(ctx, ev, in.Intent.Args)
	if err != nil {
		return nil, err
	}
	t.outcome, t.entities = bot.Answered, []catalog.Ref{e.Ref}
	t.q.Private = false // there is nothing to share
	t.line(lang.PageCancelled, nil)
	a, m := t.finish()
	return bot.Update{Answer: a, Message: m}, nil
}

// pageByWords carries out what a message asks of paging; nil when it asks for something else. Where nothing can page that
// is said: whoever asks at night must not believe that somebody was woken.
func (c *Commands) pageByWords(ctx context.Context, ev *bot.Event, view search.View, q Question, d deed) bot.Reply {
	r := understand.Reading{Intent: intentPage, Lang: q.Lang, Confidence: 1, Topic: clipTo(d.why, maxReason)}
	if r.Lang == "" {
		r.Lang = lang.Of(q.Text)
	}
	if here(d.name) {
		r.Entities = c.around(ctx, view, q).Entities
	} else {
		r.Entities, r.Candidates = settle(view, intentPage, bare(d.name))
	}
	if len(r.Entities) != 1 {
		return nil // asked back, or said to be unknown, like any question
	}
	q.Private = true
	return c.page(ev, c.talk(ctx, view, q, r))
}

// offerPage adds the way to page somebody to an answer about who is on call.
func (t *talk) offerPage(e *catalog.Entity) {
	if !t.c.pages() || t.q.Full {
		return
	}
	if routes, err := t.pageRoutes(e); err != nil || len(routes) == 0 {
		return
	}
	t.summon = &card.Action{Label: t.text(lang.PageAct, nil), Intent: card.Intent{Name: intentPageAsk, Args: []string{e.Ref.Short("")}}}
}
