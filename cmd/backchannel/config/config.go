// Package config is backchannel.yaml: its shape, its defaults and how it is read. An unknown key is an error with its
// line; ${NAME} takes an environment variable and ${file:PATH} the content of a file, so that no secret stands in
// the file itself; relative paths are relative to the file.
package config

import (
	"strconv"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// Config is the whole configuration. The zero value of every part is its default unless Default says otherwise.
type Config struct {
	Organization string
	Catalog      Catalog
	Integrations Integrations
	Store        Store
	Web          Web
	Slack        *Slack
	Discord      *Discord
	Links        Links
	Plugins      Plugins
	Proxy        Proxy
	Scaffold     Scaffold
	Docs         Docs
	Language     Language
	Limits       Limits

	Subscriptions Subscriptions // when people are told
	Audiences     Audiences
	Permissions   Permissions

	// Path is the file this was read from, "" for the defaults; Dir the folder that relative paths start from.
	Path string `yaml:"-"`
	Dir  string `yaml:"-"`
	// Sample says that it is a sample company, whose repositories are folders that mirrors read: they are made there.
	Sample bool `yaml:"-"`
}

// Catalog says where descriptors are read.
type Catalog struct {
	Locations []Location
	Refresh   time.Duration // how often sources are read again; files are watched besides
	Orphans   time.Duration // how long what no source reports any more is kept, marked as such
	Rules     []Rule
	Register  Register
}

// Register says which addresses people may register as locations from a chat. It is "off" as a whole, or names hosts.
type Register struct {
	Off   bool     `yaml:"-"`
	Hosts []string // which may lie in a private network and speak http; public ones with https need not be named
}

// UnmarshalNode implements yamldoc.Unmarshaler.
func (r *Register) UnmarshalNode(n *yamldoc.Node, field string, d yamldoc.Decoder) error {
	if n.Kind == yamldoc.String && n.Text == "off" {
		r.Off = true
		return nil
	}
	type plain Register
	return d.DecodeAt(n, (*plain)(r), field)
}

// Rule allows kinds of entities. Without any rule everything is allowed.
type Rule struct{ Allow []string }

// Integrations say how repositories are reached.
type Integrations struct {
	Mirrors         []Mirror
	GitHub          []GitHub `yaml:"github"`
	GitLab          []GitLab `yaml:"gitlab"`
	Azure           []CodeHost
	Bitbucket       []CodeHost
	BitbucketServer []CodeHost `yaml:"bitbucketServer"`
	Gitea           []CodeHost
	Gerrit          []CodeHost
}

// GitHub connects github.com or a GitHub Enterprise Server. Token or App read; correcting descriptors and creating
// repositories have credentials of their own.
type GitHub struct {
	Host          string // default github.com
	APIURL        string `yaml:"api_url"`
	Token         string
	App           *GitHubApp
	WebhookSecret string      `yaml:"webhook_secret"` // of POST /webhooks/github
	Correct       *Credential // proposes corrections of descriptors; nil: nothing is proposed
	Scaffold      *Credential // makes repositories from templates; nil: that is only planned
}

// Credential is a token, or at GitHub an App, for one purpose.
type Credential struct {
	Token string
	App   *GitHubApp // of GitHub only
}

// GitHubApp is a GitHub App that is installed where repositories are read.
type GitHubApp struct {
	ID         string
	PrivateKey string `yaml:"private_key"` // PEM
}

// GitLab connects gitlab.com or a GitLab of one's own.
type GitLab struct {
	Host          string // default gitlab.com
	APIURL        string `yaml:"api_url"`
	Token         string
	WebhookSecret string      `yaml:"webhook_secret"` // of POST /webhooks/gitlab
	Correct       *Credential // proposes corrections of descriptors; nil: nothing is proposed
	Scaffold      *Credential // makes repositories from templates; nil: that is only planned
}

// Mirror reads the URLs that start with URL from the folder Dir.
type Mirror struct{ URL, Dir string }

// Store says where state is kept.
type Store struct {
	URL     string // sqlite:PATH or postgres://...; default sqlite:backchannel.db in DataDir
	DataDir string `yaml:"data_dir"` // indexes, clones, caches, and what is written while the database is away
	Secret  string // what seals tokens and keys in the database, one a line, the first seals; "" makes one in DataDir
	Keep    Keep
}

// Keep says for how long what grows is kept; 0 is the default of the part.
type Keep struct {
	Audit   Span // who asked what kind of question
	History Span // what facts, owners and lifecycles were
	Posts   Span // keys of messages that the bot sent of its own accord
	Jobs    Span // finished background work
}

// Span is a time of days or less. It is written 90d, or as durations are: 36h, 30m.
type Span time.Duration

// UnmarshalNode implements yamldoc.Unmarshaler.
func (s *Span) UnmarshalNode(n *yamldoc.Node, field string, d yamldoc.Decoder) error {
	text := strings.TrimSpace(n.Text)
	v, err := time.ParseDuration(text)
	if days, found := strings.CutSuffix(text, "d"); found {
		var count int
		count, err = strconv.Atoi(days)
		if v = time.Duration(count) * 24 * time.Hour; count > maxDays {
			v = 0
		}
	}
	if err != nil || v <= 0 {
		return d.Errorf(n, field, "expected a time such as 90d or 36h, at most %dd, found %q", maxDays, text)
	}
	*s = Span(v)
	return nil
}

// maxDays bounds a Span: a hundred years.
const maxDays = 36500

// Web is the browser's side.
type Web struct {
	Listen  string // host:port
	BaseURL string `yaml:"base_url"`
	Auth    Auth

	TrustedProxies []Network `yaml:"trusted_proxies"` // whose X-Forwarded-For names who asks; this machine's always does

	MetricsListen string `yaml:"metrics_listen"` // host:port for /metrics alone; "" serves it with the rest

	Pictures string // on, off; "": where a chat platform calls base_url over the internet
}

// Slack connects one workspace by its token, or those in which people install the app, or both.
type Slack struct {
	Mode          string   // http or socket; when left out, socket with an app_token and no signing_secret, else http
	BotToken      string   `yaml:"bot_token"`
	AppToken      string   `yaml:"app_token"`
	SigningSecret string   `yaml:"signing_secret"`
	APIURL        string   `yaml:"api_url"`
	Features      []string // what is used beyond questions and answers: home, shortcuts, unfurl, threads
	ClientID      string   `yaml:"client_id"` // of OAuth: people install the app at /slack/install
	ClientSecret  string   `yaml:"client_secret"`
}

// Discord connects one application.
type Discord struct {
	Mode          string // gateway or http; when left out, http with a public_key, else gateway
	Token         string // of the bot
	ApplicationID string `yaml:"application_id"`
	PublicKey     string `yaml:"public_key"` // of the application, for mode http
	APIURL        string `yaml:"api_url"`
}

// Links are URL templates with {kind}, {namespace}, {name} and, for docs, {page}, where links should lead to another
// portal than the own web view.
type Links struct{ Entity, Docs string }

// Plugins configures what other tools know.
type Plugins struct {
	OnCall     OnCall
	CircleCI   CircleCI `yaml:"circleci"`
	Lighthouse Lighthouse
	TechRadar  TechRadar
	Declared   []string  // files and globs of declared plugins
	Process    []Process // plugins that are programs of their own
}

// CircleCI tells builds; with a webhook_secret alone what webhooks bring, with nothing they are only linked.
type CircleCI struct {
	Token         string
	APIURL        string `yaml:"api_url"` // default https://circleci.com
	Web           string // where builds are shown; default https://app.circleci.com
	WebhookSecret string `yaml:"webhook_secret"` // of POST /webhooks/circleci
}

// Language extends what the bot understands by the company's own words: files in the format of the handbook's
// chapter "Asking questions".
type Language struct{ Lexicons []string }

// Limits bound how often people may ask.
type Limits struct {
	User      Rate
	Workspace Rate
}

// Rate is a number of events a second, 0 for no limit. It is written 20/s, 100/m or off.
type Rate float64

// UnmarshalNode implements yamldoc.Unmarshaler.
func (r *Rate) UnmarshalNode(n *yamldoc.Node, field string, d yamldoc.Decoder) error {
	s := strings.TrimSpace(n.Text)
	if s == "off" {
		*r = 0
		return nil
	}
	count, unit, _ := strings.Cut(s, "/")
	f, err := strconv.ParseFloat(strings.TrimSpace(count), 64)
	per := map[string]float64{"s": 1, "m": 60, "h": 3600}[strings.TrimSpace(unit)]
	if err != nil || f <= 0 || per == 0 {
		return d.Errorf(n, field, `expected a rate such as 20/s, 100/m or off, found %q`, s)
	}
	*r = Rate(f / per)
	return nil
}

// UnmarshalNode implements yamldoc.Unmarshaler: limits may be "off" as a whole.
func (l *Limits) UnmarshalNode(n *yamldoc.Node, field string, d yamldoc.Decoder) error {
	if n.Kind == yamldoc.String && n.Text == "off" {
		*l = Limits{}
		return nil
	}
	type plain Limits
	return d.DecodeAt(n, (*plain)(l), field)
}

// Default returns the built-in configuration.
func Default() *Config {
	return &Config{
		Catalog: Catalog{Refresh: 2 * time.Minute, Orphans: 24 * time.Hour},
		Store:   Store{DataDir: "./data"},
		Web:     Web{Listen: "127.0.0.1:7007"},
		Limits:  Limits{User: 20, Workspace: 200},

		Subscriptions: Subscriptions{Daily: 20, Digest: Clock(9 * time.Hour)},
		Dir:           ".",
	}
}
