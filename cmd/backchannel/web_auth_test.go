package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/adapters/web/signin"
	"github.com/backchannel-portal/backchannel/adapters/web/signin/signintest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

const townURL = "https://portal.town.example"

// lockedTown is a town whose pages are for those who sign in at a provider, or with a link.
func lockedTown(t *testing.T, secret bool, p *signintest.Provider) *town {
	t.Helper()
	auth := fmt.Sprintf(`auth: {oidc: {issuer: %q, client_id: %s, client_secret: %s, user_claim: nick}}`, p.URL, signintest.ClientID, signintest.ClientSecret)
	return newTownOf(t, secret, strings.Replace(townConfig, "auth: {open: true}", auth, 1))
}

// townCaller is a browser, or a program, on the pages of a town.
type townCaller struct {
	*town
	cookies map[string]string
	bearer  string
}

func (c *townCaller) do(method, path, body string) *http.Response {
	c.t.Helper()
	req := httptest.NewRequest(method, townURL+strings.TrimPrefix(path, townURL), strings.NewReader(body))
	if method == http.MethodPost {
		req.Header.Set("Origin", townURL)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range c.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	if c.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+c.bearer)
	}
	rec := httptest.NewRecorder()
	c.web.ServeHTTP(rec, req)
	resp := rec.Result()
	for _, cookie := range resp.Cookies() {
		c.cookies[cookie.Name] = cookie.Value
	}
	return resp
}

// changing is what differs between two pages that say the same.
var changing = regexp.MustCompile(`name="token" value="[^"]*"|data-token="[^"]*"|value="[^"]*" name="token"`)

func (c *townCaller) see(method, path, body string) string {
	c.t.Helper()
	resp := c.do(method, path, body)
	var b strings.Builder
	if err := resp.Write(&b); err != nil {
		c.t.Fatal(err)
	}
	_, text, _ := strings.Cut(b.String(), "\r\n\r\n")
	text = changing.ReplaceAllString(volatile.ReplaceAllString(strings.ReplaceAll(text, c.dir, "DIR"), ""), "")
	return fmt.Sprint(resp.StatusCode, " ", ages.ReplaceAllString(text, "AGE"))
}

// viaProvider signs somebody in at the provider.
func viaProvider(w *town, p *signintest.Provider, nick string) *townCaller {
	w.t.Helper()
	c := &townCaller{town: w, cookies: map[string]string{}}
	p.Next(map[string]any{"sub": "s-" + nick, "name": "Somebody", "nick": nick}, signintest.Honest)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: 10 * time.Second}
	resp, err := client.Get(c.do(http.MethodGet, "/auth/start", "").Header.Get("Location"))
	if err != nil {
		w.t.Fatal(err)
	}
	resp.Body.Close()
	if back := c.do(http.MethodGet, resp.Header.Get("Location"), ""); back.StatusCode != http.StatusSeeOther {
		w.t.Fatalf("%s was not signed in: %d", nick, back.StatusCode)
	}
	return c
}

// viaLink signs an account of a chat in with a link.
func viaLink(w *town, a bot.Actor) *townCaller {
	w.t.Helper()
	c := &townCaller{town: w, cookies: map[string]string{}}
	r, err := w.svc.mux.Handle(w.t.Context(), &bot.Event{
		ID: "e", Actor: a, Address: bot.Address{Platform: a.Platform, Workspace: a.Workspace, Channel: "D1"}, Channel: bot.Channel{Direct: true},
		Locale: lang.English, Input: bot.Invoked{Path: []string{"backchannel"}, Args: "web"},
	})
	m, _, ok := bot.MessageOf(r)
	if err != nil || !ok {
		w.t.Fatalf("%+v, %v", r, err)
	}
	for _, span := range m.Blocks[0].(card.Text).Spans {
		if span.Kind == card.Link {
			if resp := c.do(http.MethodPost, span.URL, ""); resp.StatusCode != http.StatusSeeOther {
				w.t.Fatalf("the link gives %d", resp.StatusCode)
			}
		}
	}
	return c
}

// viaToken is a program with a token.
func viaToken(w *town, user string, scopes ...string) *townCaller {
	w.t.Helper()
	token, kept := signin.NewToken(bot.APIToken{Name: "ci", User: user, Scopes: scopes, Made: time.Now()})
	if err := w.svc.base.state.APITokens.Put(w.t.Context(), kept); err != nil {
		w.t.Fatal(err)
	}
	return &townCaller{town: w, cookies: map[string]string{}, bearer: token}
}

