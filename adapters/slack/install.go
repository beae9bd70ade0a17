package slack

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	slackapi "github.com/slack-go/slack"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Installing the app with OAuth v2 (docs.slack.dev/authentication/installing-with-oauth): /slack/install leads to Slack,
// where somebody agrees, and Slack leads back to /slack/oauth with a code that buys the token.

const (
	pathInstall  = "/slack/install"
	pathOAuth    = "/slack/oauth"
	installCooky = "backchannel_slack_install"
	exchangeFor  = 20 * time.Second
)

// installs reports whether people can install the app with OAuth.
func (c Config) installs() bool { return c.ClientID != "" && c.ClientSecret != "" && c.kept }

// redirect is where Slack leads back to.
func (c Config) redirect() string { return strings.TrimSuffix(c.BaseURL, "/") + pathOAuth }

// authorize is where somebody agrees: beside the Web API.
func (c Config) authorize(state string) string {
	root := strings.TrimSuffix(strings.TrimSuffix(c.APIURL, "/"), "/api")
	return root + "/oauth/v2/authorize?" + url.Values{
		"client_id": {c.ClientID}, "scope": {strings.Join(scopesFor(c.Features), ",")}, "redirect_uri": {c.redirect()}, "state": {state},
	}.Encode()
}

// scopesFor are the scopes of the bot token with these features.
func scopesFor(features []Feature) []string {
	all := Scopes()
	for _, f := range features {
		all = union(all, f.needs().scopes)
	}
	return all
}

func (a *Adapter) installRoutes() []Route {
	if !a.cfg.installs() {
		return nil
	}
	return []Route{
		{http.MethodGet, pathInstall, http.HandlerFunc(a.serveInstall)},
		{http.MethodGet, pathOAuth, http.HandlerFunc(a.serveOAuth)},
	}
}

// cookie is what the browser of an installation is known by. It is sent along when Slack leads back, as that is a
// navigation of the whole window.
func (a *Adapter) cookie(value string, life time.Duration) *http.Cookie {
	return &http.Cookie{
		Name: installCooky, Value: value, Path: "/slack/", MaxAge: int(life.Seconds()), HttpOnly: true,
		Secure: strings.HasPrefix(a.cfg.BaseURL, "https:"), SameSite: http.SameSiteLaxMode,
	}
}

// serveInstall leads a browser to Slack. One that came by another name than the one it will come back to is sent there
// first, where its cookie belongs; once, as a proxy may have changed the name.
func (a *Adapter) serveInstall(w http.ResponseWriter, r *http.Request) {
	if u, err := url.Parse(a.cfg.redirect()); err == nil && u.Host != "" && u.Host != r.Host && !r.URL.Query().Has("here") {
		guardPage(w.Header())
		http.Redirect(w, r, strings.TrimSuffix(a.cfg.redirect(), pathOAuth)+pathInstall+"?here", http.StatusFound)
		return
	}
	browser := newBrowser()
	if c, err := r.Cookie(installCooky); err == nil && len(c.Value) == len(browser) {
		browser = c.Value // two tabs may both come back
	}
	http.SetCookie(w, a.cookie(browser, stateLife))
	guardPage(w.Header())
	http.Redirect(w, r, a.cfg.authorize(newState(a.cfg.ClientSecret, browser, a.deps.Now())), http.StatusFound)
}

// serveOAuth takes a browser that comes back from Slack.
func (a *Adapter) serveOAuth(w http.ResponseWriter, r *http.Request) {
	s := a.live.Load()
	if s == nil {
		http.Error(w, "not ready", http.StatusServiceUnavailable)
		return
	}
	q := r.URL.Query()
	browser := ""
	if c, err := r.Cookie(installCooky); err == nil {
		browser = c.Value
	}
	nonce, ok := checkState(a.cfg.ClientSecret, q.Get("state"), browser, a.deps.Now())
	switch {
	case !ok:
		a.installPage(w, r, outcome{key: outcomeExpired})
		return
	case q.Get("error") != "" || q.Get("code") == "":
		a.deps.Log.Info("slack: an installation was declined", "error", clip(q.Get("error"), 80))
		a.installPage(w, r, outcome{key: outcomeDeclined})
		return
	}
	fresh, err := s.in.Fresh(platform + ":install:" + nonce)
	if err == nil && !fresh {
		a.installPage(w, r, outcome{key: outcomeExpired})
		return
	}
	var done outcome
	if err == nil {
		done, err = s.install(r.Context(), q.Get("code"))
	}
	if err != nil {
		a.deps.Log.Warn("slack: an installation failed", "err", err)
		done = outcome{key: outcomeFailed}
	}
	http.SetCookie(w, a.cookie("", -time.Second))
	a.installPage(w, r, done)
}

