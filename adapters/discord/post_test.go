package discord

import (
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/discord/discordtest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// post is a post to a channel of the guild.
func post(key, channel, text string) bot.Post {
	return bot.Post{Key: key, Attempts: 1, To: bot.Address{Platform: platform, Workspace: discordtest.Guild, Channel: channel}, Message: words(text)}
}

func TestAPostIsFoundByItsKey(t *testing.T) {
	h := setup(t, ModeHTTP)
	p := post("news:1", snow("c"), "ownership has changed")
	p.Message.Blocks = append(p.Message.Blocks, card.Text{Spans: []card.Span{card.T(strings.Repeat("a long report. ", 500))}})
	if _, found, err := h.a.Find(t.Context(), p); found || err != nil {
		t.Errorf("found before it was sent: %v", err)
	}
	id, err := h.a.Post(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	sent := len(h.discord.Shown("", p.To.Channel))
	if sent < 2 {
		t.Fatalf("%d messages", sent)
	}
	h.discord.ForgetNonces()
	if got, found, err := h.a.Find(t.Context(), p); got != id || !found || err != nil {
		t.Errorf("found %q %v %v, not %q", got, found, err, id)
	}
	other := post("news:2", p.To.Channel, "x")
	if _, found, err := h.a.Find(t.Context(), other); found || err != nil {
		t.Errorf("another post is found: %v", err)
	}
	p.Attempts = 2
	if again, err := h.a.Post(t.Context(), p); again != id || err != nil || len(h.discord.Shown("", p.To.Channel)) != sent {
		t.Errorf("a second attempt sent %q %v; %d messages", again, err, len(h.discord.Shown("", p.To.Channel)))
	}
}

// TestACrashBetweenSendingAndNoting sends every part of a post, loses the answer of one, and begins anew: at once, when
// Discord knows the nonce, and long after, when only the history does.
func TestACrashBetweenSendingAndNoting(t *testing.T) {
	for name, later := range map[string]bool{"at once": false, "an hour later": true} {
		t.Run(name, func(t *testing.T) {
			h := setup(t, ModeHTTP)
			p := post("news:1", snow("c"), strings.Repeat("a long report. ", 700))
			h.discord.Fail("post", discordtest.Failure{Status: 400})
			if _, err := h.a.Post(t.Context(), p); err == nil {
				t.Fatal("the first attempt did not fail")
			}
			h.discord.Fail("post", discordtest.Failure{Late: true}, discordtest.Failure{Status: 400}) // sent, but nobody knows
			p.Attempts++
			if _, err := h.a.Post(t.Context(), p); err == nil {
				t.Fatal("the second attempt did not fail")
			}
			if later {
				h.discord.ForgetNonces()
			}
			if _, found, err := h.a.Find(t.Context(), p); found || err != nil {
				t.Errorf("a part of it counts as all of it: %v", err)
			}
			p.Attempts++
			if _, err := h.a.Post(t.Context(), p); err != nil {
				t.Fatal(err)
			}
			text := ""
			for _, m := range h.discord.Shown("", p.To.Channel) {
				text += m.Text
			}
			if n := strings.Count(text, "a long report."); n != 700 {
				t.Errorf("%d of 700 sentences are there", n)
			}
		})
	}
}

func TestWhereAPostGoes(t *testing.T) {
	h := setup(t, ModeHTTP)
	h.discord.SetChannels([]map[string]any{{"id": "1", "name": "checkout", "type": 2}, {"id": snow("ch"), "name": "Checkout", "type": 0}})
	for _, tt := range []struct{ to, want string }{
		{"#checkout", snow("ch")}, {"#CHECKOUT", snow("ch")}, {"@" + snow("mei"), discordtest.DirectWith(snow("mei"))}, {snow("c"), snow("c")},
	} {
		if _, err := h.a.Post(t.Context(), post("to "+tt.to, tt.to, "for "+tt.to)); err != nil {
			t.Errorf("%s: %v", tt.to, err)
		}
		if shown := h.discord.Shown("", tt.want); len(shown) == 0 || !strings.Contains(shown[len(shown)-1].Text, tt.to[1:]) {
			t.Errorf("%s: %+v", tt.to, shown)
		}
	}
	if n := h.discord.Calls("channels"); n != 1 {
		t.Errorf("the channels were read %d times", n)
	}
	for _, nowhere := range []string{"#nowhere", "@nobody"} {
		if _, err := h.a.Post(t.Context(), post("x", nowhere, "x")); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", nowhere, err)
		}
	}
	foreign := post("x", "#checkout", "x")
	foreign.To.Workspace = snow("another guild")
	if _, err := h.a.Post(t.Context(), foreign); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a guild that the bot is not in: %v", err)
	}
}

