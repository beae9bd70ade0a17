package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/slack/slacktest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

// counting answers everything and counts what it is asked, by the kind of input.
type counting struct {
	mu sync.Mutex
	n  map[string]int
}

func (c *counting) Handle(_ context.Context, ev *bot.Event) (bot.Reply, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[string]int{}
	}
	c.n[fmt.Sprintf("%T", ev.Input)]++
	switch in := ev.Input.(type) {
	case bot.Opened:
		return bot.Surface{Message: words("home")}, nil
	case bot.Linked:
		return bot.Preview{Messages: map[string]card.Message{in.URLs[0]: words("preview")}}, nil
	case bot.Asked:
		return bot.Suggest{}, nil
	case bot.Invoked:
		if in.Path[0] == "form" {
			return bot.Open{Form: simple()}, nil
		}
		return bot.Whisper{Message: words("x")}, nil
	case bot.Changed:
		return bot.Open{Form: simple().Fill(in.Values)}, nil
	case bot.Lifecycle:
		return bot.Nothing{}, nil
	default:
		return bot.Say{Message: words("x")}, nil
	}
}

func (c *counting) of(kind string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n[kind]
}

func (c *counting) total() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, of := range c.n {
		n += of
	}
	return n
}

// callback is one of the kinds of what Slack delivers.
type callback struct {
	name, path string
	body       []byte
	input      string // what it comes to
	every      bool   // each delivery of it is answered
}

// callbacks are one of each kind, of the one workspace there is. The modal of U1 must be open.
func callbacksOf(x *harness) []callback {
	s := x.slack
	v := x.top("U1")
	event := func(name, id, input string, ev map[string]any) callback {
		return callback{name, "/slack/events", s.Event(id, ev), input, false}
	}
	act := func(name, input string, every bool, payload []byte) callback {
		return callback{name, "/slack/interactions", slacktest.Payload(payload), input, every}
	}
	return []callback{
		{"a command", "/slack/commands", s.Form(slacktest.Command{Command: "/backchannel", Text: "x", Channel: "C1", User: "U1"}), "bot.Invoked", true},
		event("a mention", "EvM", "bot.Said", s.Said("app_mention", "C1", "U1", "x")),
		event("a direct message", "EvD", "bot.Said", s.Said("message", "D1", "U1", "x")),
		event("the App Home", "EvH", "bot.Opened", map[string]any{"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home"}),
		event("a link", "EvL", "bot.Linked", map[string]any{"type": "link_shared", "user": "U1", "channel": "C1", "message_ts": "1764000000.000001", "links": []any{map[string]any{"url": "https://portal.example/x"}}}),
		event("a channel's end", "EvC", "bot.Lifecycle", map[string]any{"type": "channel_archive", "channel": "C1"}),
		act("a press", "bot.Pressed", false, s.Interaction(slacktest.Press{Value: "t", Channel: "C1", User: "U1", MessageTS: "1764000000.000001"})),
		act("a shortcut", "bot.Invoked", false, s.Shortcut("ask", "U1", "", "")),
		act("a shortcut on a message", "bot.Invoked", false, s.Shortcut("owner_of_message", "U1", "C1", "checkout is down")),
		act("a suggestion", "bot.Asked", true, s.Suggestion("U1", v, "Part of", "pay")),
		act("a change", "bot.Changed", false, s.Change("U1", v, "Database", slacktest.Fill{"Database": {"true"}})),
		act("a submission", "bot.Submitted", false, s.Submission("U1", v, slacktest.Fill{"Name": {"refunds"}})),
	}
}

