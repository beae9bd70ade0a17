package slack

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/slack/slacktest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

func TestSendingSurvives(t *testing.T) {
	for name, failures := range map[string][]slacktest.Failure{
		"a rate limit":      {{Status: 429, RetryAfter: 1, Code: "ratelimited"}},
		"server errors":     {{Status: 500}, {Status: 503}},
		"broken connection": {{Hang: true}, {Hang: true}},
	} {
		t.Run(name, func(t *testing.T) {
			x := start(t, ModeHTTP, echo())
			x.slack.Fail("chat.postMessage", failures...)
			x.slack.Fail("response_url", failures...)
			x.event("Ev1", x.slack.Said("message", "D1", "U1", "hi"))
			x.press(slacktest.Press{Value: "x", Channel: "C1", User: "U1", MessageTS: "1764000000.000001"})
			got := map[string]string{}
			for _, m := range x.messages(2) {
				got[m.Method] = m.Text
			}
			if got["chat.postMessage"] != "said: hi" || got["response_url"] != "updated: x" {
				t.Errorf("%v", got)
			}
		})
	}
}

// A channel that Slack makes wait holds up nothing but itself.
func TestOneChannelWaitsAlone(t *testing.T) {
	x := start(t, ModeHTTP, echo())
	x.slack.Fail("chat.postMessage", slacktest.Failure{Status: 429, RetryAfter: 2})
	x.event("Ev1", x.slack.Said("message", "D1", "U1", "first"))
	x.until("the limited call", func() bool { return x.slack.Calls("chat.postMessage") == 1 })
	x.event("Ev2", x.slack.Said("message", "D1", "U1", "second"))
	x.event("Ev3", x.slack.Said("message", "D2", "U2", "elsewhere"))
	var got []string
	for _, m := range x.messages(3) {
		got = append(got, strings.TrimPrefix(m.Text, "said: "))
	}
	if fmt.Sprint(got) != "[elsewhere first second]" {
		t.Errorf("%v", got)
	}
}

func TestRefusedMessagesAreDropped(t *testing.T) {
	x := start(t, ModeHTTP, echo())
	x.slack.Fail("chat.postMessage", slacktest.Failure{Code: "channel_not_found"})
	x.slack.Fail("response_url", slacktest.Failure{Status: 404, Code: "used_url"})
	x.event("Ev1", x.slack.Said("message", "D1", "U1", "lost"))
	x.press(slacktest.Press{Value: "lost", Channel: "C1", User: "U1", MessageTS: "1764000000.000001"})
	x.until("both calls", func() bool { return x.slack.Calls("chat.postMessage") == 1 && x.slack.Calls("response_url") == 1 })
	x.event("Ev2", x.slack.Said("message", "D1", "U1", "next"))
	if m := x.messages(1)[0]; m.Text != "said: next" {
		t.Errorf("%+v", m)
	}
}

func TestLongAnswers(t *testing.T) {
	long := card.Message{Lang: lang.English}
	for i := range 30 {
		long.Blocks = append(long.Blocks, card.Text{Spans: []card.Span{card.T(fmt.Sprintf("%d. ", i) + strings.Repeat("word ", 200))}})
	}
	h := bot.HandlerFunc(func(_ context.Context, ev *bot.Event) (bot.Reply, error) {
		return bot.Whisper{Message: long}, nil
	})
	x := start(t, ModeHTTP, h)
	parts := len(card.Fit(long, x.a.Limits()))
	if parts < 2 {
		t.Fatalf("the message fits into %d", parts)
	}
	if _, body := x.command("x"); !strings.Contains(body, "0. word") {
		t.Errorf("%.200s", body)
	}
	for _, m := range x.messages(parts) { // the body is recorded too
		if m.Type != "ephemeral" || m.Replace {
			t.Errorf("%+v", m)
		}
	}
	x.event("Ev1", x.slack.Said("message", "D1", "U1", "x"))
	for _, m := range x.messages(2 * parts)[parts:] {
		if m.Method != "chat.postMessage" {
			t.Errorf("%+v", m)
		}
	}
}

