package slack

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/slack/slacktest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/job"
)

// lifecycles notes what happens around conversations and echoes the rest.
type lifecycles struct {
	mu   sync.Mutex
	seen []string
}

func (l *lifecycles) Handle(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	if in, ok := ev.Input.(bot.Lifecycle); ok {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.seen = append(l.seen, string(in.What)+" "+ev.Address.Workspace+ev.Address.Channel)
		return bot.Nothing{}, nil
	}
	return echo().Handle(ctx, ev)
}

func (l *lifecycles) has(want ...string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	got := strings.Join(l.seen, ", ")
	for _, w := range want {
		if !strings.Contains(got, w) {
			return false
		}
	}
	return len(l.seen) == len(want)
}

// installing is an adapter that workspaces install by OAuth. The clock can be moved.
type installing struct {
	*harness
	state  bot.State
	queue  *job.Memory
	around *lifecycles

	mu  sync.Mutex
	now time.Time
}

func (x *installing) clock() time.Time {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.now
}

func (x *installing) pass(d time.Duration) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.now = x.now.Add(d)
}

// startInstalling runs an adapter without a token of its own.
func startInstalling(t *testing.T, change ...func(*Adapter, *Deps)) *installing {
	t.Helper()
	x := &installing{state: bot.NewMemoryState(), around: &lifecycles{}, now: time.Now().Truncate(time.Second)}
	x.queue = job.NewMemory(x.clock)
	base := func(a *Adapter, d *Deps) {
		if a == nil {
			d.Installations, d.Queue, d.Now = x.state.Installations, x.queue, x.clock
			d.Admits = func(w string) bool { return w != "TSTRANGER" }
			return
		}
		a.cfg.ClientID, a.cfg.ClientSecret, a.cfg.BotToken, a.cfg.kept = slacktest.ClientID, slacktest.ClientSecret, "", true
		a.tune.reload, a.tune.renewPoll = 20*time.Millisecond, time.Millisecond
	}
	x.harness = start(t, ModeHTTP, x.around, append([]func(*Adapter, *Deps){base}, change...)...)
	x.a.cfg.BaseURL = x.url
	return x
}

// browser is somebody's browser.
func browser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	return &http.Client{Jar: jar, Transport: transport, Timeout: patience}
}

