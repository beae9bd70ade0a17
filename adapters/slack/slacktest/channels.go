package slacktest

import (
	"encoding/json"
	"net/http"
	"net/url"
)

// Channel is what Slack tells of a channel.
type Channel struct{ ID, Name, Topic string }

// AddChannel makes a channel known.
func (s *Server) AddChannel(c Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels[c.ID] = c
}

func (s *Server) channelInfo(w http.ResponseWriter, args url.Values) {
	s.mu.Lock()
	c, ok := s.channels[args.Get("channel")]
	s.mu.Unlock()
	if !ok {
		answer(w, map[string]any{"ok": false, "error": "channel_not_found"})
		return
	}
	answer(w, map[string]any{"ok": true, "channel": map[string]any{"id": c.ID, "name": c.Name, "is_channel": true, "topic": map[string]any{"value": c.Topic}}})
}

// history serves what was posted to a channel or below a message, the newest first, with its metadata.
func (s *Server) history(w http.ResponseWriter, args url.Values) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []any{}
	for i := len(s.messages) - 1; i >= 0; i-- {
		m := s.messages[i]
		if m.Method != "chat.postMessage" || m.Channel != args.Get("channel") || args.Has("ts") && m.Thread != args.Get("ts") {
			continue
		}
		one := map[string]any{"type": "message", "ts": m.TS, "text": m.Text, "user": BotUser}
		if args.Get("include_all_metadata") == "true" || args.Get("include_all_metadata") == "1" {
			one["metadata"] = json.RawMessage(orNull(m.Metadata))
		}
		out = append(out, one)
	}
	answer(w, map[string]any{"ok": true, "messages": out, "has_more": false})
}

func orNull(s string) string {
	if s == "" {
		return "null"
	}
	return s
}