// TestNothingHiddenShowsToWhoSignedIn asks everything of the web view as people who may not see the secret, in a town
// with it and in one without.
func TestNothingHiddenShowsToWhoSignedIn(t *testing.T) {
	t.Parallel()
	p := signintest.New(t, nil)
	with, without := lockedTown(t, true, p), lockedTown(t, false, p)
	for name, enter := range map[string]func(*town) *townCaller{
		"ada":    func(w *town) *townCaller { return viaProvider(w, p, "ada") },
		"nobody": func(w *town) *townCaller { return viaProvider(w, p, "nobody-we-know") },
		"ada of a chat": func(w *town) *townCaller {
			return viaLink(w, bot.Actor{Platform: "slack", Workspace: "T1", ID: "UADA"})
		},
		"a program":      func(w *town) *townCaller { return viaToken(w, "", "read", "ask") },
		"ada's program":  func(w *town) *townCaller { return viaToken(w, "user:default/ada", "read", "ask") },
		"nobody at all":  func(w *town) *townCaller { return &townCaller{town: w, cookies: map[string]string{}} },
		"a gone program": func(w *town) *townCaller { return viaToken(w, "user:default/gone", "read", "ask") },
	} {
		t.Run(name, func(t *testing.T) {
			a, b := enter(with), enter(without)
			for _, l := range looksSignedIn() {
				got, want := a.see(l.method, l.path, l.body), b.see(l.method, l.path, l.body)
				if got != want {
					t.Errorf("%s: the secret shows\n%s", l, cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
				}
				for _, word := range secretWords {
					if strings.Contains(got, word) && !strings.Contains(strings.ToLower(l.String()), strings.ToLower(word)) && !strings.Contains(want, word) {
						t.Errorf("%s: %q is in\n%s", l, word, got)
					}
				}
			}
		})
	}
}

// webLook is one request.
type webLook struct{ method, path, body string }

func (l webLook) String() string { return l.method + " " + l.path + " " + l.body }

func looksSignedIn() []webLook {
	var all []webLook
	for _, path := range []string{
		"/", "/catalog", "/catalog?kind=component", "/catalog/default/component/vaultkeeper", "/catalog/default/component/till", "/catalog/default/group/security", "/catalog/default/user/evelyn",
		"/catalog/default/component/till/descriptor", "/docs/default/component/vaultkeeper/", "/docs/default/component/till/", "/templates", "/radar", "/search?q=vault", "/search?q=sourdough",
		"/api/catalog/entities/by-query", "/api/catalog/entities/by-name/component/default/vaultkeeper", "/api/catalog/entities/by-name/component/default/till", "/api/search/query?term=combination",
		"/api/catalog/entity-facets?facet=kind&facet=metadata.tags&facet=spec.owner&facet=spec.system&facet=relations.ownedBy",
	} {
		all = append(all, webLook{http.MethodGet, path, ""})
	}
	for _, q := range []string{"who owns vaultkeeper", "who owns till", "list all components", "who is on call", "which versions of gin do we use", "what does till depend on"} {
		all = append(all, webLook{http.MethodPost, "/api/ask", `{"id": "1", "text": "` + q + `"}`}, webLook{http.MethodPost, "/chat/messages", url.Values{"text": {q}}.Encode()})
	}
	return append(all, webLook{http.MethodPost, "/api/catalog/entities/by-refs", `{"entityRefs": ["component:default/vaultkeeper", "component:default/till"]}`})
}

func TestWhoSignedInIsThemselves(t *testing.T) {
	p := signintest.New(t, nil)
	w := lockedTown(t, true, p)
	slack := func(id, workspace string) bot.Actor {
		return bot.Actor{Platform: "slack", Workspace: workspace, ID: id}
	}
	const vault, till = "/catalog/default/component/vaultkeeper", "/catalog/default/component/till"
	for name, tt := range map[string]struct {
		as   *townCaller
		path string
		want string
	}{
		"evelyn sees the vault":        {viaProvider(w, p, "evelyn"), vault, "200"},
		"ada does not":                 {viaProvider(w, p, "ada"), vault, "404"},
		"evelyn's chat sees it":        {viaLink(w, slack("UEVE", "T1")), vault, "200"},
		"ada's chat does not":          {viaLink(w, slack("UADA", "T1")), vault, "404"},
		"evelyn's program":             {viaToken(w, "user:default/evelyn", "read"), "/api/catalog/entities/by-name/component/default/vaultkeeper", "200"},
		"a program":                    {viaToken(w, "", "read"), "/api/catalog/entities/by-name/component/default/vaultkeeper", "404"},
		"a program sees the rest":      {viaToken(w, "", "read"), "/api/catalog/entities/by-name/component/default/till", "200"},
		"staff whom nobody knows":      {viaProvider(w, p, "nobody"), till, "200"},
		"a guest gets no link":         {viaLink(w, slack("UGUEST", "T1")), till, "303"},
		"nor does another workspace":   {viaLink(w, slack("UADA", "T9")), till, "303"},
		"a stranger is sent away":      {&townCaller{town: w, cookies: map[string]string{}}, till, "303"},
		"a program that reads may not": {viaToken(w, "", "ask"), "/api/catalog/entities/by-query", "403"},
	} {
		if got := tt.as.see(http.MethodGet, tt.path, ""); !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s: %.200s", name, got)
		}
	}
	if got := viaToken(w, "", "ask").see(http.MethodGet, "/api/catalog/entities/by-query", ""); !strings.Contains(got, `{"error":{"name":"NotAllowedError",`) {
		t.Errorf("who may not read is not told so in Backstage's form: %s", got)
	}
	owner := url.Values{"text": {"who owns vaultkeeper"}}.Encode()
	if got := viaLink(w, slack("UEVE", "T1")).see(http.MethodPost, "/chat/messages", owner); !strings.Contains(got, "Night Watch") {
		t.Errorf("the chat of the pages does not know who signed in:\n%s", got)
	}
	if got := viaProvider(w, p, "evelyn").see(http.MethodGet, "/auth/account", ""); !strings.Contains(got, "Evelyn Stone") {
		t.Errorf("the account page does not say who one is:\n%s", got)
	}
	if got := viaToken(w, "user:default/evelyn", "ask").see(http.MethodPost, "/api/ask", `{"id":"1","text":"who owns vaultkeeper"}`); !strings.Contains(got, "Night Watch") {
		t.Errorf("a program of hers is told nothing: %s", got)
	}
}

