package config

import (
	"slices"
	"testing"
)

func TestSecrets(t *testing.T) {
	t.Parallel()
	c, _, err := load(t, `
slack: {mode: http, bot_token: "${TOKEN}", signing_secret: sign, api_url: "http://x/"}
integrations: {github: [{token: ghtoken}, {host: ghe.acme.dev, api_url: "https://ghe.acme.dev/api/v3", app: {id: "7", private_key: "KEY one\ntwo"}, webhook_secret: hook}]}
store: {secret: "0123456789012345678901234567890123456789"}
`, map[string]string{"TOKEN": "xoxb-1"})
	if err != nil {
		t.Fatal(err)
	}
	got := c.Secrets()
	slices.Sort(got)
	want := []string{"0123456789012345678901234567890123456789", "KEY", "ghtoken", "hook", "one", "sign", "two", "xoxb-1"}
	if !slices.Equal(got, want) {
		t.Errorf("secrets are %q, want %q", got, want)
	}
}
