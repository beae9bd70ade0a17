package discord

import (
	"context"
	"net/http"
	"net/url"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// A message that follows long work is edited in place. While its interaction lasts, that goes by the interaction, which
// reaches private messages and takes no permission; after that by the channel, where everybody sees it.

// follows shows a task, and has its message followed. With a note of a work standing, that is taken away first.
func (x *exchange) follows(f bot.Follow, note string) {
	if note != "" {
		x.remove(note)
	}
	m := x.s.a.fit(f.Now, x.sees)[0]
	private := f.Private && !x.ev.Channel.Direct
	if private {
		m.Flags |= flagEphemeral
	}
	id := ""
	switch {
	case x.answer(answerMessage, m):
		id = original
	case x.onMessage() || note != "":
		id = x.follow(m)
	case !private && x.visibility(false) != 0: // a private answer was announced
		id = x.follow(m)
		x.remove(original)
	default:
		x.edit(original, m)
		id = original
	}
	x.send(nil, false, func(ctx context.Context) error {
		if id == original {
			var err error
			if id, err = x.s.a.api.original(ctx, x.in.Token); err != nil {
				id = original
				return err
			}
		}
		return x.s.shown(ctx, f, bot.Follower{Address: x.ev.Address, Message: id, Private: private, Secret: x.in.Token})
	})
}

// follows shows a task in answer to a message, and has its message followed.
func (p *place) follows(f bot.Follow) {
	p.send(p.s.a.fit(f.Now, p.ev.Actor)[:1])
	p.way.send(func(ctx context.Context) error {
		return p.s.shown(ctx, f, bot.Follower{Address: p.ev.Address, Message: p.id})
	})
}

// shown hands a followed message over. One that was not sent is not followed.
func (s *session) shown(ctx context.Context, f bot.Follow, at bot.Follower) error {
	if at.Message == "" || f.Shown == nil {
		return nil
	}
	return fault.Wrap(fault.Internal, f.Shown(ctx, at), "follow %s", f.Key)
}

// Edit implements bot.Editor.
func (a *Adapter) Edit(ctx context.Context, f bot.Follower, m card.Message) error {
	part := a.fit(m, reader(f.Address))[0]
	if age := a.deps.Now().Sub(f.Since); f.Secret != "" && age < lasts {
		err := a.api.edit(ctx, f.Secret, f.Message, part)
		if code := codeOf(err); code != noWebhook && code != badToken {
			return err
		}
	}
	if f.Private {
		return fault.New(fault.Forbidden, "a private answer can be edited for a quarter of an hour only")
	}
	channel, err := a.whereTo(ctx, f.Address)
	if err == nil {
		err = a.api.update(ctx, channel, f.Message, part)
	}
	if refusesToken(err) {
		return fault.Wrap(fault.Upstream, err, "edit")
	}
	return err
}

// original returns the id of the first answer to an interaction.
func (a *api) original(ctx context.Context, token string) (string, error) {
	var out sent
	path := a.hook(token) + "/messages/" + url.PathEscape(original)
	err := a.call(ctx, request{method: http.MethodGet, path: path, bucket: lane("webhooks", token), repeatable: true, patient: true, out: &out})
	return out.ID, err
}
