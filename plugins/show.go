package plugins

import (
	"errors"
	"strings"
	"time"
	"unicode"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Notice says how a card stands: how old it is, that it is being asked for again, or that the plugin did not answer.
// Of a card that says nothing and never did it is nil.
func (k Known) Notice(l lang.Lang, now time.Time) []card.Span {
	args := lang.Args{"plugin": k.About.Title, "age": lang.Age(l, now.Sub(k.Card.AsOf))}
	switch {
	case k.Err != nil && k.Seen && !k.Card.Empty():
		args["what"] = card.Say(l, k.trouble(), args)
		return card.Say(l, lang.PlugLastKnown, args)
	case k.Err != nil:
		args["what"] = card.Say(l, k.trouble(), args)
		return card.Say(l, lang.PlugNothingKnown, args)
	case !k.Seen:
		return card.Say(l, lang.PlugAsking, args)
	case k.Card.Empty():
		return nil
	case !k.Fresh:
		return card.Say(l, lang.PlugAskingAgain, args)
	}
	return card.Say(l, lang.PlugAge, args)
}

// Trouble says in a few words why there is no newer card.
func (k Known) Trouble(l lang.Lang) []card.Span {
	return card.Say(l, k.trouble(), lang.Args{"plugin": k.About.Title})
}

// trouble is the message of Trouble.
func (k Known) trouble() lang.Key {
	if errors.Is(k.Err, ErrLate) {
		return lang.PlugLate
	}
	switch fault.KindOf(k.Err) {
	case fault.Forbidden:
		return lang.PlugForbidden
	case fault.NotFound:
		return lang.PlugUnknown
	case fault.Invalid:
		return lang.PlugConfig
	case fault.Upstream:
		return lang.PlugLate
	}
	return lang.PlugBroken
}

// Alone is what the card is called where the names of plugin and view say the same, the longer of them: "Queues" for the
// view "Queue" of the plugin "Queues". It is "" where it takes both.
func (k Known) Alone() string {
	a, b := bareName(k.About.Title), bareName(k.Title)
	switch {
	case a != "" && strings.HasPrefix(b, a):
		return k.Title
	case b != "" && strings.HasPrefix(a, b):
		return k.About.Title
	}
	return ""
}

// bareName is a name without case and without what separates its words.
func bareName(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// Blocks are a card as it is shown: its own blocks and the notice, nothing where there is nothing.
func (k Known) Blocks(l lang.Lang, now time.Time) []card.Block {
	var out []card.Block
	out = append(out, k.Card.Message.Blocks...)
	if n := k.Notice(l, now); len(n) > 0 {
		out = append(out, card.Note{Spans: n})
	}
	return out
}
