package commands

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// intentRegister is the sub-command that adds a location. It is nobody's question.
const intentRegister understand.Intent = "register"

// maxTroubles bounds how many problems of a new location are listed.
const maxTroubles = 5

// Registrar reads locations that are about to be registered.
type Registrar interface {
	// Try reads what an address leads to, as the location that it would become would, and stores nothing. An address
	// that cannot be a location is an error of kind Invalid; one that does not answer, of kind Upstream.
	Try(ctx context.Context, address string) (Trial, error)
}

// Trial is what an address would be as a location.
type Trial struct {
	Location   catalog.Location // without who and when
	Configured bool             // the configuration reads it already, and nothing was tried
	Delta      catalog.Delta    // all that it holds
}

// looksLikeAddress reports whether a text may be meant as an address. Other words behind "register" are a question.
func looksLikeAddress(s string) bool {
	return !strings.ContainsAny(s, " \t\n") && strings.ContainsAny(s, "./")
}

// withoutSecret is an address without what others must not see, and whether there was any.
func withoutSecret(address string) (bare string, secret bool) {
	u, err := url.Parse(address)
	if err != nil || u.User == nil && u.RawQuery == "" {
		return address, false
	}
	u.User, u.RawQuery = nil, ""
	return u.String(), true
}

// register begins to register an address, and shows in one message how far that has come.
func (c *Commands) register(ev *bot.Event, t *talk) bot.Reply {
	args := lang.Args{"location": card.M(clipTo(t.r.Topic, maxDetail))}
	switch {
	case t.r.Topic == "":
		return t.only(bot.NotFound, lang.RegisterWhat, nil)
	case !c.may(ev, ActRegister, catalog.Ref{}):
		return t.only(bot.Refused, lang.RegisterForbidden, args)
	}
	if bare, secret := withoutSecret(t.r.Topic); secret { // which is neither shown nor kept
		return t.only(bot.NotFound, lang.RegisterFailed, lang.Args{"location": card.M(clipTo(bare, maxDetail)), "text": t.text(lang.RegisterSecret, nil)})
	}
	data, err := json.Marshal(registerData{t.r.Topic})
	if err != nil {
		return t.only(bot.NotFound, lang.RegisteringNotNow, args)
	}
	key, err := c.deps.Tasks.Start(t.ctx, TaskRegister, data, ev)
	if err != nil {
		return t.only(bot.NotFound, lang.RegisteringNotNow, args)
	}
	return t.following(key)
}

// defined are the references of what a location holds, in order, each once.
func defined(d catalog.Delta) []catalog.Ref {
	var out []catalog.Ref
	seen := map[catalog.Ref]bool{}
	for _, f := range d.Files {
		for _, e := range f.Entities {
			if !seen[e.Ref] {
				seen[e.Ref] = true
				out = append(out, e.Ref)
			}
		}
	}
	return out
}

// reply is the finished answer as the question was asked.
func (t *talk) reply() bot.Reply {
	a, m := t.finish()
	return say(t.q.Private, a, m)
}
