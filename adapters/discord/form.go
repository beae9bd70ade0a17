package discord

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// A form is a chain of modals: a submitted one cannot open the next, so a private message with a button stands
// between them. What was filled in is kept by the desk; modals and buttons carry the key of that.

// The marks of custom ids of forms, which begin with them.
const (
	markForm   = "f:" // a modal
	markOpen   = "o:" // a button that opens the next modal
	markSettle = "s:" // a menu that says which thing of the catalog was meant
	markSend   = "w:" // a button that hands the form in without what a chat does not take
)

func formID(mark, key string) string { return mark + key }

// splitForm takes the custom id of a form apart.
func splitForm(id string) (mark, key string) {
	for _, m := range []string{markForm, markOpen, markSettle, markSend} {
		if key, ok := strings.CutPrefix(id, m); ok {
			return m, key
		}
	}
	return "", ""
}

// openForm shows a form in answer to an event: at once where a modal can still be the first answer, else behind a
// button.
func (x *exchange) openForm(f card.Form) {
	ctx, cancel := context.WithTimeout(x.s.ctx, intakeTimeout)
	defer cancel()
	o, err := x.s.a.desk.Open(ctx, &x.ev, f, localeOf(&x.ev))
	if err != nil {
		x.failed(err)
		return
	}
	p, more := page(o, x.ev.Locale)
	if m, beside := x.beside(ctx, o); beside && !more {
		x.step(m)
		return
	}
	if x.in.Type != isModal && x.answer(answerModal, x.modal(o, p)) {
		return
	}
	x.step(x.toOpen(o, lang.DiscordFormOpen, lang.DiscordFormOpenButton))
}

// failed says that something of a form did not work.
func (x *exchange) failed(err error) {
	key := lang.BotBroke
	if fault.Is(err, fault.NotFound) {
		key = lang.BotFormGone
	} else {
		x.s.a.deps.Log.Error("discord: a form is stuck", "event", x.ev.ID, "err", err)
	}
	x.step(x.s.a.fit(card.Message{Lang: x.ev.Locale, Blocks: []card.Block{card.Text{Spans: card.Say(x.ev.Locale, key, lang.Args{"id": x.in.ID})}}}, x.sees)[0])
}

// toOpen is a message with the button that opens what is asked next.
func (x *exchange) toOpen(o bot.OpenForm, text, label lang.Key) message {
	r := &renderer{lang: x.ev.Locale, count: 1, left: maxText}
	r.text(card.Say(x.ev.Locale, text, lang.Args{"form": card.S(o.Form.Name())}))
	for _, q := range o.Form.Fields {
		if q.Error != "" {
			r.text([]card.Span{card.S(q.Label), card.T(" · "), card.T(q.Error)})
		}
	}
	r.add(component{Type: typeRow, Components: []component{{
		Type: typeButton, Style: stylePrimary, Label: clip(lang.Text(x.ev.Locale, label, nil), maxLabel), CustomID: formID(markOpen, o.Key),
	}}}, 2)
	return private(r.out)
}

// private is a message for the actor alone.
func private(parts []component) message {
	return message{
		Flags: flagComponents | flagEphemeral, Components: []component{{Type: typeContainer, Components: parts}}, Mentions: mentions{Parse: []string{}},
	}
}

// onStep reports whether the interaction came from a message that stands between two modals.
func (x *exchange) onStep() bool {
	step := false
	if x.in.Message != nil {
		walk(x.in.Message.Components, 0, func(c *componentPart) {
			mark, _ := splitForm(c.CustomID)
			step = step || mark != ""
		})
	}
	return step
}

// step shows what comes next of a form, in the place of the step before where there is one.
func (x *exchange) step(m message) {
	m.Flags |= flagEphemeral
	m.Components = away(m.Components, x.home)
	if x.onStep() {
		m.Flags &^= flagEphemeral
		if !x.answer(answerUpdate, m) {
			x.edit(original, m)
		}
		return
	}
	switch {
	case x.answer(answerMessage, m):
	case x.onMessage():
		x.follow(m)
	default:
		x.edit(original, m)
	}
}

// reopen opens what is asked next of a form, for who pressed its button.
func (x *exchange) reopen(key string) {
	ctx, cancel := context.WithTimeout(x.s.ctx, intakeTimeout)
	defer cancel()
	o, err := x.load(ctx, key)
	if err != nil {
		x.failed(err)
		return
	}
	p, more := page(o, x.ev.Locale)
	if !more {
		p = card.Pages(o.Form.Fill(o.Values), formLimits(maxModalParts), x.ev.Locale)[0]
	}
	x.answer(answerModal, x.modal(o, p))
}

