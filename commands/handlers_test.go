package commands_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

func mux(t *testing.T, c company) *bot.Mux {
	t.Helper()
	m, err := bot.NewMux(bot.MuxConfig{Ask: c.Handler(), Commands: c.SubCommands(), Main: "backchannel", Slash: c.Slash(), Intents: c.Intents(), Memory: bot.NewShortMemory(10, 1e12), Now: clock})
	check(t, err)
	return m
}

func handle(t *testing.T, h bot.Handler, in bot.Input) (bot.Reply, card.Message, bot.Answer) {
	t.Helper()
	r, err := h.Handle(t.Context(), &bot.Event{ID: "t:1", Time: now, Actor: bot.Actor{Platform: "t", ID: "u"}, Locale: lang.English, Input: in})
	check(t, err)
	m, a, ok := bot.MessageOf(r)
	if !ok {
		t.Fatalf("%T carries no message", r)
	}
	return r, m, a
}

func TestSubCommands(t *testing.T) {
	t.Parallel()
	m := mux(t, nordwind(t))
	slash := func(path, args string) bot.Invoked { return bot.Invoked{Path: []string{path}, Args: args} }
	for _, tt := range []struct {
		in      bot.Invoked
		intent  understand.Intent
		outcome bot.Outcome
		want    string
	}{
		{slash("backchannel", "owner parcels"), understand.Owner, bot.Answered, "Tracing Team"},
		{slash("backchannel", "OWNER Parcel Service"), understand.Owner, bot.Answered, "Tracing Team"},
		{slash("backchannel", "owner prcels"), understand.Owner, bot.Answered, "Tracing Team"},
		{slash("backchannel", "owner report"), understand.Owner, bot.Choose, "finance/report"},
		{slash("backchannel", "owner of the till"), understand.Owner, bot.Answered, "Money"},
		{slash("backchannel", "api parcel-api"), understand.API, bot.Answered, "OpenAPI 3.0"},
		{slash("backchannel", "version spring boot"), understand.Version, bot.Answered, "3.3.4"},
		{slash("backchannel", "version parcels"), understand.Version, bot.Answered, "Java 21"},
		{slash("backchannel", "oncall"), understand.OnCall, bot.Answered, "3 schedules"},
		{slash("backchannel", "oncall till"), understand.OnCall, bot.Answered, "Ada Berg"},
		{slash("backchannel", "docs parcels"), understand.Docs, bot.Answered, "/docs/default/component/parcels"},
		{slash("backchannel", "dependents parcels all"), understand.Dependents, bot.Answered, "6 components"},
		{slash("backchannel", "deps till"), understand.Dependencies, bot.Answered, "Parcel API"},
		{slash("backchannel", "owned-by tracers"), understand.OwnedBy, bot.Answered, "Parcel Database"},
		{slash("backchannel", "members tracers"), understand.Members, bot.Answered, "Ada Berg"},
		{slash("backchannel", "lifecycle oldshop"), understand.Lifecycle, bot.Answered, "deprecated"},
		{slash("backchannel", "show till"), understand.Show, bot.Answered, "service of Money"},
		{slash("backchannel", "builds parcels"), understand.Builds, bot.Answered, "nordwind/parcels"},
		{slash("backchannel", "lighthouse shopfront"), understand.Lighthouse, bot.Answered, "https://shop.nordwind.example"},
		{slash("backchannel", "radar"), understand.Radar, bot.Answered, "3 entries"},
		{slash("backchannel", "radar react"), understand.Radar, bot.Answered, "Adopt"},
		{slash("backchannel", "radar cobolt"), understand.Radar, bot.NotFound, "not on the radar"},
		{slash("backchannel", "search double-entry"), understand.Search, bot.Answered, "Ledger"},
		{slash("backchannel", "help"), understand.Help, bot.HelpGiven, "who owns"},
		{slash("backchannel", ""), understand.Help, bot.HelpGiven, "who owns"},
		{slash("oncall", "till"), understand.OnCall, bot.Answered, "Ada Berg"},
		{slash("oncall", ""), understand.OnCall, bot.Answered, "3 schedules"},
		{slash("oncall", "who has the pager for till"), understand.OnCall, bot.Answered, "Ada Berg"},
		{slash("new-service", ""), understand.Scaffold, bot.Answered, "2 templates"},
		{slash("new-service", "react-site"), understand.Scaffold, bot.Answered, "React site"},
	} {
		r, msg, a := handle(t, m, tt.in)
		if _, ok := r.(bot.Whisper); !ok {
			t.Errorf("/%s %s: %T, want a whisper", tt.in.Path[0], tt.in.Args, r)
		}
		text := card.Plain(msg)
		if a.Intent != string(tt.intent) || a.Outcome != tt.outcome || !strings.Contains(text, tt.want) {
			t.Errorf("/%s %s: %s %s, want %s %s with %q:\n%s", tt.in.Path[0], tt.in.Args, a.Intent, a.Outcome, tt.intent, tt.outcome, tt.want, text)
		}
	}
}

