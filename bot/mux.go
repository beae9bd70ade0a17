package bot

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Command is a sub-command such as "owner": a first word that means a handler when the rest fits.
type Command struct {
	Name    string
	Aliases []string
	// Fits reports whether the text behind the name is what the command takes, as whoever sent the event may see things.
	// Nil: the command stands alone.
	Fits    func(ev *Event, args string) bool
	Handler Handler // gets an Invoked whose last Path element is Name
}

// MuxConfig is what a Mux needs. Every field but Ask is optional.
type MuxConfig struct {
	Ask       Handler            // questions: Said, and Invoked without a sub-command
	Main      string             // the main slash command, for example "backchannel"
	Commands  []Command          // its sub-commands
	Slash     map[string]Handler // slash commands of their own, by name
	Menus     map[string]Handler // entries of a platform's menus, by name
	Intents   map[string]Handler // what buttons mean, by intent name
	Forms     map[string]Handler // what forms mean, by form id: Submitted, Changed, and Asked of fields of no known kind
	Suggest   Handler            // Asked of everything else
	Surfaces  map[string]Handler // Opened, by surface
	Preview   Handler            // Linked
	Lifecycle Handler
	Follows   *Follows // Follow
	Tokens    *Tokens
	Memory    Memory
	Observer  Observer
	Guard     Guard // nil: every event is handled
	Limits    RateLimits
	Log       *slog.Logger
	Now       func() time.Time
}

// Mux takes every event to its handler and does what all have in common: limits, the opening of buttons, memory,
// sentences for errors, audit. It never panics and always returns a reply.
type Mux struct {
	cfg       MuxConfig
	commands  map[string]Command
	users     *limiter
	workspace *limiter
}

// NewMux returns a mux. Two commands of one name are an error of kind Internal.
func NewMux(cfg MuxConfig) (*Mux, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	m := &Mux{cfg: cfg, commands: map[string]Command{}, users: newLimiter(cfg.Limits.User), workspace: newLimiter(cfg.Limits.Workspace)}
	for _, c := range cfg.Commands {
		for _, name := range append([]string{c.Name}, c.Aliases...) {
			if _, taken := m.commands[name]; taken {
				return nil, fault.New(fault.Internal, "two commands are called %q", name)
			}
			m.commands[name] = c
		}
	}
	return m, nil
}

// Handle implements Handler. The error is always nil: an error of a handler becomes a sentence for the actor and a
// line in the log.
func (m *Mux) Handle(ctx context.Context, ev *Event) (Reply, error) {
	start := m.cfg.Now()
	if isQuestion(ev.Input) && !m.allow(ev.Actor, start) {
		m.observe(ev, Entry{What: "limited", Limited: true}, start)
		return m.sentence(ev, lang.BotTooFast, nil), nil
	}
	if m.cfg.Memory != nil && isQuestion(ev.Input) {
		ev.Memory = m.cfg.Memory.Recall(conversationKey(ev), start)
	}
	what, h, err := m.route(ctx, ev)
	var reply Reply
	if err == nil && h != nil {
		if reply, settled := m.admit(ctx, ev, what, h, start); settled {
			return reply, nil
		}
		reply, err = m.guard(ctx, ev, h)
	}
	return m.finish(ev, what, reply, err, start), nil
}

// Allow reports whether an actor may ask now, and counts it. It is for what answers questions beside Handle, which
// keeps the same limits.
func (m *Mux) Allow(a Actor) bool { return m.allow(a, m.cfg.Now()) }

func (m *Mux) allow(a Actor, now time.Time) bool {
	return (m.users.off() || m.users.allow(a.Key(), now)) && (m.workspace.off() || m.workspace.allow(a.Platform+":"+a.Workspace, now))
}

// finish turns an outcome into the reply to show, and remembers and reports it.
func (m *Mux) finish(ev *Event, what string, reply Reply, err error, start time.Time) Reply {
	if err != nil {
		return m.failed(ev, what, err, start)
	}
	if work, ok := reply.(Work); ok {
		run := work.Run
		work.Run = func(ctx context.Context) (Reply, error) {
			r, err := m.guard(ctx, ev, HandlerFunc(func(ctx context.Context, _ *Event) (Reply, error) { return run(ctx) }))
			if _, again := r.(Work); again && err == nil {
				err = fault.New(fault.Internal, "%s: work returned work", what)
			}
			return m.finish(ev, what, r, err, start), nil
		}
		return work
	}
	if reply = m.settle(ev, reply); reply == nil {
		reply = Nothing{}
	}
	if msg, answer, ok := MessageOf(reply); ok {
		m.remember(ev, msg, answer, start)
		m.observe(ev, Entry{What: what, Answer: answer}, start)
	} else if _, typing := ev.Input.(Asked); !typing { // every letter would be a record
		m.observe(ev, Entry{What: what}, start)
	}
	return reply
}

