package main

import (
	"context"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands"
)

// The rhythm of subscriptions.
const (
	watchLook  = time.Second      // how often it is looked whether the catalog has moved
	watchRest  = 10               // how many times as long as watching took is rested
	watchEvery = time.Minute      // and how often where it has not: schedules change as well
	tellEvery  = 15 * time.Second // how often what waits is looked at
)

// subscriptions are those of the commands; nil without a service.
func (p *places) subscriptions(commit func(catalog.Provenance) string) *commands.Subscriptions {
	if p == nil {
		return nil
	}
	return &commands.Subscriptions{Store: p.state.Subscriptions, Watches: p.state.Watches, History: p.history, Commit: commit}
}

// commits is a source that knows at which commit it read a descriptor.
type commits interface {
	// Commit returns the commit that the descriptor at a location was read at; "" where that is not known.
	Commit(location string) string
}

// commit is the commit that a descriptor was read at, as far as this replica read it.
func (a *app) commit(at catalog.Provenance) string {
	for _, s := range a.sources {
		if c, ok := s.(commits); ok && s.Origin() == at.Origin {
			return c.Commit(at.Location)
		}
	}
	return ""
}

// teller tells subscribers what is new, in the rhythm of the configuration.
func (s *service) teller(sender *bot.Sender) *bot.Teller {
	c := s.cfg.Subscriptions
	var known func(bot.Address) bool
	if s.guard != nil {
		known = s.guard.reader
	}
	return bot.NewTeller(bot.TellerConfig{
		State: s.base.state, Send: sender.Send, Compose: s.commands.Compose, Log: s.log, Now: time.Now, Known: known,
		Rhythm: bot.Rhythm{
			QuietFrom: time.Duration(c.Quiet.From), QuietTo: time.Duration(c.Quiet.To), Daily: int(c.Daily), Digest: time.Duration(c.Digest),
			Zone: c.Zone.Location(),
		},
	})
}

// tell has subscribers told of what changes, until ctx is done. One replica does it at a time: the one that reads.
func (s *service) tell(ctx context.Context, teller *bot.Teller) {
	if waitFor(ctx, changedInterval, s.loaded) != nil {
		return
	}
	var at catalog.Generation
	var watched, told, rest time.Time
	well := true
	for {
		now := time.Now()
		generation := s.generation()
		var err error
		if moved := generation != at; now.After(rest) && (moved || now.Sub(watched) >= watchEvery) {
			var n int
			n, err = s.commands.WatchSubscriptions(ctx)
			if err == nil {
				at, watched = generation, now
			}
			rest = time.Now().Add(watchRest * time.Since(now))
			if n > 0 {
				told = time.Time{}
			}
		}
		if err == nil && now.Sub(told) >= tellEvery {
			if err = teller.Round(ctx); err == nil {
				told = now
			}
		}
		if ctx.Err() != nil {
			return
		}
		if (err == nil) != well {
			if well = err == nil; well {
				s.log.Info("subscribers are told again")
			} else {
				s.log.Warn("subscribers are not told for the moment", "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(watchLook):
		}
	}
}
