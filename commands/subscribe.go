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
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Subscriptions is what the commands need to have places told of changes. Store and Watches are required.
type Subscriptions struct {
	Store   bot.Subscriptions
	Watches bot.Watches
	// Topics can be subscribed to besides the built-in ones: those of plugins.
	Topics []Topic
	// History tells since when something is as it is; nil: since it was found so.
	History catalog.Historian
	// Commit names the commit that a descriptor was read at, "" where that is not known. Nil: it never is.
	Commit func(catalog.Provenance) string
}

// The sub-commands about subscriptions, which are also what people ask for in their own words. They are nobody's
// question.
const (
	intentSubscribe     understand.Intent = "subscribe"
	intentUnsubscribe   understand.Intent = "unsubscribe"
	intentSubscriptions understand.Intent = "subscriptions"
)

// subscribeCommands are the sub-commands, where subscriptions are kept.
func (c *Commands) subscribeCommands() []subCommand {
	if c.deps.Subscriptions == nil {
		return nil
	}
	return []subCommand{
		{"subscribe", nil, intentSubscribe, takesTopics, (*Commands).subscribe},
		{"unsubscribe", nil, intentUnsubscribe, takesTopics, (*Commands).unsubscribe},
		{"subscriptions", nil, intentSubscriptions, takesNothing, (*Commands).subscriptions},
	}
}

// aboutSubscriptions reads a message in a person's own words that is about subscriptions; ok is false for every other.
func (c *Commands) aboutSubscriptions(ctx context.Context, view search.View, q Question) (r understand.Reading, ok bool) {
	w, err := builtinWishes()
	if err != nil {
		return r, false
	}
	wish, ok := w.read(q.Text)
	if !ok {
		return r, false
	}
	r = understand.Reading{Intent: wish.intent, Lang: q.Lang, Confidence: 1, Topic: strings.Join(wish.topics, " "), Why: []string{"asks about subscriptions"}}
	if r.Lang == "" {
		r.Lang = lang.Of(q.Text)
	}
	if wish.name == "" {
		return r, true
	}
	if here(wish.name) {
		around := c.around(ctx, view, q)
		r.Entities, r.Candidates, r.Via = around.Entities, around.Candidates, around.Via
		return r, true
	}
	r.Entities, r.Candidates = settle(view, wish.intent, bare(wish.name))
	if len(r.Entities)+len(r.Candidates) == 0 {
		r.Unknown, r.Near = []string{wish.name}, near(view, wish.name)
	}
	return r, true
}

// here reports whether a word stands for what the channel is about.
func here(name string) bool {
	return slices.Contains([]string{"it", "this", "that", "this service", "它", "这个", "这个服务", "该服务"}, strings.ToLower(strings.TrimSpace(name)))
}

// bare is a name without the words around it.
func bare(name string) string {
	name = strings.Trim(strings.TrimSpace(name), "`'\"“”‘’「」")
	for _, article := range []string{"the ", "our ", "my "} {
		if len(name) > len(article) && strings.EqualFold(name[:len(article)], article) {
			name = name[len(article):]
		}
	}
	return name
}

// subscribeByWords carries out what a message asks of subscriptions; nil when it asks for something else.
func (c *Commands) subscribeByWords(ctx context.Context, ev *bot.Event, q Question) bot.Reply {
	if c.deps.Subscriptions == nil {
		return nil
	}
	view := c.deps.View(q.Viewer)
	r, ok := c.aboutSubscriptions(ctx, view, q)
	if !ok || len(r.Candidates) > 0 || len(r.Unknown) > 0 || len(r.Entities) != 1 && r.Intent != intentSubscriptions {
		return nil // asked back, or said to be unknown, like any question
	}
	t := c.talk(ctx, view, q, r)
	switch r.Intent {
	case intentSubscribe:
		return c.subscribe(ev, t)
	case intentUnsubscribe:
		return c.unsubscribe(ev, t)
	default:
		return c.subscriptions(ev, t)
	}
}

// nowhere answers what can only be done in a chat.
func (t *talk) nowhere() {
	t.outcome = bot.Refused
	t.line(lang.SubNowhere, nil)
}

// tells reports whether the place of an event can be told anything unasked.
func (c *Commands) tells(ev *bot.Event) bool {
	return c.deps.Messenger != nil && c.deps.Messenger.Posts(ev.Address.Platform)
}

// subject is what a subscription is about: what was named, else what the channel is about.
func (t *talk) subject() *catalog.Entity {
	refs := t.r.Entities
	if len(refs) == 0 {
		around := t.c.around(t.ctx, t.view, t.q)
		refs, t.r.Via = around.Entities, around.Via
	}
	if len(refs) != 1 {
		return nil
	}
	e, ok := t.view.Entity(refs[0])
	if !ok {
		return nil
	}
	t.entities = []catalog.Ref{e.Ref}
	return e
}

