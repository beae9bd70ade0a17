package commands

import (
	"context"
	"slices"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// intentSub is a button about subscriptions. Its arguments are what it does, the language, a subject and a topic; an
// empty topic means all of the subject.
const intentSub = "sub"

// What such a button does.
const (
	opEnd    = "end"
	opMute   = "mute"
	opUnmute = "unmute"
	opList   = "list"
)

// maxMenu bounds the entries of a menu of subscriptions.
const maxMenu = 25

func (t *talk) subButton(label lang.Key, op, subject, topic string) card.Action {
	return card.Action{Label: t.text(label, nil), Anyone: true, Intent: card.Intent{Name: intentSub, Args: []string{op, string(t.l), subject, topic}}}
}

func (t *talk) listButton() card.Action { return t.subButton(lang.SubActList, opList, "", "") }

// zoneName is the name of a time zone, "" where it is not known or only this machine's.
func zoneName(z *time.Location) string {
	if z == nil || z == time.Local {
		return ""
	}
	return z.String()
}

// subjectName is the name of what is subscribed to; of what is not there, or may not be seen, the reference that the
// person knows.
func (t *talk) subjectName(subject string) []card.Span {
	ref, err := catalog.ParseRef(subject, "component", "")
	if err != nil {
		return []card.Span{card.M(subject)}
	}
	if e, ok := t.view.Entity(ref); ok {
		return t.named(e)
	}
	return []card.Span{card.M(ref.Short("component"))}
}

// titles are topics as people call them.
func (t *talk) titles(topics []Topic) []card.Span {
	items := make([][]card.Span, len(topics))
	for i, topic := range topics {
		items[i] = []card.Span{card.T(topic.Title(t.l))}
	}
	return t.join(items, 0)
}

// subscriptions lists what the place of an event is told of, with menus to end and to mute that.
func (c *Commands) subscriptions(ev *bot.Event, t *talk) bot.Reply {
	if c.deps.Subscriptions == nil {
		return t.only(bot.Refused, lang.SubNowhere, nil)
	}
	note := card.Message{Lang: t.l, Blocks: []card.Block{card.Text{Spans: t.say(lang.BindWorking, nil)}}}
	return bot.Work{Note: note, Run: func(ctx context.Context) (bot.Reply, error) {
		all, err := c.deps.Subscriptions.Store.Of(ctx, ev.Address.Place())
		if err != nil {
			return nil, fault.Wrap(fault.Upstream, err, "subscriptions")
		}
		t.subscriptionList(all, ev.Channel.Direct)
		return t.reply(), nil
	}}
}

// subscribed is what a place is told about one subject.
type subscribed struct {
	subject string
	topics  []Topic
	muted   bool
}

// bySubscribed groups subscriptions by their subject.
func (c *Commands) bySubscribed(all []bot.Subscription) []subscribed {
	var out []subscribed
	for _, s := range all {
		topic := c.topic(s.Topic)
		if topic == nil { // of a plugin that is not there any more
			continue
		}
		if n := len(out); n == 0 || out[n-1].subject != s.Subject {
			out = append(out, subscribed{subject: s.Subject, muted: true})
		}
		last := &out[len(out)-1]
		last.topics, last.muted = append(last.topics, topic), last.muted && s.Muted
	}
	known := c.topics()
	at := func(t Topic) int { return slices.IndexFunc(known, func(o Topic) bool { return o.Name() == t.Name() }) }
	for _, g := range out { // in the order in which they are always named
		slices.SortFunc(g.topics, func(a, b Topic) int { return at(a) - at(b) })
	}
	return out
}

func (t *talk) subscriptionList(all []bot.Subscription, direct bool) {
	groups := t.c.bySubscribed(all)
	t.outcome = bot.Answered
	if len(groups) == 0 {
		key := lang.SubListNone
		if direct {
			key = lang.SubListNoneYou
		}
		t.line(key, lang.Args{"example": card.M("/backchannel subscribe payments ownership")})
		return
	}
	key := lang.SubList
	if direct {
		key = lang.SubListYou
	}
	t.line(key, lang.Args{"n": len(groups)})
	var list card.List
	end, mute := t.subButton(lang.SubActEndOne, opEnd, "", ""), t.subButton(lang.SubActMuteOne, opMute, "", "")
	end.Intent, mute.Intent = card.Intent{}, card.Intent{}
	for _, g := range groups {
		name := t.subjectName(g.subject)
		key, op, label := lang.SubListItem, opMute, lang.SubActMuteIt
		if g.muted {
			key, op, label = lang.SubListMuted, opUnmute, lang.SubActUnmuteIt
		}
		list.Items = append(list.Items, t.say(key, lang.Args{"what": name, "topics": t.titles(g.topics)}))
		if len(end.Options) < maxMenu {
			plain := spansText(name)
			end.Options = append(end.Options, card.Option{Label: plain, Intent: t.subButton(lang.SubActEnd, opEnd, g.subject, "").Intent})
			mute.Options = append(mute.Options, card.Option{Label: t.text(label, lang.Args{"name": plain}), Intent: t.subButton(lang.SubActMute, op, g.subject, "").Intent})
		}
	}
	t.add(list)
	t.actions = append(t.actions, end, mute)
}

func spansText(spans []card.Span) string {
	var s string
	for _, x := range spans {
		s += x.Text
	}
	return s
}

// handleSub carries out a button about subscriptions, of the place that it was pressed in.
func (c *Commands) handleSub(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	in, _ := ev.Input.(bot.Pressed)
	args := in.Intent.Args
	if len(args) < 4 || c.deps.Subscriptions == nil {
		return nil, fault.New(fault.Invalid, "a button about subscriptions with %d arguments", len(args)).Say(string(lang.BotButtonUnknown), nil)
	}
	op, subject, topic := args[0], args[2], args[3]
	q := c.question(ev)
	q.Lang, q.Private = lang.Parse(args[1]), in.Private
	t := c.talk(ctx, c.deps.View(q.Viewer), q, understand.Reading{Intent: intentSubscriptions, Lang: q.Lang})
	ref, err := catalog.ParseRef(subject, "component", "")
	switch {
	case op == opList:
		return c.subscriptions(ev, t), nil
	case err != nil:
		return nil, fault.New(fault.Invalid, "a button about subscriptions: %v", err).Say(string(lang.BotButtonUnknown), nil)
	case !c.may(ev, ActSubscribe, ref):
		return t.only(bot.Refused, lang.SubForbidden, nil), nil
	case op == opEnd:
		return c.changing(ev, t, "subscriptions", func(ctx context.Context) error { return c.end(ctx, t, ev.Address.Place(), subject, topic) }), nil
	default:
		return c.changing(ev, t, "subscriptions", func(ctx context.Context) error { return c.mute(ctx, t, ev, subject, topic, op == opMute) }), nil
	}
}

// mute silences what a place is told about a subject, or lets it be heard again.
func (c *Commands) mute(ctx context.Context, t *talk, ev *bot.Event, subject, topic string, silent bool) error {
	all, err := c.deps.Subscriptions.Store.Of(ctx, ev.Address.Place())
	if err != nil {
		return err
	}
	n := 0
	for _, s := range all {
		if s.Subject != subject || topic != "" && s.Topic != topic {
			continue
		}
		n++
		s.Muted = silent
		if _, err := c.deps.Subscriptions.Store.Put(ctx, s); err != nil {
			return err
		}
	}
	what := lang.Args{"what": t.subjectName(subject)}
	switch {
	case n == 0:
		t.outcome = bot.NotFound
		t.line(lang.SubNone, what)
	case silent:
		t.line(lang.SubMuted, what)
		t.actions = append(t.actions, t.subButton(lang.SubActUnmute, opUnmute, subject, topic), t.subButton(lang.SubActEnd, opEnd, subject, topic))
	default:
		t.line(lang.SubUnmuted, what)
		t.actions = append(t.actions, t.subButton(lang.SubActMute, opMute, subject, topic))
	}
	return nil
}
