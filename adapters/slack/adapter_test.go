package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/backchannel-portal/backchannel/adapters/slack/slacktest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// harness is an adapter between a handler and a fake Slack.
type harness struct {
	t     *testing.T
	slack *slacktest.Server
	a     *Adapter
	url   string // of the callbacks
	stop  func()
}

// patience is how long a test waits for what should happen soon.
const patience = 20 * time.Second

// start runs an adapter until the test ends, then checks that Slack had nothing to complain about and that nothing
// is left running.
func start(t *testing.T, mode string, h bot.Handler, change ...func(*Adapter, *Deps)) *harness {
	t.Helper()
	leaks := goleak.IgnoreCurrent()
	srv := slacktest.New()
	log := &syncBuffer{}
	deps := Deps{Tokens: plainTokens{}, Inbox: bot.NewMemoryInbox(1000, time.Hour), Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})), Jitter: func() float64 { return 0 }}
	for _, c := range change {
		c(nil, &deps)
	}
	a := New(Config{Mode: mode, BotToken: slacktest.BotToken, AppToken: slacktest.AppToken, SigningSecret: slacktest.Secret, APIURL: srv.APIURL(), Features: Features()}, deps)
	a.tune.backoffMin, a.tune.backoffMax, a.tune.perSecond = 10*time.Millisecond, 100*time.Millisecond, 1000
	for _, c := range change {
		c(a, &deps)
	}
	a.tenants = newTenants(a) // with the times of the test
	mux := http.NewServeMux()
	for _, r := range a.Routes() {
		mux.Handle(r.Method+" "+r.Path, r.Handler)
	}
	web := httptest.NewServer(mux)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx, h) }()
	x := &harness{t: t, slack: srv, a: a, url: web.URL}
	for end := time.Now().Add(patience); a.live.Load() == nil && time.Now().Before(end); time.Sleep(time.Millisecond) {
	}
	var once sync.Once
	x.stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				t.Errorf("Run: %v", err)
			}
		})
	}
	t.Cleanup(func() {
		x.stop()
		web.Close()
		for _, p := range srv.Problems() {
			t.Errorf("Slack says: %s", p)
		}
		srv.Close()
		goleak.VerifyNone(t, leaks)
		if t.Failed() {
			t.Log(log.String())
		}
	})
	x.until("ready", func() bool { _, ok := a.Status(); return ok && a.live.Load() != nil })
	return x
}

// syncBuffer is a buffer that goroutines may share.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// until waits for a condition.
func (x *harness) until(what string, cond func() bool) {
	x.t.Helper()
	for end := time.Now().Add(patience); !cond(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			text, _ := x.a.Status()
			x.t.Fatalf("waited in vain for %s; status: %s; messages: %+v", what, text, x.slack.Messages())
		}
	}
}

// messages waits for n messages and returns all.
func (x *harness) messages(n int) []slacktest.Message {
	x.t.Helper()
	x.until("messages", func() bool { return len(x.slack.Messages()) >= n })
	return x.slack.Messages()
}

// deliver posts a signed body and returns status and body.
func (x *harness) deliver(path string, body []byte) (int, string) {
	x.t.Helper()
	status, got, err := x.slack.Deliver(x.t.Context(), x.url+path, body)
	if err != nil {
		x.t.Fatal(err)
	}
	return status, string(got)
}

func (x *harness) command(text string) (int, string) {
	x.t.Helper()
	return x.deliver("/slack/commands", x.slack.Form(slacktest.Command{Command: "/backchannel", Text: text, Channel: "C1", User: "U1"}))
}

func (x *harness) event(id string, event map[string]any) int {
	x.t.Helper()
	status, _ := x.deliver("/slack/events", x.slack.Event(id, event))
	return status
}

func (x *harness) press(p slacktest.Press) int {
	x.t.Helper()
	status, _ := x.deliver("/slack/interactions", slacktest.Payload(x.slack.Interaction(p)))
	return status
}

// words is a message of one sentence.
func words(s string) card.Message {
	return card.Message{Lang: lang.English, Blocks: []card.Block{card.Text{Spans: []card.Span{card.T(s)}}}}
}

