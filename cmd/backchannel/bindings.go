package main

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/job"
)

// The rhythm of what is kept of channels.
const (
	lookAtBindings = 5 * time.Second        // how soon a replica knows what another one bound
	deliverFor     = 6 * time.Second        // how long somebody waits for what becomes of a post
	deliverLook    = 150 * time.Millisecond // how often it is looked at meanwhile
)

// places is what a service keeps of channels, and how it writes to them unasked.
type places struct {
	state   bot.State
	history catalog.Historian // nil: there is none
	board   *bot.BindingBoard
	log     *slog.Logger
	out     atomic.Pointer[wayOut] // nil until platforms are connected
}

// wayOut is the way to the platforms.
type wayOut struct {
	sender *bot.Sender
	links  map[string]bot.Permalinker
}

func newPlaces(base *base, log *slog.Logger) *places {
	p := &places{state: base.state, board: bot.NewBindingBoard(base.state.Bindings, log), log: log}
	if base.db != nil {
		p.history = base.db.Catalog()
	}
	return p
}

// bindings are the bindings of channels for the commands; nil without a service.
func (p *places) bindings() commands.Bindings {
	if p == nil {
		return nil
	}
	return p.board
}

// messenger posts for the commands; nil without a service.
func (p *places) messenger() commands.Messenger {
	if p == nil {
		return nil
	}
	return p
}

// Posts implements commands.Messenger.
func (p *places) Posts(platform string) bool {
	out := p.out.Load()
	return out != nil && out.sender.Posts(platform)
}

// Permalink implements commands.Messenger.
func (p *places) Permalink(at bot.Address, message string) string {
	out := p.out.Load()
	if out == nil || out.links[at.Platform] == nil {
		return ""
	}
	return out.links[at.Platform].Permalink(at, message)
}

// Deliver implements commands.Messenger.
func (p *places) Deliver(ctx context.Context, post bot.Post) (bot.Post, error) {
	out := p.out.Load()
	if out == nil {
		post.State = bot.Unsendable
		return post, nil
	}
	if err := out.sender.Send(ctx, post); err != nil {
		return post, err
	}
	ctx, stop := context.WithTimeout(ctx, deliverFor)
	defer stop()
	for {
		now, err := p.state.Outbox.Get(ctx, post.Key)
		switch {
		case err == nil && now.State != bot.Unsent:
			return now, nil
		case err != nil && ctx.Err() == nil:
			return post, err
		}
		select {
		case <-ctx.Done():
			post.State = bot.Unsent
			return post, nil
		case <-time.After(deliverLook):
		}
	}
}

// jobs are the sender's kinds of work; none where nothing is sent.
func (p *places) jobs() (map[string]job.Kind, []job.Periodic) {
	out := p.out.Load()
	if out == nil {
		return nil, nil
	}
	return out.sender.Jobs()
}

// ended forgets what is kept of a channel that is gone.
func (p *places) ended(ctx context.Context, at bot.Address) error {
	if at.Channel == "" {
		return nil // nothing says which
	}
	_, subscriptions := p.state.Subscriptions.End(ctx, at.Platform, at.Workspace, at.Channel)
	return errors.Join(subscriptions, p.board.End(ctx, at.Platform, at.Workspace, at.Channel))
}

// post connects the sender to the platforms.
func (s *service) post() {
	posters, links := map[string]bot.Poster{}, map[string]bot.Permalinker{}
	connect := func(p bot.Platform) {
		if poster, ok := p.(bot.Poster); ok {
			posters[p.Name()] = poster
		}
		if editor, ok := p.(bot.Editor); ok {
			s.long.editors[p.Name()] = editor
		}
		if link, ok := p.(bot.Permalinker); ok {
			links[p.Name()] = link
		}
	}
	if s.slack != nil {
		connect(s.slack)
	}
	if s.discord != nil {
		connect(s.discord)
	}
	sender := bot.NewSender(s.base.state.Outbox, s.queue, posters, time.Now)
	teller := s.teller(sender)
	sender.OnRefused(teller.Refused)
	s.places.out.Store(&wayOut{sender, links})
	s.beside = func(ctx context.Context) { s.tell(ctx, teller) }
}
