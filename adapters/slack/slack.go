package slack

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	slackapi "github.com/slack-go/slack"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

// The transports.
const (
	ModeHTTP   = "http"   // Slack calls our routes
	ModeSocket = "socket" // we open connections to Slack
)

// Config is what an installation of the app knows. A missing token is no error: the adapter says so in its status.
type Config struct {
	Mode          string    // ModeHTTP or ModeSocket; empty is ModeHTTP
	BotToken      string    // xoxb-..., for the Web API
	AppToken      string    // xapp-..., for Socket Mode
	SigningSecret string    // for HTTP; without it every callback is refused
	APIURL        string    // empty is https://slack.com/api/
	Features      []Feature // what is used beyond questions and answers
}

// Deps are what the adapter stands on. Tokens and Inbox are required.
type Deps struct {
	Tokens bot.TokenMaker
	Inbox  bot.Inbox
	Drafts bot.Drafts // open forms; default: in memory
	Log    *slog.Logger
	Now    func() time.Time // the clock of signatures; default time.Now
	Jitter func() float64   // in [0,1); default math/rand
	HTTP   *http.Client     // default: a client of its own with timeouts
}

// Adapter is the Slack platform. It implements bot.Platform.
type Adapter struct {
	cfg    Config
	deps   Deps
	tune   tuning
	verify *verifier
	api    *slackapi.Client
	desk   *bot.Desk
	live   atomic.Pointer[session] // what Run has started, nil outside of Run

	limits card.Limits

	mu     sync.Mutex
	token  health // of the bot token
	socket health // of the connections, in Socket Mode
	self   string // our bot user's id, once known
	off    []Off  // features that the token does not serve
}

// health is how one thing is.
type health struct {
	text string
	ok   bool
}

// tuning holds the times and sizes of the adapter.
type tuning struct {
	budget     time.Duration // for a slash command's answer in the acknowledgement; Slack waits 3 s
	grace      time.Duration // before work shows its note
	workFor    time.Duration // longest work
	sendFor    time.Duration // longest try to send one message, waits for rate limits included
	drain      time.Duration // at the end of Run
	recheck    time.Duration // between checks of the token
	backoffMin time.Duration
	backoffMax time.Duration
	ping       time.Duration // between our pings on a socket
	dead       time.Duration // silence after which a socket is given up
	dial       time.Duration // to open a socket and hear its hello
	perSecond  float64       // messages a second and channel
	burst      int
	workers    int // events handled at a time
	queue      int // events waiting
	senders    int // messages being sent at a time
	outbox     int // messages waiting
	sockets    int
}

func defaults() tuning {
	return tuning{
		budget: 2500 * time.Millisecond, grace: 700 * time.Millisecond, workFor: time.Minute, sendFor: 2 * time.Minute,
		drain: 10 * time.Second, recheck: 5 * time.Minute, backoffMin: time.Second, backoffMax: time.Minute,
		ping: 10 * time.Second, dead: 35 * time.Second, dial: 20 * time.Second,
		perSecond: 1, burst: 3, workers: 32, queue: 1024, senders: 64, outbox: 2048, sockets: 2,
	}
}

// New returns an adapter. It does no network.
func New(cfg Config, deps Deps) *Adapter {
	if cfg.Mode == "" {
		cfg.Mode = ModeHTTP
	}
	if cfg.APIURL == "" {
		cfg.APIURL = slackapi.APIURL
	}
	if !strings.HasSuffix(cfg.APIURL, "/") {
		cfg.APIURL += "/"
	}
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	if deps.Jitter == nil {
		deps.Jitter = rand.Float64
	}
	if deps.HTTP == nil {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.ResponseHeaderTimeout = 20 * time.Second
		deps.HTTP = &http.Client{Transport: transport, Timeout: 30 * time.Second}
	}
	a := &Adapter{cfg: cfg, deps: deps, tune: defaults(), verify: newVerifier(cfg.SigningSecret, deps.Now)}
	a.limits = limits()
	a.token.text, a.socket.text = "not started", "connecting"
	a.api = newAPI(cfg, deps.HTTP)
	if deps.Drafts == nil {
		deps.Drafts = bot.NewMemoryState().Drafts
	}
	a.desk = bot.NewDesk(deps.Drafts, deps.Now)
	return a
}

// Name implements bot.Platform.
func (a *Adapter) Name() string { return platform }

// Limits implements bot.Platform.
func (a *Adapter) Limits() card.Limits { return a.limits }

// Status says in a few words how the connection to Slack is, and whether it is as it should be.
func (a *Adapter) Status() (text string, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.token.ok && a.cfg.Mode == ModeSocket {
		return a.socket.text, a.socket.ok
	}
	return a.token.text, a.token.ok
}

func (a *Adapter) setHealth(of *health, ok bool, text string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if of.text != text {
		a.deps.Log.Info("slack: "+text, "ok", ok)
	}
	of.text, of.ok = text, ok
}

// user returns our bot user's id, "" while it is not known.
func (a *Adapter) user() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.self
}

func (a *Adapter) setUser(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.self = id
}

// Run implements bot.Platform. Slack being out of reach, or a token being wrong, is no error: Run tries again, more
// and more slowly, and Status says what is the matter.
func (a *Adapter) Run(ctx context.Context, h bot.Handler) error {
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s := newSession(base, a, h)
	a.live.Store(s)
	var wg sync.WaitGroup
	wg.Go(func() { s.people.run(base) })
	wg.Go(func() { a.watch(ctx) })
	if a.cfg.Mode == ModeSocket {
		s.runSockets(ctx)
	}
	<-ctx.Done()
	a.live.Store(nil)
	s.finish(a.tune.drain)
	cancel()
	wg.Wait()
	s.finish(a.tune.drain)
	if a.deps.HTTP.Transport != nil {
		a.deps.HTTP.CloseIdleConnections()
	}
	a.setHealth(&a.token, false, "stopped")
	return nil
}

// watch checks the bot token until ctx is done and keeps the status.
func (a *Adapter) watch(ctx context.Context) {
	for n := 0; ctx.Err() == nil; {
		wait := a.tune.recheck
		if err := a.check(ctx); err != nil {
			a.setHealth(&a.token, false, err.Error())
			wait = a.backoff(n)
			n++
		} else {
			n = 0
			a.setHealth(&a.token, true, "ready")
		}
		sleep(ctx, wait)
	}
}

// backoff is how long to wait after the nth failure: doubling, with a half of it at random.
func (a *Adapter) backoff(n int) time.Duration {
	d := a.tune.backoffMin << min(n, 16)
	if d > a.tune.backoffMax || d <= 0 {
		d = a.tune.backoffMax
	}
	return d/2 + time.Duration(float64(d/2)*a.deps.Jitter())
}

// sleep waits for d or until ctx is done.
func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
