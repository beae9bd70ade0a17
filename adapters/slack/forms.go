package slack

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	slackapi "github.com/slack-go/slack"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// A form is a modal, or several on top of each other, one a page. What was filled in on earlier pages, and where the
// answer goes, is kept by the desk; the modal carries the key of that.

// viewTimeout bounds a call that opens or changes a modal. A trigger lives for three seconds, so more helps nobody.
const viewTimeout = 10 * time.Second

// keptBack is a back as it is kept with a form.
type keptBack struct {
	Kind    backKind `json:"kind"`
	URL     string   `json:"url,omitempty"`
	Channel string   `json:"channel"`
	Thread  string   `json:"thread,omitempty"`
	Message string   `json:"message,omitempty"`
	Private bool     `json:"private,omitempty"`
	Name    string   `json:"name,omitempty"` // of the channel
	Direct  bool     `json:"direct,omitempty"`
}

func (ar *arrival) keep() json.RawMessage {
	b := ar.back
	raw, _ := json.Marshal(keptBack{b.kind, b.url, b.channel, b.thread, b.message, b.private, ar.event.Channel.Name, ar.event.Channel.Direct}) // strings and bools
	return raw
}

// formArrival is the way back from a form: to where it was opened.
func formArrival(o bot.OpenForm, ev bot.Event) arrival {
	var k keptBack
	if json.Unmarshal(o.Back, &k) != nil || k.Channel == "" {
		k = keptBack{Kind: backMessage, Channel: o.Actor.ID, Direct: true}
	}
	ev.Address, ev.Actor = o.Address, o.Actor
	ev.Channel = bot.Channel{Name: k.Name, Direct: k.Direct}
	return arrival{event: ev, back: back{
		kind: k.Kind, url: k.URL, channel: k.Channel, thread: k.Thread, user: o.Actor.ID, message: k.Message, private: k.Private,
	}}
}

// open shows a form in answer to an event, at once: its trigger is short-lived.
func (s *session) open(ar *arrival, f card.Form) {
	err := s.in.Begin(func() {
		if refusal, err := s.openNow(ar, f); err != nil {
			s.a.deps.Log.Warn("slack: a form was not opened", "event", ar.event.ID, "form", f.ID, "err", err)
			s.show(ar, sentence(ar.event.Locale, refusal), &slot{})
		}
	})
	if err != nil {
		s.a.deps.Log.Warn("slack: a form was not opened", "event", ar.event.ID, "form", f.ID, "err", err)
	}
}

// openNow keeps a form and shows it. With an error comes the sentence for whoever wanted it.
func (s *session) openNow(ar *arrival, f card.Form) (refusal lang.Key, err error) {
	ctx, cancel := context.WithTimeout(s.ctx, viewTimeout)
	defer cancel()
	o, err := s.a.desk.Open(ctx, &ar.event, f, ar.keep())
	if err != nil {
		return lang.BotUpstream, err // it is the store that is away: another press would not help
	}
	t, err := s.a.in(ar.event.Address.Workspace)
	if err != nil {
		return lang.SlackFormLate, err
	}
	return lang.SlackFormLate, t.call(ctx, "views.open", func(api *slackapi.Client) error {
		_, err := api.OpenViewContext(ctx, ar.back.trigger, modal(o, 0, nil, ar.event.Locale))
		return err
	})
}

// sentence is a private reply of one line.
func sentence(l lang.Lang, key lang.Key) bot.Reply {
	return bot.Whisper{Message: card.Message{Lang: l, Blocks: []card.Block{card.Text{Spans: card.Say(l, key, nil)}}}}
}

// viewAnswer is what a submission is acknowledged with.
type viewAnswer struct {
	Action slackapi.ViewResponseAction `json:"response_action"`
	View   *slackapi.ModalViewRequest  `json:"view,omitempty"`
	Errors map[string]string           `json:"errors,omitempty"`
}

func (v viewAnswer) body() ([]byte, error) {
	raw, err := json.Marshal(v)
	return raw, fault.Wrap(fault.Internal, err, "write view")
}

func showView(how slackapi.ViewResponseAction, v slackapi.ModalViewRequest) ([]byte, error) {
	return viewAnswer{Action: how, View: &v}.body()
}

