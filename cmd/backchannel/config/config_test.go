package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

func load(t *testing.T, text string, env map[string]string) (*Config, string, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("from file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "backchannel.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(path, func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	return c, dir, err
}

func TestLoad(t *testing.T) {
	c, dir, err := load(t, `
organization: Acme
catalog:
  locations: [{type: file, target: ./catalog/all.yaml}, {type: file, target: /abs/x.yaml}]
  refresh: 30s
  rules: [{allow: [Component, API]}]
integrations: {mirrors: [{url: "https://github.com/acme/", dir: ./repos/}]}
store: {url: "sqlite:./x.db", data_dir: state}
web: {listen: ":8080"}
slack: {mode: http, bot_token: "${TOKEN}", signing_secret: "${file:secret}"}
plugins: {oncall: {schedules: oncall.yaml}, circleci: {token: x}}
limits: {user: 120/m, workspace: off}
`, map[string]string{"TOKEN": "xoxb-1"})
	if err != nil {
		t.Fatal(err)
	}
	type view struct {
		Target, Abs, Mirror, Store, Data, Base, Token, Secret, OnCall string
		Refresh                                                       time.Duration
		User, Workspace                                               Rate
	}
	got := view{
		c.Catalog.Locations[0].File.Target, c.Catalog.Locations[1].File.Target, c.Integrations.Mirrors[0].Dir, c.Store.URL, c.Store.DataDir, c.Web.BaseURL,
		c.Slack.BotToken, c.Slack.SigningSecret, c.Plugins.OnCall.Schedules, c.Catalog.Refresh, c.Limits.User, c.Limits.Workspace,
	}
	want := view{
		filepath.Join(dir, "catalog/all.yaml"), "/abs/x.yaml", filepath.Join(dir, "repos"), "sqlite:" + filepath.Join(dir, "x.db"), filepath.Join(dir, "state"), "http://localhost:8080",
		"xoxb-1", "from file", filepath.Join(dir, "oncall.yaml"), 30 * time.Second, 2, 0,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if c.Plugins.CircleCI.Token != "x" {
		t.Errorf("%+v", c.Plugins.CircleCI)
	}
}

func TestDefaults(t *testing.T) {
	t.Chdir(t.TempDir())
	c, err := Load("", os.LookupEnv)
	if err != nil || c.Web.BaseURL != "http://localhost:7007" || c.Limits.User != 20 || c.Catalog.Refresh != 2*time.Minute {
		t.Errorf("defaults: %+v, %v", c, err)
	}
	if c, _, err := load(t, "limits: off", nil); err != nil || c.Limits != (Limits{}) {
		t.Errorf("limits off: %+v, %v", c, err)
	}
	if c, _, err := load(t, "", nil); err != nil || c.Limits.User != 20 {
		t.Errorf("an empty file: %+v, %v", c, err)
	}
}

// TestModesLeftOut: every key is optional; how a platform is reached follows from what is there.
func TestModesLeftOut(t *testing.T) {
	key := strings.Repeat("ab", 32)
	for text, want := range map[string]string{
		"slack: {signing_secret: s}":                                          "http",
		"slack: {app_token: xapp-1}":                                          "socket",
		"slack: {app_token: xapp-1, signing_secret: s}":                       "http",
		"slack: {mode: socket, app_token: xapp-1, signing_secret: s}":         "socket",
		"discord: {token: t, application_id: \"1\"}":                          "gateway",
		"discord: {token: t, application_id: \"1\", public_key: " + key + "}": "http",
	} {
		c, _, err := load(t, text, nil)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got := ""
		if c.Slack != nil {
			got = c.Slack.Mode
		}
		if c.Discord != nil {
			got = c.Discord.Mode
		}
		if got != want {
			t.Errorf("%s: mode %q, want %q", text, got, want)
		}
	}
	if _, _, err := load(t, "slack: {}", nil); err == nil || !strings.Contains(err.Error(), "slack.signing_secret: mode http needs") {
		t.Errorf("an empty block: %v", err)
	}
}

func TestErrorsNameFileLineAndField(t *testing.T) {
	for text, want := range map[string]string{
		"organisation: x":                                                                 ":1: organisation: unknown key",
		"catalog:\n  locatoins: []":                                                       ":2: catalog.locatoins: unknown key",
		"catalog: {locations: [{type: ftp, target: x}]}":                                  ":1: catalog.locations[0].type: the type of a location is one of",
		"catalog:\n  locations:\n    - {type: file}":                                      ":3: catalog.locations[0].target: a location needs a target",
		"catalog: {locations: [{type: github, path: x}]}":                                 ":1: catalog.locations[0].org: a location of type github needs",
		"catalog: {locations: [{type: github, org: x, target: y}]}":                       ":1: catalog.locations[0].target: unknown key",
		"catalog: {locations: [{type: gitlab, group: x, filters: {visibility: [open]}}]}": ":1: catalog.locations[0].filters.visibility: a repository is",
		"catalog: {locations: [{type: backstage, url: portal}]}":                          ":1: catalog.locations[0].url: a location of type backstage needs",
		"catalog: {locations: [{type: ldap, url: \"ldap://x\"}]}":                         ":1: catalog.locations[0].users.base: a location of type ldap needs",
		"catalog: {locations: [{type: url, target: \"ftp://x\"}]}":                        ":1: catalog.locations[0].target: a location of type url needs",
		"catalog: {locations: [{type: git}]}":                                             ":1: catalog.locations[0].url: a location of type git needs",
		"catalog: {locations: [x]}":                                                       ":1: catalog.locations[0]: expected a map with type",
		"integrations: {github: [{}, {}]}":                                                ":1: integrations.github[1].host: github.com is connected twice",
		"integrations: {github: [{host: g, api_url: x}]}":                                 ":1: integrations.github[0].api_url: expected an address",
		"integrations: {github: [{token: t, app: {id: x, private_key: y}}]}":              ":1: integrations.github[0].app: an app needs",
		"integrations: {gitlab: [{tokne: t}]}":                                            ":1: integrations.gitlab[0].tokne: unknown key",
		"catalog: {locations: [{type: github, org: o, host: ghe}]}":                       ":1: catalog.locations[0].host: integrations.github does not name the host ghe",
		"store: {url: mysql://x}":                                                         ":1: store.url: expected sqlite:PATH",
		"store: {url: \"sqlite:\"}":                                                       ":1: store.url: expected sqlite:PATH",
		"store: {keep: {audit: 0d}}":                                                      ":1: store.keep.audit: expected a time such as 90d",
		"store: {keep: {audit: 90}}":                                                      ":1: store.keep.audit: expected a time such as 90d",
		"store: {keep: {jobs: 99999999999999d}}":                                          ":1: store.keep.jobs: expected a time such as 90d",
		"store: {keep: {everything: 1d}}":                                                 ":1: store.keep.everything: unknown key",
		"store: {secret: hush}":                                                           ":1: store.secret: a secret needs at least 32 characters",
		"catalog: {register: never}":                                                      ":1: catalog.register: expected a map",
		"catalog: {refresh: 0s}":                                                          ":1: catalog.refresh: the refresh interval",
		"catalog: {refresh: soon}":                                                        ":1: catalog.refresh: expected a duration",
		"integrations: {mirrors: [{url: nope, dir: x}]}":                                  ":1: integrations.mirrors[0]: a mirror needs",
		"slack: {mode: carrier-pigeon}":                                                   ":1: slack.mode: the mode is http or socket",
		"slack: {mode: http}":                                                             ":1: slack.signing_secret: mode http needs",
		"slack: {mode: socket}":                                                           ":1: slack.app_token: mode socket needs",
		"slack: {mode: socket, app_token: \"${NOPE}\"}":                                   ":1: slack.app_token: the environment variable NOPE is not set",
		"slack: {mode: socket, app_token: \"${file:none}\"}":                              ":1: slack.app_token: ${file:none}:",
		"catalog:\n  locations:\n    - {type: file, target: \"a[/x\"}":                    ":3: catalog.locations[0].target: the target \"a[/x\" is not a valid pattern",
		"web: {base_url: \"::::\"}":                                                       ":1: web.base_url: expected an address",
		"links:\n  entity: \"https://x/{nmae}\"":                                          ":2: links.entity: nothing fills in {nmae}",
		"limits: {user: fast}":                                                            ":1: limits.user: expected a rate",
		"limits: {user: 10/week}":                                                         ":1: limits.user: expected a rate",
		"a: b\na: c":                                                                      ":2",
		"- a":                                                                             ":1: expected a map, found a list",
		"\xff\xfe":                                                                        "",
	} {
		_, dir, err := load(t, text, nil)
		if err == nil || !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := strings.TrimPrefix(err.Error(), filepath.Join(dir, "backchannel.yaml")); !strings.HasPrefix(got, want) {
			t.Errorf("%q:\n got  %s\n want %s", text, got, want)
		}
	}
	if _, err := Load(filepath.Join(t.TempDir(), "missing.yaml"), os.LookupEnv); err == nil {
		t.Error("a missing file that was asked for gave no error")
	}
}

func TestKeepAndRegister(t *testing.T) {
	t.Parallel()
	secret := strings.Repeat("s", minSecret)
	c, _, err := load(t, "store: {secret: \"${SECRET}\", keep: {audit: 30d, history: 8760h, posts: 90m}}\ncatalog: {register: {hosts: [a.acme.dev]}}", map[string]string{"SECRET": secret})
	if err != nil {
		t.Fatal(err)
	}
	const day = 24 * time.Hour
	if c.Store.Secret != secret || c.Store.Keep != (Keep{Audit: Span(30 * day), History: Span(365 * day), Posts: Span(90 * time.Minute)}) {
		t.Errorf("%+v", c.Store)
	}
	if c.Catalog.Register.Off || len(c.Catalog.Register.Hosts) != 1 {
		t.Errorf("%+v", c.Catalog.Register)
	}
	if c, _, err = load(t, "catalog: {register: off}", nil); err != nil || !c.Catalog.Register.Off {
		t.Errorf("%+v, %v", c, err)
	}
}
