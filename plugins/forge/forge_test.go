package forge_test

import (
	"context"
	"iter"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/forge"
	"github.com/backchannel-portal/backchannel/plugins/forge/forgetest"
	"github.com/backchannel-portal/backchannel/plugins/github"
	"github.com/backchannel-portal/backchannel/plugins/gitlab"
	"github.com/backchannel-portal/backchannel/plugins/proxy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var start = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// world is the plugin of one kind of host in a program of its own, against the stand-in.
type world struct {
	*testing.T
	kind   string
	server *forgetest.Server
	plugin *forge.Plugin
	pay    *catalog.Entity

	mu    sync.Mutex
	at    time.Time
	facts []catalog.Fact
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *world) later(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

// Write and Of implement plugins.Facts.
func (w *world) Write(_ context.Context, _ []catalog.Ref, facts []catalog.Fact) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.facts = facts
	return nil
}

func (w *world) Of(catalog.Ref) []catalog.Fact {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.facts
}

// Entity and Entities implement plugins.Catalog.
func (w *world) Entity(ref catalog.Ref) (*catalog.Entity, bool) { return w.pay, ref == w.pay.Ref }

func (w *world) Entities() iter.Seq[*catalog.Entity] { return slices.Values([]*catalog.Entity{w.pay}) }

// kinds are both hosts.
func kinds(t *testing.T, test func(w *world)) {
	for _, kind := range []string{"github", "gitlab"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			test(open(t, kind, patient))
		})
	}
}

// How long an answer is waited for: by a test that is about something else, and by one that is about answers without end.
const (
	patient   = 30 * time.Second
	impatient = 300 * time.Millisecond
)

