package slacktest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Command is a slash command that somebody types.
type Command struct{ Command, Text, Channel, ChannelName, User string }

// Press is a button or menu entry that somebody chooses.
type Press struct {
	Value     string
	Menu      bool // the value is a menu's
	Channel   string
	User      string
	MessageTS string
	Thread    string
	Ephemeral bool
	Trigger   string // its own for each press; empty: a new one
}

// responseURL makes a response_url for what a user did in a channel, on a message or none.
func (s *Server) responseURL(channel, user, on string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	id := fmt.Sprintf("r%d", s.next)
	s.responses[id] = &response{channel: channel, user: user, on: on}
	return s.http.URL + "/respond/" + id
}

// Fields are the members of a slash command's payload.
func (s *Server) Fields(c Command) map[string]string {
	if c.ChannelName == "" {
		c.ChannelName = "general"
	}
	return map[string]string{
		"token": "legacy", "team_id": Team, "team_domain": "harborlane", "channel_id": c.Channel, "channel_name": c.ChannelName,
		"user_id": c.User, "user_name": "someone", "command": c.Command, "text": c.Text, "api_app_id": "A0APP",
		"is_enterprise_install": "false", "response_url": s.responseURL(c.Channel, c.User, ""), "trigger_id": s.Trigger(c.User),
	}
}

// Form is the body of a slash command.
func (s *Server) Form(c Command) []byte {
	form := url.Values{}
	for k, v := range s.Fields(c) {
		form.Set(k, v)
	}
	return []byte(form.Encode())
}

// Interaction is the payload of a press.
func (s *Server) Interaction(p Press) []byte {
	if p.Trigger == "" {
		p.Trigger = s.Trigger(p.User)
	}
	action := map[string]any{"type": "button", "action_id": "a0", "block_id": "b", "value": p.Value, "action_ts": s.ts()}
	if p.Menu {
		action = map[string]any{
			"type": "static_select", "action_id": "a0", "block_id": "b", "action_ts": s.ts(),
			"selected_option": map[string]any{"text": map[string]any{"type": "plain_text", "text": "x"}, "value": p.Value},
		}
	}
	container := map[string]any{"type": "message", "message_ts": p.MessageTS, "channel_id": p.Channel, "is_ephemeral": p.Ephemeral}
	payload := map[string]any{
		"type": "block_actions", "api_app_id": "A0APP", "token": "legacy", "trigger_id": p.Trigger,
		"team": map[string]any{"id": Team, "domain": "harborlane"}, "enterprise": nil, "is_enterprise_install": false,
		"user":    map[string]any{"id": p.User, "username": "someone", "name": "someone", "team_id": Team},
		"channel": map[string]any{"id": p.Channel, "name": "general"}, "container": container,
		"response_url": s.responseURL(p.Channel, p.User, p.MessageTS), "actions": []any{action},
	}
	if !p.Ephemeral {
		msg := map[string]any{"type": "message", "ts": p.MessageTS, "user": BotUser}
		if p.Thread != "" {
			msg["thread_ts"] = p.Thread
			container["thread_ts"] = p.Thread
		}
		payload["message"] = msg
	}
	return encode(payload)
}

// Event is the body of an Events API delivery around an event's members, to which type, ts and channel belong.
func (s *Server) Event(id string, event map[string]any) []byte {
	return encode(map[string]any{
		"token": "legacy", "team_id": Team, "api_app_id": "A0APP", "type": "event_callback", "event_id": id, "event_time": 1764000000,
		"event": event, "is_ext_shared_channel": false,
		"authorizations": []any{map[string]any{"enterprise_id": nil, "team_id": Team, "user_id": BotUser, "is_bot": true, "is_enterprise_install": false}},
	})
}

