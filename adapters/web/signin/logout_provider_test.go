package signin_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/web/signin"
	"github.com/backchannel-portal/backchannel/adapters/web/signin/signintest"
	"github.com/backchannel-portal/backchannel/internal/outbound/outboundtest"
)

// tell sends news as the provider does, without a cookie.
func (s *site) tell(token string) string {
	s.t.Helper()
	resp, err := outboundtest.Client.PostForm(s.URL+"/auth/backchannel-logout", url.Values{"logout_token": {token}})
	return s.read(resp, err)
}

func TestSignedOutAtTheProvider(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	phone, desk := s.browser(), s.browser()
	s.want("on a phone", s.get(phone, "/auth/start"), "200 hello")
	first := s.provider.Session()
	s.want("at a desk", s.get(desk, "/auth/start"), "200 hello")
	s.want("news of one session", s.tell(s.provider.LogoutToken(signintest.Honest, map[string]any{"sid": first})), "200 ")
	s.want("the phone", s.get(phone, "/"), "200 page auth_login")
	s.want("the desk goes on", s.get(desk, "/"), "200 hello")
	s.want("the same news again", s.tell(s.provider.LogoutToken(signintest.Honest, map[string]any{"sid": first, "sub": nil})), "200 ")
	s.want("the phone again", s.get(phone, "/auth/start"), "200 hello")
	s.want("news of the whole account", s.tell(s.provider.LogoutToken(signintest.Honest, nil)), "200 ")
	s.want("the phone after it", s.get(phone, "/"), "200 page auth_login")
	s.want("the desk after it", s.get(desk, "/"), "200 page auth_login")
	if !strings.Contains(s.logged(), "sessions=2") {
		t.Errorf("the log says\n%s", s.logged())
	}
}

func TestSignedOutWhereSessionsHaveNoNames(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	s.provider.Nameless(true)
	b, other := s.browser(), s.browser()
	s.want("signing in", s.get(b, "/auth/start"), "200 hello")
	person := ada()
	person["sub"] = "2"
	s.provider.Next(person, signintest.Honest)
	s.want("somebody else", s.get(other, "/auth/start"), "200 hello")
	old := map[string]any{"sub": ada()["sub"], "iat": time.Now().Add(-time.Hour).Unix()}
	s.want("old news", s.tell(s.provider.LogoutToken(signintest.Honest, old)), "200 ")
	s.want("who signed in after it", s.get(b, "/"), "200 hello")
	s.want("news", s.tell(s.provider.LogoutToken(signintest.Honest, map[string]any{"sub": ada()["sub"], "sid": "x"})), "200 ")
	s.want("whom it is about", s.get(b, "/"), "200 page auth_login")
	s.want("somebody else after it", s.get(other, "/"), "200 hello")
}

func TestNewsThatIsNone(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	b := s.browser()
	s.want("signing in", s.get(b, "/auth/start"), "200 hello")
	for _, lie := range []signintest.Lie{
		signintest.WrongKey, signintest.WrongAud, signintest.WrongIssuer, signintest.Expired, signintest.AlgNone, signintest.AlgHMAC,
	} {
		s.want("a token "+string(lie), s.tell(s.provider.LogoutToken(lie, nil)), `400 {"error":"the logout token is not valid"}`)
	}
	for what, change := range map[string]map[string]any{
		"with a nonce": {"nonce": "n"}, "of no event": {"events": map[string]any{}}, "of another event": {"events": map[string]any{"x": 1}},
		"of nobody": {"sub": nil}, "without an id": {"jti": nil}, "without an end": {"exp": nil},
	} {
		s.want("a token "+what, s.tell(s.provider.LogoutToken(signintest.Honest, change)), "400 {")
	}
	s.want("no token", s.tell(""), "400 {")
	s.want("a large one", s.tell(strings.Repeat("x", 1<<20)), "400 {")
	s.want("who is signed in", s.get(b, "/"), "200 hello")

	s.provider.Down(true)
	s.want("a forged one while the provider is away", s.tell("a.b.c"), "400 {")
	chat := open(t, func(c *signin.Config) { c.OIDC = nil })
	chat.want("where nobody signs in at a provider", chat.tell("a.b.c"), "400 {")
}
