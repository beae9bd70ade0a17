package signin_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/web/signin"
	"github.com/backchannel-portal/backchannel/adapters/web/signin/signintest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

func TestSignIn(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	b := s.browser()
	s.want("a stranger", s.get(b, "/catalog?kind=api&q=a+b"), "200 page auth_login {Start:/auth/start?next=%2Fcatalog%3Fkind%3Dapi%26q%3Da%2Bb Label:Town Chat:true}")
	s.want("after signing in", s.get(b, "/auth/start?next=%2Fcatalog%3Fkind%3Dapi%26q%3Da%2Bb"), "200 hello Ada Berg at /catalog?kind=api&q=a+b")
	s.want("again", s.get(b, "/"), "200 hello Ada Berg at /")
	s.want("the sign-in page when signed in", s.get(b, "/auth/login?next=/radar"), "200 hello Ada Berg at /radar")
	first := s.cookie(b, "backchannel_session")
	s.want("signing in again", s.get(b, "/auth/start"), "200 hello Ada Berg at /")
	if second := s.cookie(b, "backchannel_session"); second == first || second == "" || first == "" {
		t.Errorf("the secret of the session was %q and is %q", first, second)
	}
	old := s.browser()
	u, _ := url.Parse(s.URL)
	old.Jar.SetCookies(u, []*http.Cookie{{Name: "backchannel_session", Value: first}})
	s.want("the session before", s.get(old, "/"), "200 page auth_login")
	for _, secret := range []string{first, s.cookie(b, "backchannel_session"), signintest.ClientSecret} {
		if strings.Contains(s.logged(), secret) {
			t.Errorf("the log has a secret:\n%s", s.logged())
		}
	}
}

func TestProviderLies(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	for _, lie := range []signintest.Lie{
		signintest.WrongKey, signintest.WrongAud, signintest.WrongIssuer, signintest.WrongNonce, signintest.NoNonce,
		signintest.AlgNone, signintest.AlgHMAC, signintest.NoToken,
	} {
		s.provider.Next(ada(), lie)
		b := s.browser()
		s.want("a token "+string(lie), s.get(b, "/auth/start"), "403 page auth_problem {Why:signin.refused Again:/auth/login?next=%2F Account:")
		s.want("after a token "+string(lie), s.get(b, "/"), "200 page auth_login")
	}
	s.provider.Next(nil, signintest.Honest)
	s.want("somebody who says no", s.get(s.browser(), "/auth/start"), "403 page auth_problem {Why:signin_problem.denied")
	s.provider.Next(ada(), signintest.Expired)
	b := s.browser()
	s.want("a token of another time", s.get(b, "/auth/start"), "403 page auth_problem {Why:signin_problem.clock")
	s.want("after it", s.get(b, "/"), "200 page auth_login")
	for code, want := range map[string]string{
		"temporarily_unavailable": "503 page auth_problem {Why:signin_problem.provider_away", "server_error": "503 page auth_problem {Why:signin_problem.provider_away",
		"access_denied": "403 page auth_problem {Why:signin_problem.denied", "login_required": "403 page auth_problem {Why:signin.refused",
	} {
		back := s.hop(b, s.hop(b, "/auth/start"))
		back = strings.Replace(back, "code="+regexpCode(back), "error="+code, 1)
		s.want(code, s.get(b, back), want)
	}
}

// TestAnotherAccount: whoever may not sign in sees whom the provider took them for, and is asked for another account there.
func TestAnotherAccount(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *signin.Config) { c.OIDC.Groups = []string{"bosses"} })
	b := s.browser()
	s.want("of another group", s.get(b, "/auth/start?next=/radar"), "403 page auth_problem {Why:signin.not_you Again:/auth/start?next=%2Fradar&other=1 Account:Ada Berg (ada@town.example)")
	if at := s.hop(b, "/auth/start?next=%2Fradar&other=1"); !strings.Contains(at, "prompt=select_account") {
		t.Errorf("the provider is not asked for another account: %s", at)
	}
	if at := s.hop(b, "/auth/start?next=%2Fradar"); strings.Contains(at, "prompt=") {
		t.Errorf("the provider is asked for another account: %s", at)
	}
	if strings.Contains(s.logged(), "ada@town.example") {
		t.Errorf("the log says who it was:\n%s", s.logged())
	}
}

