package slack

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/slack/slacktest"
	"github.com/backchannel-portal/backchannel/bot"
)

func TestSlowCommand(t *testing.T) {
	release := make(chan struct{})
	h := bot.HandlerFunc(func(context.Context, *bot.Event) (bot.Reply, error) {
		<-release
		return bot.Whisper{Message: words("late")}, nil
	})
	x := start(t, ModeHTTP, h, func(a *Adapter, _ *Deps) {
		if a != nil {
			a.tune.budget = 20 * time.Millisecond
		}
	})
	if status, body := x.command("x"); status != 200 || body != "" {
		t.Errorf("%d %s", status, body)
	}
	close(release)
	m := x.messages(1)[0]
	if m.Method != "response_url" || m.Type != "ephemeral" || m.Text != "late" || m.Replace || m.Channel != "C1" {
		t.Errorf("%+v", m)
	}
}

func TestASlowCommandHoldsUpNoOther(t *testing.T) {
	release := make(chan struct{})
	h := bot.HandlerFunc(func(_ context.Context, ev *bot.Event) (bot.Reply, error) {
		if in, _ := ev.Input.(bot.Invoked); in.Args == "slow" {
			<-release
		}
		return bot.Whisper{Message: words("done")}, nil
	})
	x := start(t, ModeHTTP, h, func(a *Adapter, _ *Deps) {
		if a != nil {
			a.tune.budget = 20 * time.Millisecond
		}
	})
	over := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{}} // keeps its connection, as a proxy does
	t.Cleanup(over.CloseIdleConnections)
	t.Cleanup(func() { close(release) })
	for _, what := range []string{"slow", "quick"} {
		body := x.slack.Form(slacktest.Command{Command: "/backchannel", Text: what, Channel: "C1", User: "U1"})
		req, err := slacktest.Request(t.Context(), x.url+"/slack/commands", body, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		resp, err := over.Do(req)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		io.Copy(io.Discard, resp.Body)
		if resp.Body.Close(); resp.StatusCode != 200 {
			t.Errorf("%s: %d", what, resp.StatusCode)
		}
	}
}
