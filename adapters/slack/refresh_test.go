package slack

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/slack/slacktest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/job"
)

// tokenOf returns what is kept of a workspace's token.
func (x *installing) tokenOf(team string) grant {
	x.t.Helper()
	i, err := x.state.Installations.Load(x.t.Context(), platform, team)
	if err != nil {
		x.t.Fatal(err)
	}
	g, err := grantOf(i)
	if err != nil {
		x.t.Fatal(err)
	}
	return g
}

func TestRefreshBeforeExpiry(t *testing.T) {
	x := startInstalling(t)
	x.install(slacktest.Workspace{ID: "T1", Name: "Harborlane", Rotates: true})
	x.install(slacktest.Workspace{ID: "T2", Name: "Lane"}) // whose token does not expire
	first := x.tokenOf("T1")
	if first.refresh == "" || !first.data.Expires.Equal(x.clock().Add(12*time.Hour)) {
		t.Fatalf("%+v", first)
	}
	kinds, periodic := x.a.Jobs()
	if len(kinds) != 1 || len(periodic) != 1 || periodic[0].Request.Kind != RefreshKind {
		t.Fatalf("%v %v", kinds, periodic)
	}
	work := func() error {
		_, err := kinds[RefreshKind].Handler(t.Context(), job.Job{})
		return err
	}
	x.pass(9 * time.Hour)
	if err := work(); err != nil || x.tokenOf("T1").token != first.token {
		t.Errorf("too early: %v", err)
	}
	x.pass(90 * time.Minute)
	if err := work(); err != nil {
		t.Fatal(err)
	}
	second := x.tokenOf("T1")
	if second.token == first.token || second.refresh == first.refresh || !second.data.Expires.Equal(x.clock().Add(12*time.Hour)) || second.data.Bot != slacktest.BotUser {
		t.Errorf("%+v, then %+v", first, second)
	}
	if x.a.tenants.find("T1").now().token != second.token {
		t.Error("the new token is not used")
	}
	if n := x.slack.Calls("oauth.v2.access"); n != 3 {
		t.Errorf("asked %d times", n)
	}
}

// Two replicas that replace one token at once spend its refresh token once, and both go on with what came of it.
func TestRefreshOnce(t *testing.T) {
	x := startInstalling(t)
	x.install(slacktest.Workspace{ID: "T1", Name: "Harborlane", Rotates: true})
	x.pass(11 * time.Hour)
	was := x.tokenOf("T1")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := x.a.refresh(context.Background(), was); err != nil && !strings.Contains(err.Error(), "invalid_refresh_token") {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := x.tokenOf("T1"); got.refresh == was.refresh || x.slack.Tokens("T1") != 2 {
		t.Errorf("%+v, %d tokens", got, x.slack.Tokens("T1"))
	}
}

// sullenInstallations do not save for a while.
type sullenInstallations struct {
	bot.Installations
	mu   sync.Mutex
	left int
}

func (s *sullenInstallations) Save(ctx context.Context, i bot.Installation) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left > 0 {
		s.left--
		return errors.New("no database")
	}
	return s.Installations.Save(ctx, i)
}

func TestRefreshOutlivesTheStore(t *testing.T) {
	sullen := &sullenInstallations{}
	x := startInstalling(t, func(a *Adapter, d *Deps) {
		if a == nil {
			sullen.Installations = d.Installations
			d.Installations = sullen
		}
	})
	x.install(slacktest.Workspace{ID: "T1", Name: "Harborlane", Rotates: true})
	x.pass(11 * time.Hour)
	was := x.tokenOf("T1")
	sullen.mu.Lock()
	sullen.left = 3
	sullen.mu.Unlock()
	if err := x.a.refresh(t.Context(), was); err != nil || x.tokenOf("T1").token == was.token {
		t.Errorf("the token that the refresh token bought is lost: %v", err)
	}
}

// A token that has expired, as nobody was there to replace it, is replaced before the answer is given up.
func TestExpiredTokenIsReplacedOnDemand(t *testing.T) {
	x := startInstalling(t)
	x.install(slacktest.Workspace{ID: "T1", Name: "Harborlane", Rotates: true})
	x.pass(13 * time.Hour)
	x.slack.Expire("T1")
	kinds, _ := x.a.Jobs()
	runner, err := job.NewRunner(x.queue, job.Config{Kinds: kinds, Poll: time.Millisecond, Now: x.clock, Jitter: func() float64 { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- runner.Run(ctx) }()
	defer func() { cancel(); <-done }()
	x.eventIn("T1", "", "Ev1", x.slack.Said("app_mention", "C1", "U1", "hi"))
	if m := x.messages(1)[0]; m.Text != "said: hi" || m.Team != "T1" {
		t.Errorf("%+v", m)
	}
	if n := x.slack.Calls("oauth.v2.access"); n != 2 {
		t.Errorf("asked %d times", n)
	}
}

func TestRevokedTokenShowsInTheStatus(t *testing.T) {
	x := startInstalling(t)
	x.install(slacktest.Workspace{ID: "T1", Name: "Harborlane"})
	x.slack.Expire("T1")
	x.eventIn("T1", "", "Ev1", x.slack.Said("app_mention", "C1", "U1", "hi"))
	x.until("the status", func() bool {
		text, ok := x.a.Status()
		return !ok && strings.Contains(text, "T1") && strings.Contains(text, "token_expired")
	})
}

func FuzzState(f *testing.F) {
	now := time.Unix(1764000000, 0)
	f.Add(newState("s", "b", now), "b")
	f.Add("", "")
	f.Add("AAAA", "b")
	f.Fuzz(func(t *testing.T, state, browser string) {
		if nonce, ok := checkState("s", state, browser, now); ok && (browser != "b" || nonce == "") {
			t.Errorf("%q is taken from %q", state, browser)
		}
		made := newState("s", "x"+browser, now)
		if _, ok := checkState("s", made, "x"+browser, now); !ok {
			t.Errorf("a state is not taken from who it was made for")
		}
		if _, ok := checkState("t", made, "x"+browser, now); ok {
			t.Errorf("another app's state is taken")
		}
	})
}