func open(t *testing.T, kind string, timeout time.Duration) *world {
	t.Helper()
	w := &world{T: t, kind: kind, at: start}
	w.pay = &catalog.Entity{Ref: catalog.MakeRef("component", "", "pay"), Name: "pay", Annotations: []catalog.Pair{{Key: kind + ".com/project-slug", Value: "acme/pay"}}}
	c := forge.Config{}
	host := kind + ".com"
	if kind == "github" {
		w.server = forgetest.GitHub(start)
		c.Kind = forge.Kind{Name: github.Name, Title: github.Title, Noun: lang.RepoPullNoun, Pulls: lang.RepoPullsTitle, Topic: "actions", About: lang.RepoTopicActions, CI: []string{"circleci.com/project-slug"}}
		c.Forge = func(h plugins.Host) (plugins.Forge, error) { return github.New(h, []string{host}) }
	} else {
		w.server = forgetest.GitLab(start)
		c.Kind = forge.Kind{Name: gitlab.Name, Title: gitlab.Title, Noun: lang.RepoMergeNoun, Pulls: lang.RepoMergesTitle, Topic: "pipelines", About: lang.RepoTopicPipelines, CI: []string{"circleci.com/project-slug"}}
		c.Forge = func(h plugins.Host) (plugins.Forge, error) { return gitlab.New(h, []string{host}) }
	}
	sign := func(_ context.Context, _ string, h http.Header) error {
		h.Set("Authorization", "Bearer "+forgetest.Token)
		return nil
	}
	p, err := proxy.New([]proxy.Config{{Name: kind + "/" + host, Target: w.server.URL, Sign: sign, Rate: 1000, Keep: -1, Timeout: timeout}},
		proxy.Options{Clock: w.now, Backoff: time.Millisecond, Rand: func() float64 { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	w.plugin = forge.New(c)
	up := func(name string) (plugins.Upstream, error) { return p.Upstream(name) }
	if err := w.plugin.Start(t.Context(), plugins.Host{Now: w.now, Upstream: up, Facts: w, Catalog: w}.Whole()); err != nil {
		t.Fatal(err)
	}
	if _, err := plugins.NewEntry(w.plugin); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.plugin.Close(); err != nil {
			t.Error(err)
		}
		p.Close()
		w.server.Close()
	})
	return w
}

var address = regexp.MustCompile(` \(https?://[^)]*\)`)

func (w *world) show(view string, l lang.Lang) (string, error) {
	w.Helper()
	for _, v := range w.plugin.Views() {
		if v.Name == view {
			if v.Has != nil && !v.Has(w.pay) {
				return "nothing", nil
			}
			c, err := v.Show(w.Context(), plugins.Query{Entity: w.pay, Lang: l, Now: w.now()})
			return address.ReplaceAllString(card.Plain(c.Message), ""), err
		}
	}
	w.Fatalf("no view %s", view)
	return "", nil
}

func (w *world) has(view string, l lang.Lang, parts ...string) {
	w.Helper()
	text, err := w.show(view, l)
	if err != nil {
		w.Errorf("%s: %v", view, err)
	}
	for _, p := range parts {
		if !strings.Contains(text, p) {
			w.Errorf("%s: %q is not in:\n%s", view, p, text)
		}
	}
}

func TestViews(t *testing.T) {
	t.Parallel()
	kinds(t, func(w *world) {
		noun := map[string]string{"github": "pull request", "gitlab": "merge request"}[w.kind]
		w.has("repository", lang.English, "acme/pay has 2 open "+noun+"s.", "The last release of acme/pay is v1.3.0-rc.1 (pre-release), 3 h ago by bot.",
			"acme/pay: v1.2.0 was deployed to production 30 min ago by ann.")
		w.has("repository", lang.Chinese, "acme/pay 有 2 个未合并的", "最近一次发布是 v1.3.0-rc.1（预发布）")
		w.has("pulls", lang.English, "Round to the cent by ann, 1 h ago; waits for bob, Payments", "Try a queue by cy, 2 days ago (draft)")
		w.has("releases", lang.English, "v1.3.0-rc.1 (pre-release), 3 h ago by bot.", "- v1.2.0, 2 days ago")
		w.has("deployments", lang.English, "v1.2.0 was deployed to production", "deploying main to staging failed 2 h ago.")
		w.has("codeowners", lang.English, "Everything in acme/pay is reviewed by @acme/payments; 2 rules say otherwise.", "/docs/", "@ann, docs@acme.example")
		w.has("builds", lang.English, "main of acme/pay is broken since 09:25 UTC", "#103 failed, commit 0123456 by", "Job test", "feature/x")
	})
}

func TestElsewhere(t *testing.T) {
	t.Parallel()
	kinds(t, func(w *world) {
		w.pay.Annotations = append(w.pay.Annotations, catalog.Pair{Key: "circleci.com/project-slug", Value: "gh/acme/pay"})
		w.has("builds", lang.English, "nothing")
		w.pay.Annotations = []catalog.Pair{{Key: "backstage.io/source-location", Value: "url:https://" + w.kind + ".com/acme/pay" + map[string]string{"github": "/tree/main/", "gitlab": "/-/tree/main/"}[w.kind]}}
		w.has("pulls", lang.English, "acme/pay has 2 open")
		w.pay.Annotations = []catalog.Pair{{Key: "backstage.io/source-location", Value: "url:https://other.example/acme/pay/"}}
		w.has("pulls", lang.English, "nothing")
		w.pay.Annotations = []catalog.Pair{{Key: w.kind + ".com/project-slug", Value: "acme/../x"}}
		w.has("pulls", lang.English, "nothing")
		w.pay.Annotations = []catalog.Pair{{Key: w.kind + ".com/project-slug", Value: "acme/unknown"}}
		w.has("pulls", lang.English, "knows no repository acme/unknown")
	})
}

func TestHappened(t *testing.T) {
	t.Parallel()
	kinds(t, func(w *world) {
		got, err := w.plugin.Happened(t.Context(), w.pay, start.Add(-4*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(got, func(a, b plugins.Happening) int { return b.At.Compare(a.At) })
		var all []string
		for _, h := range got {
			all = append(all, string(h.Kind)+" "+h.Title+" "+h.Where)
		}
		name := map[string]string{"github": "CI", "gitlab": "pipeline"}[w.kind]
		want := []string{"deploy v1.2.0 production", "failed " + name + " #103 main", "merge Faster ledger ", "deploy-failed main staging", "release v1.3.0-rc.1 "}
		if !slices.Equal(all, want) {
			t.Errorf("%q", all)
		}
	})
}

func TestCheckAndNews(t *testing.T) {
	t.Parallel()
	kinds(t, func(w *world) {
		check := w.plugin.Checks()[0]
		if err := check.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		topics := w.plugin.Topics()
		release, broken := topics[1].Items(w.facts), topics[0].Items(w.facts)
		if len(broken) != 1 || !strings.Contains(broken[0].Value, `"state":"failed"`) {
			t.Fatalf("%+v", broken)
		}
		if w.kind == "github" && (len(release) != 1 || release[0].Value != "v1.2.0") {
			t.Errorf("%+v", release)
		}
		if got := topics[1].Say(lang.English, plugins.Change{From: "v1", To: "v2"}, []card.Span{card.S("Pay")}); got[0].Text+got[1].Text+got[2].Text != "Pay released v2" {
			t.Errorf("%+v", got)
		}
		n := w.server.Asked()
		if err := check.Run(t.Context()); err != nil || w.server.Asked() != n {
			t.Errorf("%v, %d requests more", err, w.server.Asked()-n)
		}
	})
}

// recovers looks at the pulls until they are shown: a machine that is busy may take longer than an answer is waited for.
func (w *world) recovers(want string) {
	w.Helper()
	text, err := "", error(nil)
	for range 50 {
		w.later(2 * time.Hour)
		if text, err = w.show("pulls", lang.English); strings.Contains(text, want) {
			return
		}
	}
	w.Errorf("it does not recover: %s, %v", text, err)
}

// TestFaults: whatever the host answers, there is a clear error, in bounded time, and few requests.
func TestFaults(t *testing.T) {
	t.Parallel()
	kinds(t, func(w *world) {
		endless := open(w.T, w.kind, impatient)
		for _, how := range forgetest.Faults() {
			w := w
			if how == "drip" {
				w = endless
			}
			w.server.Break(how)
			w.later(48 * time.Hour) // nothing that is kept counts, and nobody rests
			before := w.server.Asked()
			for _, view := range []string{"pulls", "builds", "repository", "deployments", "codeowners"} {
				text, err := w.show(view, lang.English)
				switch how {
				case "401", "403":
					if !fault.Is(err, fault.Forbidden) {
						t.Errorf("%s, %s: %s, %v", how, view, text, err)
					}
				case "404", "skew":
					if err != nil {
						t.Errorf("%s, %s: %v", how, view, err)
					}
				default:
					if err == nil && view != "codeowners" && view != "builds" {
						t.Errorf("%s, %s: %s", how, view, text)
					}
					if err != nil && (strings.Contains(err.Error(), forgetest.Token) || strings.Contains(err.Error(), "127.0.0.1")) {
						t.Errorf("%s, %s: %v", how, view, err)
					}
				}
			}
			for range 10 {
				_, _ = w.show("pulls", lang.English)
			}
			if n := w.server.Asked() - before; n > 60 {
				t.Errorf("%s: %d requests", how, n)
			}
			w.server.Break("")
			w.recovers("acme/pay has 2 open")
		}
	})
}