// visit opens a page and returns its status and text.
func (x *harness) visit(c *http.Client, address string) (int, string) {
	x.t.Helper()
	resp, err := c.Get(address)
	if err != nil {
		x.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		x.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func (x *installing) install(w slacktest.Workspace) {
	x.t.Helper()
	x.slack.Agree(&w)
	if status, body := x.visit(browser(x.t), x.url+pathInstall); status != 200 || !strings.Contains(body, "is installed") {
		x.t.Fatalf("%d %s", status, body)
	}
}

func TestInstall(t *testing.T) {
	x := startInstalling(t)
	if text, ok := x.a.Status(); !ok || !strings.Contains(text, "no workspace") {
		t.Errorf("%q %v", text, ok)
	}
	x.install(slacktest.Workspace{ID: "T1", Name: "Harbor <b>"})
	x.install(slacktest.Workspace{ID: "T2", Name: "Lane"})
	x.until("both workspaces", func() bool { return x.around.has("installed T1", "installed T2") })
	i, err := x.state.Installations.Load(t.Context(), platform, "T1")
	if err != nil || i.Secrets[secretToken] == "" || i.By.ID != "U1" || i.Name != "Harbor <b>" || !strings.Contains(string(i.Data), `"chat:write"`) {
		t.Errorf("%+v, %v", i, err)
	}
	// Each is answered with its own token; one that is not installed is not.
	for n, team := range []string{"T1", "T2"} {
		x.eventIn(team, "", "Ev"+team, x.slack.Said("app_mention", "C1", "U1", "hi"))
		if m := x.messages(n + 1)[n]; m.Team != team || m.Text != "said: hi" {
			t.Errorf("%s: %+v", team, m)
		}
	}
	if status := x.eventIn("T3", "", "EvX", x.slack.Said("app_mention", "C1", "U1", "hi")); status != 200 {
		t.Errorf("a stranger: %d", status)
	}
	status, body := x.commandIn("T3", "")
	if status != 200 || !strings.Contains(body, "not installed") || !strings.Contains(body, pathInstall) {
		t.Errorf("%d %s", status, body)
	}
	if status, body := x.commandIn("T1", ""); status != 200 || !strings.Contains(body, "invoked") {
		t.Errorf("%d %s", status, body)
	}
	if text, ok := x.a.Status(); !ok || text != "ready in 2 workspaces or organisations" {
		t.Errorf("%q %v", text, ok)
	}
}

// Who opens the page by another name is sent to the one that Slack leads back to, once.
func TestInstallByAnotherName(t *testing.T) {
	x := startInstalling(t)
	x.a.cfg.BaseURL = strings.Replace(x.url, "127.0.0.1", "localhost", 1)
	x.install(slacktest.Workspace{ID: "T1", Name: "Harborlane"})
	c := browser(t)
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for from, want := range map[string]string{
		pathInstall:           x.a.cfg.BaseURL + pathInstall + "?here",
		pathInstall + "?here": x.slack.APIURL()[:len(x.slack.APIURL())-len("api/")] + "oauth/v2/authorize?",
	} {
		resp, err := c.Get(x.url + from)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if to := resp.Header.Get("Location"); !strings.HasPrefix(to, want) {
			t.Errorf("%s leads to %s", from, to)
		}
	}
}

// A browser cannot finish what it did not begin, nor twice, nor late.
func TestInstallState(t *testing.T) {
	x := startInstalling(t)
	x.slack.Agree(&slacktest.Workspace{ID: "T1", Name: "Harborlane"})
	mine := browser(t)
	mine.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == pathOAuth {
			return http.ErrUseLastResponse
		}
		return nil
	}
	way := func() string {
		resp, err := mine.Get(x.url + pathInstall)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.Header.Get("Location")
	}
	back := way()
	refused := func(what string, c *http.Client, address string) {
		t.Helper()
		if status, body := x.visit(c, address); status != 400 || !strings.Contains(body, "too old") {
			t.Errorf("%s: %d %s", what, status, body)
		}
	}
	refused("another browser", browser(t), back)
	u, _ := url.Parse(back)
	for what, state := range map[string]string{"no state": "", "half of one": u.Query().Get("state")[:20], "garbage": "!", "longer": u.Query().Get("state") + "AAAA"} {
		q := u.Query()
		q.Set("state", state)
		refused(what, mine, x.url+pathOAuth+"?"+q.Encode())
	}
	x.pass(stateLife)
	refused("late", mine, back)
	if _, err := x.state.Installations.Load(t.Context(), platform, "T1"); err == nil {
		t.Error("it is installed all the same")
	}
	back = way()
	if status, _ := x.visit(mine, back); status != 200 {
		t.Errorf("in time: %d", status)
	}
	refused("again, without the cookie", mine, back)
	other := way() // a new cookie, the old state
	_ = other
	refused("again", mine, back)
}

func TestInstallRefused(t *testing.T) {
	x := startInstalling(t)
	x.slack.Agree(nil)
	if status, body := x.visit(browser(t), x.url+pathInstall); status != 200 || !strings.Contains(body, "declined") {
		t.Errorf("%d %s", status, body)
	}
	x.slack.Agree(&slacktest.Workspace{ID: "TSTRANGER", Name: `<script>alert("x")</script>`})
	status, body := x.visit(browser(t), x.url+pathInstall)
	if status != 403 || !strings.Contains(body, "TSTRANGER") || strings.Contains(body, "<script>") || x.slack.Tokens("TSTRANGER") != 0 {
		t.Errorf("%d %s; %d tokens", status, body, x.slack.Tokens("TSTRANGER"))
	}
	x.slack.Agree(&slacktest.Workspace{ID: "T1", Name: "Harborlane"})
	x.slack.Fail("oauth.v2.access", slacktest.Failure{Code: "invalid_code"})
	if status, body := x.visit(browser(t), x.url+pathInstall); status != 502 || !strings.Contains(body, "did not complete") {
		t.Errorf("%d %s", status, body)
	}
}

// Without audiences one workspace is served: whoever is there first.
func TestInstallOneWorkspaceOnly(t *testing.T) {
	x := startInstalling(t, func(a *Adapter, d *Deps) {
		if a == nil {
			d.Admits = nil
		}
	})
	x.install(slacktest.Workspace{ID: "T1", Name: "Harborlane"})
	x.install(slacktest.Workspace{ID: "T1", Name: "Harborlane"})
	x.slack.Agree(&slacktest.Workspace{ID: "T2", Name: "Lane"})
	if status, _ := x.visit(browser(t), x.url+pathInstall); status != 403 {
		t.Errorf("a second one: %d", status)
	}
}

func TestInstallOrganisation(t *testing.T) {
	x := startInstalling(t)
	x.install(slacktest.Workspace{Org: "E1", OrgName: "Acme", OrgWide: true})
	for n, team := range []string{"TA", "TB"} {
		x.eventIn(team, "E1", "Ev"+team, x.slack.Said("app_mention", "C1", "U1", "hi"))
		if m := x.messages(n + 1)[n]; m.Team != "E1" {
			t.Errorf("%s: %+v", team, m)
		}
	}
	if _, body := x.commandIn("TC", "E1"); !strings.Contains(body, "invoked") {
		t.Error(body)
	}
	x.eventIn("TX", "E2", "EvX", x.slack.Said("app_mention", "C1", "U1", "hi"))
	x.until("the members are kept", func() bool {
		all, _ := x.state.Installations.List(t.Context(), platform)
		return len(all) == 4
	})
	x.eventIn("TB", "E1", "EvR", map[string]any{"type": "team_access_revoked", "team_ids": []string{"TB"}})
	x.until("one is taken away", func() bool { return x.around.has("installed E1", "removed TB") })
	x.pass(time.Minute)
	x.eventIn("TA", "E1", "EvU", map[string]any{"type": "app_uninstalled"})
	x.until("all are", func() bool {
		return x.around.has("installed E1", "removed TB", "removed TA", "removed TC", "removed E1")
	})
	if all, err := x.state.Installations.List(t.Context(), platform); err != nil || len(all) != 0 {
		t.Errorf("left: %+v, %v", all, err)
	}
	if n := len(x.slack.Messages()); n != 2 {
		t.Errorf("%d messages", n)
	}
}

func TestUninstall(t *testing.T) {
	x := startInstalling(t)
	x.install(slacktest.Workspace{ID: "T1", Name: "Harborlane"})
	early := x.clock().Add(-time.Minute)
	// Word of an earlier installation comes late.
	x.eventAt(early, "T1", "", "Ev0", map[string]any{"type": "app_uninstalled"})
	x.eventAt(early, "T1", "", "Ev1", map[string]any{"type": "tokens_revoked", "tokens": map[string]any{"bot": []string{slacktest.BotUser}}})
	x.pass(time.Minute)
	x.eventIn("T1", "", "Ev2", map[string]any{"type": "tokens_revoked", "tokens": map[string]any{"oauth": []string{"U1"}}})
	x.eventIn("T1", "", "Ev3", map[string]any{"type": "tokens_revoked", "tokens": map[string]any{"bot": []string{"UOTHER"}}})
	x.eventIn("T1", "", "Ev4", x.slack.Said("app_mention", "C1", "U1", "still here"))
	x.messages(1)
	for range 2 {
		x.eventIn("T1", "", "Ev5", map[string]any{"type": "tokens_revoked", "tokens": map[string]any{"bot": []string{slacktest.BotUser}}})
	}
	x.eventIn("T1", "", "Ev6", map[string]any{"type": "app_uninstalled"})
	x.until("both are told once", func() bool { return x.around.has("installed T1", "revoked T1", "removed T1") })
	if x.a.tenants.find("T1") != nil {
		t.Error("it is still served")
	}
	if all, err := x.state.Installations.List(t.Context(), platform); err != nil || len(all) != 0 {
		t.Errorf("left: %+v, %v", all, err)
	}
	x.install(slacktest.Workspace{ID: "T1", Name: "Harborlane"})
	x.eventIn("T1", "", "Ev7", x.slack.Said("app_mention", "C1", "U1", "back"))
	x.messages(2)
}

// eventIn delivers an event of a workspace, and of an organisation where org is not "".
func (x *installing) eventIn(team, org, id string, event map[string]any) int {
	x.t.Helper()
	return x.eventAt(x.clock(), team, org, id, event)
}

func (x *installing) eventAt(at time.Time, team, org, id string, event map[string]any) int {
	x.t.Helper()
	status, _ := x.signed("/slack/events", slacktest.EventOf(team, org, id, at, event))
	return status
}

// signed is deliver with the time of the test.
func (x *installing) signed(path string, body []byte) (int, string) {
	x.t.Helper()
	req, err := slacktest.Request(x.t.Context(), x.url+path, body, x.clock())
	if err != nil {
		x.t.Fatal(err)
	}
	status, got, err := slacktest.Send(req)
	if err != nil {
		x.t.Fatal(err)
	}
	return status, string(got)
}

func (x *installing) commandIn(team, org string) (int, string) {
	x.t.Helper()
	fields := x.slack.Fields(slacktest.Command{Command: "/backchannel", Text: "x", Channel: "C1", User: "U1"})
	fields["team_id"], fields["enterprise_id"] = team, org
	form := url.Values{}
	for k, v := range fields {
		form.Set(k, v)
	}
	return x.signed("/slack/commands", []byte(form.Encode()))
}
