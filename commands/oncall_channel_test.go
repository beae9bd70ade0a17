package commands_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins/oncall"
)

// TestOnCallInChannels: what the channel is about decides, what the words name wins, and nothing is guessed.
func TestOnCallInChannels(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.does(bot.Channel{Name: "odd"}, lang.English, typed("bind till"))
	for _, tt := range []struct {
		name    string
		channel bot.Channel
		in      bot.Input
		outcome bot.Outcome
		want    []string
	}{
		{"bound", bot.Channel{Name: "odd"}, bot.Invoked{Path: []string{"oncall"}}, bot.Answered, []string{"on call for Till", "this channel is bound to it"}},
		{"a thread of what is bound", bot.Channel{Name: "how long", Parent: "C-odd"}, bot.Invoked{Path: []string{"oncall"}}, bot.Answered, []string{"on call for Till", "this channel is bound to it"}},
		{"bound, in words", bot.Channel{Name: "odd"}, bot.Said{Text: "who is on call?"}, bot.Answered, []string{"on call for Till"}},
		{"bound, a sub-command", bot.Channel{Name: "odd"}, typed("oncall"), bot.Answered, []string{"on call for Till"}},
		{"bound, another question", bot.Channel{Name: "odd"}, bot.Said{Text: "who owns this?"}, bot.Answered, []string{"Till is owned by Money"}},
		{"bound, docs", bot.Channel{Name: "odd"}, bot.Said{Text: "where are the docs?"}, bot.NotFound, []string{"Till has no docs"}},
		{"bound, and something else named", bot.Channel{Name: "odd"}, bot.Said{Text: "who is on call for parcels?"}, bot.Answered, []string{"on call for Parcel Service"}},
		{"name", bot.Channel{Name: "inc-12-parcels-slow"}, bot.Invoked{Path: []string{"oncall"}}, bot.Answered, []string{"on call for Parcel Service", "from the channel's name"}},
		{"topic", bot.Channel{Name: "war-room", Topic: "ledgerd takes no bookings since 9:00"}, bot.Invoked{Path: []string{"oncall"}}, bot.Answered, []string{"on call for Ledger", "from the channel's topic"}},
		{"topic of two", bot.Channel{Name: "war-room", Topic: "ledgerd, or oldshop"}, bot.Invoked{Path: []string{"oncall"}}, bot.Choose, []string{"Ledger", "oldshop"}},
		{"nothing tells", bot.Channel{Name: "inc-77"}, bot.Invoked{Path: []string{"oncall"}}, bot.Choose, []string{"I cannot tell which service this channel is about"}},
		{"elsewhere", bot.Channel{Name: "random"}, bot.Invoked{Path: []string{"oncall"}}, bot.Answered, []string{"3 schedules"}},
		{"with oneself", direct, bot.Invoked{Path: []string{"oncall"}}, bot.Answered, []string{"3 schedules"}},
	} {
		_, m, a := w.does(tt.channel, lang.English, tt.in)
		if a.Outcome != tt.outcome {
			t.Errorf("%s: %s, want %s\n%s", tt.name, a.Outcome, tt.outcome, card.Plain(m))
			continue
		}
		w.want(m, tt.want...)
	}
}

func TestBind(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	channel := bot.Channel{Name: "parcels-talk"}
	_, m, _ := w.does(channel, lang.English, typed("bind"))
	w.want(m, "bound to nothing", "I take it to be about Parcel Service")
	r, m, _ := w.does(channel, lang.English, bot.Pressed{Intent: button(t, m, "Bind"), Private: true})
	if _, ok := r.(bot.Share); !ok {
		t.Errorf("%T, want everybody to see it", r)
	}
	w.want(m, "This channel is about Parcel Service (parcels) now")
	_, m, _ = w.does(channel, lang.Chinese, typed("bind"))
	w.want(m, "本频道绑定的是 Parcel Service")
	_, m, _ = w.does(channel, lang.English, typed("unbind"))
	w.want(m, "no longer bound to Parcel Service")
	_, m, a := w.does(channel, lang.English, typed("unbind"))
	if w.want(m, "bound to nothing"); a.Outcome != bot.NotFound {
		t.Errorf("outcome %s", a.Outcome)
	}
	_, m, a = w.does(direct, lang.English, typed("bind till"))
	if w.want(m, "Only a channel can be bound"); a.Outcome != bot.Refused {
		t.Errorf("outcome %s", a.Outcome)
	}
	_, m, a = w.does(channel, lang.English, typed("bind report"))
	if a.Outcome != bot.Choose {
		t.Errorf("an ambiguous name: %s\n%s", a.Outcome, card.Plain(m))
	}
	_, m, _ = w.does(channel, lang.English, bot.Pressed{Intent: button(t, m, "Money Report"), Private: true})
	w.want(m, "This channel is about Money Report")
}