// install buys the token for a code and keeps it.
func (s *session) install(ctx context.Context, code string) (outcome, error) {
	a := s.a
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), exchangeFor) // a browser that is closed changes nothing
	defer cancel()
	got, err := slackapi.GetOAuthV2ResponseContext(ctx, a.deps.HTTP, a.cfg.ClientID, a.cfg.ClientSecret, code, a.cfg.redirect(), slackapi.OAuthOptionAPIURL(a.cfg.APIURL))
	if err != nil {
		return outcome{}, upstream(err, "oauth.v2.access")
	}
	g, err := granted(got, a.deps.Now())
	if err != nil {
		return outcome{}, err
	}
	allowed, err := a.admits(ctx, g)
	if err != nil {
		return outcome{}, err
	}
	if !allowed {
		a.deps.Log.Warn("slack: a workspace that is not served wanted the app; its token is revoked", "workspace", g.key, "name", g.name)
		t := newTenant(a, g, false)
		if _, err := t.api().SendAuthRevokeContext(ctx, g.token); err != nil {
			a.deps.Log.Warn("slack: a token was not revoked", "workspace", g.key, "err", err)
		}
		return outcome{key: outcomeForeign, name: g.name, id: g.key}, nil
	}
	by := bot.Actor{Platform: platform, Workspace: g.key, ID: got.AuthedUser.ID}
	i := g.into(bot.Installation{By: by, Installed: a.deps.Now()})
	if err := a.deps.Installations.Save(ctx, i); err != nil {
		return outcome{}, err
	}
	if err := a.tenants.put(i); err != nil {
		return outcome{}, err
	}
	a.deps.Log.Info("slack: the app is installed", "workspace", g.key, "name", g.name, "organisation", got.IsEnterpriseInstall)
	s.happened(bot.Event{
		ID: platform + ":" + g.key + ":installed:" + bot.NewID(a.deps.Now()), Time: a.deps.Now(), Address: address(g.key, "", ""),
		Actor: by, Input: bot.Lifecycle{What: bot.Installed},
	})
	key := outcomeDone
	if got.IsEnterpriseInstall {
		key = outcomeDoneOrg
	}
	return outcome{key: key, name: g.name, id: g.key, app: g.data.App}, nil
}

// granted reads Slack's answer to a code.
func granted(got *slackapi.OAuthV2Response, now time.Time) (grant, error) {
	g := grant{
		key: got.Team.ID, name: got.Team.Name, token: got.AccessToken, refresh: got.RefreshToken,
		data: grantData{Org: got.Enterprise.ID, Bot: got.BotUserID, App: got.AppID, Scopes: scopesOf(got.Scope)},
	}
	if got.IsEnterpriseInstall {
		g.key, g.name = got.Enterprise.ID, got.Enterprise.Name
	}
	if got.ExpiresIn > 0 {
		g.data.Expires = now.Add(time.Duration(got.ExpiresIn) * time.Second)
	}
	if g.key == "" || g.token == "" {
		return grant{}, fault.New(fault.Upstream, "oauth.v2.access: Slack answered without a token or a workspace")
	}
	return g, nil
}

// admits reports whether a workspace may have the app: one that the configuration names, or, where it names none, the
// only one there is.
func (a *Adapter) admits(ctx context.Context, g grant) (bool, error) {
	if a.deps.Admits != nil {
		return a.deps.Admits(g.key) || g.data.Org != "" && a.deps.Admits(g.data.Org), nil
	}
	if own := a.tenants.own; own != nil {
		if key := own.now().key; key != g.key {
			return false, nil
		}
	}
	all, err := a.deps.Installations.List(ctx, platform)
	return !slices.ContainsFunc(all, func(i bot.Installation) bool { return i.Workspace != g.key }), err
}
