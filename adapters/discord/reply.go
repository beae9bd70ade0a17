package discord

import (
	"github.com/backchannel-portal/backchannel/bot"
)

// show shows a settled reply for which no note stands.
func (x *exchange) show(reply bot.Reply) {
	if open, ok := reply.(bot.Open); ok {
		x.openForm(open.Form)
		return
	}
	if f, ok := reply.(bot.Follow); ok {
		x.follows(f, "")
		return
	}
	m, _, ok := bot.MessageOf(reply)
	if !ok || isEmpty(m) {
		x.nothing()
		return
	}
	parts := x.s.a.fit(m, x.sees)
	if x.onMessage() {
		x.showPress(reply, parts)
		return
	}
	_, public := reply.(bot.Share)
	x.flag(parts, public)
	if !x.answer(answerMessage, parts[0]) {
		x.original(parts[0], public)
	}
	x.rest(parts[1:])
}

// original puts a message in the place of the first answer. What was announced to the actor alone stays so, so a
// public message comes beside it.
func (x *exchange) original(m message, public bool) {
	if public && x.visibility(false) != 0 {
		x.follow(m)
		x.remove(original)
		return
	}
	x.edit(original, m)
}

// nothing acknowledges without a word. A command cannot be, so what Discord shows meanwhile is taken away.
func (x *exchange) nothing() {
	if x.onMessage() {
		x.answer(answerQuiet, nil)
		return
	}
	x.later()
	x.remove(original)
}

// showPress answers a press: in the pressed message, or below it.
func (x *exchange) showPress(reply bot.Reply, parts []message) {
	switch reply := reply.(type) {
	case bot.Update:
		x.flag(parts[1:], !x.in.private())
		if !x.answer(answerUpdate, parts[0]) {
			x.edit(original, parts[0])
		}
		x.rest(parts[1:])
	case bot.Share:
		x.share(reply, parts)
	default:
		_, public := reply.(bot.Say)
		x.flag(parts, public && !x.in.private())
		if !x.answer(answerMessage, parts[0]) {
			x.follow(parts[0])
		}
		x.rest(parts[1:])
	}
}

// share shows the channel what only the actor has seen, and says so in the private message.
func (x *exchange) share(reply bot.Share, parts []message) {
	x.flag(parts, true)
	if isEmpty(reply.Done) {
		x.answer(answerQuiet, nil)
	} else if done := x.s.a.fit(reply.Done, x.sees)[0]; !x.answer(answerUpdate, done) {
		x.edit(original, done)
	}
	x.rest(parts)
}

// replace puts a settled reply in the place of a note.
func (x *exchange) replace(reply bot.Reply, note string) {
	if f, ok := reply.(bot.Follow); ok {
		x.follows(f, note)
		return
	}
	m, _, ok := bot.MessageOf(reply)
	_, update := reply.(bot.Update)
	_, share := reply.(bot.Share)
	switch {
	case !ok || isEmpty(m):
		x.remove(note)
	case x.onMessage() && (update || share):
		x.remove(note)
		x.showPress(reply, x.s.a.fit(m, x.sees))
	case share:
		parts := x.s.a.fit(m, x.sees)
		x.flag(parts, true)
		x.rest(parts)
		x.remove(note)
	default:
		parts := x.s.a.fit(m, x.sees)
		x.flag(parts, false)
		x.edit(note, parts[0])
		x.rest(parts[1:])
	}
}

// flag says who sees the messages.
func (x *exchange) flag(parts []message, public bool) {
	for i := range parts {
		parts[i].Flags |= x.visibility(public)
	}
}

// rest sends the messages behind the first, in order.
func (x *exchange) rest(parts []message) {
	for _, m := range parts {
		x.follow(m)
	}
}
