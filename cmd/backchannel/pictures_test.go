package main

import (
	"testing"

	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
)

func TestPicturesAreShownWhereTheyCanBeFetched(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		base, slack, discord, pictures string
		want                           bool
	}{
		{"https://portal.acme.dev", "http", "", "", true},
		{"https://portal.acme.dev", "", "http", "", true},
		{"https://portal.acme.dev", "socket", "gateway", "", false},
		{"https://portal.acme.dev", "socket", "", "on", true},
		{"https://portal.acme.dev", "http", "", "off", false},
		{"http://portal.acme.dev", "http", "", "", false},
		{"https://10.0.0.7", "http", "", "", false},
		{"https://portal", "http", "", "", false},
		{"https://portal.corp.internal", "http", "", "", false},
		{"http://localhost:7007", "http", "", "on", true},
		{"", "http", "", "on", false},
	} {
		c := &config.Config{Web: config.Web{BaseURL: tt.base, Pictures: tt.pictures}}
		if tt.slack != "" {
			c.Slack = &config.Slack{Mode: tt.slack}
		}
		if tt.discord != "" {
			c.Discord = &config.Discord{Mode: tt.discord}
		}
		if got := showsPictures(c); got != tt.want {
			t.Errorf("%+v: %v", tt, got)
		}
	}
}
