package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/slack/slacktest"
	"github.com/backchannel-portal/backchannel/bot"
)

func TestSignatures(t *testing.T) {
	asked := 0
	h := bot.HandlerFunc(func(context.Context, *bot.Event) (bot.Reply, error) { asked++; return nil, nil })
	x := start(t, ModeHTTP, h)
	body := x.slack.Form(slacktest.Command{Command: "/backchannel", Text: "x", Channel: "C1", User: "U1"})
	for name, change := range map[string]func(*http.Request){
		"forged":       func(r *http.Request) { r.Header.Set("X-Slack-Signature", "v0="+strings.Repeat("0", 64)) },
		"unsigned":     func(r *http.Request) { r.Header.Del("X-Slack-Signature") },
		"no timestamp": func(r *http.Request) { r.Header.Del("X-Slack-Request-Timestamp") },
		"other body":   func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("payload={")); r.ContentLength = 9 },
	} {
		for _, path := range []string{"/slack/commands", "/slack/interactions", "/slack/events"} {
			req, err := slacktest.Request(t.Context(), x.url+path, body, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			change(req)
			if got := statusOf(t, req); got != 401 {
				t.Errorf("%s at %s: %d", name, path, got)
			}
		}
	}
	for _, age := range []time.Duration{-400 * time.Second, 400 * time.Second} {
		req, _ := slacktest.Request(t.Context(), x.url+"/slack/commands", body, time.Now().Add(age))
		if got := statusOf(t, req); got != 401 {
			t.Errorf("at an age of %v: %d", age, got)
		}
	}
	if asked != 0 {
		t.Errorf("the handler was asked %d times", asked)
	}
}

func statusOf(t *testing.T, req *http.Request) int {
	t.Helper()
	status, _, err := slacktest.Send(req)
	if err != nil {
		t.Fatal(err)
	}
	return status
}

func TestMalformedPayloads(t *testing.T) {
	x := start(t, ModeHTTP, echo())
	for _, tt := range []struct {
		path, body string
		want       int
	}{
		{"/slack/commands", "", 400},
		{"/slack/commands", "ssl_check=1&token=x", 200},
		{"/slack/commands", "command=%2Fx&team_id=T", 400},
		{"/slack/commands", `{"command":"/x"}`, 400},
		{"/slack/interactions", "", 400},
		{"/slack/interactions", "payload=", 400},
		{"/slack/interactions", "payload=%5B%5D", 400},
		{"/slack/interactions", "payload=" + `{"type":"block_actions","actions":"x"}`, 400},
		{"/slack/interactions", "payload=" + `{"type":"view_submission"}`, 400},
		{"/slack/options", "payload=" + `{"type":"block_suggestion"}`, 400},
		{"/slack/options", "payload=" + `{"type":"block_suggestion","user":{"id":"U","team_id":"T"}}`, 200},
		{"/slack/interactions", "payload=" + `{"type":"view_closed"}`, 200},
		{"/slack/events", "", 400},
		{"/slack/events", "null", 400},
		{"/slack/events", "ssl_check=1", 200},
		{"/slack/events", "payload=" + `{"type":"view_submission"}`, 400},
		{"/slack/events", `{"type":5}`, 400},
		{"/slack/events", `{"type":"event_callback"}`, 400},
		{"/slack/events", `{"type":"event_callback","event":{"type":"app_mention","user":{"id":1}}}`, 400},
		{"/slack/events", `{"type":"event_callback","event":{"type":"app_mention"}}`, 400},
		{"/slack/events", `{"type":"event_callback","event":{"type":"tokens_revoked","tokens":{}}}`, 400},
		{"/slack/events", `{"type":"event_callback","team_id":"T","event_id":"E","event":{"type":"tokens_revoked","tokens":{}}}`, 200},
		{"/slack/events", `{"type":"event_callback","event":{"type":"team_join","user":{"id":1}}}`, 200},
		{"/slack/events", `{"type":"app_rate_limited","team_id":"T"}`, 200},
		{"/slack/events", `{"type":"url_verification","challenge":"c<>\"d"}`, 200},
	} {
		status, body := x.deliver(tt.path, []byte(tt.body))
		if status != tt.want {
			t.Errorf("%s %s: %d %s", tt.path, tt.body, status, body)
		}
		if strings.Contains(tt.body, "challenge") {
			var got struct{ Challenge string }
			if json.Unmarshal([]byte(body), &got) != nil || got.Challenge != `c<>"d` {
				t.Errorf("challenge: %s", body)
			}
		}
	}
	if status, _ := x.deliver("/slack/events", bytes.Repeat([]byte(" "), maxBody+1)); status != 413 {
		t.Errorf("too large: %d", status)
	}
	if status, _ := x.command(strings.Repeat("长", 40_000)); status != 200 {
		t.Errorf("40,000 characters: %d", status)
	}
}

func TestBeforeRun(t *testing.T) {
	a := New(Config{SigningSecret: slacktest.Secret}, Deps{Tokens: plainTokens{}, Inbox: bot.NewMemoryInbox(1, time.Hour)})
	if _, ok := a.Status(); ok || a.Name() != "slack" || a.Limits().Blocks == 0 {
		t.Error("a new adapter is not as it should be")
	}
	w := httptest.NewRecorder()
	a.Routes()[0].Handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/slack/commands", nil))
	if w.Code != 503 {
		t.Errorf("status %d", w.Code)
	}
	if r := New(Config{Mode: ModeSocket}, Deps{}).Routes(); len(r) != 0 {
		t.Errorf("routes in Socket Mode: %v", r)
	}
}

// deafInbox does not know.
type deafInbox struct{}

func (deafInbox) Put(context.Context, string, time.Time) (bool, error) {
	return false, errors.New("no database")
}

func TestInboxDown(t *testing.T) {
	x := start(t, ModeHTTP, echo(), func(_ *Adapter, d *Deps) { d.Inbox = deafInbox{} })
	if status := x.event("Ev1", x.slack.Said("message", "D1", "U1", "x")); status != 503 {
		t.Errorf("an event that is not kept is acknowledged: %d", status)
	}
	if status, _ := x.command("x"); status != 200 {
		t.Errorf("a question needs no inbox: %d", status)
	}
}
