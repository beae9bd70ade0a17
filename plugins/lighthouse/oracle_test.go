//go:build oracle

package lighthouse

import (
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/plugins"
)

// page is the page of our own web view at $PAGE that is audited.
func page(t *testing.T) string {
	t.Helper()
	address := os.Getenv("PAGE")
	if u, err := url.Parse(address); err != nil || u.Host == "" {
		t.Fatalf("PAGE is %q", address)
	}
	return address
}

func toHost(t *testing.T, address string) *outbound.Client {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		t.Fatalf("%q is no address", address)
	}
	c := outbound.New(outbound.Options{Hosts: []outbound.Host{{Name: u.Host, Private: true, Plain: true, Rate: 1000}}})
	t.Cleanup(c.Close)
	return c
}

// audited audits a page and looks at what came of it.
func audited(t *testing.T, change func(*Config)) {
	address := page(t)
	p, tw, _ := plugin(t, func(c *Config) { change(c); c.Now = time.Now })
	tw.entities = append(tw.entities, site("ours", address))
	var seen []plugins.AuditStep
	a, err := p.Audit(t.Context(), plugins.AuditRequest{URL: address}, steps(&seen))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v %v", a, seen)
	for _, id := range []string{"performance", "accessibility", "best-practices", "seo"} {
		if v := a.Score(id); v < 1 || v > 100 {
			t.Errorf("%s: %d", id, v)
		}
	}
	if tw.fact("ours", "accessibility") == "" || !slices.Contains(seen, plugins.AuditMeasures) {
		t.Errorf("facts %v, steps %v", tw.facts, seen)
	}
	report, err := p.WebPage(t.Context(), plugins.WebQuery{Path: strings.TrimPrefix(a.Report, root+"/"), Lang: lang.English, Sees: func(catalog.Ref) bool { return true }})
	if err != nil || report.File == nil || !strings.Contains(string(report.File.Body), "__LIGHTHOUSE_JSON__") {
		t.Errorf("the report: %v", err)
	}
}

// TestRealRunner runs $LIGHTHOUSE with $CHROMIUM.
func TestRealRunner(t *testing.T) {
	dir := t.TempDir()
	audited(t, func(c *Config) {
		c.Runner = &Runner{Chrome: os.Getenv("CHROMIUM"), Lighthouse: os.Getenv("LIGHTHOUSE"), Gate: toHost(t, page(t)), Dir: dir}
	})
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("it leaves %v, %v", left, err)
	}
	// A page inside of the network that the configuration does not name is not looked at.
	gate := outbound.New(outbound.Options{})
	defer gate.Close()
	r := &Runner{Chrome: os.Getenv("CHROMIUM"), Lighthouse: os.Getenv("LIGHTHOUSE"), Gate: gate, Dir: dir}
	a, _, err := r.audit(t.Context(), page(t), plugins.FormMobile, func(plugins.AuditStep) {})
	if err == nil {
		t.Errorf("a page inside of the network was audited: %+v", a)
	}
	t.Log(err)
}

// TestRealService asks the @spotify/lighthouse-audit-service at $LIGHTHOUSE_SERVICE.
func TestRealService(t *testing.T) {
	address := os.Getenv("LIGHTHOUSE_SERVICE")
	audited(t, func(c *Config) { c.Service = &Service{URL: address, Way: toHost(t, address)} })
	s := &Service{URL: address, Way: toHost(t, address)}
	all, err := s.known(t.Context())
	if err != nil || len(all) == 0 || all[0].State != plugins.AuditCompleted || len(all[0].Scores) < 4 || all[0].Ended.IsZero() {
		t.Errorf("%+v, %v", all, err)
	}
}