// submission takes in a page of a form. The result is the body of the acknowledgement.
func (s *session) submission(in *interaction) ([]byte, error) {
	if err := in.complete(); err != nil {
		return nil, err
	}
	if in.View == nil {
		return nil, missing("view")
	}
	meta, ok := parseMetadata(in.View.Metadata)
	if !ok {
		return nil, nil // a modal that is not a form
	}
	ctx, cancel := context.WithTimeout(s.ctx, intakeTimeout)
	defer cancel()
	tongue := s.tongue(in)
	o, err := s.a.desk.Load(ctx, meta.Key, in.by())
	if err != nil {
		return gone(err, tongue)
	}
	page := in.View.State.values(o.Form)
	o.Merge(page)
	if _, last := pageNames(o, meta.Page, tongue); !last {
		if err := s.a.desk.Save(ctx, o); err != nil {
			return nil, err
		}
		how := slackapi.RAPush
		if meta.Page+1 >= maxStack {
			how = slackapi.RAUpdate
		}
		return showView(how, modal(o, meta.Page+1, nil, tongue))
	}
	if v, asks := s.beside(ctx, o, meta.Page, tongue); asks && !meta.Without {
		if err := s.a.desk.Save(ctx, o); err != nil {
			return nil, err
		}
		return showView(slackapi.RAUpdate, v)
	}
	if err := s.a.desk.HandIn(ctx, o); err != nil {
		return gone(err, tongue)
	}
	return s.submit(in, o, meta.Page)
}

// gone tells somebody whose form was sent already, or is too old.
func gone(err error, tongue lang.Lang) ([]byte, error) {
	if !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	return showView(slackapi.RAUpdate, notice(AppName, lang.Text(tongue, lang.BotFormGone, nil), tongue))
}

// tongue is the language of the interface of who acts.
func (s *session) tongue(in *interaction) lang.Lang {
	if l := s.people.lookup(in.workspace(), in.User.ID).locale; l != "" {
		return l
	}
	return lang.English
}

// submit hands in a filled form and answers in the acknowledgement, or, when the handler takes too long, later.
func (s *session) submit(in *interaction, o bot.OpenForm, page int) ([]byte, error) {
	ev := in.event("submit:"+o.Key+":"+in.View.Hash, s.a.deps.Now(), bot.Submitted{Form: o.Form.ID, Draft: o.Form.Draft, Values: o.Values})
	ar := formArrival(o, ev)
	s.fill(&ar)
	replies, late := make(chan bot.Reply), make(chan struct{})
	err := s.in.Begin(func() {
		reply := s.handle(&ar.event)
		select {
		case replies <- reply:
		case <-late:
			s.submittedLate(&ar, o, reply)
		}
	})
	if err != nil {
		return nil, errors.Join(err, s.a.desk.Save(s.ctx, o)) // it can be sent again
	}
	t := time.NewTimer(s.a.tune.budget)
	defer t.Stop()
	select {
	case reply := <-replies:
		return s.submitted(&ar, o, page, reply)
	case <-t.C:
		close(late)
		return viewAnswer{Action: slackapi.RAClear}.body()
	}
}

// submitted answers a submission: in the modal when it was refused or another form follows, else where it was opened.
func (s *session) submitted(ar *arrival, o bot.OpenForm, page int, reply bot.Reply) ([]byte, error) {
	ctx, cancel := context.WithTimeout(s.ctx, intakeTimeout)
	defer cancel()
	switch reply := reply.(type) {
	case bot.Invalid:
		if err := s.a.desk.Save(ctx, o); err != nil {
			return nil, err
		}
		return refused(o, page, reply, ar.event.Locale)
	case bot.Open:
		next, err := s.a.desk.Open(ctx, &ar.event, reply.Form, o.Back)
		if err != nil {
			return nil, err
		}
		s.handedIn(ctx, o)
		return showView(slackapi.RAUpdate, modal(next, 0, nil, ar.event.Locale))
	}
	s.settle(ar, o, reply)
	return viewAnswer{Action: slackapi.RAClear}.body()
}

