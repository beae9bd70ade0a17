package slack

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	slackapi "github.com/slack-go/slack"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// tenant is an installation of the app that this process acts for: one workspace, or a whole organisation. Each has a
// client, a pace and a way out of its own, so that a busy one delays nobody else.
type tenant struct {
	a        *Adapter
	own      bool // its token comes from the configuration
	out      *bot.Lanes
	pace     *pacer
	throttle *throttle
	status   *bot.Condition

	mu     sync.Mutex
	grant  grant
	client *slackapi.Client
	site   string // the workspace's own address, such as https://harborlane.slack.com/; "" when not known
	off    []Off  // features that the token does not serve
}

func newTenant(a *Adapter, g grant, own bool) *tenant {
	t := &tenant{
		a: a, own: own,
		out:      bot.NewLanes(a.tune.senders, a.tune.outbox),
		pace:     newPacer(a.tune.perSecond, a.tune.burst),
		throttle: &throttle{now: time.Now, until: map[string]time.Time{}},
		status:   bot.NewCondition("slack", "not started", a.deps.Log),
	}
	t.use(g)
	return t
}

// use has the tenant act with a grant from now on.
func (t *tenant) use(g grant) {
	t.mu.Lock()
	if t.client == nil || t.grant.token != g.token {
		t.client = newAPI(t.a.cfg, g.token, t.throttle, t.a.deps.HTTP)
	}
	t.grant = g
	t.mu.Unlock()
	if !t.own {
		t.setScopes(g.data.Scopes)
	}
}

// api is the client of the Web API.
func (t *tenant) api() *slackapi.Client {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.client
}

// now is the grant that it acts with.
func (t *tenant) now() grant {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.grant
}

// address is the workspace's own address, "" while it is not known.
func (t *tenant) address() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.site
}

// user is our bot user's id there, "" while it is not known.
func (t *tenant) user() string { return t.now().data.Bot }

// uses reports whether a feature is switched on and the token serves it.
func (t *tenant) uses(f Feature) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Contains(t.a.cfg.Features, f) && !slices.ContainsFunc(t.off, func(o Off) bool { return o.Feature == f })
}

// setScopes notes what the token may do, and says once what that switches off.
func (t *tenant) setScopes(have []string) {
	now := off(t.a.cfg.Features, have)
	t.mu.Lock()
	before, key := t.off, t.grant.key
	t.off = now
	t.mu.Unlock()
	for _, o := range now {
		if !slices.ContainsFunc(before, func(b Off) bool { return b.Feature == o.Feature }) {
			t.a.deps.Log.Warn("slack: a feature is off, as the bot token lacks scopes", "workspace", key, "feature", o.Feature, "missing", strings.Join(o.Missing, " "))
		}
	}
}

// check asks Slack who we are.
func (t *tenant) check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	who, err := t.api().AuthTestContext(ctx)
	if err != nil {
		return upstream(err, "auth.test")
	}
	t.mu.Lock()
	if t.site = who.URL; t.own {
		t.grant.key, t.grant.data.Org, t.grant.data.Bot = who.TeamID, who.EnterpriseID, who.UserID
	}
	t.mu.Unlock()
	t.setScopes(scopesOf(who.Header.Get("X-Oauth-Scopes")))
	return nil
}

// call asks the Web API. A token that Slack refuses is replaced where it can be, and the call tried once more.
func (t *tenant) call(ctx context.Context, method string, ask func(*slackapi.Client) error) error {
	was := t.now()
	err := ask(t.api())
	if code := refusesToken(err); code != "" && t.a.tenants.renew(ctx, t, was, code == "token_expired") {
		err = ask(t.api())
	}
	if !t.own {
		t.judge(err)
	}
	return wrapSend(err, method)
}

// judge keeps the status of an installation, which is not asked about otherwise.
func (t *tenant) judge(err error) {
	if code := refusesToken(err); code != "" {
		t.status.Set(false, "Slack refuses the token: "+code)
	} else if err == nil {
		t.status.Set(true, "ready")
	}
}

// refusesToken returns Slack's code where an error of the Web API says that the token is not, or no longer, good.
func refusesToken(err error) string {
	said, ok := errors.AsType[slackapi.SlackErrorResponse](err)
	if !ok {
		return ""
	}
	switch said.Err {
	case "token_expired", "invalid_auth", "token_revoked", "not_authed", "account_inactive":
		return said.Err
	default:
		return ""
	}
}

// throttle keeps a workspace's calls of a method back while Slack limits its rate, so that many who wait do not become
// many who are refused. Messages are not among them: theirs is a rate of each channel, which its lane keeps.
type throttle struct {
	now   func() time.Time
	mu    sync.Mutex
	until map[string]time.Time // by method
}

// wait returns when the method may be called.
func (h *throttle) wait(ctx context.Context, method string) error {
	for {
		h.mu.Lock()
		d := h.until[method].Sub(h.now())
		h.mu.Unlock()
		if d <= 0 {
			return nil
		}
		if !bot.Sleep(ctx, min(d, time.Second)) {
			return fault.Wrap(fault.Upstream, ctx.Err(), "wait to call %s", method)
		}
	}
}

// limited notes that Slack wants to be left alone.
func (h *throttle) limited(method string, d time.Duration) {
	if strings.HasPrefix(method, "chat.") {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.until[method] = h.now().Add(d)
}

// bearer puts the token into the header, where Slack wants it today; the SDK puts it into the form.
type bearer struct {
	client   *http.Client
	token    string
	throttle *throttle
}

// Do sends a request.
func (b bearer) Do(req *http.Request) (*http.Response, error) {
	if req.Header.Get("Authorization") == "" {
		req.Header.Set("Authorization", "Bearer "+b.token)
	}
	method := req.URL.Path[strings.LastIndexByte(req.URL.Path, '/')+1:]
	if err := b.throttle.wait(req.Context(), method); err != nil {
		return nil, err
	}
	resp, err := b.client.Do(req)
	if err == nil && resp.StatusCode == http.StatusTooManyRequests {
		b.throttle.limited(method, retryAfter(resp.Header))
	}
	return resp, err
}
