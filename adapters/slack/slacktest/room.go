package slacktest

import (
	"encoding/json"
	"slices"
	"strings"
)

// Shown is a message as people see it in a channel, edited as it may have been.
type Shown struct {
	TS      string
	Thread  string
	User    string // who alone sees it, "" when everybody does
	Text    string // everything readable in it, in order
	Buttons []Button
}

// Button is a button, or an entry of a menu.
type Button struct {
	Label  string
	Value  string
	Menu   bool
	Search bool // a menu of suggestions; Value is its action_id
}

// Shown returns the messages of the app that a user sees in a channel, oldest first.
func (s *Server) Shown(user, channel string) []Shown {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Shown
	for _, m := range s.rooms[channel] {
		if m.User == "" || m.User == user {
			out = append(out, m)
		}
	}
	return out
}

// public reports whether a message is there and everybody sees it.
func (s *Server) public(channel, ts string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.rooms[channel], func(m Shown) bool { return m.TS == ts && m.User == "" })
}

// apply shows a message in its channel, with the lock held. On is the message that a response may replace.
func (s *Server) apply(m Message, on *string) {
	text, buttons := readable(m)
	shown := Shown{TS: m.TS, Thread: m.Thread, User: m.User, Text: text, Buttons: buttons}
	room := s.rooms[m.Channel]
	at := func(ts string) int { return slices.IndexFunc(room, func(o Shown) bool { return o.TS == ts }) }
	switch {
	case m.Method == "chat.update" || m.Replace && on != nil && *on != "":
		if on != nil {
			shown.TS = *on
		}
		if i := at(shown.TS); i >= 0 {
			shown.User, shown.Thread = room[i].User, room[i].Thread
			room[i] = shown
		}
	case m.Method == "chat.delete":
		room = slices.DeleteFunc(room, func(o Shown) bool { return o.TS == m.TS })
	default:
		room = append(room, shown)
		if on != nil && *on == "" && m.User != "" {
			*on = shown.TS // of a slash command: later responses may replace it
		}
	}
	s.rooms[m.Channel] = room
}

// readable returns what can be read in a message, and pressed.
func readable(m Message) (string, []Button) {
	var blocks []any
	if json.Unmarshal(m.Blocks, &blocks) != nil || len(blocks) == 0 {
		return unescape(m.Text), nil
	}
	w := &walker{}
	w.walk(blocks)
	return w.text.String(), w.buttons
}

type walker struct {
	text    strings.Builder
	buttons []Button
}

func (w *walker) walk(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			w.walk(e)
		}
	case map[string]any:
		w.object(v)
	}
}

func (w *walker) object(o map[string]any) {
	kind, _ := o["type"].(string)
	switch kind {
	case "button":
		value, _ := o["value"].(string)
		w.buttons = append(w.buttons, Button{Label: label(o["text"]), Value: value})
		return
	case "external_select":
		id, _ := o["action_id"].(string)
		w.buttons = append(w.buttons, Button{Label: label(o["placeholder"]), Value: id, Search: true})
		return
	case "static_select", "overflow":
		options, _ := o["options"].([]any)
		for _, e := range options {
			opt, _ := e.(map[string]any)
			value, _ := opt["value"].(string)
			w.buttons = append(w.buttons, Button{Label: label(opt["text"]), Value: value, Menu: true})
		}
		return
	}
	if text, ok := o["text"].(string); ok {
		if kind == "mrkdwn" {
			text = unescape(text)
		}
		w.text.WriteString(text)
	}
	for _, k := range []string{"title", "alt_text"} {
		if text, ok := o[k].(string); ok {
			w.text.WriteString(text + "\n")
		}
	}
	for _, k := range []string{"text", "title", "label", "hint", "fields", "rows", "elements"} {
		w.walk(o[k])
	}
	if strings.HasPrefix(kind, "rich_text") || kind == "context" || kind == "section" || kind == "raw_text" {
		w.text.WriteByte('\n')
	}
}

func label(v any) string {
	o, _ := v.(map[string]any)
	s, _ := o["text"].(string)
	return s
}

func unescape(s string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
}