// submittedLate answers a submission whose modal is closed by now. What was refused is said in words.
func (s *session) submittedLate(ar *arrival, o bot.OpenForm, reply bot.Reply) {
	switch r := reply.(type) {
	case bot.Invalid:
		l := ar.event.Locale
		list := card.List{}
		for _, line := range r.Lines(o.Form) {
			list.Items = append(list.Items, []card.Span{card.T(line)})
		}
		reply = bot.Whisper{Message: card.Message{Lang: l, Blocks: []card.Block{card.Text{Spans: []card.Span{card.S(o.Form.Name())}}, list}}}
	case bot.Open:
		reply = sentence(ar.event.Locale, lang.SlackFormLate)
	}
	s.settle(ar, o, reply)
}

// refused shows what would be right beside the fields. Slack shows errors of the page on screen only: those of other
// fields are said at its first.
func refused(o bot.OpenForm, page int, why bot.Invalid, tongue lang.Lang) ([]byte, error) {
	names, _ := pageNames(o, page, tongue)
	names = slices.DeleteFunc(names, func(n string) bool { return !asks(o.Form, n) })
	if len(names) == 0 {
		o.Form = o.Form.Mark(why.Fields)
		return showView(slackapi.RAUpdate, modal(o, page, nil, tongue))
	}
	errs := map[string]string{}
	elsewhere := bot.Invalid{Fields: map[string]string{}}
	for name, text := range why.Fields {
		if slices.Contains(names, name) {
			errs[blockID(name)] = clip(orBlank(text), maxInputLabel)
		} else {
			elsewhere.Fields[name] = text
		}
	}
	if rest := elsewhere.Lines(o.Form); len(rest) > 0 || len(errs) == 0 {
		at := blockID(names[0])
		errs[at] = clip(strings.TrimSpace(strings.Join(append(rest, errs[at]), " ")), maxInputLabel)
		errs[at] = orBlank(errs[at])
	}
	return viewAnswer{Action: slackapi.RAErrors, Errors: errs}.body()
}

// asks reports whether a field of the form has an input on its page.
func asks(f card.Form, name string) bool {
	for _, q := range f.Fields {
		if q.Name == name {
			return !q.Elsewhere()
		}
	}
	return false
}

// change takes in a new value of a field on which others depend, and shows the form as it is then. A modal that has
// changed once more since is left alone: another change is on its way.
func (s *session) change(in *interaction, block string) error {
	if err := in.complete(); err != nil {
		return err
	}
	meta, ok := parseMetadata(in.View.Metadata)
	if !ok {
		return nil
	}
	id := "change:" + in.View.ID + ":" + in.View.Hash + ":" + block + ":" + in.Trigger
	ar := arrival{event: in.event(id, s.a.deps.Now(), bot.Changed{}), back: back{kind: backMessage, channel: in.User.ID, user: in.User.ID}}
	view := *in.View
	return s.take(ar, func(ar *arrival) {
		ctx, cancel := context.WithTimeout(s.ctx, viewTimeout)
		defer cancel()
		if err := s.changed(ctx, ar, &view, meta, block); err != nil {
			s.a.deps.Log.Warn("slack: a form was not changed", "event", ar.event.ID, "err", err)
		}
	})
}

func (s *session) changed(ctx context.Context, ar *arrival, v *view, meta metadata, block string) error {
	o, err := s.a.desk.Load(ctx, meta.Key, ar.event.Actor)
	if err != nil {
		return err
	}
	screen := v.State.values(o.Form)
	o.Merge(screen)
	ar.event.Input = bot.Changed{Form: o.Form.ID, Draft: o.Form.Draft, Field: fieldOf(o.Form, block), Values: o.Values}
	reply, ok := s.handle(&ar.event).(bot.Open)
	if !ok {
		return s.a.desk.Save(ctx, o)
	}
	o.Form, o.Values = reply.Form, card.Values{}
	for _, q := range reply.Form.Fields {
		o.Values[q.Name] = q.Value
	}
	if o, err = s.a.desk.Fork(ctx, o); err != nil { // what is on the screen until then keeps its form
		return err
	}
	t, err := s.a.in(ar.event.Address.Workspace)
	if err != nil {
		return err
	}
	err = t.call(ctx, "views.update", func(api *slackapi.Client) error {
		_, err := api.UpdateViewContext(ctx, modal(o, meta.Page, screen, ar.event.Locale), "", v.Hash, v.ID)
		return err
	})
	if err != nil && strings.Contains(err.Error(), "hash_conflict") {
		return nil
	}
	return err
}
