package config

import (
	"strings"
	"testing"
	"time"
)

func TestSubscriptions(t *testing.T) {
	c, _, err := load(t, "subscriptions: {quiet: \"20:00-08:00\", zone: Asia/Shanghai, daily: 5, digest: \"09:30\"}", nil)
	if err != nil {
		t.Fatal(err)
	}
	s := c.Subscriptions
	if time.Duration(s.Quiet.From) != 20*time.Hour || time.Duration(s.Quiet.To) != 8*time.Hour || s.Zone.Location().String() != "Asia/Shanghai" ||
		s.Daily != 5 || time.Duration(s.Digest) != 9*time.Hour+30*time.Minute {
		t.Errorf("read %+v", s)
	}
	if c, _, err = load(t, "subscriptions: {quiet: off, daily: off}", nil); err != nil || c.Subscriptions.Quiet != (Quiet{}) || c.Subscriptions.Daily != 0 {
		t.Errorf("off: %+v, %v", c, err)
	}
	if c, _, err = load(t, "", nil); err != nil || c.Subscriptions.Daily != 20 || time.Duration(c.Subscriptions.Digest) != 9*time.Hour || c.Subscriptions.Zone.Location() != time.UTC {
		t.Errorf("defaults: %+v, %v", c.Subscriptions, err)
	}
	for text, want := range map[string]string{
		"subscriptions: {quiet: \"20:00\"}":       ":1: subscriptions.quiet: expected two times",
		"subscriptions: {quiet: \"8:00-8:00\"}":   ":1: subscriptions.quiet: expected two times",
		"subscriptions: {quiet: \"08:00-08:00\"}": ":1: subscriptions.quiet: expected two times",
		"subscriptions:\n  zone: Mars/Base":       ":2: subscriptions.zone: expected a time zone",
		"subscriptions: {zone: Local}":            ":1: subscriptions.zone: expected a time zone",
		"subscriptions: {daily: 0}":               ":1: subscriptions.daily: expected a number",
		"subscriptions: {daily: many}":            ":1: subscriptions.daily: expected a number",
		"subscriptions: {digest: \"24:00\"}":      ":1: subscriptions.digest: expected a time of the day",
		"subscriptions: {loud: true}":             ":1: subscriptions.loud: unknown key",
	} {
		if _, _, err := load(t, text, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
