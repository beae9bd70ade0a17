package discordtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// Shown is a message as people see it in a channel, edited as it may have been.
type Shown struct {
	ID         string
	User       string // who alone sees it, "" when everybody does
	ReplyTo    string
	Text       string // everything readable in it, in order
	Buttons    []Press
	Components []Component
}

// Press is a button, or an entry of a menu.
type Press struct {
	Label  string
	ID     string // custom id
	Value  string // of a menu's entry
	Select bool
}

// Watch calls f with every new message, one at a time.
func (s *Server) Watch(f func(channel string, m Shown)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watch = f
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

// take decodes and checks a message.
func (s *Server) take(what string, raw []byte) (Body, Shown) {
	b, err := Parse(raw)
	if err != nil {
		s.problem("%s: %v", what, err)
	}
	for _, bad := range Check(b) {
		s.problem("%s: %s", what, bad)
	}
	m := Shown{Components: b.Components}
	var text strings.Builder
	read(b.Components, &text, &m.Buttons)
	m.Text = unescape(text.String())
	return b, m
}

// read gathers what can be read and pressed.
func read(all []Component, text *strings.Builder, buttons *[]Press) {
	for _, c := range all {
		if c.Content != "" {
			text.WriteString(c.Content + "\n")
		}
		read(c.Components, text, buttons)
		if c.Accessory != nil {
			read([]Component{*c.Accessory}, text, buttons)
		}
		switch c.Type {
		case Button:
			*buttons = append(*buttons, Press{Label: c.Label, ID: c.CustomID})
		case Select:
			for _, o := range c.Options {
				*buttons = append(*buttons, Press{Label: o.Label, ID: c.CustomID, Value: o.Value, Select: true})
			}
		}
	}
}

// unescape takes away backslashes before punctuation, as a reader does not see them.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && strings.IndexByte("\\*_~`|[]<>@#-+.:)", s[i+1]) >= 0 {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// add shows a message, with the lock held, and returns its id.
func (s *Server) add(channel string, m Shown) string {
	m.ID = s.id()
	s.rooms[channel] = append(s.rooms[channel], m)
	if s.watch != nil {
		s.watch(channel, m)
	}
	s.note()
	return m.ID
}

// change edits or, with nil, deletes a message, with the lock held. It reports whether it was there.
func (s *Server) change(channel, id string, to *Shown) bool {
	room := s.rooms[channel]
	i := slices.IndexFunc(room, func(m Shown) bool { return m.ID == id })
	if i < 0 {
		return false
	}
	if to == nil {
		s.rooms[channel] = slices.Delete(room, i, i+1)
	} else {
		to.ID, to.User, to.ReplyTo = room[i].ID, room[i].User, room[i].ReplyTo
		room[i] = *to
	}
	s.note()
	return true
}

func (s *Server) servePost(w http.ResponseWriter, r *http.Request) {
	b, m := s.take("post", body(r))
	if b.Flags&Ephemeral != 0 {
		s.problem("post: only interactions are answered privately")
	}
	if b.Reference != nil {
		m.ReplyTo = b.Reference.Message
	}
	s.mu.Lock()
	if code := s.closed(r.PathValue("channel")); code != 0 {
		s.mu.Unlock()
		refuse(w, statusOf(code), code)
		return
	}
	id, known := s.nonces[b.Nonce]
	if b.Nonce == "" || !b.Enforce || !known {
		id = s.add(r.PathValue("channel"), m)
		s.nonces[b.Nonce] = id
	}
	s.mu.Unlock()
	answer(w, map[string]string{"id": id})
}

func (s *Server) serveUpdate(w http.ResponseWriter, r *http.Request) {
	_, m := s.take("update", body(r))
	s.mu.Lock()
	ok := s.change(r.PathValue("channel"), r.PathValue("message"), &m)
	s.mu.Unlock()
	if !ok {
		refuse(w, http.StatusNotFound, 10008)
		return
	}
	answer(w, map[string]string{"id": r.PathValue("message")})
}

func body(r *http.Request) json.RawMessage {
	var raw json.RawMessage
	json.NewDecoder(r.Body).Decode(&raw)
	return raw
}