// TestOnCallWithoutAnybody: a gap and a person who left are said, and whom to ask instead.
func TestOnCallWithoutAnybody(t *testing.T) {
	t.Parallel()
	const head = "version: 1\nschedules:\n"
	schedule := func(id, team, start, person string) string {
		return "  - {id: " + id + ", team: 'group:default/" + team + "', timezone: UTC, rotation: {every: 1w, start: \"" + start + "\", people: ['user:default/" + person + "']}}\n"
	}
	const past, ahead = "2026-09-07T10:00:00", "2026-11-24T09:00:00"
	for _, tt := range []struct{ name, text, want string }{
		{"left", schedule("m", "money", past, "nobody"), "nobody is on the schedule for Till, but not in the catalog any more.|No other schedule above"},
		{"left, a second line", schedule("m", "money", past, "nobody") + schedule("m-secondary", "money", past, "lin"), "nobody is on the schedule|Second line: Mia Lin"},
		{"left, the second line too", schedule("m", "money", past, "nobody") + schedule("m-secondary", "money", past, "none"), "The second line is none, who is not in the catalog any more."},
		{"left, a level above", schedule("m", "money", past, "nobody") + schedule("n", "nordwind", past, "ada"), "Next level: Ada Berg, on call for Nordwind|Lead of Money:"},
		{"a gap", schedule("m", "money", ahead, "lin") + schedule("n", "nordwind", past, "ada"), "Nobody is on call for Till now|the next shift starts|Next level: Ada Berg"},
	} {
		path := filepath.Join(t.TempDir(), "oncall.yaml")
		check(t, os.WriteFile(path, []byte(head+tt.text), 0o600))
		source := oncall.New(path, clock)
		check(t, source.Reload())
		c := nordwind(t, func(d *commands.Deps) { d.Plugins.OnCall = source })
		_, m, _ := handle(t, mux(t, c), typed("oncall till"))
		for want := range strings.SplitSeq(tt.want, "|") {
			if !strings.Contains(card.Plain(m), want) {
				t.Errorf("%s: want %q\n%s", tt.name, want, card.Plain(m))
			}
		}
		_, m, _ = handle(t, mux(t, c), typed("owner till"))
		if tt.name == "left" && strings.Contains(card.Plain(m), "on call: nobody") {
			t.Errorf("%s: the owner's line names who left\n%s", tt.name, card.Plain(m))
		}
	}
}

// TestHandOver: the team's channel is told who asks, about what, and the way back, after a confirmation.
func TestHandOver(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	channel := bot.Channel{Name: "inc-12-parcels-slow"}
	_, m, _ := w.does(channel, lang.English, bot.Said{Text: "who is on call? nothing scans"})
	var hand card.Action
	for _, b := range m.Blocks {
		if a, ok := b.(card.Actions); ok {
			for i, item := range a.Items {
				if item.Label == "Ask in #tracers" {
					if hand = item; i == 0 {
						t.Error("the button that posts is the first")
					}
				}
			}
		}
	}
	if !strings.Contains(hand.Confirm, "#tracers") {
		t.Fatalf("no confirmed button: %+v in\n%s", hand, card.Plain(m))
	}
	_, m, a := w.does(channel, lang.English, bot.Pressed{Intent: hand.Intent, Message: "5"})
	if w.want(m, "Asked in #tracers."); a.Outcome != bot.Answered || len(w.box.posts) != 1 {
		t.Fatalf("%s, %+v", a.Outcome, w.box.posts)
	}
	p := w.box.posts[0]
	w.want(p.Message, "Mia asks for help with Parcel Service (parcels) in #inc-12-parcels-slow.", "They wrote: “who is on call? nothing scans”", "on call: ")
	if p.To.Channel != "#tracers" || p.Key != "hand:t:W:1" || !strings.Contains(buttons(p.Message), "https://chat.example/C-inc-12-parcels-slow/5") {
		t.Errorf("posted %+v with %s", p.To, buttons(p.Message))
	}
	_, m, _ = w.does(bot.Channel{Name: "tracers"}, lang.English, bot.Said{Text: "who is on call for parcels?"})
	if strings.Contains(labels(m), "Ask in") {
		t.Error("the team's channel can be asked in itself")
	}
}
