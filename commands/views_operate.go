package commands

import (
	"context"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// intentOperate is the button that has a plugin do something. Its arguments are the plugin, the operation, the entity
// and what the plugin wrote on the button.
const intentOperate = "operate"

// ActOperate has a plugin do something outside of the chat that concerns an entity.
const ActOperate Act = "operate"

// pluginButton makes a plugin's button one of the program's; false for one that cannot be pressed here.
func (t *talk) pluginButton(plugin string, e *catalog.Entity, a card.Action) (card.Action, bool) {
	if e == nil || len(a.Intent.Args) == 0 {
		return a, false
	}
	o, ok := t.c.deps.Views.Registry.Get(plugin).Operation(a.Intent.Args[0])
	if !ok {
		return a, false
	}
	a.Intent = card.Intent{Name: intentOperate, Args: append([]string{plugin, o.Name, e.Ref.Short("")}, a.Intent.Args[1:]...)}
	if a.Confirm = o.Confirm.In(t.l); a.Confirm == "" {
		a.Confirm = t.text(lang.PlugConfirm, lang.Args{"what": o.Title.In(t.l), "name": displayName(t.l, e)})
	}
	return a, true
}

// handleOperate runs an operation. What comes of it is shown to whoever pressed.
func (c *Commands) handleOperate(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	in, _ := ev.Input.(bot.Pressed)
	q := c.question(ev)
	q.Private = true
	view := c.deps.View(q.Viewer)
	t := c.talk(ctx, view, q, understand.Reading{Intent: understand.Show, Lang: ev.Locale})
	args := in.Intent.Args
	if len(args) < 3 || c.deps.Views == nil {
		return bot.Nothing{}, nil
	}
	ref, err := catalog.ParseRef(args[2], "component", "")
	e, seen := view.Entity(ref)
	if err != nil || !seen {
		return t.only(bot.NotFound, lang.CmdNotFound, lang.Args{"name": args[2]}), nil
	}
	entry := c.deps.Views.Registry.Get(args[0])
	o, ok := entry.Operation(args[1])
	if !ok {
		return t.only(bot.NotFound, lang.PlugGone, lang.Args{"plugin": args[0]}), nil
	}
	t.entities = []catalog.Ref{ref}
	what := lang.Args{"what": o.Title.In(t.l), "name": t.named(e), "plugin": entry.About.Title}
	if !c.may(ev, ActOperate, ref) {
		return t.only(bot.Refused, lang.PlugMayNot, what), nil
	}
	order := plugins.Order{Query: t.query(e), Args: args[3:], Key: ev.ID, By: ev.Actor}
	note := card.Message{Lang: t.l, Blocks: []card.Block{card.Text{Spans: t.say(lang.PlugDoing, what)}}}
	return bot.Work{Note: note, Run: func(ctx context.Context) (bot.Reply, error) {
		done, err := c.deps.Views.Operate(ctx, entry, o, order)
		if err != nil {
			what["why"] = plugins.Known{About: entry.About, Err: err}.Trouble(t.l)
			return t.only(bot.Refused, lang.PlugFailed, what), nil
		}
		if done.Empty() {
			return t.only(bot.Answered, lang.PlugDone, what), nil
		}
		t.outcome = bot.Answered
		t.add(t.own(entry.About.Name, e, done.Message.Blocks)...)
		a, m := t.finish()
		return say(q.Private, a, m), nil
	}}, nil
}