func TestPeopleAreFetchedBehind(t *testing.T) {
	zones := make(chan string, 10)
	h := bot.HandlerFunc(func(_ context.Context, ev *bot.Event) (bot.Reply, error) {
		zone := "none"
		if ev.Zone != nil {
			zone = ev.Zone.String()
		}
		zones <- fmt.Sprint(zone, " ", ev.Locale, " ", ev.Actor.Name)
		return nil, nil
	})
	x := start(t, ModeHTTP, h)
	x.slack.AddUser(slacktest.User{ID: "U1", Name: "mei", Zone: "Asia/Shanghai", Locale: "zh-CN"})
	x.slack.Fail("users.info", slacktest.Failure{Delay: 50 * time.Millisecond, Status: 500}, slacktest.Failure{Status: 429, RetryAfter: 1})
	x.command("x")
	if got := <-zones; got != "none en someone" {
		t.Errorf("the first question knows %q", got)
	}
	x.until("users.info", func() bool { return x.a.live.Load().people.lookup(slacktest.Team, "U1").name != "" })
	x.command("x")
	if got := <-zones; got != "Asia/Shanghai zh mei" {
		t.Errorf("the next question knows %q", got)
	}
	if n := x.slack.Calls("users.info"); n != 3 {
		t.Errorf("users.info was called %d times", n)
	}
}

func TestStatus(t *testing.T) {
	srv := slacktest.New()
	defer srv.Close()
	for _, tt := range []struct {
		cfg  Config
		want string
	}{
		{Config{SigningSecret: "s", APIURL: srv.APIURL()}, "slack.bot_token is not set"},
		{Config{BotToken: slacktest.BotToken, APIURL: srv.APIURL()}, "slack.signing_secret is not set"},
		{Config{Mode: ModeSocket, BotToken: slacktest.BotToken, APIURL: srv.APIURL()}, "slack.app_token is not set"},
		{Config{BotToken: "xoxb-wrong", SigningSecret: "s", APIURL: srv.APIURL()}, "invalid_auth"},
		{Config{BotToken: "x", SigningSecret: "s", APIURL: "http://127.0.0.1:1/"}, "refused"},
	} {
		var log bytes.Buffer // read once Run has ended
		a := New(tt.cfg, Deps{Tokens: plainTokens{}, Inbox: bot.NewMemoryInbox(1, time.Hour), Log: slog.New(slog.NewTextHandler(&log, nil))})
		a.tune.backoffMin, a.tune.backoffMax = time.Millisecond, time.Millisecond
		x := &harness{t: t, slack: srv, a: a}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- a.Run(ctx, echo()) }()
		x.until(tt.want, func() bool { text, ok := a.Status(); return !ok && strings.Contains(text, tt.want) })
		cancel()
		if err := <-done; err != nil {
			t.Errorf("%s: Run: %v", tt.want, err)
		}
		if said := log.String(); !strings.Contains(said, tt.want) || strings.Contains(said, "ok=true") {
			t.Errorf("%s: the log says\n%s", tt.want, said)
		}
	}
}

func TestPeopleCacheIsBounded(t *testing.T) {
	p := newPeople(nil, time.Now)
	for i := range maxPeople + 100 {
		p.lookup("T", fmt.Sprint(i))
	}
	if len(p.cache) != maxPeople || p.order.Len() != maxPeople {
		t.Errorf("%d and %d", len(p.cache), p.order.Len())
	}
}

func TestRecentIsBounded(t *testing.T) {
	r := newRecent(2)
	for _, k := range []string{"a", "b", "a", "c"} {
		r.add(k)
	}
	if !r.has("a") || r.has("b") || !r.has("c") {
		t.Errorf("%v", r.keys)
	}
}

func TestPacerForgetsTheQuiet(t *testing.T) {
	p := newPacer(1, 3)
	for i := range maxPaced + 10 {
		p.limiter(fmt.Sprint(i))
	}
	if len(p.channels) > maxPaced {
		t.Errorf("%d channels", len(p.channels))
	}
}

func TestMayRespond(t *testing.T) {
	for _, tt := range []struct {
		api, to string
		ok      bool
	}{
		{"https://slack.com/api/", "https://hooks.slack.com/actions/T1/2/3", true},
		{"https://slack.com/api/", "http://169.254.169.254/", false},
		{"http://127.0.0.1:3000/api/", "http://127.0.0.1:3000/r", true},
		{"https://slack.com/api/", "file:///etc/passwd", false},
		{"https://slack.com/api/", "", false},
		{"https://slack.com/api/", "https://", false},
	} {
		a := New(Config{APIURL: tt.api}, Deps{})
		if err := a.mayRespond(tt.to); (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.to, err)
		}
	}
}