// fill takes in a submitted modal, or what was chosen afterwards, and goes on with its form.
func (x *exchange) fill(mark, key string) {
	ctx, cancel := context.WithTimeout(x.s.ctx, intakeTimeout)
	defer cancel()
	o, err := x.load(ctx, key)
	if err != nil {
		x.failed(err)
		return
	}
	var changed []string
	switch mark {
	case markSettle:
		x.settle(&o)
	case markForm:
		now := x.in.values(o.Form.Fill(o.Values), x.ev.Locale)
		changed = changes(o, now)
		o.Merge(now)
		o.Form = o.Form.Mark(nil)
	}
	x.shape(&o, changed)
	if m, asks := x.which(o); asks {
		x.goOn(ctx, o, m)
		return
	}
	if _, more := page(o, x.ev.Locale); more {
		x.goOn(ctx, o, x.toOpen(o, lang.DiscordFormMore, lang.CardNext))
		return
	}
	if m, beside := x.beside(ctx, o); beside && mark != markSend {
		x.goOn(ctx, o, m)
		return
	}
	if err := x.s.a.desk.HandIn(ctx, o); err != nil {
		x.failed(err)
		return
	}
	x.submit(o)
}

// goOn keeps a form and shows its next step.
func (x *exchange) goOn(ctx context.Context, o bot.OpenForm, m message) {
	if err := x.s.a.desk.Save(ctx, o); err != nil {
		x.failed(err)
		return
	}
	x.step(m)
}

// changes are the fields that others depend on and that have another value now.
func changes(o bot.OpenForm, now card.Values) []string {
	var out []string
	for _, q := range o.Form.Fields {
		if v, ok := now[q.Name]; ok && q.Changes && !slices.Equal(v, o.Values[q.Name]) {
			out = append(out, q.Name)
		}
	}
	return out
}

// shape asks the handler what the form is now that fields have changed. A modal does not change while it is open, so
// this shows on the pages that follow.
func (x *exchange) shape(o *bot.OpenForm, changed []string) {
	for _, name := range changed {
		ev := x.ev
		ev.Address = o.Address
		ev.Input = bot.Changed{Form: o.Form.ID, Draft: o.Form.Draft, Field: name, Values: o.Values}
		if open, ok := x.s.Handle(&ev, x.s.a.tune.suggest).(bot.Open); ok {
			o.Form = open.Form
		}
	}
}

// submit hands in a filled form and shows the answer.
func (x *exchange) submit(o bot.OpenForm) {
	x.ev.Address = o.Address
	x.ev.Input = bot.Submitted{Form: o.Form.ID, Draft: o.Form.Draft, Values: o.Values}
	switch reply := x.s.Handle(&x.ev, x.s.a.tune.workFor).(type) {
	case bot.Invalid:
		x.refused(o, reply)
	case bot.Open:
		x.openForm(reply.Form)
		x.s.handedIn(o)
	case bot.Work:
		if reply.Run != nil {
			_ = x.s.Begin(func() {
				x.work(reply)
				x.s.handedIn(o)
			})
		}
	default:
		x.finished(reply)
		x.s.handedIn(o)
	}
}

// refused shows what is to be mended.
func (x *exchange) refused(o bot.OpenForm, reply bot.Invalid) {
	ctx, cancel := context.WithTimeout(x.s.ctx, intakeTimeout)
	defer cancel()
	o.Form = o.Form.Mark(reply.Fields)
	x.goOn(ctx, o, x.toOpen(o, lang.DiscordFormMend, lang.DiscordFormMendButton))
}

// finished shows the answer to a form, in the place of its last step where there is one.
func (x *exchange) finished(reply bot.Reply) {
	if _, follow := reply.(bot.Follow); follow && x.onStep() {
		x.answer(answerQuiet, nil)
		x.remove(original)
	}
	m, _, ok := bot.MessageOf(reply)
	if _, share := reply.(bot.Share); !ok || isEmpty(m) || share || !x.onStep() {
		x.show(reply)
		return
	}
	parts := x.s.a.fit(m, x.sees)
	x.flag(parts[1:], false)
	x.step(parts[0])
	x.rest(parts[1:])
}

// form takes in an interaction with a form: once, and in order within its channel.
func (s *session) form(x *exchange, mark, key string) error {
	if mark == markOpen {
		return s.Begin(func() { x.reopen(key) }) // nothing changes
	}
	return s.once(x, func(*time.Timer) { x.fill(mark, key) })
}
