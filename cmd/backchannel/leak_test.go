package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// What may not be seen must be as if it were not there. The tests here ask the same of two towns: one with a secret
// that the asker may not see, and one in which there never was such a thing. Every answer must be the same to the
// letter, which covers names, near names, suggestions, counts, tables, documentation, relations, previews, pages and
// what takes how long: both go the same way.

// townText is the catalog. Documents with the line "# secret", and other lines that end so, are left out of the town
// without a secret.
const townText = `apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: security, title: Night Watch, labels: {secret: "yes"}}
# secret
spec: {type: team, children: []}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: payments, title: Payments}
spec: {type: team, children: []}
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: {name: ada, annotations: {slack.com/user-id: UADA}}
spec: {memberOf: [payments], profile: {displayName: Ada Berg}}
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: {name: evelyn, labels: {secret: "yes"}, annotations: {slack.com/user-id: UEVE}}
# secret
spec: {memberOf: [security], profile: {displayName: Evelyn Stone}}
---
apiVersion: backstage.io/v1alpha1
kind: System
metadata: {name: fortress, title: The Fortress, labels: {secret: "yes"}}
# secret
spec: {owner: security}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: vaultkeeper
  title: Vault Keeper
  description: Guards the recipe of the sourdough
  tags: [hushhush]
  labels: {secret: "yes"}
  annotations:
    backstage.io/source-location: url:https://github.com/town/vault/tree/main/
    backstage.io/techdocs-ref: dir:.
    pagerduty.com/service-id: PVAULT
# secret
spec: {type: service, lifecycle: production, owner: security, system: fortress, dependsOn: ["resource:strongroom", "component:till"], providesApis: [vault-api]}
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: strongroom, labels: {secret: "yes"}}
# secret
spec: {type: database, owner: security}
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: vault-api, title: Vault API, labels: {secret: "yes"}}
# secret
spec: {type: openapi, lifecycle: production, owner: security, definition: "openapi: 3.0.0"}
---
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: heist, title: Heist Kit, labels: {secret: "yes"}}
# secret
spec: {type: service, owner: security, steps: []}
---
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: kiosk, title: Kiosk Kit, description: Sells papers}
spec:
  type: service
  steps: []
  owner: security # secret
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: porters, title: The Porters}
spec:
  type: team
  children: []
  parent: security # secret
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: till
  description: Takes money
  annotations:
    backstage.io/source-location: url:https://github.com/town/till/tree/main/
    backstage.io/techdocs-ref: dir:.
spec:
  type: service
  lifecycle: production
  owner: payments
  dependsOn:
    - component:ledger
    - resource:strongroom # secret
  consumesApis: [vault-api] # secret
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: ledger, title: The Ledger}
spec:
  type: service
  lifecycle: production
  owner: payments
  system: fortress # secret
`

const townOnCall = `version: 1
schedules:
  # the night
  - {id: watch, title: Moonlight rota, team: "group:default/security", pagerdutyServices: [PVAULT], timezone: UTC, rotation: {every: 1w, start: "2026-09-07T10:00:00", people: ["user:default/evelyn"]}} # secret
  - {id: pay, title: Payments rota, team: "group:default/payments", timezone: UTC, rotation: {every: 1w, start: "2026-09-07T10:00:00", people: ["user:default/ada"]}}
`

const townConfig = `organization: Town
catalog: {locations: [{type: file, target: ./all.yaml}]}
integrations: {mirrors: [{url: "https://github.com/town/", dir: ./repos/}]}
plugins: {oncall: {schedules: ./oncall.yaml}}
web: {auth: {open: true}, base_url: "https://portal.town.example"}
limits: off
audiences:
  staff: {workspaces: [slack:T1], guests: none}
permissions:
  - {deny: [read], entities: {labels: {secret: "*"}}, except: ["group:default/security"]}
`

// secretWords are in no answer to somebody who may not see the secret, unless they were in the question.
var secretWords = []string{
	"vaultkeeper", "Vault Keeper", "strongroom", "Strongroom", "fortress", "Fortress", "heist", "Heist", "security", "Night Watch", "evelyn", "Evelyn",
	"secretlib", "hushhush", "sourdough", "combination", "Moonlight", "vault-api", "Vault API",
}

// town is a running service.
type town struct {
	t   *testing.T
	dir string
	svc *service
	web http.Handler
}

func newTown(t *testing.T, secret bool) *town {
	t.Helper()
	return newTownOf(t, secret, townConfig)
}

