package bot

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// guardOf rules as it is told to, by the actor's id.
type guardOf map[string]func() Ruling

func (g guardOf) Admit(ev *Event, _ string) Ruling {
	if f := g[ev.Actor.ID]; f != nil {
		return f()
	}
	return Ruling{By: "staff"}
}

type entries []Entry

func (e *entries) Observe(one Entry) { *e = append(*e, one) }

func guarded(t *testing.T, g Guard) (*Mux, *entries) {
	t.Helper()
	says := HandlerFunc(func(_ context.Context, ev *Event) (Reply, error) {
		if ev.Actor.ID == "works" {
			return Work{Run: func(context.Context) (Reply, error) {
				return Whisper{Answer: Answer{Outcome: Answered}, Message: card.Message{}}, nil
			}}, nil
		}
		return Whisper{Answer: Answer{Outcome: Answered}, Message: card.Message{Lang: lang.English, Blocks: []card.Block{card.Text{Spans: []card.Span{card.T("secret")}}}}}, nil
	})
	seen := &entries{}
	m, err := NewMux(MuxConfig{
		Ask: says, Suggest: says, Preview: says, Lifecycle: says, Observer: seen, Guard: g,
		Surfaces: map[string]Handler{SurfaceHome: says}, Forms: map[string]Handler{"f": says}, Intents: map[string]Handler{"i": says},
	})
	if err != nil {
		t.Fatal(err)
	}
	return m, seen
}

func everyInput() []Input {
	return []Input{
		Invoked{Path: []string{"backchannel"}, Args: "who owns it"}, Said{Text: "who owns it"}, Pressed{Intent: card.Intent{Name: "i"}},
		Submitted{Form: "f"}, Changed{Form: "f"}, Asked{Query: "a"}, Opened{Surface: SurfaceHome}, Linked{URLs: []string{"https://x"}},
	}
}

func TestDeniedIsToldNothing(t *testing.T) {
	t.Parallel()
	m, seen := guarded(t, guardOf{"out": func() Ruling { return Ruling{Denied: true, By: "no-audience", Say: lang.AccessNoAudience} }})
	for _, in := range everyInput() {
		r, _ := m.Handle(t.Context(), &Event{Actor: Actor{ID: "out"}, Input: in})
		switch r := r.(type) {
		case Nothing, Suggest, Invalid, Surface:
		case Whisper:
			if text := card.Plain(r.Message); text == "secret" || text == "" {
				t.Errorf("%T: %q", in, text)
			}
		default:
			t.Errorf("%T is answered with %T", in, r)
		}
		e := (*seen)[len(*seen)-1]
		if e.Decision != "denied: no-audience" || e.Failure != "forbidden" {
			t.Errorf("%T: audit %+v", in, e)
		}
	}
	if r, _ := m.Handle(t.Context(), &Event{Actor: Actor{ID: "out"}, Input: Lifecycle{What: Removed}}); r == (Nothing{}) {
		t.Error("the removal of the bot was not handled")
	}
	if m.Handle(t.Context(), &Event{Actor: Actor{ID: "in"}, Input: Said{Text: "x"}}); (*seen)[len(*seen)-1].Decision != "allowed: staff" {
		t.Errorf("audit %+v", (*seen)[len(*seen)-1])
	}
}

func TestWhoIsFoundOutIsAnswered(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"asks", "works"} {
		for _, in := range everyInput() {
			var looks atomic.Int32
			m, seen := guarded(t, guardOf{id: func() Ruling {
				if looks.Add(1) < 3 {
					return Ruling{Denied: true, Wait: true, By: "unknown"}
				}
				return Ruling{By: "staff"}
			}})
			r, _ := m.Handle(t.Context(), &Event{Actor: Actor{ID: id}, Input: in})
			switch in.(type) {
			case Asked, Changed:
				if looks.Load() != 1 {
					t.Errorf("%T waited", in)
				}
				continue
			}
			if w, ok := r.(Work); ok {
				r, _ = w.Run(t.Context())
			}
			if _, ok := r.(Whisper); !ok && id == "asks" {
				t.Errorf("%T is answered with %T", in, r)
			}
			if !slices.ContainsFunc(*seen, func(e Entry) bool { return e.Decision == "allowed: staff" }) && id == "asks" {
				t.Errorf("%T: audit %+v", in, *seen)
			}
		}
	}
}

func TestAloud(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in     Input
		direct bool
		want   bool
	}{
		{Said{}, false, true}, {Said{}, true, false}, {Linked{}, false, true}, {Invoked{}, false, false},
		{Pressed{}, false, true}, {Pressed{Private: true}, false, false}, {Pressed{}, true, false},
		{Opened{}, false, false}, {Asked{}, false, false}, {Submitted{}, false, false},
	} {
		if got := (&Event{Input: tt.in, Channel: Channel{Direct: tt.direct}}).Aloud(); got != tt.want {
			t.Errorf("%T, direct %v: %v", tt.in, tt.direct, got)
		}
	}
}
