package slack

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	slackapi "github.com/slack-go/slack"
	"golang.org/x/sync/errgroup"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
)

// With token rotation a bot token lives for twelve hours, and a refresh token buys the next one, once
// (docs.slack.dev/authentication/using-token-rotation). A job replaces tokens early, so that one replica does it and
// the others have time to read the new one.

// RefreshKind is the kind of the job that replaces tokens.
const RefreshKind = "slack.refresh"

const (
	refreshEarly = 2 * time.Hour    // before the token expires
	refreshEvery = 10 * time.Minute // how often it is looked at
	refreshFor   = 30 * time.Second // one token, storing it included
	refreshSaves = 5                // attempts to store a token that Slack has given
)

// Jobs returns the background work of the adapter, for a job.Config; none where nobody can install the app.
func (a *Adapter) Jobs() (map[string]job.Kind, []job.Periodic) {
	if !a.cfg.installs() {
		return nil, nil
	}
	request := job.Request{Kind: RefreshKind, Key: RefreshKind}
	return map[string]job.Kind{RefreshKind: {Handler: a.refreshDue, Timeout: 10 * time.Minute}},
		[]job.Periodic{{Name: RefreshKind, Every: refreshEvery, Request: request}}
}

// expired is the payload of a job for one token that Slack has refused.
type expired struct {
	Workspace string    `json:"workspace"`
	Expires   time.Time `json:"expires"`
}

// refreshSoon asks for a token to be replaced now and reports whether somebody will.
func (a *Adapter) refreshSoon(ctx context.Context, g grant) bool {
	if a.deps.Queue == nil {
		return false
	}
	payload, _ := json.Marshal(expired{g.key, g.data.Expires}) // a string and a time
	_, _, err := a.deps.Queue.Add(ctx, job.Request{Kind: RefreshKind, Key: RefreshKind + ":" + g.key, Payload: payload, Attempts: 3})
	return err == nil
}

// refreshDue is the job.Handler of RefreshKind. Without a payload it replaces every token that is due.
func (a *Adapter) refreshDue(ctx context.Context, j job.Job) (json.RawMessage, error) {
	var one expired
	if len(j.Payload) > 0 {
		if err := json.Unmarshal(j.Payload, &one); err != nil {
			return nil, job.Permanent(fault.Wrap(fault.Internal, err, "read the job of a token"))
		}
	}
	all, err := a.deps.Installations.List(ctx, platform)
	if err != nil {
		return nil, err
	}
	var failed []error
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	errs := make(chan error, len(all))
	for _, i := range all {
		was, err := grantOf(i)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		if was.refresh == "" || one.Workspace == "" && !was.due(a.deps.Now()) ||
			one.Workspace != "" && (one.Workspace != was.key || !one.Expires.Equal(was.data.Expires)) {
			continue
		}
		g.Go(func() error { errs <- a.refresh(ctx, was); return nil })
	}
	_ = g.Wait() // the tasks return nil: one workspace's trouble is not the others'
	close(errs)
	for err := range errs {
		failed = append(failed, err)
	}
	return nil, errors.Join(failed...)
}

// refresh replaces one token.
func (a *Adapter) refresh(ctx context.Context, was grant) error {
	ctx, cancel := context.WithTimeout(ctx, refreshFor)
	defer cancel()
	got, err := slackapi.RefreshOAuthV2TokenContext(ctx, a.deps.HTTP, a.cfg.ClientID, a.cfg.ClientSecret, was.refresh, slackapi.OAuthOptionAPIURL(a.cfg.APIURL))
	if err != nil {
		if _, changed := a.since(ctx, was); changed {
			return nil // somebody else was first, or the app was installed anew or removed
		}
		return upstream(err, "replace the token of "+was.key)
	}
	if got.AccessToken == "" || got.RefreshToken == "" {
		return fault.New(fault.Upstream, "replace the token of %s: Slack answered without a token", was.key)
	}
	// The old refresh token is spent by now, so the new one must not be lost.
	ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), refreshFor)
	defer cancel()
	now := was
	now.token, now.refresh = got.AccessToken, got.RefreshToken
	now.data.Expires = a.deps.Now().Add(time.Duration(got.ExpiresIn) * time.Second)
	if scopes := scopesOf(got.Scope); len(scopes) > 0 {
		now.data.Scopes = scopes
	}
	for try := 0; ; try++ {
		i, changed := a.since(ctx, was)
		if changed {
			return nil
		}
		if i.Workspace != "" {
			i = now.into(i)
			if err = a.deps.Installations.Save(ctx, i); err == nil {
				return a.tenants.put(i)
			}
		}
		if try == refreshSaves || !bot.Sleep(ctx, a.backoff().After(try)) {
			return fault.Wrap(fault.Internal, err, "keep the new token of %s, which will have to be installed again", was.key)
		}
	}
}

// since reads an installation again and reports whether its token is no longer the one that was. Workspace is "" while
// the store does not answer.
func (a *Adapter) since(ctx context.Context, was grant) (i bot.Installation, changed bool) {
	i, err := a.deps.Installations.Load(ctx, platform, was.key)
	if fault.Is(err, fault.NotFound) {
		return i, true
	}
	if err != nil {
		return bot.Installation{}, false
	}
	g, err := grantOf(i)
	return i, err == nil && g.refresh != was.refresh
}
