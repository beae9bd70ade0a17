package slack

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// standIn answers the two methods as Slack does: scopes in a header, refusals as ok: false.
func standIn(t *testing.T, scopes string) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/auth.test", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", "Mon, 23 Nov 2026 10:00:00 GMT")
		if scopes != "" {
			w.Header().Set("X-OAuth-Scopes", scopes)
		}
		if r.Header.Get("Authorization") != "Bearer xoxb-good" {
			w.Write([]byte(`{"ok":false,"error":"invalid_auth"}`))
			return
		}
		w.Write([]byte(`{"ok":true,"team":"Acme","user":"backchannel","user_id":"U1"}`))
	})
	mux.HandleFunc("POST /api/apps.connections.open", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer xapp-good" {
			w.Write([]byte(`{"ok":false,"error":"missing_scope"}`))
			return
		}
		w.Write([]byte(`{"ok":true,"url":"wss://example.com"}`))
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func TestDiagnose(t *testing.T) {
	t.Parallel()
	all := strings.Join(Scopes(), ",")
	for _, tt := range []struct {
		name, scopes string
		cfg          Config
		missing      []string
		kind         fault.Kind
		failed       string
	}{
		{"all is well", all, Config{BotToken: "xoxb-good", Mode: ModeHTTP}, nil, 0, ""},
		{"and in Socket Mode", all, Config{BotToken: "xoxb-good", AppToken: "xapp-good", Mode: ModeSocket}, nil, 0, ""},
		{"a scope is missing", "commands, chat:write,im:history,users:read,users:read.email", Config{BotToken: "xoxb-good"}, []string{"app_mentions:read"}, 0, ""},
		{"no word of scopes", "", Config{BotToken: "xoxb-good"}, nil, 0, ""},
		{"a bad bot token", all, Config{BotToken: "xoxb-bad"}, nil, fault.Forbidden, "auth.test: Slack says invalid_auth"},
		{"a bad app token", all, Config{BotToken: "xoxb-good", AppToken: "xapp-bad", Mode: ModeSocket}, nil, fault.Forbidden, "apps.connections.open: Slack says missing_scope"},
	} {
		s := standIn(t, tt.scopes)
		tt.cfg.APIURL = s.URL + "/api/"
		d, err := Diagnose(t.Context(), tt.cfg, s.Client())
		if tt.failed != "" {
			if err == nil || !fault.Is(err, tt.kind) || err.Error() != tt.failed {
				t.Errorf("%s: %v, want %s", tt.name, err, tt.failed)
			}
			continue
		}
		if err != nil || d.Team != "Acme" || d.Bot != "backchannel" || !slices.Equal(d.Missing, tt.missing) || d.Clock.Year() != 2026 {
			t.Errorf("%s: %+v, %v", tt.name, d, err)
		}
	}
}

func TestDiagnoseSomethingThatIsNotSlack(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"<html>sign in</html>", "", `{"ok":`} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(body)) }))
		if _, err := Diagnose(t.Context(), Config{APIURL: s.URL}, s.Client()); !fault.Is(err, fault.Upstream) {
			t.Errorf("%q: %v", body, err)
		}
		s.Close()
		if _, err := Diagnose(t.Context(), Config{APIURL: s.URL}, s.Client()); !fault.Is(err, fault.Upstream) {
			t.Errorf("away: %v", err)
		}
	}
}
