package web

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/bot/card/cardtest"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/docs"
	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/plugins"
)

func noon() time.Time { return time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC) }

// company is a small catalog.
func company(docsDir string) []*catalog.Entity {
	checkout := searchtest.Entity("component:checkout", searchtest.Title("Checkout"), searchtest.Type("service"), searchtest.Lifecycle("production"),
		searchtest.About("Takes a basket and makes an order of it, with payment, tax and delivery settled."), searchtest.Tags("java", "critical"), searchtest.Owner("group:checkout-crew"),
		searchtest.Rel("dependsOn", "component:payments"), searchtest.Rel("dependsOn", "resource:orders-db"),
		searchtest.Rel("providesApi", "api:checkout-api"), searchtest.Rel("partOf", "system:storefront"))
	checkout.Annotations = []catalog.Pair{{Key: "backstage.io/source-location", Value: "url:https://git.example.com/acme/checkout/tree/main/"}, {Key: "backstage.io/techdocs-ref", Value: "dir:."}}
	checkout.Links = []catalog.Link{{URL: "https://grafana.example.com/d/checkout", Title: "Dashboard"}, {URL: "javascript:alert(1)", Title: "bad"}}
	checkout.Source.Location, checkout.Source.Line = filepath.Join(docsDir, "components-commerce.yaml"), 5
	crew := searchtest.Entity("group:checkout-crew", searchtest.Person("Checkout Crew", "checkout@example.com"), searchtest.Rel("childOf", "group:commerce"))
	crew.Links = []catalog.Link{{URL: "https://chat.example.com/c/checkout", Title: "#checkout"}}
	payments := searchtest.Entity("component:payments", searchtest.Title("Payments"), searchtest.Type("service"), searchtest.Lifecycle("production"), searchtest.Owner("group:ghosts"))
	hostile := searchtest.Entity("component:hostile", searchtest.Title(`<script>alert(1)</script>`), searchtest.About(`"><img src=x onerror=alert(1)>`))
	return []*catalog.Entity{
		checkout, crew, payments, hostile, searchtest.Entity("group:commerce", searchtest.Person("Commerce", "")), searchtest.Entity("user:mei", searchtest.Person("Mei Lin", "mei@example.com"), searchtest.Rel("memberOf", "group:checkout-crew")),
		searchtest.Entity("api:checkout-api", searchtest.Title("Checkout API"), searchtest.Owner("group:checkout-crew")), searchtest.Entity("system:storefront"), searchtest.Entity("resource:orders-db"),
	}
}

type onCall struct{ plugins.None }

func (onCall) Shifts(context.Context, plugins.OnCallQuery) ([]plugins.Shift, error) {
	return []plugins.Shift{{Person: searchtest.Ref("user:mei"), Until: noon().Add(2 * time.Hour), Zone: time.UTC}, {Person: searchtest.Ref("user:gone"), Secondary: true, Zone: time.UTC}}, nil
}

// chatter answers with the sample a question names, presses with what they mean.
func chatter(_ context.Context, ev *bot.Event) (bot.Reply, error) {
	text := "press"
	switch in := ev.Input.(type) {
	case bot.Said:
		text = in.Text
	case bot.Pressed:
		text = "pressed " + in.Token
	}
	for _, s := range cardtest.Samples() {
		if s.Name == strings.ReplaceAll(text, " ", "-") {
			return bot.Say{Message: s.Message}, nil
		}
	}
	m := card.Message{Blocks: []card.Block{card.Text{Spans: []card.Span{card.T("You said: "), card.S(text)}}}}
	switch text {
	case "panic":
		return nil, context.DeadlineExceeded
	case "slow":
		return bot.Work{Run: func(context.Context) (bot.Reply, error) { return bot.Say{Message: m}, nil }}, nil
	case "zone":
		m.Blocks = []card.Block{card.Text{Spans: []card.Span{card.T("zone " + ev.Zone.String())}}}
	}
	return bot.Whisper{Message: m}, nil
}

const manual = `# Checkout

Takes a basket and makes an order of it.

## Run it

Start it with ` + "`make run`" + `:

` + "```sh\nmake run PORT=8080\ncurl localhost:8080/healthz\n```" + `

## How it works

| Step | Service | Timeout |
|---|---|---:|
| Reserve | stock | 2 s |
| Charge | payments | 10 s |

> Money is charged last.

- [The runbook](runbook.md)
- A picture: ![flow](flow.svg)
`

// site is a Web on the small company.
func site(t testing.TB, change ...func(*Config)) *Web {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"mkdocs.yml": "site_name: Checkout manual\nnav:\n  - Start: index.md\n  - Operations:\n      - Runbook: runbook.md\n      - Alerts: alerts.md\n", "docs/index.md": manual,
		"docs/runbook.md": "# Runbook\n\n## When orders pile up\n\nScale **checkout** first.\n\n## When payments fail\n\nCall the bank.\n", "docs/alerts.md": "# Alerts\n\n```mermaid\ngraph TD\n  A --> B\n```\n\n```mermaid\nbroken\n```\n", "docs/flow.svg": `<svg xmlns="http://www.w3.org/2000/svg"/>`,
	} {
		path := filepath.Join(dir, "checkout", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	entities := company(dir)
	trees, err := scm.New([]scm.Mirror{{URL: "https://git.example.com/acme/", Dir: dir}}, dir)
	if err != nil {
		t.Fatal(err)
	}
	library := docs.NewLibrary(trees, noon)
	var sections []search.Doc
	if err := library.Load(t.Context(), entities, func(_ catalog.Ref, d []search.Doc) { sections = append(sections, d...) }); err != nil {
		t.Fatal(err)
	}
	ref := searchtest.Ref("component:checkout")
	reader := search.NewReader(catalog.Changes{
		Generation: 1, Full: true, Upserts: entities, Checked: map[string]time.Time{"test": noon().Add(-2 * time.Minute)},
		Facts: []catalog.Fact{
			{Entity: ref, Producer: "inventory", Key: "tech/java", Value: `[{"name":"Java","kind":"language","res":"21","file":"pom.xml","line":9}]`},
			{Entity: ref, Producer: "inventory", Key: "tech/a-spring-boot", Value: `[{"name":"Spring Boot","kind":"framework","decl":"3.2.5","file":"pom.xml"}]`},
			{Entity: ref, Producer: "inventory", Key: "tech/broken", Value: `nonsense`},
		},
	}, sections, search.Options{})
	t.Cleanup(func() {
		if err := reader.Close(); err != nil {
			t.Error(err)
		}
	})
	cfg := Config{
		Organization: "Harborlane", BaseURL: "http://portal.example.com", Now: noon, Docs: library, Random: strings.NewReader(strings.Repeat("0123456789abcdef", 64)),
		View: func() search.View { return reader.For(catalog.Viewer{}) }, Chat: bot.HandlerFunc(chatter), Plugins: plugins.Capabilities{OnCall: onCall{}},
		Tokens: bot.NewTokens([][]byte{[]byte("0123456789abcdef0123456789abcdef")}, time.Hour, noon),
		Ask: func(_ context.Context, q Question) (bot.Answer, card.Message) {
			return bot.Answer{Intent: "owner", Outcome: bot.Answered, Entities: []string{"component:default/checkout"}}, card.Message{Blocks: []card.Block{card.Text{Spans: []card.Span{card.T("Asked: " + q.Text)}}}}
		},
	}
	for _, c := range change {
		c(&cfg)
	}
	w, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return w
}
