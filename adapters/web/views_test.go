package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// shelf is a plugin with a card and pages.
type shelf struct{}

func (shelf) About() plugins.About {
	return plugins.About{Name: "shelf", Title: "Shelf <b>", API: plugins.API}
}

func (shelf) Views() []plugins.View {
	say := func(text string, err error) func(context.Context, plugins.Query) (plugins.Card, error) {
		return func(context.Context, plugins.Query) (plugins.Card, error) {
			return plugins.Card{Message: card.Message{Blocks: []card.Block{card.Text{Spans: []card.Span{card.T(text), card.L("x", "javascript:alert(1)")}}}}}, err
		}
	}
	title := func(s string) plugins.Text { return plugins.Text{lang.English: s} }
	return []plugins.View{
		{Name: "books", Title: title("Books"), Card: true, Show: say("7 <books>", nil), Has: func(e *catalog.Entity) bool { return e.Ref.Kind == "component" }},
		{Name: "broken", Title: title("Broken"), Card: true, Show: say("never", fault.New(fault.Upstream, "away"))},
		{Name: "slow", Title: title("Slow"), Card: true, Show: func(ctx context.Context, _ plugins.Query) (plugins.Card, error) {
			<-ctx.Done()
			return plugins.Card{}, ctx.Err()
		}, Timeout: 50 * time.Millisecond},
		{Name: "only-chat", Title: title("Only in chat"), Show: say("never", nil)},
	}
}

func (shelf) WebPage(_ context.Context, q plugins.WebQuery) (plugins.WebPage, error) {
	switch q.Path {
	case "":
		return plugins.WebPage{Title: "The shelf", Message: card.Message{Blocks: []card.Block{card.Text{Spans: []card.Span{card.T("all <books>")}}}}}, nil
	case "report":
		return plugins.WebPage{File: &plugins.File{Type: "text/html; charset=utf-8", Body: []byte("<script>1</script>")}}, nil
	case "broken":
		panic("no")
	}
	return plugins.WebPage{}, fault.New(fault.NotFound, "no page %q", q.Path)
}

func shelved(t *testing.T) *Web {
	t.Helper()
	r := plugins.NewRegistry()
	if err := r.Add(shelf{}); err != nil {
		t.Fatal(err)
	}
	gates := plugins.NewGates(plugins.GateOptions{})
	t.Cleanup(func() { gates.Close(5 * time.Second) })
	return site(t, func(c *Config) { c.Views = plugins.NewRunner(r, gates, plugins.RunnerOptions{Now: noon}) })
}

func TestViewCards(t *testing.T) {
	expect(t, shelved(t), "/catalog/default/component/checkout", []string{
		"Shelf &lt;b&gt;: Books", "7 &lt;books&gt;", "Shelf &lt;b&gt; did not answer; nothing is known from before",
	}, []string{"javascript:", "never", "Only in chat"})
	expect(t, shelved(t), "/catalog/default/group/commerce", nil, []string{"7 &lt;books&gt;"})
}

func TestPluginPages(t *testing.T) {
	w := shelved(t)
	r := chi.NewRouter()
	w.Mount(r)
	w.MountPlugins(r)
	for _, tt := range []struct {
		path   string
		status int
		body   string
	}{
		{"/plugins/shelf", http.StatusOK, "all &lt;books&gt;"},
		{"/plugins/shelf/", http.StatusOK, "The shelf"},
		{"/plugins/shelf/report", http.StatusOK, "<script>1</script>"},
		{"/plugins/shelf/broken", http.StatusBadGateway, "did not answer"},
		{"/plugins/shelf/none", http.StatusNotFound, ""},
		{"/plugins/nobody", http.StatusNotFound, ""},
		{"/plugins/shelf/../../etc", http.StatusNotFound, ""},
	} {
		rec := httptest.NewRecorder()
		req := httptest.NewRequest(http.MethodGet, "http://localhost:7007"+tt.path, nil)
		r.ServeHTTP(rec, req)
		if rec.Code != tt.status || !strings.Contains(rec.Body.String(), tt.body) {
			t.Errorf("%s: %d %.300s", tt.path, rec.Code, rec.Body)
		}
		policy := rec.Header().Get("Content-Security-Policy")
		if sandbox := strings.HasPrefix(policy, "sandbox "); sandbox != (tt.path == "/plugins/shelf/report") || strings.Contains(policy, "allow-same-origin") {
			t.Errorf("%s: policy %q", tt.path, policy)
		}
	}
}