// newTownOf is a town with a configuration of its own.
func newTownOf(t *testing.T, secret bool, configuration string) *town {
	t.Helper()
	dir := t.TempDir()
	write := func(path, text string) {
		t.Helper()
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text := townText
	duty := townOnCall
	if !secret {
		text, duty = withoutSecret(text), withoutSecret(duty)
	}
	write("all.yaml", text)
	write("oncall.yaml", duty)
	write("backchannel.yaml", configuration)
	write("repos/till/mkdocs.yml", "site_name: Till\n")
	write("repos/till/docs/index.md", "# Till\n\nCount the coins in the evening.\n")
	write("repos/till/go.mod", "module till\n\ngo 1.25\n\nrequire github.com/gin-gonic/gin v1.9.0\n")
	write("repos/vault/mkdocs.yml", "site_name: Vault\n")
	write("repos/vault/docs/index.md", "# Vault\n\nThe combination is in the drawer.\n")
	write("repos/vault/go.mod", "module vault\n\ngo 1.22\n\nrequire (\n\tgithub.com/gin-gonic/gin v1.8.0\n\tgithub.com/hush/secretlib v1.2.3\n)\n")
	cfg, err := config.Load(filepath.Join(dir, "backchannel.yaml"), os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	svc, err := newService(cfg, memoryBase(), slog.New(slog.DiscardHandler), filepath.Join(dir, "index"))
	if err != nil {
		t.Fatal(err)
	}
	svc.identity.accounts["slack"] = members{}
	if err := svc.wire(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 2)
	go func() { done <- svc.followed.run(ctx) }()
	go func() { done <- svc.identity.run(ctx) }()
	t.Cleanup(func() {
		cancel()
		for range 2 {
			if err := <-done; err != nil && ctx.Err() == nil {
				t.Error(err)
			}
		}
		svc.close()
	})
	waitTown(t, svc)
	return &town{t: t, dir: dir, svc: svc, web: svc.routes(true)}
}

// waitTown waits until everything is read: catalog, code, pages, words, people.
func waitTown(t *testing.T, svc *service) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		people := svc.identity.people.Load()
		if svc.ready.Load() && svc.coded.Load() && svc.read.Load() && svc.indexed() && people != nil && people.generation == svc.live.Reader().Generation() {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not ready: %v %v %v %v", svc.ready.Load(), svc.coded.Load(), svc.read.Load(), svc.indexed())
		}
	}
}

// members are a platform on which everybody is a member but UGUEST, and of whom it tells nothing else.
type members struct{}

func (members) UserAnnotations() []string { return []string{"slack.com/user-id"} }

func (members) Account(a bot.Actor, _ bot.Address) (bot.Account, bool) {
	return bot.Account{IDs: []string{a.ID}, Guest: a.ID == "UGUEST"}, true
}

func withoutSecret(text string) string {
	var out strings.Builder
	for doc := range strings.SplitSeq(text, "---\n") { // lines become comments, so that the others keep their numbers
		whole := strings.Contains(doc, "\n# secret\n")
		if out.Len() > 0 {
			out.WriteString("---\n")
		}
		for line := range strings.Lines(doc) {
			if whole || strings.HasSuffix(line, "# secret\n") {
				line = "#\n"
			}
			out.WriteString(line)
		}
	}
	return out.String()
}

