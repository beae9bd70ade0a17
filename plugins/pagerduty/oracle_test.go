//go:build oracle

package pagerduty_test

import (
	"context"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/oncall"
	"github.com/backchannel-portal/backchannel/plugins/pagerduty"
)

// both asks for what the description's answers are called besides what its requests must ask for: the mock takes both at
// their word.
type both struct{ pagerduty.Way }

func (b both) Do(ctx context.Context, r outbound.Request) (*outbound.Response, error) {
	r.Header.Set("Accept", r.Header.Get("Accept")+", application/json;q=0.5")
	return b.Way.Do(ctx, r)
}

// TestPublishedAPI asks a mock of PagerDuty's published OpenAPI at $PAGERDUTY_MOCK, which refuses requests that are not
// as the description has them and answers with its examples.
func TestPublishedAPI(t *testing.T) {
	mock := os.Getenv("PAGERDUTY_MOCK")
	u, err := url.Parse(mock)
	if err != nil || u.Host == "" {
		t.Fatalf("PAGERDUTY_MOCK is %q", mock)
	}
	direct := outbound.New(outbound.Options{Hosts: []outbound.Host{{Name: u.Host, Private: true, Plain: true, Rate: 1000}}, Attempts: 1})
	defer direct.Close()
	way := both{direct}
	a := pagerduty.New(pagerduty.Config{
		API: mock, Token: "y_NbAkKc66ryYTWUXYEu", From: "someone@acme.example", Way: way, Now: time.Now,
		Wanted: func() pagerduty.Wanted {
			return pagerduty.Wanted{Services: []string{"PIJ90N7"}, Keys: []string{"x"}, Teams: []string{"PQ9K7I8"}}
		},
	})
	r, err := a.Roster(t.Context(), time.Now().AddDate(0, 0, -2), time.Now().AddDate(0, 0, 21))
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Services) == 0 || len(r.Lines) == 0 || len(r.People) == 0 {
		t.Fatalf("nothing was read: %+v", r)
	}
	for id, s := range r.Services {
		t.Logf("service %s: %+v", id, s)
	}
	for _, l := range r.Lines {
		t.Logf("line %+v", l)
	}
	kept := oncall.Keep(oncall.KeptConfig{Rota: a, Keeper: plugins.NewMemoryKeeper(), Directory: directory{}, Now: time.Now})
	if err := kept.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	p := pagerduty.NewPager(a, kept)
	page, err := p.Page(t.Context(), plugins.PageRequest{Key: "backchannel-page:1", Service: "PIJ90N7", Title: "The server is on fire.", Why: "Since 14:02", From: "Ada", Link: "https://chat.example"})
	if err != nil || page.ID == "" || page.URL == "" {
		t.Fatalf("%+v, %v", page, err)
	}
	t.Logf("page %+v", page)
	now, err := p.Paged(t.Context(), page.ID)
	if err != nil || now.ID == "" {
		t.Fatalf("%+v, %v", now, err)
	}
	t.Logf("stands %+v", now)
	bad := pagerduty.New(pagerduty.Config{API: mock, Way: way, Now: time.Now, Wanted: func() pagerduty.Wanted { return pagerduty.Wanted{Services: []string{"P1"}} }})
	if _, err := bad.Roster(t.Context(), time.Now(), time.Now()); err != nil && !fault.Is(err, fault.Forbidden) {
		t.Errorf("without a token: %v", err)
	}
}
