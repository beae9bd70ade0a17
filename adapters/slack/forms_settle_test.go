package slack

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/slack/slacktest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

// TestAFormOfADeadProcessIsHandedInAgain: a process that ended between the acknowledgement of a form and what it asks
// for leaves the form behind. The next one does it, once.
func TestAFormOfADeadProcessIsHandedInAgain(t *testing.T) {
	state := bot.NewMemoryState()
	before := bot.NewDesk(state.Drafts, func() time.Time { return time.Now().Add(-10 * time.Minute) })
	who := bot.Actor{Platform: platform, Workspace: "T1", ID: "U1"}
	ev := &bot.Event{Actor: who, Address: bot.Address{Platform: platform, Workspace: "T1", Channel: "C1"}}
	back := (&arrival{event: *ev, back: back{kind: backMessage, channel: "C1", user: "U1"}}).keep()
	o, err := before.Open(t.Context(), ev, simple(), back)
	if err != nil {
		t.Fatal(err)
	}
	o.Merge(card.Values{"name": {"till"}})
	if err := before.HandIn(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	h := &former{form: simple()}
	x := start(t, ModeHTTP, h, func(a *Adapter, d *Deps) {
		if d.Drafts = state.Drafts; a != nil {
			a.tune.resubmit = 5 * time.Millisecond
		}
	})
	x.until("the answer", func() bool {
		for _, m := range x.slack.Shown("U1", "C1") {
			if strings.Contains(m.Text, "made till") {
				return true
			}
		}
		return false
	})
	x.until("the end of the form", func() bool {
		all, err := state.Drafts.(bot.Claims).Claimed(t.Context(), time.Now().Add(time.Hour), 10)
		return err == nil && len(all) == 0
	})
	time.Sleep(30 * time.Millisecond)
	if got := h.submissions(); len(got) != 1 || got[0].Draft != "d" {
		t.Errorf("submitted %+v", got)
	}
}

// TestAFormIsKeptUntilItsWorkIsDone: the end of the process leaves a form behind whose work it cut off.
func TestAFormIsKeptUntilItsWorkIsDone(t *testing.T) {
	state := bot.NewMemoryState()
	begun, release := make(chan struct{}), make(chan struct{})
	h := &former{form: simple()}
	h.onSubmit = func(in bot.Submitted) bot.Reply {
		if firstOf(in.Values["name"]) == "quick" {
			return bot.Whisper{Message: words("made at once")}
		}
		return bot.Work{Note: words("making"), Run: func(ctx context.Context) (bot.Reply, error) {
			close(begun)
			select {
			case <-release:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			return bot.Whisper{Message: words("made")}, nil
		}}
	}
	x := start(t, ModeHTTP, h, func(a *Adapter, d *Deps) {
		if d.Drafts = state.Drafts; a != nil {
			a.tune.drain = 10 * time.Millisecond
		}
	})
	claimed := func() int {
		all, err := state.Drafts.(bot.Claims).Claimed(t.Context(), time.Now().Add(time.Hour), 10)
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	x.opens("U2")
	x.submit("U2", slacktest.Fill{"Name": {"quick"}})
	x.until("nothing is left of a form that is done", func() bool { return claimed() == 0 })
	x.opens("U1")
	x.submit("U1", slacktest.Fill{"Name": {"slow"}})
	<-begun
	if n := claimed(); n != 1 {
		t.Errorf("%d forms are kept while their work goes on", n)
	}
	x.stop()
	close(release)
	if n := claimed(); n != 1 {
		t.Errorf("%d forms are kept whose work was cut off", n)
	}
}