func TestCallbackIsOfThisBrowserOnce(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	b, victim := s.browser(), s.browser()
	back := s.hop(b, s.hop(b, "/auth/start?next=/radar"))
	if !strings.HasPrefix(back, s.URL+"/auth/callback?code=") {
		t.Fatalf("the provider leads to %q", back)
	}
	s.want("the address in another browser", s.get(victim, back), "400 page auth_problem {Why:signin.stale")
	s.want("which uses it up", s.get(b, back), "400 page auth_problem {Why:signin.stale")

	back = s.hop(b, s.hop(b, "/auth/start?next=/radar"))
	s.want("the address", s.get(b, back), "200 hello Ada Berg at /radar")
	asked := s.provider.Asked()
	s.want("the address again", s.get(b, back), "400 page auth_problem {Why:signin.stale")
	if s.provider.Asked() != asked {
		t.Error("a code was sent to the provider twice")
	}
	code := regexpCode(back)
	forged := s.hop(b, s.hop(b, "/auth/start"))
	forged = strings.Replace(forged, "code="+regexpCode(forged), "code="+code, 1)
	s.want("a code that was used", s.get(s.with(b), forged), "403 page auth_problem {Why:signin.refused")

	back = s.hop(b, s.hop(b, "/auth/start"))
	s.later(11 * time.Minute)
	s.want("too late", s.get(b, back), "400 page auth_problem {Why:signin.stale")

	mixed := s.hop(b, s.hop(b, "/auth/start"))
	mixed = strings.Replace(mixed, "iss="+url.QueryEscape(s.provider.URL), "iss=https%3A%2F%2Fevil.example", 1)
	s.want("an answer of another issuer", s.get(b, mixed), "400 page auth_problem {Why:signin.refused")
	s.want("a forged state", s.get(b, "/auth/callback?code=x&state=y"), "400 page auth_problem {Why:signin.stale")
}

// with is a browser with the same cookies.
func (s *site) with(b *http.Client) *http.Client {
	c := *b
	return &c
}

func regexpCode(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Query().Get("code")
}

func TestProviderIsAway(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	b := s.browser()
	away := "503 page auth_problem {Why:signin_problem.provider_away Again:/auth/login?next=%2Fradar Account: Chat:true}"
	s.provider.Down(true)
	s.want("with the provider away", s.get(b, "/auth/start?next=/radar"), away)
	if detail, ok := s.sign.Status(); ok || !strings.Contains(detail, "503") {
		t.Errorf("status: %q, %v", detail, ok)
	}
	s.provider.Down(false)
	s.want("with the provider back", s.get(b, "/auth/start"), "200 hello Ada Berg")
	if detail, ok := s.sign.Status(); !ok {
		t.Errorf("status: %q, %v", detail, ok)
	}
	s.provider.Down(true)
	s.want("who is signed in", s.get(b, "/"), "200 hello Ada Berg")
	back := s.browser()
	s.provider.Down(false)
	address := s.hop(back, s.hop(back, "/auth/start"))
	s.provider.Down(true)
	s.want("away in the middle", s.get(back, address), "503 page auth_problem {Why:signin_problem.provider_away")
}

// TestProviderGoesAway: nobody is sent to a provider that was there before and does not answer now, whichever part of it.
func TestProviderGoesAway(t *testing.T) {
	t.Parallel()
	for name, goes := range map[string]func(*signintest.Provider, bool){"all of it": (*signintest.Provider).Down, "tokens alone": (*signintest.Provider).Deaf} {
		for _, chat := range []bool{true, false} {
			s := open(t, func(c *signin.Config) { c.Chat = chat })
			s.want("while it is there", s.get(s.browser(), "/auth/start"), "200 hello Ada Berg")
			goes(s.provider, true)
			s.later(time.Minute)
			away := fmt.Sprintf("503 page auth_problem {Why:signin_problem.provider_away Again:/auth/login?next=%%2Fradar Account: Chat:%v}", chat)
			s.want(name, s.get(s.browser(), "/auth/start?next=/radar"), away)
			goes(s.provider, false)
			s.later(time.Minute)
			s.want(name+" is back", s.get(s.browser(), "/auth/start"), "200 hello Ada Berg")
		}
	}
}

