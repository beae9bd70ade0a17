package circleci_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/circleci"
	"github.com/backchannel-portal/backchannel/plugins/circleci/circlecitest"
)

// TestToldByWebhooksAlone: without a token there is no way to CircleCI, and what its webhooks bring is shown, becomes
// facts and has no buttons that would need one.
func TestToldByWebhooksAlone(t *testing.T) {
	t.Parallel()
	w := &world{T: t, at: start, pay: entity("github/acme/pay"), facts: &facts{by: map[catalog.Ref][]catalog.Fact{}}}
	w.plugin = circleci.New(circleci.Config{WebhookSecret: circlecitest.Secret, Told: true})
	refuse := func(string) (plugins.Upstream, error) { return nil, fault.New(fault.NotFound, "there is none") }
	if err := w.plugin.Start(t.Context(), plugins.Host{Now: w.now, Facts: w.facts, Catalog: w, Upstream: refuse}.Whole()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.plugin.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := w.plugin.Probe(t.Context()); err != nil {
		t.Error(err)
	}
	if c, err := w.show("builds", lang.English); err != nil || c.Empty() {
		t.Errorf("before anything was told: %v %+v", err, c)
	}
	for i, status := range []string{"success", "failed"} {
		p := pipe(int64(101+i), "main", flow("w"+status, status, 60-30*i))
		body := circlecitest.Delivery("d-"+status, "gh/acme/pay", p, p.Workflows[0], w.now())
		if err := w.deliver(body, circlecitest.Sign(circlecitest.Secret, body)); err != nil {
			t.Fatal(err)
		}
	}
	w.later(time.Hour)
	c, err := w.show("builds", lang.English)
	text := card.Plain(c.Message)
	if err != nil || !strings.Contains(text, "main of acme/pay is broken") || strings.Contains(text, "Rerun") {
		t.Errorf("%v\n%s", err, text)
	}
	if !slices.ContainsFunc(w.facts.Of(w.pay.Ref), func(f catalog.Fact) bool { return f.Key == "state/main" && f.Value == "failed" }) {
		t.Errorf("%+v", w.facts.Of(w.pay.Ref))
	}
	if n := len(w.plugin.Operations()); n != 0 {
		t.Errorf("%d operations that cannot be done", n)
	}
	for _, check := range w.plugin.Checks() {
		if err := check.Run(t.Context()); err != nil {
			t.Error(err)
		}
	}
}