// wanted are the topics that were named, else all.
func (c *Commands) wanted(words string) []Topic {
	var out []Topic
	for _, w := range strings.Fields(words) {
		if t := c.topic(w); t != nil {
			out = append(out, t)
		}
	}
	if len(out) == 0 {
		return c.topics()
	}
	return out
}

// subscribe has the place of an event told of changes, beginning with how things are now.
func (c *Commands) subscribe(ev *bot.Event, t *talk) bot.Reply {
	e := t.subject()
	switch {
	case !c.tells(ev):
		return t.only(bot.Refused, lang.SubNowhere, nil)
	case e == nil:
		return t.only(bot.NotFound, lang.SubWhat, lang.Args{"example": card.M("/backchannel subscribe payments ownership")})
	case e.Ref.Kind == "user" || e.Ref.Kind == "template" || e.Ref.Kind == "location":
		return t.only(bot.Refused, lang.SubNotThat, lang.Args{"what": t.named(e)})
	case !c.may(ev, ActSubscribe, e.Ref):
		return t.only(bot.Refused, lang.SubForbidden, nil)
	}
	topics := c.wanted(t.r.Topic)
	return c.changing(ev, t, "subscriptions", func(ctx context.Context) error {
		fresh := 0
		for _, topic := range topics {
			s := bot.Subscription{Address: ev.Address.Place(), Subject: e.Ref.String(), Topic: topic.Name(), By: ev.Actor, Lang: t.l, Zone: zoneName(t.zone), Since: c.deps.Now(), Direct: ev.Channel.Direct}
			added, err := c.begin(ctx, s)
			if err != nil {
				return err
			}
			if added {
				fresh++
			}
		}
		key := lang.SubDone
		switch {
		case fresh == 0 && ev.Channel.Direct:
			key = lang.SubAlreadyYou
		case fresh == 0:
			key = lang.SubAlready
		case ev.Channel.Direct:
			key = lang.SubDoneYou
		}
		t.from(e)
		t.line(key, lang.Args{"what": t.named(e), "topics": t.titles(topics)})
		t.actions = append(t.actions, t.subButton(lang.SubActEnd, opEnd, e.Ref.String(), ""), t.listButton())
		return nil
	})
}

// begin keeps a subscription. What nobody else watches is watched from now on, as it is now.
func (c *Commands) begin(ctx context.Context, s bot.Subscription) (added bool, err error) {
	d := c.deps.Subscriptions
	others, err := d.Store.About(ctx, s.Subject, s.Topic)
	if err != nil {
		return false, err
	}
	if len(others) == 0 {
		if _, err := d.Watches.Forget(ctx); err != nil { // what was seen for others, before
			return false, err
		}
		at := c.looking(ctx)
		first, err := c.look(at, bot.Watch{Subject: s.Subject, Topic: s.Topic})
		if err != nil {
			return false, err
		}
		if _, err := d.Watches.Advance(ctx, first, nil); err != nil {
			return false, err
		}
	}
	return d.Store.Put(ctx, s)
}

// unsubscribe ends what the place of an event is told of.
func (c *Commands) unsubscribe(ev *bot.Event, t *talk) bot.Reply {
	if len(t.r.Entities) == 0 && t.r.Topic == "" {
		return c.subscriptions(ev, t)
	}
	e := t.subject()
	switch {
	case e == nil:
		return t.only(bot.NotFound, lang.SubWhat, lang.Args{"example": card.M("/backchannel unsubscribe payments")})
	case !c.may(ev, ActSubscribe, e.Ref):
		return t.only(bot.Refused, lang.SubForbidden, nil)
	}
	return c.changing(ev, t, "subscriptions", func(ctx context.Context) error { return c.end(ctx, t, ev.Address.Place(), e.Ref.String(), t.r.Topic) })
}

// end ends the subscriptions of a place to a subject, or to some of its topics, and says so.
func (c *Commands) end(ctx context.Context, t *talk, at bot.Address, subject, topics string) error {
	n := 0
	for _, topic := range c.wanted(topics) {
		was, err := c.deps.Subscriptions.Store.Remove(ctx, at, subject, topic.Name())
		if err != nil {
			return err
		}
		if was {
			n++
		}
	}
	key := lang.SubEnded
	if n == 0 {
		key, t.outcome = lang.SubNone, bot.NotFound
	}
	t.line(key, lang.Args{"what": t.subjectName(subject)})
	t.actions = append(t.actions, t.listButton())
	return nil
}