// event sends an event from the outsider, or whoever is named.
func (w *town) event(actor, channel string, in bot.Input) string {
	r := w.reply(actor, channel, in)
	if work, ok := r.(bot.Work); ok {
		var err error
		if r, err = work.Run(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
	}
	r, err := bot.Await(w.t.Context(), r) // how far long work has come is a matter of the moment
	if err != nil {
		w.t.Fatal(err)
	}
	return strings.ReplaceAll(shown(r), w.dir, "DIR")
}

func (w *town) reply(actor, channel string, in bot.Input) bot.Reply {
	ev := &bot.Event{
		ID: "e", Time: time.Now(), Address: bot.Address{Platform: "slack", Workspace: "T1", Channel: channel, Thread: fmt.Sprint(time.Now().UnixNano())},
		Actor: bot.Actor{Platform: "slack", Workspace: "T1", ID: actor}, Channel: bot.Channel{Direct: strings.HasPrefix(channel, "D"), Name: "general"},
		Locale: lang.English, Input: in, Forms: true,
	}
	r, err := w.svc.mux.Handle(w.t.Context(), ev)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// shown is everything in a reply that anybody could see, buttons and what they carry included.
func shown(r bot.Reply) string {
	text, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		text = []byte(fmt.Sprintf("%#v", r))
	}
	return fmt.Sprintf("%T %s", r, ages.ReplaceAllString(string(text), "AGE"))
}

// ages are what differs between two services that are started one after the other.
var ages = regexp.MustCompile(`just now|\d+ (?:s|sec|second|min|minute|h|hour)s? ago|刚刚|\d+ ?(?:秒|分钟|小时)前|"AsOf": "[^"]*"|request [0-9A-F]{8}|[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}|0x[0-9a-f]+`)

func (w *town) get(method, path, body string) string {
	req := httptest.NewRequest(method, "https://portal.town.example"+path, strings.NewReader(body))
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	rec := httptest.NewRecorder()
	w.web.ServeHTTP(rec, req)
	text, err := io.ReadAll(rec.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return fmt.Sprint(rec.Code, " ", ages.ReplaceAllString(volatile.ReplaceAllString(strings.ReplaceAll(string(text), w.dir, "DIR"), ""), "AGE"))
}

// volatile are the parts of pages that are new each time, or count for themselves.
var volatile = regexp.MustCompile(`nonce="[^"]*"|"etag":"[^"]*"|"uid":"[^"]*"|content="[0-9a-f]{32,}"|<time[^>]*>[^<]*</time>`)

// look is one thing to ask both towns, and what of the secret it says itself.
type look struct {
	name string
	ask  func(*town) string
}

func looks() []look {
	var all []look
	add := func(name string, ask func(*town) string) { all = append(all, look{name, ask}) }
	names := []string{
		"vaultkeeper", "Vault Keeper", "component:vaultkeeper", "vault keper", "vualtkeeper", "vaultkeepers", "vault", "strongroom", "resource:default/strongroom",
		"fortress", "the fortress", "vault-api", "evelyn", "Evelyn Stone", "security", "Night Watch", "heist", "secretlib", "hushhush", "till", "ledger", "payments", "ada", "kiosk", "porters",
	}
	patterns := []string{
		"who owns %s", "%s 谁负责", "where is the api of %s", "which version of go does %s use", "who is on call for %s", "where are the docs of %s", "what depends on %s",
		"what does %s depend on", "what does %s own", "who is in %s", "is %s deprecated", "what is %s", "show me the builds of %s", "lighthouse scores of %s", "new service from %s",
	}
	for _, n := range names {
		for _, p := range patterns {
			text := fmt.Sprintf(p, n)
			add(text, func(w *town) string { return w.event("UADA", "C1", bot.Said{Text: text}) })
		}
		for _, sub := range []string{"owner", "oncall", "api", "version", "docs", "dependents", "dependencies", "owned-by", "members", "lifecycle", "show", "search", "problems", "subscribe", "bind", "refresh"} {
			text := sub + " " + n
			add("/backchannel "+text, func(w *town) string {
				return w.event("UADA", "D1", bot.Invoked{Path: []string{"backchannel"}, Args: text})
			})
		}
		for _, slash := range []string{"oncall", "new-service"} {
			add("/"+slash+" "+n, func(w *town) string {
				return w.event("UADA", "C1", bot.Invoked{Path: []string{slash}, Args: n})
			})
		}
		add("owner of message "+n, func(w *town) string {
			return w.event("UADA", "C1", bot.Invoked{Path: []string{"owner_of_message"}, Quoted: "I think " + n + " is broken"})
		})
		add("form "+n, func(w *town) string {
			return w.event("UADA", "C1", bot.Submitted{Form: "ask", Values: card.Values{"question": {"who owns " + n}}})
		})
	}
	return append(append(all, looksAround()...), looksWeb(names)...)
}

// looksAround are counts, tables, typing, pages of one's own and previews.
func looksAround() []look {
	var all []look
	add := func(name string, ask func(*town) string) { all = append(all, look{name, ask}) }
	for _, text := range []string{
		"how many services are there", "list all components", "list all apis", "which databases do we have", "who is on call", "everyone on call", "which versions of gin do we use",
		"which versions of secretlib do we use", "who uses secretlib", "which version of go is everyone on", "who is still on go 1.22", "what is wrong with the catalog", "problems", "which services have no docs",
		"which services have no owner", "what do I own", "my services", "am I on call", "who is in my team", "where is the combination", "how do I count the coins", "which service guards the recipe of the sourdough",
		"sourdough", "which teams are there", "list all people", "list all templates", "which systems do we have", "which services are in production", "who is Evelyn Stone", "service tagged hushhush", "help", "the papers of the night watch", "templates of the night watch", "night papers",
	} {
		for _, at := range []string{"C1", "D1"} {
			add(text+" in "+at, func(w *town) string { return w.event("UADA", at, bot.Said{Text: text}) })
		}
		add(text+" from nobody", func(w *town) string { return w.event("UNKNOWN", "C1", bot.Said{Text: text}) })
		add("/backchannel "+text, func(w *town) string {
			return w.event("UADA", "C1", bot.Invoked{Path: []string{"backchannel"}, Args: text})
		})
	}
	for _, typed := range []string{"", "v", "va", "vault", "str", "s", "night", "eve", "the ", "x", "he", "recipe"} {
		for _, what := range []card.FieldKind{card.FieldEntity, card.FieldOwner} {
			add("typing "+typed+" "+string(what), func(w *town) string { return w.event("UADA", "C1", bot.Asked{What: what, Query: typed}) })
		}
	}
	add("home", func(w *town) string { return w.event("UADA", "D1", bot.Opened{Surface: bot.SurfaceHome}) })
	add("home of nobody", func(w *town) string { return w.event("UNKNOWN", "D1", bot.Opened{Surface: bot.SurfaceHome}) })
	for _, team := range []string{"group:default/security", "group:default/nothing", "group:default/payments"} {
		add("home of "+team, func(w *town) string {
			return w.event("UADA", "D1", bot.Pressed{Intent: card.Intent{Name: "home", Args: []string{team}}, Private: true})
		})
	}
	for _, who := range []string{"UADA", "UEVE"} {
		add("links of "+who, func(w *town) string {
			return w.event(who, "C1", bot.Linked{URLs: []string{
				"https://portal.town.example/catalog/default/component/vaultkeeper", "https://portal.town.example/catalog/default/component/till",
				"https://portal.town.example/docs/default/component/vaultkeeper", "https://portal.town.example/catalog/default/component/nothing",
			}})
		})
		add("aloud by "+who, func(w *town) string { return w.event(who, "C1", bot.Said{Text: "what does till depend on"}) })
	}
	for _, name := range []string{"find", "ask", "choose", "more", "share"} {
		for _, ref := range []string{"component:default/vaultkeeper", "component:default/nothing", "component:default/till"} {
			add("stale button "+name+" "+ref, func(w *town) string {
				return w.event("UADA", "C1", bot.Pressed{Intent: card.Intent{Name: name, Args: []string{"owner", "en", ref}}})
			})
		}
	}
	return all
}

// looksWeb are pages and the API.
func looksWeb(names []string) []look {
	var all []look
	add := func(method, path, body string) {
		all = append(all, look{method + " " + path + " " + body, func(w *town) string { return w.get(method, path, body) }})
	}
	for _, path := range []string{
		"/", "/catalog", "/catalog?kind=component", "/catalog/default/component/vaultkeeper", "/catalog/default/component/till", "/catalog/default/component/ledger",
		"/catalog/default/group/security", "/catalog/default/user/evelyn", "/catalog/default/api/vault-api", "/docs/default/component/vaultkeeper/", "/docs/default/component/till/", "/templates", "/radar", "/catalog/default/template/kiosk", "/catalog/default/group/porters",
		"/catalog/default/component/vaultkeeper/descriptor", "/catalog/default/component/till/descriptor", "/catalog/default/component/ledger/descriptor", "/catalog?owner=security", "/catalog?system=fortress", "/chat",
		"/api/catalog/entities/by-query", "/api/catalog/entities/by-query?limit=2&fields=metadata.name", "/api/catalog/entities/by-query?filter=metadata.labels.secret=yes", "/api/catalog/entities/by-query?fullTextFilterTerm=vault",
		"/api/catalog/entities/by-query?filter=relations.dependsOn=resource:default/strongroom", "/api/catalog/entities/by-query?filter=spec.owner=security", "/api/catalog/entities/by-query?filter=spec.system=fortress",
		"/api/catalog/entities/by-name/component/default/vaultkeeper", "/api/catalog/entities/by-name/component/default/till", "/api/catalog/entities/by-name/component/default/ledger",
		"/api/catalog/entity-facets?facet=kind&facet=metadata.tags&facet=spec.owner&facet=spec.system&facet=spec.dependsOn&facet=relations.ownedBy&facet=spec.type",
	} {
		add(http.MethodGet, path, "")
	}
	for _, n := range names {
		escaped := strings.ReplaceAll(n, " ", "+")
		add(http.MethodGet, "/search?q="+escaped, "")
		add(http.MethodGet, "/api/search/query?term="+escaped, "")
		add(http.MethodPost, "/api/ask", `{"id": "1", "text": "who owns `+n+`"}`)
	}
	add(http.MethodGet, "/api/search/query?term=combination", "")
	add(http.MethodPost, "/api/catalog/entities/by-refs", `{"entityRefs": ["component:default/vaultkeeper", "component:default/till", "component:default/nothing"]}`)
	add(http.MethodPost, "/api/ask", `{"id": "1", "text": "list all components"}`)
	add(http.MethodPost, "/api/ask", `{"id": "1", "text": "which versions of gin do we use"}`)
	return all
}

func TestNothingHiddenShows(t *testing.T) {
	with, without := newTown(t, true), newTown(t, false)
	for _, l := range looks() {
		got, want := l.ask(with), l.ask(without)
		if got != want {
			t.Errorf("%s: the secret shows\n%s", l.name, cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
		}
		for _, word := range secretWords {
			if strings.Contains(got, word) && !strings.Contains(strings.ToLower(l.name), strings.ToLower(word)) && !strings.Contains(want, word) {
				t.Errorf("%s: %q is in\n%s", l.name, word, got)
			}
		}
	}
	if got := with.event("UEVE", "D1", bot.Said{Text: "who owns vaultkeeper"}); !strings.Contains(got, "Night Watch") {
		t.Errorf("whoever may see the secret does not\n%s", got)
	}
	if got := with.event("UEVE", "C1", bot.Said{Text: "who owns vaultkeeper"}); strings.Contains(got, "Night Watch") {
		t.Errorf("the secret is told to a channel\n%s", got)
	}
}

// TestNothingHiddenIsShared presses the buttons of an answer that only the asker may see.
func TestNothingHiddenIsShared(t *testing.T) {
	w := newTown(t, true)
	r, ok := w.reply("UEVE", "C1", bot.Invoked{Path: []string{"backchannel"}, Args: "owner vaultkeeper"}).(bot.Whisper)
	if !ok || !strings.Contains(card.Plain(r.Message), "Night Watch") {
		t.Fatalf("the answer is %+v", r)
	}
	pressed := 0
	for _, b := range r.Message.Blocks {
		actions, _ := b.(card.Actions)
		for _, a := range actions.Items {
			if a.Intent.Name == "" {
				continue
			}
			pressed++
			for _, private := range []bool{true, false} {
				got := w.reply("UEVE", "C1", bot.Pressed{Intent: a.Intent, Private: private})
				_, shared := got.(bot.Share)
				if said, _, _ := bot.MessageOf(got); (shared || !private) && slices.ContainsFunc(secretWords[1:], func(word string) bool { return strings.Contains(card.Plain(said), word) }) {
					t.Errorf("%s tells the channel\n%s", a.Label, card.Plain(said))
				}
				if a.Intent.Name == "share" && shared {
					t.Errorf("it was shared: %+v", got)
				}
			}
			if said := w.event("UADA", "C1", bot.Pressed{Intent: a.Intent, Private: true}); strings.Contains(said, "Night Watch") {
				t.Errorf("%s tells somebody else\n%s", a.Label, said)
			}
		}
	}
	if pressed == 0 {
		t.Error("the answer has no buttons")
	}
}

func TestWhoIsNotServedIsToldNothing(t *testing.T) {
	w := newTown(t, true)
	for _, in := range []bot.Input{
		bot.Said{Text: "who owns till"}, bot.Invoked{Path: []string{"backchannel"}, Args: "owner till"}, bot.Asked{What: card.FieldEntity}, bot.Opened{Surface: bot.SurfaceHome},
		bot.Linked{URLs: []string{"https://portal.town.example/catalog/default/component/till"}}, bot.Pressed{Intent: card.Intent{Name: "home", Args: []string{"group:default/payments"}}},
		bot.Submitted{Form: "ask", Values: card.Values{"question": {"who owns till"}}},
	} {
		for who, actor := range map[string]bot.Actor{
			"another workspace": {Platform: "slack", Workspace: "T2", ID: "U1"}, "a stranger": {Platform: "slack", Workspace: "T9", ID: "U1"}, "a guest": {Platform: "slack", Workspace: "T1", ID: "UGUEST"},
		} {
			ev := &bot.Event{ID: "e", Address: bot.Address{Platform: "slack", Workspace: "T1", Channel: "C1"}, Actor: actor, Locale: lang.English, Input: in}
			if who == "another workspace" {
				ev.Address.Workspace = "T2"
			}
			_, linked := in.(bot.Linked)
			if linked && who != "another workspace" {
				continue // what the channel may see counts
			}
			r, err := w.svc.mux.Handle(t.Context(), ev)
			if got := shown(r); err != nil || strings.Contains(strings.ToLower(got), "payments") || strings.Contains(got, "till") {
				t.Errorf("%s, %T: %s, %v", who, in, got, err)
			}
		}
	}
}