// guard runs a handler and turns a panic into an error: one bad question must not take the process down.
func (m *Mux) guard(ctx context.Context, ev *Event, h Handler) (reply Reply, err error) {
	defer func() {
		if p := recover(); p != nil {
			m.cfg.Log.Error("handler panicked", "event", ev.ID, "panic", p, "stack", string(debug.Stack()))
			reply, err = nil, fault.New(fault.Internal, "handler panicked: %v", p)
		}
	}()
	reply, err = h.Handle(ctx, ev)
	if f, ok := reply.(Follow); ok && err == nil {
		if m.cfg.Follows == nil {
			return nil, fault.New(fault.Internal, "nothing follows %s", f.Key)
		}
		return m.cfg.Follows.open(ctx, ev, f)
	}
	return reply, err
}

// failed turns an error into a private sentence. Internal errors get a request number that the log repeats.
func (m *Mux) failed(ev *Event, what string, err error, start time.Time) Reply {
	kind := fault.KindOf(err)
	m.observe(ev, Entry{What: what, Failure: kind.String()}, start)
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Key != "" {
		level := slog.LevelInfo
		if kind == fault.Upstream {
			level = slog.LevelWarn
		}
		m.cfg.Log.Log(context.Background(), level, "an event was refused", "event", ev.ID, "what", what, "err", err)
		return m.sentence(ev, lang.Key(e.Key), e.Args)
	}
	if kind == fault.Upstream {
		m.cfg.Log.Warn("upstream failed", "event", ev.ID, "what", what, "err", err)
		return m.sentence(ev, lang.BotUpstream, nil)
	}
	var id [4]byte
	rand.Read(id[:]) // crypto/rand.Read never fails (Go 1.24)
	request := strings.ToUpper(hex.EncodeToString(id[:]))
	m.cfg.Log.Error("event failed", "request", request, "event", ev.ID, "what", what, "err", err)
	return m.sentence(ev, lang.BotBroke, lang.Args{"request": request})
}

// whisper is a sentence of the catalogue as a private reply.
func (m *Mux) whisper(l lang.Lang, key lang.Key, args lang.Args) Reply {
	return Whisper{Message: card.Message{Lang: l, Blocks: []card.Block{card.Text{Spans: card.Say(l, key, args)}}}}
}

// maxSkew is how far the platform's time may be off before ours is used.
const maxSkew = time.Hour

// remember writes the question and the answer into the conversation's memory.
func (m *Mux) remember(ev *Event, msg card.Message, a Answer, at time.Time) {
	if m.cfg.Memory == nil || a.Outcome == "" {
		return
	}
	if d := ev.Time.Sub(at); d.Abs() < maxSkew { // replicas agree about the platform's time, and about its order
		at = ev.Time
	}
	bot := Turn{FromBot: true, Text: headline(msg), Entities: a.Entities, Candidates: a.Candidates, Intent: a.Intent, At: at}
	asked := Turn{Entities: a.Entities, Intent: a.Intent, At: at}
	turns := make([]Turn, 0, 2)
	switch in := ev.Input.(type) {
	case Said:
		asked.Text = in.Text
		turns = append(turns, asked)
	case Invoked:
		asked.Text = in.Args
		turns = append(turns, asked)
	}
	turns = append(turns, bot)
	for i := range turns {
		turns[i].Direct = ev.Channel.Direct
	}
	m.cfg.Memory.Record(conversationKey(ev), turns...)
}

// headline is the message's first line as plain text.
func headline(msg card.Message) string {
	spans := msg.Summary
	for i := 0; len(spans) == 0 && i < len(msg.Blocks); i++ {
		if t, ok := msg.Blocks[i].(card.Text); ok {
			spans = t.Spans
		}
	}
	size := 0
	for i := range spans {
		size += len(spans[i].Text)
	}
	var b strings.Builder
	b.Grow(size)
	for i := range spans {
		b.WriteString(spans[i].Text)
	}
	return b.String()
}

func (m *Mux) observe(ev *Event, e Entry, start time.Time) {
	if m.cfg.Observer == nil {
		return
	}
	e.Time, e.Event, e.Actor, e.Address, e.Decision = start, ev.ID, ev.Actor, ev.Address, ev.Decision
	e.Took = m.cfg.Now().Sub(start)
	m.cfg.Observer.Observe(e)
}
