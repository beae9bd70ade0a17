package slack

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	slackapi "github.com/slack-go/slack"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
)

// The transports.
const (
	ModeHTTP   = "http"   // Slack calls our routes
	ModeSocket = "socket" // we open connections to Slack
)

// Config is what the app knows of itself. A missing token is no error: the adapter says so in its status.
type Config struct {
	Mode          string    // ModeHTTP or ModeSocket; empty is ModeHTTP
	BotToken      string    // xoxb-..., for the Web API of one workspace; with ClientID others may install the app as well
	AppToken      string    // xapp-..., for Socket Mode
	SigningSecret string    // for HTTP; without it every callback is refused
	APIURL        string    // empty is https://slack.com/api/
	Features      []Feature // what is used beyond questions and answers
	ClientID      string    // of OAuth; with the secret, people can install the app at /slack/install
	ClientSecret  string
	BaseURL       string // where browsers reach /slack/install, for OAuth

	kept bool // Deps.Installations is there
}

// Deps are what the adapter stands on. Tokens and Inbox are required.
type Deps struct {
	Tokens bot.TokenMaker
	Inbox  bot.Inbox
	Drafts bot.Drafts     // open forms; default: in memory
	Links  bot.FormLinker // pages for what a modal does not take; nil: there are none

	Installations bot.Installations           // for OAuth; without it nobody can install the app
	Admits        func(workspace string) bool // whether a workspace or organisation may install the app; nil: one may
	Queue         job.Queue                   // for tokens that expire before their time; nil: they are replaced in their time alone

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
	desk   *bot.Desk
	live   atomic.Pointer[session] // what Run has started, nil outside of Run

	limits  card.Limits
	rooms   bool // names and topics of channels are looked up
	tenants *tenants
	socket  *bot.Condition // of the connections, in Socket Mode
}

// tuning holds the times and sizes of the adapter.
type tuning struct {
	budget     time.Duration // for a slash command's answer in the acknowledgement; Slack waits 3 s
	grace      time.Duration // before work shows its note
	workFor    time.Duration // longest work
	tryFor     time.Duration // one try to send a reply, waits for rate limits included
	sendFor    time.Duration // all tries, while Slack is away
	drain      time.Duration // at the end of Run
	recheck    time.Duration // between checks of the token
	reload     time.Duration // between looks at the installations
	resubmit   time.Duration // between looks for forms that a process left behind
	renewPoll  time.Duration // while a token is being replaced
	backoffMin time.Duration
	backoffMax time.Duration
	ping       time.Duration // between our pings on a socket
	dead       time.Duration // silence after which a socket is given up
	dial       time.Duration // to open a socket and hear its hello
	perSecond  float64       // messages a second and channel
	burst      int
	workers    int // events handled at a time
	queue      int // events waiting
	senders    int // messages being sent at a time, of one workspace
	outbox     int // messages waiting, of one workspace
	sockets    int
}

func defaults() tuning {
	return tuning{
		budget: 2500 * time.Millisecond, grace: 700 * time.Millisecond, workFor: time.Minute, tryFor: 2 * time.Minute, sendFor: 15 * time.Minute,
		drain: 10 * time.Second, recheck: 5 * time.Minute, reload: time.Minute, resubmit: time.Minute, renewPoll: 500 * time.Millisecond, backoffMin: time.Second, backoffMax: time.Minute,
		ping: 10 * time.Second, dead: 35 * time.Second, dial: 20 * time.Second,
		perSecond: 1, burst: 3, workers: 32, queue: 1024, senders: 32, outbox: 2048, sockets: 2,
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
	if deps.Drafts == nil {
		deps.Drafts = bot.NewMemoryState().Drafts
	}
	cfg.kept = deps.Installations != nil
	a := &Adapter{
		cfg: cfg, deps: deps, tune: defaults(), verify: newVerifier(cfg.SigningSecret, deps.Now), limits: limits(),
		desk:   bot.NewDesk(deps.Drafts, deps.Now),
		rooms:  slices.Contains(cfg.Features, FeatureChannels),
		socket: bot.NewCondition("slack", "connecting", deps.Log),
	}
	a.tenants = newTenants(a)
	return a
}

// Name implements bot.Platform.
func (a *Adapter) Name() string { return platform }

// Limits implements bot.Platform.
func (a *Adapter) Limits() card.Limits { return a.limits }

// Status says in a few words how the connection to Slack is, and whether it is as it should be.
func (a *Adapter) Status() (text string, ok bool) {
	if a.live.Load() == nil {
		return "not running", false
	}
	if own := a.tenants.own; own != nil {
		text, ok = own.status.Status()
	} else {
		text, ok = a.tenants.status()
	}
	if ok && a.cfg.Mode == ModeSocket {
		if how, well := a.socket.Status(); !well {
			return how, well
		}
	}
	return text, ok
}

// backoff is how long to wait between attempts.
func (a *Adapter) backoff() bot.Backoff {
	return bot.Backoff{Min: a.tune.backoffMin, Max: a.tune.backoffMax, Jitter: a.deps.Jitter}
}

// Run implements bot.Platform. Slack being out of reach, or a token being wrong, is no error: Run tries again, more
// and more slowly, and Status says what is the matter.
func (a *Adapter) Run(ctx context.Context, h bot.Handler) error {
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s := newSession(base, a, h)
	a.live.Store(s)
	var wg sync.WaitGroup
	for range lookups { // so that one workspace's rate limit does not hold up the others
		wg.Go(func() { s.people.run(base) })
	}
	wg.Go(func() { s.rooms.run(base) })
	wg.Go(func() { s.resubmit(ctx) })
	if own := a.tenants.own; own != nil {
		wg.Go(func() { own.status.Watch(ctx, a.tune.recheck, a.backoff(), a.checkOwn) })
	}
	if a.cfg.installs() {
		wg.Go(func() { a.tenants.follow(ctx) })
	}
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
	return nil
}

// lookups is how many people are looked up at a time.
const lookups = 4

// checkOwn looks at the configuration, then asks Slack about the configured token.
func (a *Adapter) checkOwn(ctx context.Context) error {
	switch {
	case a.cfg.BotToken == "":
		return fault.New(fault.Invalid, "slack.bot_token is not set: mentions and direct messages cannot be answered")
	case a.cfg.Mode == ModeSocket && a.cfg.AppToken == "":
		return fault.New(fault.Invalid, "slack.app_token is not set: Socket Mode cannot connect")
	case a.cfg.Mode == ModeHTTP && a.cfg.SigningSecret == "":
		return fault.New(fault.Invalid, "slack.signing_secret is not set: every callback is refused")
	}
	return a.tenants.own.check(ctx)
}
