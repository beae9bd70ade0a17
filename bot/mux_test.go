package bot

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

type recorder struct{ entries []Entry }

func (r *recorder) Observe(e Entry) { r.entries = append(r.entries, e) }

func text(s string) card.Message {
	return card.Message{Blocks: []card.Block{card.Text{Spans: []card.Span{card.T(s)}}}}
}

// says answers with the name of the handler and what it was given.
func says(name string) Handler {
	return HandlerFunc(func(_ context.Context, ev *Event) (Reply, error) {
		s := name
		switch in := ev.Input.(type) {
		case Invoked:
			s += " " + strings.Join(in.Path, "/") + " " + in.Args
		case Said:
			s += " " + in.Text
		case Pressed:
			s += " " + strings.Join(in.Intent.Args, ",")
		}
		return Say{Answer: Answer{Intent: name, Outcome: Answered, Entities: []string{"component:default/x"}}, Message: text(s)}, nil
	})
}

type bench struct {
	*Mux
	tokens *Tokens
	seen   *recorder
	log    *bytes.Buffer
	now    time.Time
}

func setup(t *testing.T, change func(*MuxConfig)) *bench {
	t.Helper()
	b := &bench{seen: &recorder{}, log: &bytes.Buffer{}, now: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return b.now }
	b.tokens = NewTokens([][]byte{[]byte("k")}, time.Hour, clock)
	cfg := MuxConfig{
		Ask: says("ask"),
		Commands: []Command{
			{Name: "help", Aliases: []string{"?"}, Handler: says("help")},
			{Name: "owner", Fits: func(_ *Event, args string) bool { return args == "checkout" }, Handler: says("owner")},
		},
		Slash:    map[string]Handler{"oncall": says("oncall")},
		Intents:  map[string]Handler{"next": says("next")},
		Forms:    map[string]Handler{"f": says("form")},
		Tokens:   b.tokens,
		Memory:   NewShortMemory(10, time.Hour),
		Observer: b.seen,
		Log:      slog.New(slog.NewTextHandler(b.log, nil)),
		Now:      clock,
	}
	if change != nil {
		change(&cfg)
	}
	m, err := NewMux(cfg)
	if err != nil {
		t.Fatal(err)
	}
	b.Mux = m
	return b
}

var alice = Actor{Platform: "p", Workspace: "W", ID: "alice"}

func event(in Input) *Event {
	return &Event{ID: "p:W:1", Actor: alice, Address: Address{Platform: "p", Workspace: "W", Channel: "C"}, Input: in}
}

func (b *bench) headline(t *testing.T, ev *Event) string {
	t.Helper()
	r, err := b.Handle(t.Context(), ev)
	if err != nil {
		t.Fatal(err)
	}
	msg, _, _ := MessageOf(r)
	return headline(msg)
}

func TestMuxRoutes(t *testing.T) {
	b := setup(t, nil)
	for _, tt := range []struct {
		in   Input
		want string
	}{
		{Said{Text: "who owns it"}, "ask who owns it"},
		{Invoked{Path: []string{"bc"}, Args: "owner checkout"}, "owner bc/owner checkout"},
		{Invoked{Path: []string{"bc"}, Args: " OWNER  checkout "}, "owner bc/owner checkout"},
		{Invoked{Path: []string{"bc"}, Args: "owner of the checkout"}, "ask bc owner of the checkout"},
		{Invoked{Path: []string{"bc"}, Args: "help"}, "help bc/help "},
		{Invoked{Path: []string{"bc"}, Args: "? "}, "help bc/help "},
		{Invoked{Path: []string{"bc"}, Args: "help me find the owner"}, "ask bc help me find the owner"},
		{Invoked{Path: []string{"oncall"}, Args: "checkout"}, "oncall oncall checkout"},
		{Pressed{Token: b.tokens.Token(card.Intent{Name: "next", Args: []string{"a"}}, alice, false, 100)}, "next a"},
		{Pressed{Token: b.tokens.Token(card.Intent{Name: "gone"}, alice, false, 100)}, lang.Text(lang.English, lang.BotButtonUnknown, nil)},
		{Pressed{Token: "forged"}, lang.Text(lang.English, lang.BotButtonUnknown, nil)},
		{Submitted{Form: "f"}, "form"},
	} {
		if got := b.headline(t, event(tt.in)); got != tt.want {
			t.Errorf("%#v: got %q, want %q", tt.in, got, tt.want)
		}
	}
	if _, err := NewMux(MuxConfig{Commands: []Command{{Name: "a"}, {Name: "b", Aliases: []string{"a"}}}}); err == nil {
		t.Error("two commands of one name were accepted")
	}
}