// TestStoreIsAwayAtTheStart: what is not the provider's fault is not called so, and no chat would help.
func TestStoreIsAwayAtTheStart(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *signin.Config) { c.Drafts = awayDrafts{c.Drafts} })
	s.want("the store is away", s.get(s.browser(), "/auth/start"), "503 page auth_problem {Why:signin.away Again:/auth/login?next=%2F Account: Chat:false}")
}

// awayDrafts keep nothing.
type awayDrafts struct{ bot.Drafts }

func (awayDrafts) Save(context.Context, bot.Draft) error {
	return fault.New(fault.Upstream, "the store is away")
}

func TestWhoMaySignIn(t *testing.T) {
	t.Parallel()
	person := func(change map[string]any) map[string]any {
		p := ada()
		for k, v := range change {
			p[k] = v
		}
		return p
	}
	for name, tt := range map[string]struct {
		cfg    func(*signin.OIDC)
		person map[string]any
		thin   bool
		lie    signintest.Lie
		want   string
		email  string
		user   string
	}{
		"verified":            {want: "200 hello Ada Berg", email: "ada@town.example"},
		"not verified":        {person: person(map[string]any{"email_verified": false}), want: "200 hello Ada Berg"},
		"verified as text":    {person: person(map[string]any{"email_verified": "true"}), want: "200 hello Ada Berg", email: "ada@town.example"},
		"believed":            {cfg: func(o *signin.OIDC) { o.TrustEmail = true }, person: person(map[string]any{"email_verified": nil}), want: "200 hello Ada Berg", email: "ada@town.example"},
		"user info":           {thin: true, want: "200 hello Ada Berg", email: "ada@town.example"},
		"user info of others": {thin: true, lie: signintest.OtherInfo, want: "200 hello "},
		"domain":              {cfg: func(o *signin.OIDC) { o.Domains = []string{"Town.example"} }, want: "200 hello Ada Berg", email: "ada@town.example"},
		"other domain":        {cfg: func(o *signin.OIDC) { o.Domains = []string{"acme.dev"} }, want: "403 page auth_problem {Why:signin.not_you"},
		"domain unverified":   {cfg: func(o *signin.OIDC) { o.Domains = []string{"town.example"} }, person: person(map[string]any{"email_verified": false}), want: "403 page auth_problem {Why:signin.not_you"},
		"group":               {cfg: func(o *signin.OIDC) { o.Groups = []string{"engineers"} }, want: "200 hello Ada Berg", email: "ada@town.example"},
		"other group":         {cfg: func(o *signin.OIDC) { o.Groups = []string{"bosses"} }, want: "403 page auth_problem {Why:signin.not_you"},
		"group claim":         {cfg: func(o *signin.OIDC) { o.Groups, o.GroupsClaim = []string{"x"}, "roles" }, person: person(map[string]any{"roles": "x"}), want: "200 hello Ada Berg", email: "ada@town.example"},
		"user claim":          {cfg: func(o *signin.OIDC) { o.UserClaim = "nick" }, person: person(map[string]any{"nick": "ada"}), want: "200 hello Ada Berg", email: "ada@town.example", user: "ada"},
		"no name":             {person: map[string]any{"sub": "1", "email": []int{1}}, want: "200 hello "},
		"no subject":          {person: map[string]any{"name": "x"}, want: "403 page auth_problem {Why:signin.refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, func(c *signin.Config) {
				if tt.cfg != nil {
					tt.cfg(c.OIDC)
				}
			})
			if tt.person == nil {
				tt.person = ada()
			}
			s.provider.Next(tt.person, tt.lie)
			s.provider.Thin(tt.thin)
			b := s.browser()
			s.want(name, s.get(b, "/auth/start"), tt.want)
			if secret := s.cookie(b, "backchannel_session"); secret != "" {
				session := s.session(secret)
				if session.Email != tt.email || session.User != tt.user || !strings.HasPrefix(session.Actor.ID, "oidc.") {
					t.Errorf("%+v", session)
				}
			} else if strings.HasPrefix(tt.want, "200") {
				t.Error("there is no session")
			}
		})
	}
}