// What is typed to the bot alone is answered as a message that there is nobody to share with; what is understood better
// as a question stays one.
func TestTypedCommands(t *testing.T) {
	t.Parallel()
	m := mux(t, nordwind(t))
	said := func(text string) (card.Message, bot.Answer) {
		r, err := m.Handle(t.Context(), &bot.Event{ID: "t:1", Time: now, Actor: bot.Actor{Platform: "t", ID: "u"}, Channel: bot.Channel{Direct: true}, Locale: lang.English, Input: bot.Said{Text: text}})
		check(t, err)
		msg, a, ok := bot.MessageOf(r)
		if !ok || !isSay(r) || strings.Contains(labels(msg), "Share") {
			t.Fatalf("%s: %T", text, r)
		}
		return msg, a
	}
	for _, tt := range []struct {
		text   string
		intent understand.Intent
		want   string
	}{
		{"oncall", understand.OnCall, "3 schedules"}, // first: nothing was spoken of yet
		{"made-from react-site", "made-from", "React site"},
		{"owner parcels", understand.Owner, "Tracing Team"},
		{"oncall", understand.OnCall, "Mia Lin"}, // of what was spoken of
		{"/oncall", understand.OnCall, "3 schedules"},
		{"/oncall till", understand.OnCall, "Ada Berg"},
		{"/backchannel deps till", understand.Dependencies, "Parcel API"},
		{"new-service react-site", understand.Scaffold, "React site"},
		{"search double-entry", understand.Search, "Ledger"},
		{"/backchannel", understand.Help, "who owns"},
	} {
		msg, a := said(tt.text)
		if text := card.Plain(msg); a.Intent != string(tt.intent) || !strings.Contains(text, tt.want) {
			t.Errorf("%s: %s, want %s with %q:\n%s", tt.text, a.Intent, tt.intent, tt.want, text)
		}
	}
}

// button returns the intent of the button with a label.
func button(t *testing.T, m card.Message, label string) card.Intent {
	t.Helper()
	for _, b := range m.Blocks {
		if a, ok := b.(card.Actions); ok {
			if i := slices.IndexFunc(a.Items, func(x card.Action) bool { return x.Label == label }); i >= 0 {
				return a.Items[i].Intent
			}
		}
	}
	t.Fatalf("no button %q in\n%s", label, card.Plain(m))
	return card.Intent{}
}

func TestButtons(t *testing.T) {
	t.Parallel()
	m := mux(t, nordwind(t))
	_, private, _ := handle(t, m, bot.Invoked{Path: []string{"backchannel"}, Args: "owner parcels"})

	r, next, a := handle(t, m, bot.Pressed{Intent: button(t, private, "On call"), Private: true})
	if _, ok := r.(bot.Whisper); !ok || a.Intent != "oncall" || !strings.Contains(card.Plain(next), "Mia Lin") {
		t.Errorf("next question: %T %+v\n%s", r, a, card.Plain(next))
	}
	if r, _, _ = handle(t, m, bot.Pressed{Intent: button(t, private, "Docs")}); !isSay(r) {
		t.Errorf("next question in public: %T", r)
	}
	r, shared, _ := handle(t, m, bot.Pressed{Intent: button(t, private, "Share"), Private: true})
	if s, ok := r.(bot.Share); !ok || !strings.Contains(card.Plain(shared), "owned by Tracing Team") || card.Plain(s.Done) == "" {
		t.Errorf("share: %T\n%s", r, card.Plain(shared))
	} else if strings.Contains(labels(shared), "Share") {
		t.Error("a shared message offers to be shared")
	}

	_, choice, _ := handle(t, m, bot.Said{Text: "who owns report"})
	r, settled, a := handle(t, m, bot.Pressed{Intent: button(t, choice, "Money Report")})
	if _, ok := r.(bot.Update); !ok || a.Outcome != bot.Answered || !slices.Equal(a.Entities, []string{"component:finance/report"}) {
		t.Errorf("choice: %T %+v\n%s", r, a, card.Plain(settled))
	}
	if strings.Contains(labels(choice), "Share") {
		t.Error("an open question offers to be shared")
	}
}

func isSay(r bot.Reply) bool { _, ok := r.(bot.Say); return ok }

func labels(m card.Message) string {
	var out []string
	for _, b := range m.Blocks {
		if a, ok := b.(card.Actions); ok {
			for _, i := range a.Items {
				out = append(out, i.Label)
			}
		}
	}
	return strings.Join(out, " ")
}

func TestNoAnswerHasTooManyButtons(t *testing.T) {
	t.Parallel()
	c := nordwind(t)
	for name, cases := range readings() {
		for _, g := range cases {
			a, m := c.Answer(t.Context(), commands.Question{Private: true}, g.r)
			n := len(strings.Split(buttons(m), "] ["))
			if n > 3 && a.Outcome != bot.Choose {
				t.Errorf("%s, %s: %d buttons: %s", name, g.name, n, buttons(m))
			}
			if a.Outcome == bot.Answered && !strings.HasSuffix(labels(m), "Share") {
				if a.Intent != "smalltalk" {
					t.Errorf("%s, %s: Share is not last: %s", name, g.name, labels(m))
				}
			}
		}
	}
}

func TestFollowUp(t *testing.T) {
	t.Parallel()
	m := mux(t, nordwind(t))
	handle(t, m, bot.Said{Text: "who owns parcels?"})
	_, msg, a := handle(t, m, bot.Said{Text: "and who is on call for it?"})
	if a.Intent != "oncall" || !slices.Equal(a.Entities, []string{"component:default/parcels"}) {
		t.Errorf("%+v\n%s", a, card.Plain(msg))
	}
}
