package discord

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

// platform is the platform's name in addresses and event ids.
const platform = "discord"

// The transports.
const (
	ModeGateway = "gateway" // we open a connection to Discord
	ModeHTTP    = "http"    // Discord calls our route; it tells of interactions only, so mentions stay unanswered
)

// DefaultAPIURL is the REST API as its version 10.
const DefaultAPIURL = "https://discord.com/api/v10"

// Config is what an application knows.
type Config struct {
	Mode          string // ModeGateway or ModeHTTP; empty is ModeGateway
	Token         string // of the bot
	ApplicationID string
	PublicKey     string // hexadecimal, for ModeHTTP; without it every callback is refused
	APIURL        string // empty is DefaultAPIURL
}

// Deps are what the adapter stands on. Tokens and Inbox are required.
type Deps struct {
	Tokens bot.TokenMaker
	Inbox  bot.Inbox
	Drafts bot.Drafts // keeps forms that are open; default: in memory
	// Installations keeps the guilds that the bot is in, so that a removal is noticed that happened while nobody was
	// connected. Nil: those of before the start are not known.
	Installations bot.Installations
	Replicas      bool           // other processes on the same inbox are connected too; the gateway tells each of everything
	Links         bot.FormLinker // goes on with forms in a browser; nil: what a chat does not take is left out
	Log           *slog.Logger
	Now           func() time.Time // the clock of signatures and deadlines; default time.Now
	Jitter        func() float64   // in [0,1); default math/rand
	HTTP          *http.Client     // default: a client of its own with timeouts
}

// Adapter is the Discord platform. It implements bot.Platform.
type Adapter struct {
	cfg    Config
	deps   Deps
	tune   tuning
	key    ed25519.PublicKey // nil: none, or none that can be read
	api    *api
	desk   *bot.Desk
	asks   *asks
	guilds guilds
	live   atomic.Pointer[session] // what Run has started, nil outside of Run
	limits card.Limits

	directory *directory
	members   *members
	rest      *bot.Condition // of the token and the commands
	gateway   *bot.Condition // of the connection, in ModeGateway

	mu   sync.Mutex
	self string // our bot user's id, once known
}

// tuning holds the times and sizes of the adapter.
type tuning struct {
	budget     time.Duration // for the first answer to an interaction; Discord waits 3 s
	suggest    time.Duration // for suggestions while somebody types
	grace      time.Duration // before work shows its note
	workFor    time.Duration // longest work; Discord takes answers for 15 minutes
	quick      time.Duration // longest try to send one message before what else happens in the channel goes on
	slice      time.Duration // of a longer try; within it Discord knows a message that it has seen before
	drain      time.Duration // at the end of Run
	recheck    time.Duration // between checks of token and commands
	resubmit   time.Duration // between looks for forms that a process left behind
	backoffMin time.Duration
	backoffMax time.Duration
	silence    time.Duration // after which a connection is dead; heartbeats are answered every 41 s
	dial       time.Duration // to open a connection and be ready
	steady     time.Duration // up for so long, a connection that ends is no failure
	workers    int           // events handled at a time
	queue      int           // events waiting
	asks       int           // questions kept of buttons that ask first
}

func defaults() tuning {
	return tuning{
		budget: 2 * time.Second, suggest: 500 * time.Millisecond, grace: 500 * time.Millisecond, workFor: time.Minute,
		quick: 10 * time.Second, slice: 30 * time.Second, drain: 10 * time.Second, recheck: 10 * time.Minute, resubmit: time.Minute,
		backoffMin: 2 * time.Second, backoffMax: 3 * time.Minute, // fewer than the thousand sessions a day that Discord grants
		silence: 100 * time.Second, dial: 30 * time.Second, steady: time.Minute, workers: 32, queue: 1024, asks: 10_000,
	}
}

// New returns an adapter. It does no network.
func New(cfg Config, deps Deps) *Adapter {
	if cfg.Mode == "" {
		cfg.Mode = ModeGateway
	}
	if cfg.APIURL == "" {
		cfg.APIURL = DefaultAPIURL
	}
	cfg.APIURL = strings.TrimSuffix(cfg.APIURL, "/")
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	if deps.Jitter == nil {
		deps.Jitter = rand.Float64
	}
	if deps.Drafts == nil {
		deps.Drafts = bot.NewMemoryState().Drafts
	}
	if deps.HTTP == nil {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.ResponseHeaderTimeout = 20 * time.Second
		transport.MaxIdleConnsPerHost = 16
		deps.HTTP = &http.Client{Transport: transport, Timeout: 30 * time.Second}
	}
	a := &Adapter{cfg: cfg, deps: deps, tune: defaults(), limits: limits()}
	if key, err := hex.DecodeString(cfg.PublicKey); err == nil && len(key) == ed25519.PublicKeySize {
		a.key = key
	}
	a.api = newAPI(cfg, deps.HTTP, deps.Now)
	a.desk = bot.NewDesk(deps.Drafts, deps.Now)
	a.asks, a.directory, a.members = newAsks(a.tune.asks), newDirectory(a.api, deps.Now), newMembers(a.api.member, deps.Now)
	a.rest, a.gateway = bot.NewCondition(platform, "not started", deps.Log), bot.NewCondition(platform, "connecting", deps.Log)
	return a
}

// Name implements bot.Platform.
func (a *Adapter) Name() string { return platform }

// Limits implements bot.Platform.
func (a *Adapter) Limits() card.Limits { return a.limits }

// Status says in a few words how the connection to Discord is, and whether it is as it should be.
func (a *Adapter) Status() (text string, ok bool) {
	if text, ok = a.rest.Status(); ok && a.cfg.Mode == ModeGateway {
		return a.gateway.Status()
	}
	return text, ok
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

// Run implements bot.Platform. Discord being out of reach, or a token being wrong, is no error: Run tries again, more
// and more slowly, and Status says what is the matter.
func (a *Adapter) Run(ctx context.Context, h bot.Handler) error {
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s := newSession(base, a, h)
	a.live.Store(s)
	var wg sync.WaitGroup
	wg.Go(func() { a.rest.Watch(ctx, a.tune.recheck, a.backoff(), s.check) })
	if a.cfg.Mode == ModeGateway {
		wg.Go(func() { s.supervise(ctx) })
	}
	wg.Go(func() { s.resubmit(ctx) })
	wg.Go(func() { a.members.run(ctx) })
	<-ctx.Done()
	a.live.Store(nil)
	wg.Wait()
	s.Finish(a.tune.drain)
	cancel()
	s.Finish(a.tune.drain)
	if a.deps.HTTP.Transport != nil {
		a.deps.HTTP.CloseIdleConnections()
	}
	a.rest.Set(false, "stopped")
	return nil
}

// check is what is asked of Discord at the start and every now and then.
func (s *session) check(ctx context.Context) error {
	err := s.a.register(ctx)
	if err == nil && s.a.cfg.Mode == ModeHTTP {
		err = s.census(ctx)
	}
	return err
}

// backoff is how long to wait after failures.
func (a *Adapter) backoff() bot.Backoff {
	return bot.Backoff{Min: a.tune.backoffMin, Max: a.tune.backoffMax, Jitter: a.deps.Jitter}
}