func TestThreadsBelowAPost(t *testing.T) {
	h := setup(t, ModeHTTP)
	root, err := h.a.Post(t.Context(), post("root", snow("c"), "checkout has news"))
	if err != nil {
		t.Fatal(err)
	}
	below := post("below", snow("c"), "its owner is another")
	below.To.Thread = root
	if _, found, err := h.a.Find(t.Context(), below); found || err != nil {
		t.Errorf("found in a thread that is not there: %v", err)
	}
	if _, err := h.a.Post(t.Context(), below); err != nil {
		t.Fatal(err)
	}
	more := below
	more.Key = "more"
	if _, err := h.a.Post(t.Context(), more); err != nil {
		t.Fatal(err)
	}
	if n := len(h.discord.Shown("", root)); n != 2 || h.discord.Calls("thread") != 1 {
		t.Errorf("%d messages in the thread, begun %d times", n, h.discord.Calls("thread"))
	}
	if _, found, err := h.a.Find(t.Context(), below); !found || err != nil {
		t.Errorf("not found in its thread: %v", err)
	}
	nested := post("nested", root, "deeper") // a thread has no threads
	inner, err := h.a.Post(t.Context(), nested)
	if err != nil {
		t.Fatal(err)
	}
	nested.Key, nested.To.Thread = "nested 2", inner
	if _, err := h.a.Post(t.Context(), nested); err != nil || len(h.discord.Shown("", root)) != 4 {
		t.Errorf("a post below a message of a thread: %v, %d", err, len(h.discord.Shown("", root)))
	}
}

func TestPostsThatCannotBeSent(t *testing.T) {
	gone := make(chan bot.Address, 4)
	h := start(t, ModeHTTP, lifecycles(gone))
	h.running()
	h.discord.CloseChannel(snow("deleted"), noChannel)
	h.discord.CloseChannel(snow("private"), noAccess)
	for channel, want := range map[string]fault.Kind{snow("deleted"): fault.NotFound, snow("private"): fault.Forbidden} {
		if _, err := h.a.Post(t.Context(), post("x", channel, "x")); !fault.Is(err, want) {
			t.Errorf("%s: %v", channel, err)
		}
		if at := <-gone; at.Channel != channel || at.Workspace != discordtest.Guild {
			t.Errorf("%+v is gone", at)
		}
	}
	h.discord.Fail("post", discordtest.Failure{Status: 401})
	if _, err := h.a.Post(t.Context(), post("x", snow("c"), "x")); !fault.Is(err, fault.Upstream) {
		t.Errorf("a refused token is for ever: %v", err)
	}
	h.discord.Fail("history", discordtest.Failure{Status: 401})
	if _, _, err := h.a.Find(t.Context(), post("x", snow("c"), "x")); !fault.Is(err, fault.Upstream) {
		t.Errorf("a refused token is for ever: %v", err)
	}
}

