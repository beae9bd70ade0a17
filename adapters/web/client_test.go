package web

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

func TestClient(t *testing.T) {
	t.Parallel()
	w := &Web{cfg: Config{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}}
	for _, tt := range []struct {
		name, remote string
		forwarded    []string
		want         string
	}{
		{"direct", "203.0.113.7:4000", nil, "203.0.113.7"},
		{"direct, with a header of its own making", "203.0.113.7:4000", []string{"198.51.100.1"}, "203.0.113.7"},
		{"through a proxy", "10.1.2.3:4000", []string{"203.0.113.7"}, "203.0.113.7"},
		{"through a proxy on this machine", "127.0.0.1:4000", []string{"203.0.113.7"}, "203.0.113.7"},
		{"through two", "10.1.2.3:4000", []string{"203.0.113.7, 10.9.9.9"}, "203.0.113.7"},
		{"what the client sent stands before", "10.1.2.3:4000", []string{"1.1.1.1, 203.0.113.7"}, "203.0.113.7"},
		{"in two headers", "10.1.2.3:4000", []string{"1.1.1.1", "203.0.113.7"}, "203.0.113.7"},
		{"nonsense from the proxy", "10.1.2.3:4000", []string{"unknown"}, "10.1.2.3"},
		{"no header from the proxy", "10.1.2.3:4000", nil, "10.1.2.3"},
		{"only proxies", "10.1.2.3:4000", []string{"10.0.0.1"}, "10.0.0.1"},
		{"a proxy that names ports", "10.1.2.3:4000", []string{"203.0.113.7:999"}, "203.0.113.7"},
		{"IPv6", "[2001:db8:1:2:3::4]:4000", nil, "2001:db8:1:2::/64"},
		{"IPv6 through a proxy", "[::1]:4000", []string{"[2001:db8:1:2:3::4]"}, "2001:db8:1:2::/64"},
		{"IPv4 in IPv6", "[::ffff:203.0.113.7]:4000", nil, "203.0.113.7"},
		{"no address", "@", []string{"203.0.113.7"}, "@"},
		{"many hops", "10.1.2.3:4000", []string{strings.Repeat("10.0.0.1,", 4000)}, "10.1.2.3"},
	} {
		r := httptest.NewRequest(http.MethodPost, "/api/ask", nil)
		r.RemoteAddr = tt.remote
		for _, f := range tt.forwarded {
			r.Header.Add("X-Forwarded-For", f)
		}
		if got := w.client(r); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestAskIsLimitedByClient(t *testing.T) {
	t.Parallel()
	asked := map[string]int{}
	answered := 0
	w, err := New(Config{
		View: func() search.View { return nil }, Chat: bot.HandlerFunc(func(context.Context, *bot.Event) (bot.Reply, error) { return bot.Nothing{}, nil }),
		Ask: func(context.Context, Question) (bot.Answer, card.Message) {
			answered++
			return bot.Answer{Intent: "help", Outcome: bot.HelpGiven}, card.Message{}
		},
		Allow: func(client string) bool { asked[client]++; return asked[client] <= 2 },
	})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(from, language string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "http://localhost/api/ask", strings.NewReader(`{"id":"1","text":"help"}`))
		r.RemoteAddr = from
		r.Header.Set("Accept-Language", language)
		rec := httptest.NewRecorder()
		w.Handler().ServeHTTP(rec, r)
		return rec
	}
	for range 2 {
		if rec := ask("203.0.113.7:1", "en"); rec.Code != http.StatusOK {
			t.Fatalf("within the limit: %d %s", rec.Code, rec.Body)
		}
	}
	rec := ask("203.0.113.7:2", "en")
	var f failure
	if err := json.Unmarshal(rec.Body.Bytes(), &f); err != nil {
		t.Fatalf("%v: %s", err, rec.Body)
	}
	if rec.Code != http.StatusTooManyRequests || rec.Header().Get("Retry-After") == "" || f.Error == "" || f.ID != nil || answered != 2 {
		t.Errorf("over the limit: %d %v %s, %d answered", rec.Code, rec.Header(), rec.Body, answered)
	}
	if zh := ask("203.0.113.7:3", "zh-CN"); zh.Body.String() == rec.Body.String() {
		t.Errorf("the line is not in the reader's language: %s", zh.Body)
	}
	if rec := ask("198.51.100.1:1", "en"); rec.Code != http.StatusOK {
		t.Errorf("another client: %d", rec.Code)
	}
}