// TestPreviewsTellNothing: the programs that make previews of links sign in nowhere, and are sent to where one can, with
// nothing but the address that they came with.
func TestPreviewsTellNothing(t *testing.T) {
	p := signintest.New(t, nil)
	w := lockedTown(t, true, p)
	var seen []string
	for _, path := range []string{"/catalog/default/component/vaultkeeper", "/docs/default/component/vaultkeeper", "/catalog/default/component/nothing", "/search?q=vaultkeeper", "/catalog", "/"} {
		c := &townCaller{town: w, cookies: map[string]string{}}
		resp := c.do(http.MethodGet, path, "")
		at := resp.Header.Get("Location")
		if resp.StatusCode != http.StatusSeeOther || !strings.HasPrefix(at, "/auth/login?") {
			t.Fatalf("%s: %d to %s", path, resp.StatusCode, at)
		}
		body := strings.ReplaceAll(c.see(http.MethodGet, at, ""), url.QueryEscape(path), "NEXT")
		if strings.Contains(body, "og:") || strings.Contains(body, "vault") {
			t.Errorf("%s: %s", path, body)
		}
		if seen = append(seen, body); body != seen[0] {
			t.Errorf("%s differs:\n%s", path, cmp.Diff(seen[0], body))
		}
	}
}

// TestChatAccountIsLinkedOnThePages gives a code to an account of a chat that nobody knows, and enters it on the page.
func TestChatAccountIsLinkedOnThePages(t *testing.T) {
	p := signintest.New(t, nil)
	w := lockedTown(t, true, p)
	stranger := bot.Actor{Platform: "slack", Workspace: "T1", ID: "UNEW"}
	said := func(args string) string {
		r, err := w.svc.mux.Handle(t.Context(), &bot.Event{
			ID: "e", Actor: stranger, Address: bot.Address{Platform: "slack", Workspace: "T1", Channel: "D1"}, Channel: bot.Channel{Direct: true},
			Locale: lang.English, Input: bot.Invoked{Path: []string{"backchannel"}, Args: args},
		})
		m, _, ok := bot.MessageOf(r)
		if err != nil || !ok {
			t.Fatalf("%+v, %v", r, err)
		}
		return card.Plain(m)
	}
	code := regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}`).FindString(said("link"))
	c := viaProvider(w, p, "evelyn")
	page := c.do(http.MethodPost, "/auth/account", url.Values{"code": {code}}.Encode())
	var b strings.Builder
	if err := page.Write(&b); err != nil {
		t.Fatal(err)
	}
	token := regexp.MustCompile(`name="token" value="([^"]+)"|value="([^"]+)"[^>]*name="token"`).FindStringSubmatch(b.String())
	if token == nil {
		t.Fatalf("there is no button to confirm:\n%s", b.String())
	}
	got := c.see(http.MethodPost, "/chat/messages", url.Values{"token": {token[1] + token[2]}, "label": {"Yes"}}.Encode())
	if link, err := w.svc.base.state.Links.Of(t.Context(), stranger); err != nil || link.User != "user:default/evelyn" {
		t.Errorf("the link is %+v, %v\n%s", link, err, got)
	}
}

// TestWithoutSignIn looks at what stays reachable without a way to sign in.
func TestWithoutSignIn(t *testing.T) {
	w := newTownOf(t, false, strings.Replace(townConfig, "auth: {open: true}, ", "", 1))
	for open, want := range map[bool]map[string]int{
		false: {"/": 404, "/catalog": 404, "/api/catalog/entities/by-query": 404, "/auth/login": 404, "/static/style.css": 404, "/chat": 404, "/healthz": 200, "/readyz": 200, "/metrics": 200},
		true:  {"/": 200, "/catalog": 200, "/api/catalog/entities/by-query": 200, "/auth/login": 404, "/healthz": 200},
	} {
		h := w.svc.routes(open)
		for path, status := range want {
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, townURL+path, nil))
			if rec.Code != status {
				t.Errorf("open %v: %s is %d, want %d", open, path, rec.Code, status)
			}
		}
	}
}
