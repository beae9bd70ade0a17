package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"golang.org/x/sync/errgroup"

	"github.com/backchannel-portal/backchannel/adapters/discord"
	"github.com/backchannel-portal/backchannel/adapters/slack"
	"github.com/backchannel-portal/backchannel/adapters/web"
	"github.com/backchannel-portal/backchannel/adapters/web/signin"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

type serveCmd struct{}

// The bounds of what the conversation remembers in memory.
const (
	inboxSize     = 100_000
	inboxKeep     = 2 * time.Hour // platforms repeat a delivery for up to an hour
	conversations = 20_000
	forgetAfter   = 30 * time.Minute
	tokenLife     = 7 * 24 * time.Hour
)

// Run serves until SIGINT or SIGTERM.
func (serveCmd) Run(s *session) error {
	limitMemory()
	cfg, err := s.load()
	if err != nil {
		return err
	}
	if len(cfg.Catalog.Locations) == 0 {
		return fault.New(fault.Invalid, "there is no catalog to serve: name one with --catalog PATH, or catalog.locations in backchannel.yaml")
	}
	level := slog.LevelInfo
	if s.Quiet {
		level = slog.LevelWarn
	}
	log := newLogger(s.err, level, cfg.Secrets()...)
	base, err := openBase(s.ctx, cfg, log)
	if err != nil {
		return err
	}
	defer func() {
		if err := base.close(); err != nil {
			log.Warn("the store did not close", "err", err)
		}
	}()
	svc, err := newService(cfg, base, log, filepath.Join(cfg.Store.DataDir, "index"))
	if err != nil {
		return err
	}
	defer svc.close()
	if err := svc.wire(); err != nil {
		return err
	}
	l, err := openPort(cfg.Web.Listen)
	if err != nil {
		return err
	}
	return svc.run(s.ctx, l)
}

// service is a running Backchannel: the catalog it follows, the conversation, and where people reach it.
type service struct {
	*followed
	base    *base
	tokens  *bot.Tokens
	metrics *eventMetrics
	audit   *bot.AuditTrail
	memory  *bot.SharedMemory
	inbox   *bot.SteadyInbox
	keys    *bot.KeyRing
	seen    bot.Observer // of every event: metrics and audit
	mux     *bot.Mux
	slack   *slack.Adapter   // nil: not configured
	discord *discord.Adapter // nil: not configured
	web     *web.Web
	sign    *signin.Signin // nil: nobody needs to sign in
	forms   *web.Forms     // nil: nobody outside would reach their pages
}

// newService wires the catalog of a service; wire adds the conversation. indexes is the folder of index files.
func newService(cfg *config.Config, base *base, log *slog.Logger, indexes string) (*service, error) {
	f, err := follow(cfg, base, log, indexes)
	if err != nil {
		return nil, err
	}
	keys, path, err := base.buttonKeys()
	if err != nil {
		return nil, err
	}
	s := &service{
		followed: f, base: base, metrics: newMetrics(f.view),
		tokens: bot.NewTokens(keys, tokenLife, time.Now),
		audit:  bot.NewAuditTrail(base.state.Audit, base.dir, log, time.Now),
		memory: bot.NewSharedMemory(bot.NewShortMemory(conversations, forgetAfter), base.state.Threads, log),
		inbox:  bot.NewSteadyInbox(base.state.Inbox, bot.NewMemoryInbox(inboxSize, inboxKeep), log, time.Now),
	}
	if !base.shared {
		s.memory.Alone()
	}
	s.tokens.Keep(base.state.Intents)
	s.more = append(s.more, s.pluginJobs)
	s.plug.metrics.register(s.metrics.registry)
	s.plug.proxied.register(s.metrics.registry)
	s.keys = bot.NewKeyRing(base.state.Keys, s.tokens, path, keys, log, time.Now)
	return s, nil
}

func (s *service) wire() error {
	s.seen = bot.Observers{s.metrics, s.audit}
	s.making.Audit = s.seen.Observe
	if err := s.signIn(); err != nil {
		return err
	}
	linker := s.linker()
	mux, err := bot.NewMux(bot.MuxConfig{
		Ask:       s.commands.Handler(),
		Main:      "backchannel",
		Commands:  slices.Concat(s.commands.SubCommands(), linker.Commands(), s.signCommands()),
		Slash:     s.commands.Slash(),
		Menus:     s.commands.Menus(),
		Intents:   joined(s.commands.Intents(), linker.Intents()),
		Forms:     s.commands.Forms(),
		Suggest:   s.commands.Suggest(),
		Surfaces:  s.onceKnown(s.commands.Surfaces()),
		Preview:   s.commands.Preview(),
		Lifecycle: bot.HandlerFunc(s.lifecycle),
		Follows:   s.long.follows,
		Tokens:    s.tokens,
		Memory:    s.memory,
		Observer:  s.seen,
		Guard:     s.gate(),
		Limits:    bot.RateLimits{User: float64(s.cfg.Limits.User), Workspace: float64(s.cfg.Limits.Workspace)},
		Log:       s.log,
	})
	if err != nil {
		return err
	}
	s.mux = mux
	if c := s.cfg.Slack; c != nil {
		if err := s.connectSlack(c); err != nil {
			return err
		}
	}
	if c := s.cfg.Discord; c != nil {
		s.connectDiscord(c)
	}
	s.introduce()
	s.duty.chats = chats{}
	if s.slack != nil {
		s.duty.chats[s.slack.Name()] = s.slack
	}
	s.post()
	s.metrics.parts(s.allParts)
	s.metrics.jobs(s.queue)
	s.draws()
	s.web, err = s.pages()
	return err
}