// echo answers with what it was asked; presses have meanings of their own.
func echo() bot.Handler {
	return bot.HandlerFunc(func(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
		switch in := ev.Input.(type) {
		case bot.Invoked:
			return bot.Whisper{Message: words("invoked: " + in.Args)}, nil
		case bot.Said:
			if in.Text == "privately" {
				return bot.Whisper{Message: words("whispered")}, nil
			}
			return bot.Say{Message: words("said: " + in.Text)}, nil
		case bot.Pressed:
			switch in.Token {
			case "share":
				return bot.Share{Message: words("shared"), Done: words("it is shared")}, nil
			case "say":
				return bot.Say{Message: words("a new message")}, nil
			case "whisper":
				return bot.Whisper{Message: words("only you")}, nil
			case "nothing":
				return bot.Nothing{}, nil
			}
			return bot.Update{Message: words("updated: " + in.Token)}, nil
		}
		return nil, errors.New("unknown input")
	})
}

func TestCommandInTheBody(t *testing.T) {
	x := start(t, ModeHTTP, echo())
	status, body := x.command("who owns *checkout*?")
	if status != 200 || !strings.Contains(body, `"response_type":"ephemeral"`) || !strings.Contains(body, `"text":"invoked: who owns *checkout*?"`) {
		t.Errorf("%d %s", status, body)
	}
	if !json.Valid([]byte(body)) {
		t.Errorf("no JSON: %s", body)
	}
	if status, again := x.command("who owns *checkout*?"); status != 200 || again != body {
		t.Errorf("an equal question is answered too: %d %s", status, again)
	}
}

// working is a handler whose work waits for release.
func working(release chan struct{}, done bot.Reply) bot.Handler {
	return bot.HandlerFunc(func(context.Context, *bot.Event) (bot.Reply, error) {
		return bot.Work{Note: words("working"), Run: func(context.Context) (bot.Reply, error) {
			<-release
			return done, nil
		}}, nil
	})
}

func grace(d time.Duration) func(*Adapter, *Deps) {
	return func(a *Adapter, _ *Deps) {
		if a != nil {
			a.tune.grace = d
		}
	}
}

func TestWorkOfACommand(t *testing.T) {
	release := make(chan struct{})
	x := start(t, ModeHTTP, working(release, bot.Whisper{Message: words("done")}), grace(0))
	if status, body := x.command("x"); status != 200 || body != "" {
		t.Errorf("%d %s", status, body)
	}
	if m := x.messages(1)[0]; m.Text != "working" || m.Type != "ephemeral" {
		t.Errorf("%+v", m)
	}
	close(release)
	if m := x.messages(2)[1]; m.Text != "done" || !m.Replace {
		t.Errorf("%+v", m)
	}
}

func TestQuickWorkShowsNoNote(t *testing.T) {
	release := make(chan struct{})
	close(release)
	x := start(t, ModeHTTP, working(release, bot.Say{Message: words("done")}), grace(time.Hour))
	x.event("Ev1", x.slack.Said("app_mention", "C1", "U1", "x"))
	if m := x.messages(1)[0]; m.Text != "done" || m.Method != "chat.postMessage" {
		t.Errorf("%+v", m)
	}
}

func TestWorkOfAMention(t *testing.T) {
	for _, tt := range []struct {
		done bot.Reply
		want []string
	}{
		{bot.Say{Message: words("done")}, []string{"chat.postMessage", "chat.update"}},
		{bot.Whisper{Message: words("done")}, []string{"chat.postMessage", "chat.delete", "chat.postEphemeral"}},
	} {
		release := make(chan struct{})
		x := start(t, ModeHTTP, working(release, tt.done), grace(0))
		x.event("Ev1", x.slack.Said("app_mention", "C1", "U1", "x"))
		x.messages(1)
		close(release)
		var got []string
		for _, m := range x.messages(len(tt.want)) {
			got = append(got, m.Method)
		}
		if strings.Join(got, " ") != strings.Join(tt.want, " ") {
			t.Errorf("%T: %v, want %v", tt.done, got, tt.want)
		}
		x.stop()
	}
}

