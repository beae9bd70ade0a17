package commands_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// gauge is a plugin whose vendor is a variable.
type gauge struct {
	says    atomic.Value // string; "" fails
	pressed atomic.Value
}

func (g *gauge) About() plugins.About {
	return plugins.About{Name: "gauge", Title: "Gauge", API: plugins.API}
}

func (g *gauge) Views() []plugins.View {
	text := func(s string) plugins.Text { return plugins.Text{lang.English: s, lang.Chinese: s} }
	component := func(e *catalog.Entity) bool { return e.Ref.Kind == "component" }
	return []plugins.View{
		{Name: "load", Title: text("Load"), Card: true, Command: "load", Has: component, Show: g.show, Phrases: []plugins.Phrase{{Lang: lang.English, Pattern: "how loaded is @"}, {Lang: lang.Chinese, Pattern: "@ 的? 负载"}}},
		{Name: "build", Title: text("Nightly"), Answers: "builds", Has: component, Show: g.show},
		{Name: "all", Title: text("Everything"), Fleet: true, Show: g.show, Phrases: []plugins.Phrase{{Lang: lang.English, Pattern: "how loaded are we"}}},
	}
}

func (g *gauge) Operations() []plugins.Operation {
	return []plugins.Operation{{Name: "reset", Title: plugins.Text{lang.English: "Reset"}, Run: func(_ context.Context, o plugins.Order) (plugins.Card, error) {
		if len(o.Args) > 0 && o.Args[0] == "fail" {
			return plugins.Card{}, fault.New(fault.Forbidden, "no")
		}
		g.pressed.Store(o.Entity.Ref.Name + " " + strings.Join(o.Args, ",") + " " + o.Key)
		return plugins.Card{}, nil
	}}}
}

func (g *gauge) Topics() []plugins.Topic {
	return []plugins.Topic{{Name: "load", Title: plugins.Text{lang.English: "load"}, Say: func(lang.Lang, plugins.Change, []card.Span) []card.Span { panic("no") }}}
}

func (g *gauge) show(_ context.Context, q plugins.Query) (plugins.Card, error) {
	s, _ := g.says.Load().(string)
	if s == "" {
		return plugins.Card{}, errors.New("refused")
	}
	return plugins.Card{Message: card.Message{Blocks: []card.Block{
		card.Text{Spans: []card.Span{card.T(s)}},
		card.Actions{Items: []card.Action{{Label: "Reset", Intent: card.Intent{Name: plugins.IntentOperation, Args: []string{"reset", "now"}}}}},
	}}, Sources: []bot.Source{{Where: "https://gauge.test/x"}}}, nil
}

// gauged is the company with the plugin.
func gauged(t *testing.T, change ...func(*commands.Deps)) (company, *gauge) {
	t.Helper()
	g := &gauge{}
	g.says.Store("load is 0.7")
	r := plugins.NewRegistry()
	check(t, r.Add(g))
	gates := plugins.NewGates(plugins.GateOptions{})
	t.Cleanup(func() { gates.Close(5 * time.Second) })
	views := plugins.NewRunner(r, gates, plugins.RunnerOptions{Now: clock})
	return nordwind(t, append(change, func(d *commands.Deps) { d.Views = views })...), g
}

