//go:build oracle

package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"testing"
	"time"

	slackapi "github.com/slack-go/slack"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/bot/card/cardtest"
)

// TestStandIn sends every sample to a Slack that nobody here wrote and reads it back. The environment names it:
// SLACK_API_URL, SLACK_TOKEN and SLACK_CHANNEL.
func TestStandIn(t *testing.T) {
	channel := os.Getenv("SLACK_CHANNEL")
	a := New(Config{APIURL: os.Getenv("SLACK_API_URL"), BotToken: os.Getenv("SLACK_TOKEN"), SigningSecret: "s"}, Deps{HTTP: &http.Client{Timeout: 10 * time.Second}})
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := a.tenants.own.check(ctx); err != nil {
		t.Fatal(err)
	}
	own := a.tenants.own
	if p, err := a.fetchPerson(ctx, "", a.tenants.own.user()); err != nil || p.name == "" {
		t.Errorf("users.info: %+v, %v", p, err)
	}
	_, root, err := own.post(ctx, channel, render(words("a thread"), plainTokens{}, bot.Actor{}).options("")...)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range cardtest.Samples() {
		if isEmpty(s.Message) {
			continue
		}
		for i, m := range card.Fit(s.Message, limits()) {
			out := render(m, plainTokens{}, bot.Actor{})
			_, ts, err := own.post(ctx, channel, out.options(root)...)
			if err != nil {
				t.Errorf("%s: %v", s.Name, err)
				continue
			}
			kept(t, ctx, a, fmt.Sprintf("%s %d", s.Name, i), channel, root, ts, out)
			if err := own.update(ctx, channel, ts, render(words("changed"), plainTokens{}, bot.Actor{})); err != nil {
				t.Errorf("%s: %v", s.Name, err)
			}
			if err := own.remove(ctx, channel, ts); err != nil {
				t.Errorf("%s: %v", s.Name, err)
			}
		}
	}
	if err := own.postEphemeral(ctx, channel, a.tenants.own.user(), root, render(words("private"), plainTokens{}, bot.Actor{})); err != nil {
		t.Error(err)
	}
}

// kept compares what the stand-in kept of a message with what was sent.
func kept(t *testing.T, ctx context.Context, a *Adapter, name, channel, thread, ts string, sent rendered) {
	t.Helper()
	got, _, _, err := a.tenants.own.api().GetConversationRepliesContext(ctx, &slackapi.GetConversationRepliesParameters{ChannelID: channel, Timestamp: thread, Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range got {
		if m.Timestamp != ts {
			continue
		}
		raw, err := json.Marshal(m.Blocks)
		if err != nil {
			t.Fatal(err)
		}
		var theirs []any
		json.Unmarshal(raw, &theirs)
		if len(theirs) != len(sent.blocks) {
			t.Errorf("%s: %d blocks of %d", name, len(theirs), len(sent.blocks))
			return
		}
		for i, b := range sent.blocks {
			var ours any
			json.Unmarshal(b, &ours)
			if at := differ("block", ours, theirs[i]); at != "" {
				t.Errorf("%s: %s is kept differently", name, at)
			}
		}
		if m.Text != sent.text {
			t.Errorf("%s: text %q is kept as %q", name, sent.text, m.Text)
		}
		return
	}
	t.Errorf("%s: the message is not there", name)
}
