package lighthouse

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

func steps(into *[]plugins.AuditStep) func(plugins.AuditStep) {
	return func(s plugins.AuditStep) { *into = append(*into, s) }
}

func TestServiceAudits(t *testing.T) {
	t.Parallel()
	s, remote := newService(t)
	p, tw, clock := plugin(t, func(c *Config) { c.Service = remote })
	var seen []plugins.AuditStep
	a, err := p.Audit(t.Context(), plugins.AuditRequest{URL: "https://shop.acme.example", Form: plugins.FormDesktop}, steps(&seen))
	if err != nil {
		t.Fatal(err)
	}
	scores := []plugins.Score{
		{ID: "performance", Title: "Performance", Value: 90}, {ID: "accessibility", Title: "Accessibility", Value: 100}, {ID: "seo", Title: "SEO", Value: 93},
		{ID: "pwa", Title: "PWA", Value: plugins.NoScore},
	}
	if diff := cmp.Diff(scores, a.Scores); diff != "" || a.State != plugins.AuditCompleted || a.Form != plugins.FormMobile || a.Tool != "Lighthouse 12.8.2" {
		t.Errorf("%+v %s", a, diff)
	}
	if diff := cmp.Diff([]plugins.AuditStep{plugins.AuditStarts, plugins.AuditMeasures, plugins.AuditConcludes}, seen); diff != "" {
		t.Error(diff)
	}
	if got := tw.fact("shop", "performance") + " " + tw.fact("shop-2", "seo") + " " + tw.fact("blog", "seo"); got != "90 93 " {
		t.Errorf("facts %q", got)
	}
	page, err := p.WebPage(t.Context(), plugins.WebQuery{Path: strings.TrimPrefix(a.Report, root+"/"), Lang: lang.English, Sees: func(catalog.Ref) bool { return true }})
	if err != nil || page.File == nil || !strings.Contains(string(page.File.Body), "<title>report") {
		t.Errorf("the report: %+v, %v", page, err)
	}

	// What others have audited is taken over once, and only what the catalog names.
	s.mu.Lock()
	s.score = 0.7
	s.add("https://blog.acme.example/start", "COMPLETED", noon.Add(time.Hour))
	s.add("https://elsewhere.example/", "COMPLETED", noon.Add(time.Hour))
	s.audits[1]["timeCompleted"] = noon.Add(time.Hour + time.Minute).Format(time.RFC3339)
	s.mu.Unlock()
	clock.pass(2 * time.Hour)
	p.cfg.Every = 0
	for range 2 {
		if err := p.look(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	blog := tw.entities[2]
	sites, err := p.Sites(t.Context(), blog)
	if err != nil || len(sites) != 1 || len(sites[0].Audits) != 1 || sites[0].Audits[0].Score("performance") != 70 || sites[0].Silent || !sites[0].AsOf.Equal(clock.now()) {
		t.Fatalf("%+v, %v", sites, err)
	}
	if got := tw.fact("blog", "budget.performance"); got != "70/80" {
		t.Errorf("the budget: %q", got)
	}
	all, err := p.cfg.Store.Recent(t.Context(), 10)
	if err != nil || len(all) != 2 {
		t.Errorf("%d audits are kept, %v", len(all), err)
	}

	// The service goes away: what is known stays, and says so.
	s.mu.Lock()
	s.fault = func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(http.StatusBadGateway); return true }
	s.mu.Unlock()
	if err := p.look(t.Context()); !fault.Is(err, fault.Upstream) {
		t.Errorf("away: %v", err)
	}
	if sites, err := p.Sites(t.Context(), blog); err != nil || !sites[0].Silent || len(sites[0].Audits) != 1 {
		t.Errorf("away: %+v, %v", sites, err)
	}
}

func TestServiceFaults(t *testing.T) {
	t.Parallel()
	text := func(status int, kind, body string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			fmt.Fprint(w, body)
			return true
		}
	}
	for name, tt := range map[string]struct {
		fault func(http.ResponseWriter, *http.Request) bool
		kind  fault.Kind
	}{
		"401":         {text(401, "text/plain", "no"), fault.Forbidden},
		"403":         {text(403, "text/plain", "no"), fault.Forbidden},
		"404":         {text(404, "text/plain", "no"), fault.NotFound},
		"500":         {text(500, "text/plain", "no"), fault.Upstream},
		"HTML":        {text(200, "text/html", "<html>login"), fault.Upstream},
		"truncated":   {text(200, "application/json", `{"items": [`), fault.Upstream},
		"wrong types": {text(200, "application/json", `{"id": 7, "items": 7}`), fault.Upstream},
		"changed":     {text(200, "application/json", `{"audit": {}}`), fault.Upstream},
		"large":       {text(200, "application/json", strings.Repeat(" ", 2<<20)), fault.Invalid},
		"drip": {func(w http.ResponseWriter, r *http.Request) bool {
			fmt.Fprint(w, `{`)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
			return true
		}, fault.Upstream},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, remote := newService(t)
			s.fault = tt.fault
			p, _, _ := plugin(t, func(c *Config) { c.Service = remote })
			_, err := p.Audit(t.Context(), plugins.AuditRequest{URL: "https://shop.acme.example"}, func(plugins.AuditStep) {})
			if !fault.Is(err, tt.kind) {
				t.Errorf("%v, want %v", err, tt.kind)
			}
			sites, err := p.Sites(t.Context(), site("shop", "https://shop.acme.example"))
			if err != nil || len(sites[0].Audits) != 1 || sites[0].Audits[0].State != plugins.AuditFailed || sites[0].Audits[0].Why == "" {
				t.Errorf("%+v, %v", sites, err)
			}
			if name != "changed" { // a list of nothing
				if err := p.TakeOver(t.Context()); !fault.Is(err, tt.kind) {
					t.Errorf("the list: %v", err)
				}
			}
		})
	}
	s, remote := newService(t)
	s.outcome = "FAILED"
	p, _, _ := plugin(t, func(c *Config) { c.Service = remote })
	if _, err := p.Audit(t.Context(), plugins.AuditRequest{URL: "https://shop.acme.example"}, func(plugins.AuditStep) {}); !fault.Is(err, fault.Upstream) {
		t.Errorf("an audit that fails: %v", err)
	}
	if _, err := p.Audit(t.Context(), plugins.AuditRequest{URL: "https://169.254.169.254/"}, func(plugins.AuditStep) {}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a website of nobody: %v", err)
	}
}

