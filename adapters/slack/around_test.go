package slack

import (
	"context"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/adapters/slack/slacktest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

// around answers what happens around conversations, and says on a channel what it was.
func surroundings(seen chan<- *bot.Event) bot.Handler {
	return bot.HandlerFunc(func(_ context.Context, ev *bot.Event) (bot.Reply, error) {
		seen <- ev
		switch in := ev.Input.(type) {
		case bot.Opened:
			m := words("my services")
			m.Blocks = append(m.Blocks, card.Table{Columns: []card.Column{{Title: "A"}}, Rows: [][][]card.Span{{{card.T("b")}}}}, card.Actions{Items: []card.Action{
				{Label: "Find", Search: card.FieldEntity, Intent: card.Intent{Name: "ask", Args: []string{"show"}}},
				{Label: "Examples", Intent: card.Intent{Name: "ask"}},
			}})
			return bot.Surface{Message: m}, nil
		case bot.Linked:
			out := bot.Preview{Messages: map[string]card.Message{}}
			for _, u := range in.URLs {
				m := words("behind " + u)
				m.Blocks = append(m.Blocks, card.Actions{Items: []card.Action{{Label: "No", Intent: card.Intent{Name: "x"}}}})
				out.Messages[u] = m
			}
			return out, nil
		case bot.Pressed:
			return bot.Say{Message: words("chose " + in.Chosen)}, nil
		case bot.Invoked:
			return bot.Whisper{Message: words("quoted " + in.Quoted)}, nil
		}
		return bot.Nothing{}, nil
	})
}

func (x *harness) happens(id string, ev map[string]any) {
	x.t.Helper()
	if status, got, err := x.slack.Deliver(x.t.Context(), x.url+"/slack/events", x.slack.Event(id, ev)); status != 200 || err != nil {
		x.t.Fatalf("answered %d %s: %v", status, got, err)
	}
}

func TestHome(t *testing.T) {
	seen := make(chan *bot.Event, 10)
	x := start(t, ModeHTTP, surroundings(seen))
	x.happens("Ev1", map[string]any{"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "messages", "event_ts": "1"})
	x.happens("Ev2", map[string]any{"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home", "event_ts": "1"})
	x.until("an App Home", func() bool { return x.slack.Home("U1").ID != "" })
	text, buttons := x.slack.Home("U1").Readable()
	if !strings.Contains(text, "my services") || len(buttons) != 2 || !buttons[0].Search {
		t.Fatalf("%q %+v", text, buttons)
	}
	if ev := <-seen; ev.Input != (bot.Opened{Surface: bot.SurfaceHome}) || ev.Actor.ID != "U1" {
		t.Errorf("%+v", ev)
	}
	x.act("U1", x.slack.PressHome("U1", buttons[0], "component:default/checkout"))
	x.until("the answer in a direct message", func() bool {
		shown := x.slack.Shown("U1", "U1")
		return len(shown) == 1 && strings.Contains(shown[0].Text, "chose component:default/checkout")
	})
	if p := (<-seen).Input.(bot.Pressed); p.Token != "ask|show" || p.Chosen != "component:default/checkout" {
		t.Errorf("%+v", p)
	}
}

func TestLinks(t *testing.T) {
	seen := make(chan *bot.Event, 10)
	x := start(t, ModeHTTP, surroundings(seen))
	link := map[string]any{"type": "link_shared", "user": "U1", "channel": "C1", "message_ts": "1764000000.000001", "links": []any{map[string]any{"domain": "x", "url": "https://x/a"}}}
	x.happens("Ev1", link)
	x.happens("Ev1", link)
	composer := map[string]any{"type": "link_shared", "user": "U1", "channel": "COMPOSER", "message_ts": "abc", "unfurl_id": "C1.1", "source": "composer", "links": []any{map[string]any{"url": "https://x/b"}}}
	x.happens("Ev2", composer)
	x.until("two previews", func() bool { return len(x.slack.Unfurls()) >= 2 })
	for _, u := range x.slack.Unfurls() {
		if !strings.Contains(u.Text, "behind "+u.URL) || u.URL == "https://x/b" && u.ID != "C1.1" || u.URL == "https://x/a" && u.TS != "1764000000.000001" {
			t.Errorf("%+v", u)
		}
	}
	if len(seen) != 2 {
		t.Errorf("%d events", len(seen))
	}
}

func TestLifecycle(t *testing.T) {
	seen := make(chan *bot.Event, 10)
	x := start(t, ModeHTTP, surroundings(seen))
	x.happens("Ev1", map[string]any{"type": "app_uninstalled"})
	x.happens("Ev2", map[string]any{"type": "tokens_revoked", "tokens": map[string]any{"oauth": []any{"U1"}, "bot": []any{}}})
	x.happens("Ev3", map[string]any{"type": "tokens_revoked", "tokens": map[string]any{"oauth": []any{}, "bot": []any{"U0BOT"}}})
	for _, want := range []bot.Stage{bot.Removed, bot.Revoked} {
		ev := <-seen
		if ev.Input != (bot.Lifecycle{What: want}) || ev.Address.Workspace != slacktest.Team {
			t.Errorf("%+v", ev)
		}
	}
}

func TestShortcuts(t *testing.T) {
	seen := make(chan *bot.Event, 10)
	x := start(t, ModeHTTP, surroundings(seen))
	x.act("U1", x.slack.Shortcut("owner_of_message", "U1", "C1", "<@U2> broke &lt;checkout&gt;"))
	x.until("the answer", func() bool {
		shown := x.slack.Shown("U1", "C1")
		return len(shown) == 1 && shown[0].User == "U1" && strings.Contains(shown[0].Text, "broke <checkout>")
	})
	x.act("U1", x.slack.Shortcut("ask", "U1", "", ""))
	x.until("the answer to a global one", func() bool { return len(x.slack.Shown("U1", "U1")) == 1 })
	first, second := <-seen, <-seen
	if in := first.Input.(bot.Invoked); in.Path[0] != "owner_of_message" || first.Address.Channel != "C1" || !first.Forms {
		t.Errorf("%+v", first)
	}
	if in := second.Input.(bot.Invoked); in.Path[0] != "ask" || !second.Forms || !second.Channel.Direct {
		t.Errorf("%+v", second)
	}
}
