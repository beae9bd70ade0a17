package main

import (
	"net"
	"net/url"
	"strings"

	"github.com/backchannel-portal/backchannel/adapters/slack"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
)

type slackCmd struct {
	Manifest manifestCmd `cmd:"" help:"Print the app manifest that fits the configuration."`
}

type manifestCmd struct{}

// Run prints the manifest. An app has no tokens before it was created from it.
func (manifestCmd) Run(s *session) error {
	cfg, err := s.loadWithoutSecrets()
	if err != nil {
		return err
	}
	m := slack.ManifestConfig{BaseURL: cfg.Web.BaseURL, Mode: slack.ModeSocket}
	if cfg.Slack != nil {
		m.Mode, m.Domains = cfg.Slack.Mode, linkDomains(cfg)
		m.OAuth = cfg.Slack.ClientID != ""
		m.Rotate = m.OAuth && cfg.Slack.BotToken == "" // a token that is configured cannot be replaced when it expires
		if m.Features, err = slack.ParseFeatures(cfg.Slack.Features); err != nil {
			return err
		}
	}
	text, err := slack.Manifest(m)
	if err != nil {
		return err
	}
	_, err = s.out.Write(append(text, '\n'))
	return err
}

// slackConfig is what the adapter needs of the configuration.
func slackConfig(c *config.Slack) (slack.Config, error) {
	features, err := slack.ParseFeatures(c.Features)
	return slack.Config{
		Mode: c.Mode, BotToken: c.BotToken, AppToken: c.AppToken, SigningSecret: c.SigningSecret, APIURL: c.APIURL, Features: features,
		ClientID: c.ClientID, ClientSecret: c.ClientSecret,
	}, err
}

// connectSlack makes the adapter.
func (s *service) connectSlack(c *config.Slack) error {
	connect, err := slackConfig(c)
	if err != nil {
		return err
	}
	connect.BaseURL = s.cfg.Web.BaseURL
	deps := slack.Deps{
		Tokens: s.tokens, Inbox: s.inbox, Drafts: s.base.state.Drafts, Links: s.formPages(), Installations: s.base.state.Installations, Queue: s.queue, Log: s.log,
	}
	if len(s.cfg.Audiences) > 0 {
		policy := s.cfg.Policy()
		deps.Admits = func(workspace string) bool {
			_, named := policy.AudienceOf("slack", workspace)
			return named
		}
	}
	s.slack = slack.New(connect, deps)
	s.more = append(s.more, s.slack.Jobs)
	return nil
}

// linkDomains are the hosts of our own pages and of those that links lead to. Slack takes names with a dot only.
func linkDomains(cfg *config.Config) []string {
	var out []string
	for _, s := range []string{cfg.Web.BaseURL, cfg.Links.Entity, cfg.Links.Docs} {
		u, err := url.Parse(strings.NewReplacer("{", "", "}", "").Replace(s))
		if err != nil || !strings.Contains(u.Hostname(), ".") || net.ParseIP(u.Hostname()) != nil {
			continue
		}
		out = append(out, u.Hostname())
	}
	return out
}
