package signin_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/web/signin"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// ask has somebody in a chat ask for a link, and returns its path.
func (s *site) ask(a bot.Actor) (path, text string) {
	s.t.Helper()
	r, err := s.sign.Command().Handler.Handle(s.t.Context(), &bot.Event{Actor: a, Address: bot.Address{Platform: a.Platform, Workspace: a.Workspace}, Locale: lang.English})
	if err != nil {
		s.t.Fatal(err)
	}
	whisper, ok := r.(bot.Whisper)
	if !ok {
		s.t.Fatalf("a link is not whispered: %T", r)
	}
	for _, span := range whisper.Message.Blocks[0].(card.Text).Spans {
		if span.Kind == card.Link {
			path = strings.TrimPrefix(span.URL, s.URL)
		}
	}
	return path, card.Plain(whisper.Message)
}

func TestLinkFromChat(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *signin.Config) {
		c.OIDC = nil
		c.Name = func(a bot.Actor) string { return "Ada <" + a.ID + ">" }
	})
	b, other := s.browser(), s.browser()
	s.want("without a provider", s.get(b, "/radar"), "200 page auth_login {Start: Label: Chat:true}")
	path, text := s.ask(bot.Actor{Platform: "slack", Workspace: "T1", ID: "UADA"})
	if !strings.HasPrefix(path, "/auth/link/") || !strings.Contains(text, "works once, and for 10 minutes") {
		t.Fatalf("%q: %s", path, text)
	}
	for range 2 { // a preview of the chat looks too
		s.want("looking at the link", s.get(other, path), "200 page auth_link {Name:Ada <UADA> Where:slack T1 Path:"+path)
	}
	s.want("using it", s.post(b, path), "200 hello Ada <UADA> at /")
	s.want("using it again", s.post(other, path), "410 page auth_problem {Why:signin.link_gone")
	s.want("looking at it again", s.get(other, path), "410 page auth_problem {Why:signin.link_gone")
	if got := s.session(s.cookie(b, "backchannel_session")); got.Actor.Key() != "slack:T1:UADA" || got.Email != "" {
		t.Errorf("%+v", got)
	}
	path, _ = s.ask(bot.Actor{Platform: "slack", Workspace: "T1", ID: "UADA"})
	s.later(11 * time.Minute)
	s.want("too late", s.post(other, path), "410 page auth_problem {Why:signin.link_gone")
	s.want("a forged link", s.post(other, "/auth/link/"+strings.Repeat("x", 43)), "410 page auth_problem")
	if _, text := s.ask(bot.Actor{Platform: "web", Workspace: "local", ID: "oidc.1"}); !strings.Contains(text, "already") {
		t.Errorf("on the pages: %s", text)
	}
}

func TestLinksAreOff(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *signin.Config) { c.Chat = false })
	if path, text := s.ask(bot.Actor{Platform: "slack", Workspace: "T1", ID: "UADA"}); strings.Contains(path, "link") || !strings.HasPrefix(text, "Sign in at") {
		t.Errorf("%q: %s", path, text)
	}
	s.want("with a provider alone", s.get(s.browser(), "/radar"), "200 hello Ada Berg at /radar")
}

func TestTries(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *signin.Config) { c.Allow = func(*http.Request) bool { return false } })
	b := s.browser()
	for _, path := range []string{"/auth/start", "/auth/callback?state=x", "/auth/link/x"} {
		s.want(path, s.get(b, path), "429 page auth_problem {Why:signin.slow")
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	make := func(expires time.Time, scopes ...string) (string, bot.APIToken) {
		token, kept := signin.NewToken(bot.APIToken{Name: "ci", Scopes: scopes, Made: s.now(), Expires: expires})
		if err := s.state.APITokens.Put(t.Context(), kept); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(kept.Hash, token) || len(token) < 50 {
			t.Errorf("%q %+v", token, kept)
		}
		return token, kept
	}
	call := func(token, method, path string) string {
		req, err := http.NewRequest(method, s.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if token != "" {
			req.Header.Set("Authorization", token)
		}
		resp, err := s.Client().Do(req)
		if resp != nil && resp.StatusCode == http.StatusUnauthorized && !strings.HasPrefix(resp.Header.Get("WWW-Authenticate"), "Bearer ") {
			t.Errorf("%s %s: no way to be known is offered", method, path)
		}
		return s.read(resp, err)
	}
	read, kept := make(time.Time{}, "read")
	ask, _ := make(time.Time{}, "ask")
	admin, _ := make(time.Time{}, "admin")
	short, _ := make(s.now().Add(time.Hour), "read")
	for _, tt := range []struct{ token, path, want string }{
		{"", "/api/catalog/entities/by-query", `401 {"error":"sign in, or send a token`},
		{"Bearer " + read, "/api/catalog/entities/by-query", "200 hello ci"},
		{"bearer " + read, "/api/search/query?term=x", "200 hello ci"},
		{"Bearer " + read, "/api/ask", `403 {"error":"the token ` + kept.ID + ` does not have the scope ask"}`},
		{"Bearer " + read, "/api/other", `403 {"error"`},
		{"Bearer " + ask, "/api/ask", "200 hello ci"},
		{"Bearer " + ask, "/api/catalog/entity-facets", `403 {"error"`},
		{"Bearer " + admin, "/api/ask", "200 hello ci"},
		{"Bearer " + admin, "/api/catalog/entity-facets", "200 hello ci"},
		{"Bearer " + admin, "/api/other", "200 hello ci"},
		{"Bearer " + short, "/api/search/query", "200 hello ci"},
		{"Basic " + read, "/api/search/query", `401 {"error":"the API takes a token`},
		{"Bearer bct_forged", "/api/search/query", `401 {"error":"the token is not known`},
		{"Bearer " + kept.Hash, "/api/search/query", `401 {"error":"the token is not known`},
		{"Bearer " + read, "/catalog", "200 page auth_login"},
	} {
		s.want(tt.path+" with "+tt.token, call(tt.token, http.MethodGet, tt.path), tt.want)
	}
	s.later(2 * time.Hour)
	s.want("an expired token", call("Bearer "+short, http.MethodGet, "/api/search/query"), "401")
	if _, err := s.state.APITokens.Remove(t.Context(), kept.ID); err != nil {
		t.Fatal(err)
	}
	s.want("a revoked token", call("Bearer "+read, http.MethodGet, "/api/search/query"), "401")
	all, err := s.state.APITokens.List(t.Context())
	if err != nil || len(all) != 3 || all[0].Used.IsZero() {
		t.Errorf("%+v, %v", all, err)
	}
	if strings.Contains(s.logged(), read) {
		t.Error("the log has a token")
	}
}

// TestNoChat: where no chat is connected the page speaks of none, and where the provider is the only way it is taken.
func TestNoChat(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *signin.Config) { c.NoChat = true })
	if at := s.hop(s.browser(), "/auth/login?next=/radar"); at != "/auth/start?next=%2Fradar" {
		t.Errorf("it leads to %q", at)
	}
}