func TestEveryCallbackForgedLateAndDoubled(t *testing.T) {
	h := &counting{}
	x := start(t, ModeHTTP, h)
	x.opens("U1")
	for _, c := range callbacksOf(x) {
		before := h.total()
		for what, at := range map[string]time.Duration{"late": -301 * time.Second, "early": 302 * time.Second} {
			req, err := slacktest.Request(t.Context(), x.url+c.path, c.body, time.Now().Add(at))
			if err != nil {
				t.Fatal(err)
			}
			if got := statusOf(t, req); got != 401 {
				t.Errorf("%s, %s: %d", c.name, what, got)
			}
		}
		req, err := slacktest.Request(t.Context(), x.url+c.path, c.body, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Slack-Signature", slacktest.Sign("another app's secret", req.Header.Get("X-Slack-Request-Timestamp"), c.body))
		if got := statusOf(t, req); got != 401 {
			t.Errorf("%s, forged: %d", c.name, got)
		}
		if got := h.total(); got != before {
			t.Errorf("%s has an effect without a signature", c.name)
		}
		was, want := h.of(c.input), 1
		if c.every {
			want = 3
		}
		for range 3 {
			if status, body := x.deliver(c.path, c.body); status != 200 {
				t.Errorf("%s: %d %s", c.name, status, body)
			}
		}
		x.until(c.name, func() bool { return h.of(c.input) >= was+want })
		if c.input == "bot.Submitted" {
			continue // it is counted below
		}
		if got := h.of(c.input) - was; got != want {
			t.Errorf("%s: handled %d times, want %d", c.name, got, want)
		}
	}
	x.stop()
	if got := h.of("bot.Submitted"); got != 1 {
		t.Errorf("%d submissions", got)
	}
}

// What comes from a workspace in which the app is not installed has no effect, whatever it is.
func TestEveryCallbackOfAForeignWorkspace(t *testing.T) {
	x := startInstalling(t)
	s := x.slack
	v := slacktest.View{ID: "V1"}
	for _, c := range []struct {
		name, path string
		body       []byte
	}{
		{"a mention", "/slack/events", s.Event("EvM", s.Said("app_mention", "C1", "U1", "x"))},
		{"a press", "/slack/interactions", slacktest.Payload(s.Interaction(slacktest.Press{Value: "t", Channel: "C1", User: "U1", MessageTS: "1.0"}))},
		{"a shortcut", "/slack/interactions", slacktest.Payload(s.Shortcut("ask", "U1", "", ""))},
		{"a submission", "/slack/interactions", slacktest.Payload(s.Submission("U1", v, nil))},
		{"the App Home", "/slack/events", s.Event("EvH", map[string]any{"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home"})},
	} {
		if status, body := x.signed(c.path, c.body); status != 200 || body != "" {
			t.Errorf("%s: %d %s", c.name, status, body)
		}
	}
	x.stop()
	if got := x.slack.Messages(); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

// Two who submit one modal at once, such as one person with two windows, have it counted once; the other is told.
func TestSubmittedTwiceAtOnce(t *testing.T) {
	h := &former{form: simple()}
	x := start(t, ModeHTTP, h)
	v := x.opens("U1")
	body := slacktest.Payload(x.slack.Submission("U1", v, slacktest.Fill{"Name": {"refunds"}}))
	var mu sync.Mutex
	var answers []string
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			status, got := x.deliver("/slack/interactions", body)
			mu.Lock()
			defer mu.Unlock()
			answers = append(answers, got)
			if status != 200 {
				t.Errorf("answered %d", status)
			}
		})
	}
	wg.Wait()
	told := 0
	for _, a := range answers {
		if strings.Contains(a, `"update"`) && strings.Contains(a, "sent") {
			told++
		}
	}
	if n := len(h.submissions()); n != 1 || told != 7 {
		t.Errorf("%d submissions, %d told: %q", n, told, answers)
	}
	// Somebody else cannot send it either.
	x.opens("U1")
	forged := bytes.ReplaceAll(x.slack.Submission("U1", x.top("U1"), slacktest.Fill{"Name": {"theirs"}}), []byte(`"U1"`), []byte(`"U2"`))
	if _, got := x.deliver("/slack/interactions", slacktest.Payload(forged)); !strings.Contains(got, `"update"`) || len(h.submissions()) != 1 {
		t.Errorf("another person's form is sent: %s", got)
	}
}

