package main

import (
	"github.com/backchannel-portal/backchannel/adapters/slack"
)

type slackCmd struct {
	Manifest manifestCmd `cmd:"" help:"Print the app manifest that fits the configuration."`
}

type manifestCmd struct{}

// Run prints the manifest.
func (manifestCmd) Run(s *session) error {
	cfg, err := s.load()
	if err != nil {
		return err
	}
	m := slack.ManifestConfig{BaseURL: cfg.Web.BaseURL, Mode: slack.ModeSocket}
	if cfg.Slack != nil {
		m.Mode = cfg.Slack.Mode
	}
	text, err := slack.Manifest(m)
	if err != nil {
		return err
	}
	_, err = s.out.Write(append(text, '\n'))
	return err
}
