package slack

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// AppName is what the app is called where nobody chose another name.
const AppName = "Backchannel"

// ManifestConfig is what the app's manifest depends on.
type ManifestConfig struct {
	Mode     string // ModeHTTP or ModeSocket; empty is ModeHTTP
	BaseURL  string // where Slack reaches the callbacks, for ModeHTTP: an absolute https address
	Name     string // at most 35 characters; empty is AppName
	Features []Feature
	Domains  []string // of addresses that FeatureUnfurl previews, at most five
	OAuth    bool     // people install the app at /slack/install, in organisations as well; needs BaseURL in both modes
	Rotate   bool     // with OAuth: tokens expire and are replaced, which cannot be switched off again
}

type manifest struct {
	Metadata struct {
		Major int `json:"major_version"`
		Minor int `json:"minor_version"`
	} `json:"_metadata"`
	Display  manifestDisplay  `json:"display_information"`
	Features manifestFeatures `json:"features"`
	OAuth    manifestOAuth    `json:"oauth_config"`
	Settings manifestSettings `json:"settings"`
}

type manifestDisplay struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

type manifestFeatures struct {
	Home struct {
		Home     bool `json:"home_tab_enabled"`
		Messages bool `json:"messages_tab_enabled"`
		ReadOnly bool `json:"messages_tab_read_only_enabled"`
	} `json:"app_home"`
	Bot struct {
		Name   string `json:"display_name"`
		Online bool   `json:"always_online"`
	} `json:"bot_user"`
	Commands  []manifestCommand  `json:"slash_commands"`
	Shortcuts []manifestShortcut `json:"shortcuts,omitempty"`
	Domains   []string           `json:"unfurl_domains,omitempty"`
}

type manifestShortcut struct {
	Name        string `json:"name"`
	Type        string `json:"type"` // message or global
	Callback    string `json:"callback_id"`
	Description string `json:"description"`
}

type manifestCommand struct {
	Command     string `json:"command"`
	URL         string `json:"url,omitempty"`
	Description string `json:"description"`
	Hint        string `json:"usage_hint"`
	Escape      bool   `json:"should_escape"`
}

type manifestOAuth struct {
	Redirects []string `json:"redirect_urls,omitempty"`
	Scopes    struct {
		Bot []string `json:"bot"`
	} `json:"scopes"`
}

type manifestSettings struct {
	Events struct {
		URL string   `json:"request_url,omitempty"`
		Bot []string `json:"bot_events"`
	} `json:"event_subscriptions"`
	Interactivity struct {
		On      bool   `json:"is_enabled"`
		URL     string `json:"request_url,omitempty"`
		Options string `json:"message_menu_options_url,omitempty"`
	} `json:"interactivity"`
	Org    bool `json:"org_deploy_enabled"`
	Socket bool `json:"socket_mode_enabled"`
	Rotate bool `json:"token_rotation_enabled"`
}

// Scopes are the scopes of the bot token. commands: slash commands; app_mentions:read and im:history: the two events;
// chat:write: answers in threads and direct messages; users:read: a person's language and time zone; users:read.email: who
// they are in the catalog.
func Scopes() []string {
	return []string{"app_mentions:read", "chat:write", "commands", "im:history", "users:read", "users:read.email"}
}

// Manifest returns the app manifest, as JSON, that fits the config: the commands and events the adapter answers, the
// addresses it serves, and no scope beyond what these need. An error of kind Invalid names the key that is wrong.
// The format is that of docs.slack.dev/reference/app-manifest.
func Manifest(cfg ManifestConfig) ([]byte, error) {
	base := strings.TrimSuffix(cfg.BaseURL, "/")
	u, err := url.Parse(base)
	socket := cfg.Mode == ModeSocket
	if (!socket || cfg.OAuth) && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
		why := "slack.mode is http"
		if socket {
			why = "slack.client_id is set"
		}
		return nil, fault.At(fault.Position{Field: "web.base_url"}, "%s, so this must be the address at which Slack reaches Backchannel, for example https://backchannel.example.com", why)
	}
	at := func(path string) string {
		if socket {
			return ""
		}
		return base + path
	}
	if cfg.Name == "" {
		cfg.Name = AppName
	}
	say := func(k lang.Key) string { return lang.Text(lang.English, k, nil) }
	var m manifest
	m.Metadata.Major, m.Metadata.Minor = 2, 1
	m.Display = manifestDisplay{Name: clip(cfg.Name, 35), Description: clip(say(lang.SlackAppDescription), 140)}
	m.Features.Home.Messages = true
	m.Features.Bot.Name, m.Features.Bot.Online = clip(cfg.Name, 80), true
	m.Features.Commands = []manifestCommand{
		{"/backchannel", at("/slack/commands"), say(lang.SlackCommandAsk), say(lang.SlackCommandAskHint), true},
		{"/oncall", at("/slack/commands"), say(lang.SlackCommandOncall), say(lang.SlackCommandOncallHint), true},
		{"/new-service", at("/slack/commands"), say(lang.SlackCommandNew), say(lang.SlackCommandNewHint), true},
	}
	m.OAuth.Scopes.Bot = Scopes()
	m.Settings.Events.URL = at("/slack/events")
	m.Settings.Events.Bot = []string{"app_mention", "app_uninstalled", "message.im", "tokens_revoked"}
	m.Settings.Interactivity.On, m.Settings.Interactivity.URL = true, at("/slack/interactions")
	m.Settings.Interactivity.Options = at("/slack/options")
	m.Settings.Socket = socket
	if cfg.OAuth {
		m.OAuth.Redirects = []string{base + pathOAuth}
		m.Settings.Org, m.Settings.Rotate = true, cfg.Rotate
		m.Settings.Events.Bot = union(m.Settings.Events.Bot, []string{"team_access_revoked"})
	}
	for _, f := range cfg.Features {
		m.add(f, cfg, say)
	}
	return json.MarshalIndent(m, "", "  ")
}

// The callbacks of the shortcuts: the names under which commands answer them.
const (
	callbackOwner = "owner_of_message"
	callbackAsk   = "ask"
)

// maxDomains is how many domains Slack tells an app of.
const maxDomains = 5

// add switches a feature on.
func (m *manifest) add(f Feature, cfg ManifestConfig, say func(lang.Key) string) {
	m.OAuth.Scopes.Bot = union(m.OAuth.Scopes.Bot, f.needs().scopes)
	m.Settings.Events.Bot = union(m.Settings.Events.Bot, f.needs().events)
	switch f {
	case FeatureHome:
		m.Features.Home.Home = true
	case FeatureShortcuts:
		m.Features.Shortcuts = []manifestShortcut{
			{clip(say(lang.SlackShortcutOwner), 24), "message", callbackOwner, clip(say(lang.SlackShortcutOwnerHint), 150)},
			{clip(say(lang.SlackShortcutAsk), 24), "global", callbackAsk, clip(say(lang.SlackShortcutAskHint), 150)},
		}
	case FeatureUnfurl:
		domains := union(nil, cfg.Domains)
		m.Features.Domains = domains[:min(len(domains), maxDomains)]
	}
}

// union is both lists, sorted, each entry once.
func union(a, b []string) []string {
	out := append(slices.Clone(a), b...)
	slices.Sort(out)
	return slices.Compact(out)
}
