package main

import (
	"context"
	"errors"

	"github.com/backchannel-portal/backchannel/bot"
)

// lifecycle forgets what is kept of a workspace that the bot was removed from. Void tokens are of no use to anybody.
func (s *service) lifecycle(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	in, _ := ev.Input.(bot.Lifecycle)
	at := ev.Address
	s.log.Info("the bot's place in a workspace has changed", "what", in.What, "platform", at.Platform, "workspace", at.Workspace)
	switch in.What {
	case bot.Removed:
		return bot.Nothing{}, s.forget(ctx, at)
	case bot.ChannelGone:
		return bot.Nothing{}, s.places.ended(ctx, at)
	case bot.Revoked:
		return bot.Nothing{}, s.base.state.Installations.Remove(ctx, at.Platform, at.Workspace)
	default:
		return bot.Nothing{}, nil
	}
}

// forget removes what is kept of a workspace: subscriptions, bindings, conversations, forms in progress and the
// installation.
func (s *service) forget(ctx context.Context, at bot.Address) error {
	state := s.base.state
	s.memory.Forget(at.Platform, at.Workspace)
	_, subscriptions := state.Subscriptions.End(ctx, at.Platform, at.Workspace, "")
	bindings := s.places.board.End(ctx, at.Platform, at.Workspace, "")
	_, traces := state.Traces.Forget(ctx, at.Platform, at.Workspace)
	return errors.Join(subscriptions, bindings, traces, state.Installations.Remove(ctx, at.Platform, at.Workspace))
}
