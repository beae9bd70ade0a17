package config

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestDuty(t *testing.T) {
	c, dir, err := load(t, `
slack: {mode: http, bot_token: x, signing_secret: y}
plugins:
  oncall:
    pagerduty: {token: pd-1, from: bot@acme.example}
    calendars:
      - {id: pay, team: payments, url: "webcal://cal.example/private/basic.ics", timezone: Europe/Berlin}
      - {id: ops, file: ./ops.ics, pagerdutyServices: [P1], level: 2}
    groups: [{group: "slack:T1/S1", for: payments}]
  lighthouse: {runner: {chrome: /usr/bin/chromium, command: ./lh, timeout: 2m, hosts: [localhost]}, every: 12h, form: desktop, budgets: {performance: 90}}
  techradar: {source: "https://git.example/acme/radar/blob/main/radar.json"}
`, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := c.Plugins
	if p.OnCall.Calendars[0].URLToken != "https://cal.example/private/basic.ics" || p.OnCall.Calendars[1].File != filepath.Join(dir, "ops.ics") ||
		p.Lighthouse.Runner.Command != filepath.Join(dir, "lh") || p.Lighthouse.Every.Time != 12*time.Hour || p.Lighthouse.Budgets["performance"] != 90 ||
		p.TechRadar.Source != "https://git.example/acme/radar/blob/main/radar.json" || !slices.Contains(c.Slack.Features, "usergroups") {
		t.Errorf("%+v", p)
	}
	for _, secret := range []string{"pd-1", "https://cal.example/private/basic.ics"} {
		if !slices.Contains(c.Secrets(), secret) {
			t.Errorf("%s is not kept secret", secret)
		}
	}
	for text, want := range map[string]string{
		`oncall: {pagerduty: {}}`: "token", `oncall: {pagerduty: {token: x, api_url: "ftp://x"}}`: "api_url",
		`oncall: {pagerduty: {token: x, from: bot}}`: "e-mail", `oncall: {calendars: [{team: a, file: x}]}`: "id of its own",
		`oncall: {calendars: [{id: a, team: a}]}`: "a url or a file", `oncall: {calendars: [{id: a, team: a, file: x, url: "https://x"}]}`: "a url or a file",
		`oncall: {calendars: [{id: a, file: x}]}`: "whose line", `oncall: {calendars: [{id: a, team: a, file: x, timezone: Mars}]}`: "IANA",
		`oncall: {calendars: [{id: a, team: a, url: "file:///etc/passwd"}]}`: "https", `oncall: {calendars: [{id: a, team: a, file: x, level: 99}]}`: "level",
		`oncall: {groups: [{group: S1, for: a}]}`: "platform:workspace/id", `oncall: {groups: [{group: "slack:T1/S1"}]}`: "for",
		`lighthouse: {service_url: x}`: "lighthouse-audit-service", `lighthouse: {form: watch}`: "mobile or desktop", `lighthouse: {every: 1m}`: "at least",
		`lighthouse: {every: x}`: "a time such as", `lighthouse: {budgets: {seo: 101}}`: "between 0 and 100", `lighthouse: {runner: {}}`: "path of a Chromium",
	} {
		if _, _, err := load(t, "plugins: {"+text+"}\n", nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	if c, _, err := load(t, "plugins: {lighthouse: {every: off}}\n", nil); err != nil || !c.Plugins.Lighthouse.Every.Off {
		t.Errorf("off: %v", err)
	}
}
