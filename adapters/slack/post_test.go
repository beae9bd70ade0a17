package slack

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/slack/slacktest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

var (
	_ bot.Platform    = (*Adapter)(nil)
	_ bot.Poster      = (*Adapter)(nil)
	_ bot.EditLimiter = (*Adapter)(nil)
	_ bot.Editor      = (*Adapter)(nil)
	_ bot.Permalinker = (*Adapter)(nil)
)

func TestPost(t *testing.T) {
	x := start(t, ModeHTTP, echo())
	at := bot.Address{Platform: platform, Workspace: slacktest.Team, Channel: "C1"}
	p := bot.Post{Key: "subscription:1", To: at, Message: words("it has a new owner"), Added: time.Unix(1764000000, 0), Attempts: 1}
	id, err := x.a.Post(t.Context(), p)
	if err != nil || id == "" {
		t.Fatalf("%q, %v", id, err)
	}
	m := x.messages(1)[0]
	if m.TS != id || m.Channel != "C1" || !strings.Contains(m.Metadata, `"subscription:1"`) || !strings.Contains(m.Metadata, metadataType) || m.Unfurls {
		t.Errorf("%+v", m)
	}
	if found, ok, err := x.a.Find(t.Context(), p); err != nil || !ok || found != id {
		t.Errorf("found %q %v %v", found, ok, err)
	}
	p.Attempts = 2 // the process died between the message and its receipt
	if again, err := x.a.Post(t.Context(), p); err != nil || again != id || len(x.slack.Messages()) != 1 {
		t.Errorf("sent twice: %q %v", again, err)
	}
	p.Key = "subscription:2"
	if _, ok, err := x.a.Find(t.Context(), p); ok || err != nil {
		t.Errorf("another one is found: %v", err)
	}
	p.To.Thread = id
	if _, err := x.a.Post(t.Context(), p); err != nil || x.messages(2)[1].Thread != id {
		t.Errorf("in a thread: %v", err)
	}
	for to, want := range map[string]string{"@U7": "U7", "#checkout": "#checkout"} {
		p.Key, p.To = "to "+to, bot.Address{Platform: platform, Workspace: slacktest.Team, Channel: to}
		if _, err := x.a.Post(t.Context(), p); err != nil {
			t.Error(err)
		}
		all := x.slack.Messages()
		if m := all[len(all)-1]; m.Channel != want {
			t.Errorf("%s went to %s", to, m.Channel)
		}
	}
}

func TestPostToAChannelThatIsGone(t *testing.T) {
	seen := &lifecycles{}
	x := start(t, ModeHTTP, seen)
	at := bot.Address{Platform: platform, Workspace: slacktest.Team, Channel: "C1"}
	for _, c := range []struct {
		code string
		kind fault.Kind
	}{{"is_archived", fault.NotFound}, {"not_in_channel", fault.Forbidden}, {"msg_too_long", fault.Invalid}, {"fatal_error", fault.Upstream}} {
		x.slack.Fail("chat.postMessage", slacktest.Failure{Code: c.code})
		if _, err := x.a.Post(t.Context(), bot.Post{Key: c.code, To: at, Message: words("x")}); !fault.Is(err, c.kind) {
			t.Errorf("%s: %v", c.code, err)
		}
	}
	x.until("word of it", func() bool { return seen.has("channel_gone T0HARBORC1") })
}

func TestPermalink(t *testing.T) {
	x := start(t, ModeHTTP, echo())
	at := bot.Address{Platform: platform, Workspace: slacktest.Team, Channel: "C1"}
	in := at
	in.Thread = "1.000001"
	for _, c := range []struct {
		at      bot.Address
		message string
		want    string
	}{
		{at, "", "https://harborlane.example/archives/C1"},
		{at, "1764000000.000100", "https://harborlane.example/archives/C1/p1764000000000100"},
		{in, "", "https://harborlane.example/archives/C1/p1000001"},
		{in, "2.000002", "https://harborlane.example/archives/C1/p2000002?cid=C1&thread_ts=1.000001"},
		{bot.Address{Workspace: slacktest.Team, Channel: "#checkout"}, "", ""},
		{bot.Address{Workspace: slacktest.Team}, "", ""},
	} {
		if got := x.a.Permalink(c.at, c.message); got != c.want {
			t.Errorf("%+v %s: %s", c.at, c.message, got)
		}
	}
}

// following shows a task that is followed from then on.
func following(private bool, shown chan bot.Follower) bot.Handler {
	return bot.HandlerFunc(func(context.Context, *bot.Event) (bot.Reply, error) {
		return bot.Follow{Key: "run:1", Now: words("begun"), Private: private, Shown: func(_ context.Context, at bot.Follower) error {
			shown <- at
			return nil
		}}, nil
	})
}

func TestFollow(t *testing.T) {
	step := card.Message{Lang: lang.English, Blocks: []card.Block{card.Text{Spans: []card.Span{card.T("half way")}}}}
	for _, c := range []struct {
		name    string
		private bool
		ask     func(x *harness)
		begun   string // by which method
		edits   string
		secret  bool
	}{
		{"a mention", false, func(x *harness) { x.event("Ev1", x.slack.Said("app_mention", "C1", "U1", "x")) }, "chat.postMessage", "chat.update", false},
		{"a command", false, func(x *harness) { x.command("x") }, "chat.postMessage", "chat.update", false},
		{"a command, privately", true, func(x *harness) { x.command("x") }, "response_url", "response_url", true},
		{"a press, privately", true, func(x *harness) {
			x.press(slacktest.Press{Value: "t", Channel: "C1", User: "U1", MessageTS: "1764000000.000009", Ephemeral: true})
		}, "response_url", "response_url", true},
		{"a press", false, func(x *harness) {
			x.press(slacktest.Press{Value: "t", Channel: "C1", User: "U1", MessageTS: "1764000000.000009"})
		}, "chat.postMessage", "chat.update", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			shown := make(chan bot.Follower, 1)
			x := start(t, ModeHTTP, following(c.private, shown))
			c.ask(x)
			if m := x.messages(1)[0]; m.Method != c.begun || m.Text != "begun" || c.secret && m.Type != "ephemeral" {
				t.Errorf("%+v", m)
			}
			at := <-shown
			at.Since = time.Now()
			if (at.Secret != "") != c.secret || at.Message == "" || (x.a.Edits(at) > 0) != c.secret {
				t.Errorf("%+v", at)
			}
			if err := x.a.Edit(t.Context(), at, step); err != nil {
				t.Fatal(err)
			}
			if m := x.messages(2)[1]; m.Method != c.edits || m.Text != "half way" || c.secret && !m.Replace {
				t.Errorf("%+v", m)
			}
			at.Since = at.Since.Add(-responseLife)
			if err := x.a.Edit(t.Context(), at, step); c.secret && !fault.Is(err, fault.Forbidden) {
				t.Errorf("after its time: %v", err)
			}
		})
	}
}

// Where the bot is no member of the channel, the answer to a command goes by its response_url.
func TestFollowWithoutMembership(t *testing.T) {
	shown := make(chan bot.Follower, 1)
	x := start(t, ModeHTTP, following(false, shown))
	x.slack.Fail("chat.postMessage", slacktest.Failure{Code: "not_in_channel"})
	x.command("x")
	if m := x.messages(1)[0]; m.Method != "response_url" || m.Type != "in_channel" {
		t.Errorf("%+v", m)
	}
	if at := <-shown; at.Secret == "" || at.Private {
		t.Errorf("%+v", at)
	}
}
