package slack

import (
	"context"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// A message that follows long work is edited in place: as often as needed where the bot has posted it, five times within
// half an hour where only a response_url reaches it, which is what answers for one person are.

const (
	responseLife = 30 * time.Minute
	// responseUses is how often an answer can be edited. Of five uses the first shows it, and one is left for a mishap.
	responseUses = 3
)

// follows shows a task and has its message followed. It takes the place of a note that is shown already.
func (s *session) follows(ctx context.Context, t *tenant, ar *arrival, f bot.Follow, place *slot) error {
	at := bot.Follower{Address: ar.event.Address, Private: f.Private && !ar.event.Channel.Direct}
	p := &parcel{parts: s.fit(f.Now)[:1]}
	var err error
	if !at.Private && (place.ts != "" || !place.responded) {
		err = s.say(ctx, t, ar, ar.followThread(), p, place)
		at.Message = place.ts
	}
	if refused := err != nil && !fault.Is(err, fault.Upstream); ar.back.url != "" && (at.Message == "" && err == nil || refused) {
		kind := ephemeral
		if !at.Private {
			kind = inChannel
		}
		replace := place.responded || ar.back.kind == backPress // a press's response_url replaces the pressed message alone
		if ar.back.kind == backPress {
			kind = ar.pressedType()
			at.Private = ar.back.private
		}
		err = s.respondAll(ctx, t, ar, kind, replace, p)
		at.Message, at.Secret = "response:"+ar.event.ID, ar.back.url
	}
	if err != nil {
		return err
	}
	if at.Message == "" { // a private answer to a mention cannot be edited
		return s.whisper(ctx, t, ar, p)
	}
	if f.Shown == nil {
		return nil
	}
	return fault.Wrap(fault.Internal, f.Shown(ctx, at), "follow %s", f.Key)
}

// followThread is the thread in which a task is shown to everybody.
func (ar *arrival) followThread() string {
	if ar.back.kind == backPress {
		return ar.pressThread()
	}
	return ar.back.thread
}

// Edit implements bot.Editor.
func (a *Adapter) Edit(ctx context.Context, f bot.Follower, m card.Message) error {
	s := a.live.Load()
	if s == nil {
		return fault.New(fault.Upstream, "not running")
	}
	part := s.fit(m)[0]
	if f.Secret == "" {
		t, err := a.sender(ctx, f.Address.Workspace)
		if err != nil {
			return err
		}
		return t.update(ctx, f.Address.Channel, f.Message, render(part, a.deps.Tokens, bot.Actor{Platform: platform, Workspace: f.Address.Workspace}))
	}
	if a.deps.Now().Sub(f.Since) >= responseLife {
		return fault.New(fault.Forbidden, "an answer can be edited for half an hour only")
	}
	kind := inChannel
	if f.Private {
		kind = ephemeral
	}
	r := s.rings.Get().(*renderer)
	defer s.rings.Put(r)
	r.start(part.Lang, a.deps.Tokens, bot.Actor{Platform: platform, Workspace: f.Address.Workspace})
	r.response(kind, true, "", part)
	return s.respond(ctx, f.Secret, r.dst)
}

// Edits implements bot.EditLimiter.
func (a *Adapter) Edits(f bot.Follower) int {
	if f.Secret != "" {
		return responseUses
	}
	return 0
}
