package slack

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	slackapi "github.com/slack-go/slack"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// needs are the scopes that each event and feature asks for (docs.slack.dev/reference/events).
var needs = map[string]string{
	"app_mention": "app_mentions:read", "message.im": "im:history", "app_home_opened": "", "app_uninstalled": "", "tokens_revoked": "",
	"link_shared": "links:read", "message.channels": "channels:history", "message.groups": "groups:history", "team_access_revoked": "",
	"channel_archive": "channels:read", "channel_deleted": "channels:read", "channel_left": "channels:read", "channel_rename": "channels:read",
	"group_archive": "groups:read", "group_deleted": "groups:read", "group_left": "groups:read", "group_rename": "groups:read",
	"member_joined_channel": "channels:read",
}

func TestManifest(t *testing.T) {
	for _, cfg := range []ManifestConfig{
		{Mode: ModeHTTP, BaseURL: "https://portal.example"},
		{BaseURL: "https://portal.example/backchannel/", Name: strings.Repeat("Name ", 40)},
		{Mode: ModeSocket},
		{Mode: ModeSocket, BaseURL: "http://localhost:7007"},
		{BaseURL: "https://portal.example", Features: Features(), Domains: []string{"portal.example", "b", "c", "d", "e", "f", "b"}},
		{BaseURL: "https://portal.example", Features: []Feature{FeatureHome}},
		{BaseURL: "https://portal.example", OAuth: true, Rotate: true},
		{Mode: ModeSocket, BaseURL: "https://portal.example", OAuth: true},
	} {
		raw, err := Manifest(cfg)
		if err != nil {
			t.Fatal(err)
		}
		var m slackapi.Manifest // the SDK's reading of the format
		dec := json.NewDecoder(bytes.NewReader(raw))
		if err := dec.Decode(&m); err != nil {
			t.Fatalf("the SDK cannot read it: %v\n%s", err, raw)
		}
		var known, ours map[string]any
		again, _ := json.Marshal(m)
		json.Unmarshal(again, &known)
		json.Unmarshal(raw, &ours)
		if at := differ("manifest", ours, known); at != "" {
			t.Errorf("the SDK reads %s differently:\n%s\n%s", at, raw, again)
		}
		checkManifest(t, cfg, m)
	}
}

// checkManifest applies the rules of the format's JSON schema (github.com/slackapi/manifest-schema) that concern us.
func checkManifest(t *testing.T, cfg ManifestConfig, m slackapi.Manifest) {
	t.Helper()
	length := func(what, s string, least, most int) {
		if n := utf8.RuneCountInString(s); n < least || n > most {
			t.Errorf("%s has %d characters", what, n)
		}
	}
	length("name", m.Display.Name, 1, 35)
	length("description", m.Display.Description, 1, 140)
	length("display_name", m.Features.BotUser.DisplayName, 1, 80)
	scopes := m.OAuthConfig.Scopes.Bot
	if !slices.IsSorted(scopes) || len(slices.Compact(slices.Clone(scopes))) != len(scopes) {
		t.Errorf("scopes: %v", scopes)
	}
	want := []string{"chat:write", "commands", "users:read", "users:read.email"}
	for _, ev := range m.Settings.EventSubscriptions.BotEvents {
		scope, known := needs[ev]
		if !known {
			t.Errorf("the event %s needs nobody knows what", ev)
		}
		if scope != "" {
			want = append(want, scope)
		}
	}
	if slices.Contains(cfg.Features, FeatureUnfurl) {
		want = append(want, "links:write")
	}
	if slices.Contains(cfg.Features, FeatureGroups) {
		want = append(want, "usergroups:read", "usergroups:write")
	}
	if len(cfg.Features) == 0 && (slices.Contains(want, "channels:history") || m.Features.AppHome.HomeTabEnabled || len(m.Features.Shortcuts) > 0) {
		t.Errorf("the default asks for more than questions and answers need: %v", want)
	}
	slices.Sort(want)
	want = slices.Compact(want)
	if !slices.Equal(scopes, want) {
		t.Errorf("asks for %v, needs %v", scopes, want)
	}
	urls := []string{m.Settings.EventSubscriptions.RequestUrl, m.Settings.Interactivity.RequestUrl, m.Settings.Interactivity.MessageMenuOptionsUrl}
	if len(m.Features.UnfurlDomains) > 5 {
		t.Errorf("domains %q", m.Features.UnfurlDomains)
	}
	for _, s := range m.Features.Shortcuts {
		length("name of a shortcut", s.Name, 1, 24)
		length("description of a shortcut", s.Description, 1, 150)
		length("callback of a shortcut", s.CallbackID, 1, 255)
	}
	for _, c := range m.Features.SlashCommands {
		urls = append(urls, c.Url)
		length("description of "+c.Command, c.Description, 1, 2000)
		length("hint of "+c.Command, c.UsageHint, 0, 1000)
		if !strings.HasPrefix(c.Command, "/") || len(c.Command) > 32 || c.Command != strings.ToLower(c.Command) || !c.ShouldEscape {
			t.Errorf("command %+v", c)
		}
	}
	for _, to := range m.OAuthConfig.RedirectUrls {
		if !cfg.OAuth || to != "https://portal.example/slack/oauth" {
			t.Errorf("leads back to %s", to)
		}
	}
	if m.Settings.TokenRotationEnabled != cfg.Rotate || m.Settings.OrgDeployEnabled != cfg.OAuth || cfg.OAuth != (len(m.OAuthConfig.RedirectUrls) == 1) {
		t.Errorf("OAuth: %+v", m.Settings)
	}
	socket := cfg.Mode == ModeSocket
	if m.Settings.SocketModeEnabled != socket {
		t.Errorf("socket mode is %v", m.Settings.SocketModeEnabled)
	}
	served := map[string]bool{}
	for _, r := range New(Config{SigningSecret: "s"}, Deps{}).Routes() {
		served[strings.TrimSuffix(cfg.BaseURL, "/")+r.Path] = true
	}
	for _, u := range urls {
		if _, err := url.Parse(u); err != nil || socket != (u == "") || !socket && !served[u] {
			t.Errorf("address %q", u)
		}
	}
}

func TestManifestNeedsAnAddress(t *testing.T) {
	for _, base := range []string{"", "portal.example", "ftp://x", "://"} {
		if _, err := Manifest(ManifestConfig{BaseURL: base}); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "web.base_url") {
			t.Errorf("%q: %v", base, err)
		}
	}
}