// TestBudgets: what falls below its budget is news once, until it is back.
func TestBudgets(t *testing.T) {
	t.Parallel()
	s, remote := newService(t)
	p, tw, clock := plugin(t, func(c *Config) { c.Service = remote })
	topic := p.Topics()[0]
	var before []plugins.Item
	for i, tt := range []struct {
		score float64
		want  string
	}{
		{0.9, ""}, {0.71, "71/80"}, {0.6, "71/80"}, {0.8, ""}, {0.79, "79/80"},
	} {
		s.mu.Lock()
		s.score, s.looks = tt.score, 0
		s.mu.Unlock()
		clock.pass(time.Hour)
		if _, err := p.Audit(t.Context(), plugins.AuditRequest{URL: "https://shop.acme.example"}, func(plugins.AuditStep) {}); err != nil {
			t.Fatal(err)
		}
		items := topic.Items(tw.Of(catalog.MakeRef("component", "", "shop")))
		got := ""
		if len(items) > 0 {
			got = items[0].Value
		}
		if got != tt.want {
			t.Errorf("step %d: %q, want %q", i, got, tt.want)
		}
		before = items
	}
	if len(before) != 1 || !strings.HasPrefix(before[0].Where, "https://bc.example/plugins/lighthouse/report/") {
		t.Errorf("%+v", before)
	}
	said := func(l lang.Lang, c plugins.Change) string {
		return card.Plain(card.Message{Lang: l, Blocks: []card.Block{card.Text{Spans: topic.Say(l, c, []card.Span{card.S("Shop")})}}})
	}
	for want, got := range map[string]string{
		"Shop: Performance is at 71, below its budget of 80.": said(lang.English, plugins.Change{Key: "performance", To: "71/80"}),
		"Shop: Performance keeps its budget of 80 again.":     said(lang.English, plugins.Change{Key: "performance", From: "71/80"}),
		"Shop：性能 得分 71，低于预算 80。":                              said(lang.Chinese, plugins.Change{Key: "performance", To: "71/80"}),
	} {
		if strings.TrimSpace(got) != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	s, remote := newService(t)
	p, tw, clock := plugin(t, func(c *Config) { c.Service = remote })
	for i := range 4 {
		s.mu.Lock()
		s.score, s.looks = 0.6+float64(i)/10, 0
		s.mu.Unlock()
		clock.pass(24 * time.Hour)
		if _, err := p.Audit(t.Context(), plugins.AuditRequest{URL: "https://shop.acme.example"}, func(plugins.AuditStep) {}); err != nil {
			t.Fatal(err)
		}
	}
	shop := catalog.MakeRef("component", "", "shop")
	sees := func(refs ...catalog.Ref) func(catalog.Ref) bool {
		return func(r catalog.Ref) bool {
			for _, x := range refs {
				if x == r {
					return true
				}
			}
			return false
		}
	}
	open := func(path string, sees func(catalog.Ref) bool) (string, error) {
		page, err := p.WebPage(t.Context(), plugins.WebQuery{Path: path, Lang: lang.English, Sees: sees})
		return page.Title + "\n" + card.Plain(page.Message), err
	}
	for _, tt := range []struct {
		path string
		sees func(catalog.Ref) bool
		want string // parts; "" is not found
		not  string
	}{
		{"", sees(shop, catalog.MakeRef("component", "", "blog")), "shop|90|blog|never", "shop-2"},
		{"", sees(), "Nothing in the catalog has the annotation", "shop"},
		{"default/component/shop", sees(shop), "Performance|90 (+10)|Accessibility|Thu 26 Nov|Report|70", ""},
		{"default/component/shop", sees(), "", ""},
		{"default/component/none", sees(catalog.MakeRef("component", "", "none")), "", ""},
		{"default/component/blog", sees(catalog.MakeRef("component", "", "blog")), "has not been audited yet", ""},
		{"report/none", sees(shop), "", ""},
		{"report/las-00000000-0000-4000-8000-000000000001", sees(), "", ""},
		{"no/such", sees(shop), "", ""},
	} {
		got, err := open(tt.path, tt.sees)
		if tt.want == "" {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%q: %v\n%s", tt.path, err, got)
			}
			continue
		}
		for want := range strings.SplitSeq(tt.want, "|") {
			if err != nil || !strings.Contains(got, want) {
				t.Errorf("%q: %v, want %q in\n%s", tt.path, err, want, got)
			}
		}
		if tt.not != "" && strings.Contains(got, tt.not) {
			t.Errorf("%q has %q:\n%s", tt.path, tt.not, got)
		}
	}
	c, err := p.show(t.Context(), plugins.Query{Entity: tw.entities[0], Lang: lang.Chinese, Now: clock.now()})
	if err != nil || !strings.Contains(card.Plain(c.Message), "性能") || c.AsOf.IsZero() {
		t.Errorf("the card: %v\n%s", err, card.Plain(c.Message))
	}
	if c, err := p.show(t.Context(), plugins.Query{Entity: tw.entities[2], Lang: lang.English}); err != nil || !c.Empty() {
		t.Errorf("a card of nothing: %+v, %v", c, err)
	}
}

func FuzzLHR(f *testing.F) {
	f.Add(lhrOf(0.5, "desktop"))
	f.Add(`{"runtimeError":{"code":"NO_FCP","message":"x"}}`)
	f.Add(`{"categories":{"a":{"score":1e99},"b":{"score":-1},"c":null}}`)
	f.Fuzz(func(t *testing.T, data string) {
		a, err := readLHR([]byte(data))
		if err != nil {
			return
		}
		for _, s := range a.Scores {
			if s.Value < plugins.NoScore || s.Value > 100 || s.ID == "" {
				t.Errorf("%+v", s)
			}
		}
	})
}
