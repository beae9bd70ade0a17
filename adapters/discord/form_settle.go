package discord

import (
	"context"
	"encoding/json"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// A submission is over when the handler has answered it and, where the answer is work, when that has ended. Until then
// the desk keeps the form, and should this process end before that, another hands it in again.

// localeOf is the language of who opens a form, as it is kept with it.
func localeOf(ev *bot.Event) json.RawMessage {
	raw, _ := json.Marshal(ev.Locale) // a string
	return raw
}

// handedIn notes that what a form asks for is done, unless this process is ending and cut it off. When that fails it is
// handed in once more, which who handles it must bear.
func (s *session) handedIn(o bot.OpenForm) {
	if s.ctx.Err() != nil {
		return
	}
	ctx, cancel := context.WithTimeout(s.ctx, intakeTimeout)
	defer cancel()
	if err := s.a.desk.Done(ctx, o.Key); err != nil {
		s.a.deps.Log.Warn("discord: a form that was handed in is not forgotten", "form", o.Form.ID, "err", err)
	}
}

// resubmit hands in again what a process left behind, until ctx is done.
func (s *session) resubmit(ctx context.Context) {
	for {
		all, err := s.a.desk.Abandoned(ctx, platform)
		if err != nil && ctx.Err() == nil {
			s.a.deps.Log.Warn("discord: it is not known what was handed in before", "err", err)
		}
		for _, o := range all {
			s.a.deps.Log.Info("discord: a form is handed in again that a process left behind", "form", o.Form.ID, "key", o.Key)
			if err := s.InOrder(o.Address, func() { s.again(o) }); err != nil { // the next look finds it
				s.a.deps.Log.Warn("discord: a form was not handed in again", "form", o.Form.ID, "err", err)
			}
		}
		if !bot.Sleep(ctx, s.a.tune.resubmit) {
			return
		}
	}
}

// again hands in one form again. Its interaction is over, so that a direct message answers.
func (s *session) again(o bot.OpenForm) {
	var locale lang.Lang
	if json.Unmarshal(o.Back, &locale) != nil || locale == "" {
		locale = lang.English
	}
	now := s.a.deps.Now()
	ev := bot.Event{
		ID: platform + ":" + o.Address.Workspace + ":again:" + o.Key + ":" + bot.NewID(now), Time: now, Address: o.Address, Actor: o.Actor, Locale: locale,
		Channel: bot.Channel{Direct: o.Address.Workspace == directs},
		Input:   bot.Submitted{Form: o.Form.ID, Draft: o.Form.Draft, Values: o.Values},
	}
	reply := s.Handle(&ev, s.a.tune.workFor)
	if w, ok := reply.(bot.Work); ok && w.Run != nil {
		reply = s.Work(&ev, w, s.a.tune.workFor, s.a.tune.workFor, func() {})
	}
	m, _, _ := bot.MessageOf(reply)
	switch r := reply.(type) {
	case bot.Invalid:
		list := card.List{}
		for _, line := range r.Lines(o.Form) {
			list.Items = append(list.Items, []card.Span{card.T(line)})
		}
		m = card.Message{Lang: locale, Blocks: []card.Block{card.Text{Spans: []card.Span{card.S(o.Form.Name())}}, list}}
	case bot.Open:
		m = card.Message{Lang: locale, Blocks: []card.Block{card.Text{Spans: card.Say(locale, lang.BotFormGone, nil)}}}
	}
	if !isEmpty(m) {
		s.tellAgain(&ev, o, reply, m)
	}
	s.handedIn(o)
}

// tellAgain posts the answer, and has long work followed where it stands.
func (s *session) tellAgain(ev *bot.Event, o bot.OpenForm, reply bot.Reply, m card.Message) {
	ctx, cancel := context.WithTimeout(s.ctx, s.a.tune.workFor)
	defer cancel()
	to := o.Actor.Direct()
	id, err := s.a.Post(ctx, bot.Post{Key: "form:" + o.Key, To: to, Message: m, Attempts: 1, Added: ev.Time})
	if follow, ok := reply.(bot.Follow); ok && err == nil && follow.Shown != nil {
		err = follow.Shown(ctx, bot.Follower{Address: to, Message: id})
	}
	if err != nil && !fault.Is(err, fault.Forbidden) { // who takes no direct messages gets none
		s.warn(ev, err)
	}
}
