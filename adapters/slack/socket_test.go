package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/slack/slacktest"
	"github.com/backchannel-portal/backchannel/bot"
)

// socketPair starts an adapter in Socket Mode and waits for both connections.
func socketPair(t *testing.T, h bot.Handler, change ...func(*Adapter, *Deps)) *harness {
	t.Helper()
	x := start(t, ModeSocket, h, change...)
	x.until("two sockets", func() bool { return len(x.slack.Sockets()) == 2 })
	return x
}

func (x *harness) slash(c *slacktest.Socket, text string) string {
	x.t.Helper()
	payload, _ := json.Marshal(x.slack.Fields(slacktest.Command{Command: "/backchannel", Text: text, Channel: "C1", User: "U1"}))
	got, err := c.Send(x.t.Context(), "slash_commands", payload)
	if err != nil {
		x.t.Fatal(err)
	}
	return string(got)
}

func TestSocketDelivers(t *testing.T) {
	x := socketPair(t, echo())
	for i, c := range x.slack.Sockets() {
		if got := x.slash(c, "who owns checkout?"); !strings.Contains(got, "invoked: who owns checkout?") {
			t.Errorf("socket %d: %s", i, got)
		}
	}
	c := x.slack.Sockets()[0]
	mention := x.slack.Said("app_mention", "C1", "U1", "<@U0BOT> hi")
	if _, err := c.Send(t.Context(), "events_api", x.slack.Event("Ev1", mention)); err != nil {
		t.Error(err)
	}
	if m := x.messages(3)[2]; m.Text != "said: hi" || m.Thread != mention["ts"] { // after the two answers above
		t.Errorf("%+v", m)
	}
	press := x.slack.Interaction(slacktest.Press{Value: "x", Channel: "C1", User: "U1", MessageTS: "1764000000.000001"})
	if _, err := c.Send(t.Context(), "interactive", press); err != nil {
		t.Error(err)
	}
	if m := x.messages(4)[3]; m.Text != "updated: x" || !m.Replace {
		t.Errorf("%+v", m)
	}
}

func TestSocketRepeats(t *testing.T) {
	x := socketPair(t, echo())
	ev := x.slack.Event("Ev1", x.slack.Said("message", "D1", "U1", "once"))
	for i, c := range append(x.slack.Sockets(), x.slack.Sockets()...) {
		if _, err := c.Resend(t.Context(), "env"+string(rune('a'+i)), "events_api", ev, i); err != nil {
			t.Error(err)
		}
	}
	x.messages(1)
	x.stop()
	if got := x.slack.Messages(); len(got) != 1 {
		t.Errorf("%+v", got)
	}
}

func TestSocketMalformed(t *testing.T) {
	x := socketPair(t, echo())
	c := x.slack.Sockets()[0]
	for kind, payload := range map[string]string{
		"slash_commands": `{"command":5}`, "events_api": `[]`, "interactive": `{"type":"block_actions","user":1}`, "unheard_of": `{}`,
	} {
		if _, err := c.Send(t.Context(), kind, json.RawMessage(payload)); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if got := x.slash(c, "still there"); !strings.Contains(got, "still there") {
		t.Error(got)
	}
}

func TestSocketAcknowledgesSlowWork(t *testing.T) {
	release := make(chan struct{})
	h := bot.HandlerFunc(func(context.Context, *bot.Event) (bot.Reply, error) {
		<-release
		return bot.Whisper{Message: words("late")}, nil
	})
	x := socketPair(t, h, func(a *Adapter, _ *Deps) {
		if a != nil {
			a.tune.budget = 20 * time.Millisecond
		}
	})
	c := x.slack.Sockets()[0]
	if got := x.slash(c, "x"); got != "" {
		t.Errorf("acknowledged with %s", got)
	}
	if _, err := c.Send(t.Context(), "events_api", x.slack.Event("Ev1", x.slack.Said("message", "D1", "U1", "x"))); err != nil {
		t.Error(err)
	}
	close(release)
	x.messages(2)
}

// The new connection is there before the old one goes.
func TestSocketRefresh(t *testing.T) {
	x := socketPair(t, echo())
	for _, reason := range []string{"refresh_requested", "warning"} {
		old := x.slack.Sockets()[0]
		opened := x.slack.Calls("socket")
		if err := old.Disconnect(reason); err != nil {
			t.Fatal(err)
		}
		least := 2
		x.until("the old socket to be closed", func() bool {
			least = min(least, len(x.slack.Sockets()))
			select {
			case <-old.Done():
				return true
			default:
				return false
			}
		})
		x.until("two sockets", func() bool { return len(x.slack.Sockets()) == 2 })
		if least < 2 || x.slack.Calls("socket") != opened+1 {
			t.Errorf("%s: %d sockets at the least, %d opened", reason, least, x.slack.Calls("socket")-opened)
		}
	}
	if got := x.slash(x.slack.Sockets()[1], "after"); !strings.Contains(got, "after") {
		t.Error(got)
	}
}

// With too many connections open, the old one is closed first.
func TestSocketTooMany(t *testing.T) {
	x := socketPair(t, echo())
	x.slack.AllowSockets(2)
	old := x.slack.Sockets()[0]
	if err := old.Disconnect("too_many_websockets"); err != nil {
		t.Fatal(err)
	}
	<-old.Done()
	x.until("two sockets", func() bool { return len(x.slack.Sockets()) == 2 })
	x.slack.AllowSockets(1)
	x.slack.Sockets()[0].Drop()
	x.until("one socket", func() bool { return len(x.slack.Sockets()) == 1 })
	refused := x.slack.Calls("socket")
	x.until("more tries", func() bool { return x.slack.Calls("socket") >= refused+2 })
	if got := x.slash(x.slack.Sockets()[0], "one left"); !strings.Contains(got, "one left") {
		t.Error(got)
	}
	if text, ok := x.a.Status(); !ok {
		t.Errorf("with one socket: %s", text)
	}
	x.slack.AllowSockets(10)
	x.until("two sockets", func() bool { return len(x.slack.Sockets()) == 2 })
}

// A link that is dead without a word is noticed by its silence.
func TestSocketHalfOpen(t *testing.T) {
	x := socketPair(t, echo(), func(a *Adapter, _ *Deps) {
		if a != nil {
			a.tune.ping, a.tune.dead = 10*time.Millisecond, 300*time.Millisecond
		}
	})
	frozen := x.slack.Sockets()[0]
	frozen.Freeze()
	<-frozen.Done()
	x.until("two sockets", func() bool { return len(x.slack.Sockets()) == 2 })
}

func TestSocketTroubleAtTheStart(t *testing.T) {
	x := start(t, ModeSocket, echo())
	x.slack.Fail("apps.connections.open", slacktest.Failure{Code: "internal_error"}, slacktest.Failure{Status: 500})
	x.slack.Fail("socket", slacktest.Failure{Status: 503}, slacktest.Failure{Hang: true})
	for _, c := range x.slack.Sockets() {
		c.Drop()
	}
	x.until("two sockets", func() bool { return len(x.slack.Sockets()) == 2 })
}

func TestFramesThatAreNoJSON(t *testing.T) {
	x := socketPair(t, echo())
	c := x.slack.Sockets()[0]
	if err := c.SendRaw([]byte("{")); err != nil {
		t.Fatal(err)
	}
	if err := c.SendRaw(bytes.Repeat([]byte("["), 100_000)); err != nil {
		t.Fatal(err)
	}
	if got := x.slash(c, "still there"); !strings.Contains(got, "still there") {
		t.Error(got)
	}
}