// run serves on an open port until ctx is done, and closes it.
func (s *service) run(ctx context.Context, port net.Listener) error {
	addr := port.Addr().String()
	open := pagesServed(s.cfg.Web.Auth, addr)
	if !open {
		s.log.Warn("the listener is reachable from outside and web.auth is not set: only chat callbacks, health and metrics are served", "listen", addr)
	}
	l := serveOn(port, s.routes(open))
	s.log.Info("listening", "addr", l.Addr().String(), "url", s.cfg.Web.BaseURL)
	g, ctx := errgroup.WithContext(ctx)
	if m := s.cfg.Web.MetricsListen; m != "" {
		only := chi.NewRouter()
		only.Method(http.MethodGet, "/metrics", s.metrics.handler())
		ml, err := listen(m, only)
		if err != nil {
			l.Close()
			return err
		}
		g.Go(func() error { return ml.run(ctx) })
	}
	g.Go(func() error { return l.run(ctx) })
	g.Go(func() error { return s.followed.run(ctx) })
	g.Go(func() error { return s.web.Run(ctx) })
	g.Go(func() error { // browsers that follow a run would keep the listener from ending
		<-ctx.Done()
		s.web.Close()
		return nil
	})
	g.Go(func() error { return s.audit.Run(ctx) })
	g.Go(func() error { return s.identity.run(ctx) })
	if s.sign != nil {
		g.Go(func() error { return s.sign.Run(ctx) })
	}
	g.Go(func() error { return s.memory.Run(ctx) })
	g.Go(func() error { return s.places.board.Run(ctx, lookAtBindings) })
	g.Go(func() error { return s.tokens.Run(ctx, s.log) })
	if s.base.db != nil { // the keys of a process that leaves nothing behind are its own
		g.Go(func() error { return s.keys.Run(ctx) })
	}
	if s.slack != nil {
		g.Go(func() error { return s.slack.Run(ctx, s.mux) })
	}
	if s.discord != nil {
		g.Go(func() error { return s.discord.Run(ctx, s.mux) })
	}
	if err := g.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// routes is everything that is served; open says whether pages and API are.
func (s *service) routes(open bool) http.Handler {
	r := chi.NewRouter()
	r.Use(identified(s.log))
	get := func(path string, h http.Handler) { // HEAD as well: probes use it
		r.Method(http.MethodGet, path, h)
		r.Method(http.MethodHead, path, h)
	}
	get("/healthz", http.HandlerFunc(healthz))
	get("/readyz", readyz(s.ready.Load, s.allParts))
	if s.cfg.Web.MetricsListen == "" {
		get("/metrics", s.metrics.handler())
	}
	for path, h := range s.reach.hooks(s.announce) {
		r.Handle(path, s.forgeHook(strings.TrimPrefix(path, "/webhooks/"), h))
	}
	r.Post("/webhooks/{plugin}", s.webhook)
	if s.slack != nil {
		for _, route := range s.slack.Routes() {
			r.Method(route.Method, route.Path, route.Handler)
		}
	}
	if s.discord != nil {
		for _, route := range s.discord.Routes() {
			r.Method(route.Method, route.Path, route.Handler)
		}
	}
	if p := s.drawn.Load(); p != nil {
		p.Mount(r)
	}
	if open {
		s.web.Mount(r)
		s.web.MountPlugins(r)
		s.mountProxy(r)
		s.mountSignIn(r)
		r.NotFound(s.web.NotFound)
		r.MethodNotAllowed(s.web.MethodNotAllowed)
	}
	return r
}

// allParts says how everything the service stands on is.
func (s *service) allParts() []part {
	parts := append(s.parts(), s.base.part())
	for _, p := range []struct {
		name string
		of   interface{ Status() (string, bool) }
	}{{"audit", s.audit}, {"memory", s.memory}, {"inbox", s.inbox}, {"button keys", s.keys}, {"disputes", s.disputes}} {
		if detail, ok := p.of.Status(); !ok {
			parts = append(parts, part{Name: p.name, Detail: detail})
		}
	}
	if s.sign != nil {
		detail, ok := s.sign.Status()
		parts = append(parts, part{Name: "sign-in", OK: ok, Detail: detail})
	}
	if s.slack != nil {
		detail, ok := s.slack.Status()
		parts = append(parts, part{Name: "slack", OK: ok, Detail: detail})
	}
	if s.discord != nil {
		detail, ok := s.discord.Status()
		parts = append(parts, part{Name: "discord", OK: ok, Detail: detail})
	}
	for _, p := range []struct {
		name string
		done bool
	}{{"words in the text index", s.indexed()}, {"versions from code", s.coded.Load() || !s.leading.Load()}, {"pages", s.read.Load()}} {
		if !p.done {
			parts = append(parts, part{Name: p.name, OK: true, Detail: "not all of them yet"})
		}
	}
	parts = append(parts, part{Name: "catalog", OK: s.ready.Load(), Detail: fmt.Sprintf("%s entities, generation %d", s.count(), s.live.Reader().Generation())})
	return parts
}