// inTurn asks in chat and returns what is shown at once and at last.
func inTurn(t *testing.T, c company, text string) (first, last card.Message, answer bot.Answer) {
	t.Helper()
	reply, err := c.Handler().Handle(t.Context(), &bot.Event{ID: "e1", Address: bot.Address{Platform: "p", Workspace: "w", Channel: "c"}, Actor: bot.Actor{Platform: "p", Workspace: "w", ID: "u"}, Locale: lang.English, Input: bot.Said{Text: text}})
	check(t, err)
	if w, ok := reply.(bot.Work); ok {
		first = w.Note
		if reply, err = w.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	last, answer, _ = bot.MessageOf(reply)
	if first.Blocks == nil {
		first = last
	}
	return first, last, answer
}

func TestViewsInAnswers(t *testing.T) {
	for _, tt := range []struct{ text, first, last, intent string }{
		{"show parcels", "Gauge: Load (Asking Gauge…)", "Gauge: Load: load is 0.7", "show"},
		{"how loaded is parcels?", "Asking Gauge…", "load is 0.7", "plugin:gauge/load"},
		{"load parcels", "Asking Gauge…", "load is 0.7", "plugin:gauge/load"},
		{"parcels 的负载", "正在询问 Gauge……", "load is 0.7", "plugin:gauge/load"},
		{"builds of parcels", "Asking Gauge…", "load is 0.7", "builds"},
		{"how loaded are we?", "Asking Gauge…", "load is 0.7", "plugin*:gauge/all"},
	} {
		c, _ := gauged(t)
		first, last, a := inTurn(t, c, tt.text)
		if !strings.Contains(card.Plain(first), tt.first) || !strings.Contains(card.Plain(last), tt.last) || a.Intent != tt.intent || a.Outcome != bot.Answered {
			t.Errorf("%s: %s %s\n%s\nthen\n%s", tt.text, a.Intent, a.Outcome, card.Plain(first), card.Plain(last))
		}
		if again, _, _ := inTurn(t, c, tt.text); strings.Contains(card.Plain(again), "Asking") {
			t.Errorf("%s: a fresh card is asked for again", tt.text)
		}
	}
}

func TestAFailingPluginCostsItsLine(t *testing.T) {
	c, g := gauged(t)
	g.says.Store("")
	_, last, a := inTurn(t, c, "show parcels")
	if text := card.Plain(last); a.Outcome != bot.Answered || !strings.Contains(text, "The plugin Gauge failed; nothing is known from before") {
		t.Errorf("%s: %s", a.Outcome, text)
	}
}

func TestWaitingCallersGetItWhole(t *testing.T) {
	c, _ := gauged(t)
	a, m := c.AskWaiting(t.Context(), commands.Question{Text: "how loaded is parcels?", Full: true}, 5*time.Second)
	if a.Intent != "show" || !strings.Contains(card.Plain(m), "load is 0.7") || len(a.Sources) < 2 {
		t.Errorf("%+v %s", a, card.Plain(m))
	}
}

// operate finds the button of an operation on the card of an entity, and presses it.
func operate(t *testing.T, c company, args ...string) (bot.Answer, card.Message) {
	t.Helper()
	in := bot.Pressed{Intent: card.Intent{Name: "operate", Args: append([]string{"gauge", "reset", "component:parcels"}, args...)}}
	reply, err := c.Intents()["operate"].Handle(t.Context(), &bot.Event{ID: "e9", Address: bot.Address{Platform: "p", Workspace: "w", Channel: "c"}, Locale: lang.English, Input: in})
	check(t, err)
	if w, ok := reply.(bot.Work); ok {
		reply, err = w.Run(t.Context())
		check(t, err)
	}
	m, a, _ := bot.MessageOf(reply)
	return a, m
}

func TestOperations(t *testing.T) {
	c, g := gauged(t)
	_, last, _ := inTurn(t, c, "how loaded is parcels?")
	found := false
	for _, b := range last.Blocks {
		if row, ok := b.(card.Actions); ok {
			for _, it := range row.Items {
				found = found || it.Intent.Name == "operate" && it.Confirm != "" && strings.Join(it.Intent.Args, " ") == "gauge reset component:parcels now"
			}
		}
	}
	if !found {
		t.Errorf("there is no button: %+v", last.Blocks)
	}
	if a, m := operate(t, c, "now"); a.Outcome != bot.Answered || g.pressed.Load() != "parcels now e9" || !strings.Contains(card.Plain(m), "Done") {
		t.Errorf("%v %v %s", a, g.pressed.Load(), card.Plain(m))
	}
	if a, m := operate(t, c, "fail"); a.Outcome != bot.Refused || !strings.Contains(card.Plain(m), "Gauge does not let us in") {
		t.Errorf("%v %s", a, card.Plain(m))
	}
	c, g = gauged(t, func(d *commands.Deps) {
		d.May = func(_ *bot.Event, act commands.Act, _ catalog.Ref) bool { return act != commands.ActOperate }
	})
	if a, m := operate(t, c, "now"); a.Outcome != bot.Refused || g.pressed.Load() != nil || !strings.Contains(card.Plain(m), "you may not do that") {
		t.Errorf("%v %s", a, card.Plain(m))
	}
}