func TestPermalinks(t *testing.T) {
	a := New(Config{}, Deps{})
	guild, channel, message := discordtest.Guild, snow("c"), snow("m")
	for want, got := range map[string]string{
		"https://discord.com/channels/" + guild + "/" + channel + "/" + message: a.Permalink(bot.Address{Workspace: guild, Channel: channel}, message),
		"https://discord.com/channels/" + guild + "/" + message:                 a.Permalink(bot.Address{Workspace: guild, Channel: channel, Thread: message}, ""),
		"https://discord.com/channels/@me/" + channel:                           a.Permalink(bot.Address{Workspace: directs, Channel: channel}, ""),
		"": a.Permalink(bot.Address{Workspace: guild, Channel: "x/../y"}, ""),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestMarksAreSmallEnough(t *testing.T) {
	seen := map[int]bool{}
	for n := range 1000 {
		nonce, id := mark("key", n)
		if len(nonce) != 25 || id <= 1000 || id > 1<<31-1 || seen[id] {
			t.Fatalf("%q %d", nonce, id)
		}
		seen[id] = true
	}
}

func TestTheDirectoryIsBounded(t *testing.T) {
	d := newDirectory(nil, time.Now)
	d.learn("g", channelPart{ID: "1", Name: "inc-checkout", Topic: strings.Repeat("long ", 100)}, channelPart{ID: "2", Name: "live", Parent: "1", Type: 11})
	if c := described(d, channelPart{ID: "2"}); c.Name != "live" || !strings.HasPrefix(c.Topic, "inc-checkout long") || length(c.Topic) > maxTopic || c.Parent != "1" {
		t.Errorf("%+v", c)
	}
	if c := described(d, channelPart{ID: "3", Name: "said", Topic: "with it"}); c != (bot.Channel{Name: "said", Topic: "with it"}) {
		t.Errorf("%+v", c)
	}
	d.forgetGuild("g")
	if c := described(d, channelPart{ID: "1"}); c.Name != "" {
		t.Errorf("%+v is still known", c)
	}
}

// TestButtonsOfPostsWork presses the buttons of what was posted and of what was edited: whoever may, in the guild and in
// a direct message, whose presses belong to no guild.
func TestButtonsOfPostsWork(t *testing.T) {
	tokens := bot.NewTokens([][]byte{[]byte("posts")}, time.Hour, time.Now)
	h := setup(t, ModeHTTP, func(d *Deps) { d.Tokens = tokens })
	message := words("something changed", card.Action{Label: "Mute", Anyone: true, Intent: card.Intent{Name: "mute"}}, card.Action{Label: "Mine", Intent: card.Intent{Name: "mine"}})
	for _, tt := range []struct {
		to      bot.Address
		channel string
		by      bot.Actor
		buttons string // that work
	}{
		{bot.Address{Platform: platform, Workspace: discordtest.Guild, Channel: "5"}, "5", bot.Actor{Platform: platform, Workspace: discordtest.Guild, ID: snow("ada")}, "Mute"},
		{bot.Address{Platform: platform, Workspace: discordtest.Guild, Channel: "6"}, "6", bot.Actor{Platform: platform, Workspace: "600000000000000000", ID: snow("ada")}, ""},
		{bot.Address{Platform: platform, Workspace: discordtest.Guild, Channel: bot.DirectTo + snow("ada")}, discordtest.DirectWith(snow("ada")), bot.Actor{Platform: platform, Workspace: directs, ID: snow("ada")}, "Mute Mine"},
		{bot.Address{Platform: platform, Workspace: directs, Channel: discordtest.DirectWith(snow("bob"))}, discordtest.DirectWith(snow("bob")), bot.Actor{Platform: platform, Workspace: directs, ID: snow("bob")}, "Mute"},
	} {
		id, err := h.a.Post(t.Context(), bot.Post{Key: tt.channel, To: tt.to, Message: message, Attempts: 1, Added: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		works := func() string {
			var out []string
			for _, b := range h.discord.Shown(tt.by.ID, tt.channel)[0].Buttons {
				_, token := splitID(b.ID)
				if _, err := tokens.Open(token, tt.by); err == nil {
					out = append(out, b.Label)
				}
			}
			return strings.Join(out, " ")
		}
		if got := works(); got != tt.buttons {
			t.Errorf("posted to %+v, %q work for %+v, want %q", tt.to, got, tt.by, tt.buttons)
		}
		if err := h.a.Edit(t.Context(), bot.Follower{Address: tt.to, Message: id, Since: time.Now()}, message); err != nil {
			t.Fatal(err)
		}
		if got := works(); got != tt.buttons {
			t.Errorf("edited at %+v, %q work for %+v, want %q", tt.to, got, tt.by, tt.buttons)
		}
	}
}