// Said are the members of a message event of a person. Type is app_mention or message.
func (s *Server) Said(kind, channel, user, text string) map[string]any {
	m := map[string]any{"type": kind, "channel": channel, "user": user, "text": text, "ts": s.ts(), "client_msg_id": "c", "team": Team, "blocks": []any{}}
	if kind == "message" {
		m["channel_type"] = "channel"
		if channel[0] == 'D' {
			m["channel_type"] = "im"
		}
	}
	return m
}

func encode(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // maps of strings always encode
	}
	return raw
}

// Payload wraps an interaction as the form in which it is posted.
func Payload(interaction []byte) []byte {
	return []byte(url.Values{"payload": {string(interaction)}}.Encode())
}

// Sign returns the signature of a body at a time with a secret.
func Sign(secret, timestamp string, body []byte) string {
	m := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(m, "v0:%s:", timestamp)
	m.Write(body)
	return "v0=" + hex.EncodeToString(m.Sum(nil))
}

// Request makes the signed request that delivers a body to a callback.
func Request(ctx context.Context, to string, body []byte, at time.Time) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	kind := "application/x-www-form-urlencoded"
	if len(body) > 0 && body[0] == '{' {
		kind = "application/json"
	}
	ts := strconv.FormatInt(at.Unix(), 10)
	req.Header.Set("Content-Type", kind)
	req.Header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	req.Header.Set("X-Slack-Request-Timestamp", ts)
	req.Header.Set("X-Slack-Signature", Sign(Secret, ts, body))
	return req, nil
}

// Send sends a request and returns the status and body of the answer. It shares no connection with others: the end of any
// httptest.Server closes those of http.DefaultClient, also in the middle of what a test beside this one sends.
func Send(req *http.Request) (int, []byte, error) {
	client := http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	return resp.StatusCode, got, err
}

// Deliver posts a signed body to a callback now and returns the status and body of the acknowledgement. One that
// takes more than Slack's three seconds, or a message beyond the limits in it, is a problem.
func (s *Server) Deliver(ctx context.Context, to string, body []byte) (int, []byte, error) {
	req, err := Request(ctx, to, body, time.Now())
	if err != nil {
		return 0, nil, err
	}
	start := time.Now()
	status, got, err := Send(req)
	if took := time.Since(start); took > 3*time.Second {
		s.problem("the acknowledgement took %v", took)
	}
	if err == nil && status == http.StatusOK && len(got) > 0 && bytes.Contains(got, []byte(`"response_type"`)) {
		m, err := ParseResponse(bytes.NewReader(got))
		if err != nil {
			return 0, nil, err
		}
		form, _ := url.ParseQuery(string(body))
		s.answered(m, form.Get("response_url"))
	}
	return status, got, err
}

// ParseResponse reads a message as it stands in an acknowledgement or is posted to a response_url.
func ParseResponse(r io.Reader) (Message, error) {
	var in struct {
		Type      string          `json:"response_type"`
		Replace   bool            `json:"replace_original"`
		Delete    bool            `json:"delete_original"`
		Thread    string          `json:"thread_ts"`
		Text      string          `json:"text"`
		Blocks    json.RawMessage `json:"blocks"`
		LinkNames bool            `json:"link_names"`
		Links     bool            `json:"unfurl_links"`
		Media     bool            `json:"unfurl_media"`
	}
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		return Message{}, fmt.Errorf("response: %w", err)
	}
	if in.Type != "ephemeral" && in.Type != "in_channel" {
		return Message{}, fmt.Errorf("response_type is %q", in.Type)
	}
	return Message{Type: in.Type, Replace: in.Replace, Thread: in.Thread, Text: in.Text, Blocks: in.Blocks, LinkNames: in.LinkNames, Unfurls: in.Links || in.Media}, nil
}

// answered records a message in the acknowledgement of a slash command.
func (s *Server) answered(m Message, responseURL string) {
	m.Method = "response"
	s.mu.Lock()
	to, ok := s.responses[responseURL[strings.LastIndexByte(responseURL, '/')+1:]]
	s.mu.Unlock()
	if !ok {
		s.problem("an answer to no command of ours")
		return
	}
	s.respond(m, to)
}