func TestMentionsAndDirectMessages(t *testing.T) {
	x := start(t, ModeHTTP, echo())
	mention := x.slack.Said("app_mention", "C1", "U1", "<@U0BOT> who owns checkout?")
	if status := x.event("Ev1", mention); status != 200 {
		t.Errorf("status %d", status)
	}
	m := x.messages(1)[0]
	if m.Method != "chat.postMessage" || m.Thread != mention["ts"] || m.Text != "said: who owns checkout?" || m.LinkNames || m.Unfurls {
		t.Errorf("%+v", m)
	}
	x.event("Ev2", x.slack.Said("message", "D1", "U1", "hello"))
	if m := x.messages(2)[1]; m.Channel != "D1" || m.Thread != "" || m.Text != "said: hello" {
		t.Errorf("%+v", m)
	}
	x.event("Ev3", x.slack.Said("app_mention", "C1", "U1", "<@U0BOT> privately"))
	if m := x.messages(3)[2]; m.Method != "chat.postEphemeral" || m.User != "U1" || m.Thread == "" {
		t.Errorf("%+v", m)
	}
	reply := x.slack.Said("message", "C1", "U2", "and its docs?")
	reply["thread_ts"] = mention["ts"]
	x.event("Ev4", reply)
	if m := x.messages(4)[3]; m.Thread != mention["ts"] || m.Text != "said: and its docs?" {
		t.Errorf("%+v", m)
	}
}

func TestRepeatedDeliveries(t *testing.T) {
	x := start(t, ModeHTTP, echo())
	ev := x.slack.Event("Ev1", x.slack.Said("message", "D1", "U1", "once"))
	press := slacktest.Payload(x.slack.Interaction(slacktest.Press{Value: "t", Channel: "C1", User: "U1", MessageTS: "1764000000.000001"}))
	for range 3 {
		if status, _ := x.deliver("/slack/events", ev); status != 200 {
			t.Errorf("status %d", status)
		}
		if status, _ := x.deliver("/slack/interactions", press); status != 200 {
			t.Errorf("status %d", status)
		}
	}
	x.messages(2)
	x.stop()
	if got := x.slack.Messages(); len(got) != 2 {
		t.Errorf("%+v", got)
	}
}

func TestPressReplies(t *testing.T) {
	x := start(t, ModeHTTP, echo())
	public := slacktest.Press{Channel: "C1", User: "U1", MessageTS: "1764000000.000001", Thread: "1764000000.000000"}
	private := slacktest.Press{Channel: "C1", User: "U1", MessageTS: "1764000000.000002", Ephemeral: true}
	n := 0
	for _, tt := range []struct {
		press slacktest.Press
		value string
		want  []slacktest.Message
	}{
		{public, "x", []slacktest.Message{{Method: "response_url", Type: "in_channel", Replace: true, Text: "updated: x"}}},
		{private, "x", []slacktest.Message{{Method: "response_url", Type: "ephemeral", Replace: true, Text: "updated: x"}}},
		{private, "share", []slacktest.Message{
			{Method: "response_url", Type: "in_channel", Text: "shared"},
			{Method: "response_url", Type: "ephemeral", Replace: true, Text: "it is shared"},
		}},
		{public, "say", []slacktest.Message{{Method: "chat.postMessage", Text: "a new message"}}},
		{private, "say", []slacktest.Message{{Method: "response_url", Type: "ephemeral", Text: "a new message"}}},
		{public, "whisper", []slacktest.Message{{Method: "response_url", Type: "ephemeral", Text: "only you"}}},
	} {
		tt.press.Value = tt.value
		if status := x.press(tt.press); status != 200 {
			t.Errorf("%s: status %d", tt.value, status)
		}
		got := x.messages(n + len(tt.want))[n:]
		n += len(tt.want)
		for i, m := range got {
			w := tt.want[i]
			if m.Method != w.Method || m.Type != w.Type || m.Replace != w.Replace || m.Text != w.Text || m.Channel != "C1" || !m.Replace && m.Thread != tt.press.Thread {
				t.Errorf("%s %d: got %+v, want %+v", tt.value, i, m, w)
			}
		}
	}
	public.Value = "nothing"
	x.press(public)
}

func TestConversationsAreHandledInOrder(t *testing.T) {
	var mu sync.Mutex
	var got []string
	h := bot.HandlerFunc(func(_ context.Context, ev *bot.Event) (bot.Reply, error) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, ev.Input.(bot.Said).Text)
		return nil, nil
	})
	x := start(t, ModeHTTP, h)
	const want = "abcdefghijklmnopqrstuvwxyz"
	for _, c := range want {
		x.event("Ev"+string(c), x.slack.Said("message", "D1", "U1", string(c)))
	}
	x.stop()
	if strings.Join(got, "") != want {
		t.Errorf("got %v", got)
	}
}
