package slack

import (
	"context"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// foreign reports whether the app is known not to be installed where something happened. While the store is away
// nobody knows, and questions go on.
func (s *session) foreign(ar *arrival) bool {
	t, err := s.a.tenants.resolve(s.ctx, ar.event.Address.Workspace, ar.back.org)
	return t == nil && err == nil && s.a.tenants.known()
}

// elsewhere says where the app is installed from.
func (s *session) elsewhere(ar *arrival) bot.Reply {
	s.a.deps.Log.Warn("slack: a command from a workspace in which the app is not installed", "workspace", ar.event.Address.Workspace)
	l := ar.event.Locale
	where := strings.TrimSuffix(s.a.cfg.BaseURL, "/") + pathInstall
	return bot.Whisper{Message: card.Message{Lang: l, Blocks: []card.Block{
		card.Text{Spans: card.Say(l, lang.SlackInstallElsewhere, lang.Args{"url": card.L(where, where)})},
	}}}
}

// tenant returns who acts where something happened. Nil without an error: nobody, and it is no concern of ours. An
// error: nobody knows, and Slack should repeat the delivery.
func (s *session) tenant(ctx context.Context, team, org string) (*tenant, error) {
	t, err := s.a.tenants.resolve(ctx, team, org)
	if t == nil && err == nil {
		s.a.deps.Log.Warn("slack: a delivery from a workspace in which the app is not installed", "workspace", team)
	}
	return t, err
}