// muxed is a mux with buttons that are signed, as in a service.
func muxed(t *testing.T, tokens *bot.Tokens) *bot.Mux {
	t.Helper()
	m, err := bot.NewMux(bot.MuxConfig{
		Ask: bot.HandlerFunc(func(_ context.Context, ev *bot.Event) (bot.Reply, error) {
			return bot.Whisper{Message: card.Message{Lang: ev.Locale, Blocks: []card.Block{
				card.Text{Spans: []card.Span{card.T("asked")}},
				card.Actions{Items: []card.Action{{Label: "More", Intent: card.Intent{Name: "more", Args: []string{"a"}}}}},
			}}}, nil
		}),
		Intents: map[string]bot.Handler{"more": bot.HandlerFunc(func(context.Context, *bot.Event) (bot.Reply, error) {
			return bot.Update{Message: words("more of it")}, nil
		})},
		Tokens: tokens,
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A button of somebody else's private message, an old one and one that is made up explain themselves, to who pressed.
func TestButtonsExplainThemselves(t *testing.T) {
	var mu sync.Mutex
	now := time.Now()
	tokens := bot.NewTokens([][]byte{bytes.Repeat([]byte{7}, 32)}, time.Hour, func() time.Time { mu.Lock(); defer mu.Unlock(); return now })
	x := start(t, ModeHTTP, muxed(t, tokens), func(a *Adapter, d *Deps) {
		if a == nil {
			d.Tokens = tokens
		}
	})
	_, body := x.command("x")
	var answer struct {
		Blocks []struct{ Elements []struct{ Value string } }
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatal(err)
	}
	token := ""
	for _, b := range answer.Blocks {
		for _, e := range b.Elements {
			token = e.Value + token
		}
	}
	pressed := func(user, value string) slacktest.Message {
		t.Helper()
		n := len(x.slack.Messages())
		x.press(slacktest.Press{Value: value, Channel: "C1", User: user, MessageTS: "1764000000.000007", Ephemeral: true})
		return x.messages(n + 1)[n]
	}
	if m := pressed("U1", token); m.Text != "more of it" || !m.Replace {
		t.Errorf("%+v", m)
	}
	for _, c := range []struct{ user, token, want string }{
		{"U2", token, "somebody else's answer"}, {"U1", token[:len(token)-2] + "xx", "somebody else's answer"}, {"U1", "-", "nothing any more"},
	} {
		if m := pressed(c.user, c.token); m.Type != "ephemeral" || m.Replace || !strings.Contains(m.Text, c.want) {
			t.Errorf("%s: %+v", c.want, m)
		}
	}
	mu.Lock()
	now = now.Add(2 * time.Hour)
	mu.Unlock()
	if m := pressed("U1", token); !strings.Contains(m.Text, "expired") || m.Replace {
		t.Errorf("%+v", m)
	}
}

// What comes out of order, or about things that are gone, is taken and has no effect.
func TestOutOfOrder(t *testing.T) {
	h := &counting{}
	x := start(t, ModeHTTP, h)
	v := x.opens("U1")
	change := slacktest.Payload(x.slack.Change("U1", v, "Database", slacktest.Fill{"Database": {"true"}}))
	x.submit("U1", slacktest.Fill{"Name": {"refunds"}})
	for name, payload := range map[string][]byte{
		"a change after the submission": change,
		"a closed view":                 slacktest.Payload([]byte(`{"type":"view_closed","user":{"id":"U1","team_id":"T0HARBOR"},"team":{"id":"T0HARBOR"},"view":{"id":"V9","type":"modal"}}`)),
		"a modal of another page":       slacktest.Payload([]byte(`{"type":"view_submission","user":{"id":"U1","team_id":"T0HARBOR"},"team":{"id":"T0HARBOR"},"view":{"id":"V9","type":"modal","private_metadata":"{\"k\":\"none\",\"p\":99}"}}`)),
		"a press without a message":     slacktest.Payload([]byte(`{"type":"block_actions","user":{"id":"U1","team_id":"T0HARBOR"},"team":{"id":"T0HARBOR"},"channel":{"id":"C1"},"actions":[{"type":"overflow","action_id":"a0"}]}`)),
	} {
		if status, body := x.deliver("/slack/interactions", payload); status != 200 {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	x.stop()
	if h.of("bot.Changed") != 0 || h.of("bot.Submitted") != 1 || h.of("bot.Pressed") != 0 {
		t.Errorf("%v", h.n)
	}
}

// Many channels and pages are limited at once: every answer comes, once, and a method that is limited is left alone.
func TestRateLimitStorm(t *testing.T) {
	h := &counting{}
	x := start(t, ModeHTTP, h)
	const n = 40
	limited := slices.Repeat([]slacktest.Failure{{Status: 429, RetryAfter: 1}}, n)
	x.slack.Fail("chat.postMessage", limited...)
	x.slack.Fail("views.publish", slacktest.Failure{Status: 429, RetryAfter: 1})
	for i := range n {
		if status := x.event(fmt.Sprint("EvS", i), x.slack.Said("message", fmt.Sprint("D", i), "U1", "x")); status != 200 {
			t.Errorf("answered %d", status)
		}
		x.event(fmt.Sprint("EvH", i), map[string]any{"type": "app_home_opened", "user": fmt.Sprint("U", i), "channel": "D1", "tab": "home"})
	}
	got := map[string]int{}
	for _, m := range x.messages(n) {
		got[m.Channel]++
	}
	x.until("all pages", func() bool { return x.slack.Calls("views.publish") >= n })
	x.stop()
	if len(x.slack.Messages()) != n || len(got) != n {
		t.Errorf("%d messages in %d channels", len(x.slack.Messages()), len(got))
	}
	if calls := x.slack.Calls("views.publish"); calls > 2*n {
		t.Errorf("views.publish was called %d times for %d pages", calls, n)
	}
}

// Slack is down for ten minutes, a thousand times faster here: what people did before and meanwhile has its effect once,
// and every answer comes when Slack is back.
func TestDownForTenMinutes(t *testing.T) {
	for _, mode := range []string{ModeHTTP, ModeSocket} {
		t.Run(mode, func(t *testing.T) {
			h := &former{form: simple(), onSubmit: func(in bot.Submitted) bot.Reply { return bot.Say{Message: words("made " + in.Values["name"][0])} }}
			x := start(t, mode, h, func(a *Adapter, _ *Deps) {
				if a != nil {
					a.tune.sendFor = 20 * time.Second
				}
			})
			v := x.opens("U1")
			send := func(id, kind string, body []byte) {
				t.Helper()
				if mode == ModeHTTP {
					if status, _ := x.deliver("/slack/interactions", slacktest.Payload(body)); status != 200 {
						t.Errorf("answered %d", status)
					}
					return
				}
				x.until("a socket", func() bool { return len(x.slack.Sockets()) > 0 })
				if _, err := x.slack.Sockets()[0].Resend(t.Context(), id, kind, body, 0); err != nil {
					t.Error(err)
				}
			}
			submission := x.slack.Submission("U1", v, slacktest.Fill{"Name": {"refunds"}})
			if mode == ModeHTTP { // Slack's Web API is away, its callbacks come
				x.slack.Down(true)
				send("e1", "interactive", submission)
				send("e1", "interactive", submission)
				time.Sleep(600 * time.Millisecond)
				x.slack.Down(false)
			} else { // the socket dies with the envelope under way, which is repeated when there is a new one
				send("e1", "interactive", submission)
				x.slack.Down(true)
				time.Sleep(600 * time.Millisecond)
				x.slack.Down(false)
				send("e1", "interactive", submission)
			}
			x.until("the answer", func() bool {
				n := 0
				for _, m := range x.slack.Messages() {
					if strings.Contains(m.Text, "made refunds") {
						n++
					}
				}
				return n > 0
			})
			x.stop()
			answers := 0
			for _, m := range x.slack.Messages() {
				if strings.Contains(m.Text, "made refunds") {
					answers++
				}
			}
			if n := len(h.submissions()); n != 1 || answers != 1 {
				t.Errorf("%d effects, %d answers", n, answers)
			}
		})
	}
}