func TestMuxSurvivesItsHandlers(t *testing.T) {
	for name, tt := range map[string]struct {
		h    HandlerFunc
		want string
		log  string
	}{
		"panic":    {func(context.Context, *Event) (Reply, error) { panic("boom") }, "did not work on our side (request ", "boom"},
		"error":    {func(context.Context, *Event) (Reply, error) { return nil, errors.New("disk") }, "did not work on our side (request ", "disk"},
		"upstream": {func(context.Context, *Event) (Reply, error) { return nil, fault.New(fault.Upstream, "ci is away") }, "does not answer", "ci is away"},
		"sentence": {func(context.Context, *Event) (Reply, error) {
			return nil, fault.New(fault.Forbidden, "no").Say(string(lang.BotTooFast), nil)
		}, "a lot at once", ""},
		"nil": {func(context.Context, *Event) (Reply, error) { return nil, nil }, "", ""},
	} {
		b := setup(t, func(c *MuxConfig) { c.Ask = tt.h })
		if got := b.headline(t, event(Said{Text: "x"})); !strings.Contains(got, tt.want) || (tt.want == "" && got != "") {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
		if !strings.Contains(b.log.String(), tt.log) {
			t.Errorf("%s: the log lacks %q: %s", name, tt.log, b.log)
		}
		if len(b.seen.entries) != 1 {
			t.Errorf("%s: observed %d times", name, len(b.seen.entries))
		}
	}
}

func TestMuxFinishesWork(t *testing.T) {
	runs := map[string]func(context.Context) (Reply, error){
		"done": func(context.Context) (Reply, error) {
			return Say{Answer: Answer{Outcome: Answered}, Message: text("done")}, nil
		},
		"panic": func(context.Context) (Reply, error) { panic("late") },
		"again": func(context.Context) (Reply, error) { return Work{}, nil },
	}
	for name, run := range runs {
		b := setup(t, func(c *MuxConfig) {
			c.Ask = HandlerFunc(func(context.Context, *Event) (Reply, error) { return Work{Note: text("wait"), Run: run}, nil })
		})
		r, _ := b.Handle(t.Context(), event(Said{Text: "x"}))
		work, ok := r.(Work)
		if !ok {
			t.Fatalf("%s: got %T", name, r)
		}
		if len(b.seen.entries) != 0 {
			t.Errorf("%s: observed before it was done", name)
		}
		r, err := work.Run(t.Context())
		msg, _, _ := MessageOf(r)
		if err != nil || headline(msg) == "" || (name == "done") != (headline(msg) == "done") {
			t.Errorf("%s: ended with %q, %v", name, headline(msg), err)
		}
		if len(b.seen.entries) != 1 {
			t.Errorf("%s: observed %d times", name, len(b.seen.entries))
		}
	}
}

func TestMuxRemembersByConversation(t *testing.T) {
	var got []Turn
	b := setup(t, func(c *MuxConfig) {
		ask := c.Ask
		c.Ask = HandlerFunc(func(ctx context.Context, ev *Event) (Reply, error) {
			got = ev.Memory
			return ask.Handle(ctx, ev)
		})
	})
	b.headline(t, event(Said{Text: "who owns x"}))
	b.headline(t, event(Said{Text: "and on call?"}))
	want := []Turn{
		{Text: "who owns x", Entities: []string{"component:default/x"}, Intent: "ask", At: b.now},
		{FromBot: true, Text: "ask who owns x", Entities: []string{"component:default/x"}, Intent: "ask", At: b.now},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the second question remembers (-want +got):\n%s", diff)
	}
	other := event(Said{Text: "hi"})
	other.Address.Channel = "D"
	b.headline(t, other)
	if len(got) != 0 {
		t.Errorf("another channel remembers %v", got)
	}
	bob := event(Said{Text: "hi"})
	bob.Actor.ID = "bob"
	b.headline(t, bob)
	if len(got) != 0 {
		t.Errorf("another person outside of a thread remembers %v", got)
	}
	b.now = b.now.Add(2 * time.Hour)
	b.headline(t, event(Said{Text: "and now?"}))
	if len(got) != 0 {
		t.Errorf("after the memory's time it remembers %v", got)
	}
}

func TestMuxLimits(t *testing.T) {
	b := setup(t, func(c *MuxConfig) { c.Limits = RateLimits{User: 1, Workspace: 100} })
	answers := 0
	for range 10 {
		if b.headline(t, event(Said{Text: "x"})) == "ask x" {
			answers++
		}
	}
	if answers != 2 {
		t.Errorf("a burst of 10 at 1/s got %d answers, want 2", answers)
	}
	bob := event(Said{Text: "x"})
	bob.Actor.ID = "bob"
	if b.headline(t, bob) != "ask x" {
		t.Error("one person's flood silenced another")
	}
	b.now = b.now.Add(5 * time.Second)
	if b.headline(t, event(Said{Text: "x"})) != "ask x" {
		t.Error("no answer after the flood ended")
	}
	eve := Actor{Platform: "api", Workspace: "api", ID: "eve"}
	first, second, third := b.Allow(eve), b.Allow(eve), b.Allow(eve)
	if !first || !second || third || !b.Allow(Actor{Platform: "api", Workspace: "api", ID: "bob"}) {
		t.Error("what asks beside Handle is not bound by the same limits")
	}
	if last := b.seen.entries[9]; !last.Limited {
		t.Errorf("a limited event was observed as %+v", last)
	}
}

func TestMemoryInboxIsOnceAndBounded(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	in := NewMemoryInbox(3, time.Hour)
	put := func(id string, at time.Time) bool {
		fresh, err := in.Put(t.Context(), id, at)
		if err != nil {
			t.Fatal(err)
		}
		return fresh
	}
	if !put("a", now) || put("a", now.Add(time.Minute)) {
		t.Error("a repeated id counted as new, or a new one as repeated")
	}
	if !put("a", now.Add(2*time.Hour)) {
		t.Error("an id was remembered beyond its time")
	}
	for _, id := range []string{"b", "c", "d", "e"} {
		put(id, now.Add(2*time.Hour))
	}
	if len(in.ids) > 3 || in.order.Len() > 3 {
		t.Errorf("holds %d ids, bound is 3", len(in.ids))
	}
}

func TestShortMemoryIsBounded(t *testing.T) {
	m := NewShortMemory(2, time.Hour)
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	for i, key := range []string{"a", "b", "a", "c"} {
		now = now.Add(time.Duration(i) * 2 * convUsed)
		m.Record(key, Turn{Text: key, At: now})
	}
	if m.Recall("b", now) != nil || len(m.Recall("a", now)) != 2 {
		t.Error("the least recently used conversation should be the one forgotten")
	}
	for range 100 {
		m.Record("a", Turn{Text: "x", At: now})
	}
	if n := len(m.Recall("a", now)); n != maxTurns {
		t.Errorf("%d turns kept, want %d", n, maxTurns)
	}
}
