package discordtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Socket is one connection to the gateway.
type Socket struct {
	s    *Server
	conn *websocket.Conn
	hist *history

	mu     sync.Mutex // of writes
	silent bool       // answers nothing any more, and is not closed
}

// history is a session: what was sent, for those who resume.
type history struct {
	id    string
	sent  []json.RawMessage // payloads of dispatches, in order of their sequence
	empty bool              // the session is invalid
}

// Sockets returns the connections that have identified or resumed and are open.
func (s *Server) Sockets() []*Socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sockets)
}

func (s *Server) serveGateway(w http.ResponseWriter, _ *http.Request) {
	answer(w, map[string]string{"url": "ws" + strings.TrimPrefix(s.http.URL, "http") + "/socket"})
}

func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	down := s.down
	s.mu.Unlock()
	if down {
		http.Error(w, "away", http.StatusServiceUnavailable)
		return
	}
	up := websocket.Upgrader{}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	s.wg.Add(1)
	defer s.wg.Done()
	defer conn.Close()
	c := &Socket{s: s, conn: conn}
	c.write(map[string]any{"op": 10, "d": map[string]any{"heartbeat_interval": s.Heartbeat.Milliseconds()}})
	for {
		var p struct {
			Op int             `json:"op"`
			D  json.RawMessage `json:"d"`
		}
		if err := conn.ReadJSON(&p); err != nil {
			s.forget(c)
			return
		}
		if !c.handle(p.Op, p.D) {
			s.forget(c)
			return
		}
	}
}

// handle takes what the app sends and reports whether the connection goes on.
func (c *Socket) handle(op int, d json.RawMessage) bool {
	c.mu.Lock()
	silent := c.silent
	c.mu.Unlock()
	if silent {
		return true
	}
	switch op {
	case 1:
		c.write(map[string]any{"op": 11})
	case 2:
		return c.identify(d)
	case 6:
		c.resume(d)
	default:
		c.s.problem("gateway: an opcode %d", op)
	}
	return true
}

func (c *Socket) identify(d json.RawMessage) bool {
	var p struct {
		Token   string `json:"token"`
		Intents int    `json:"intents"`
	}
	json.Unmarshal(d, &p)
	c.s.mu.Lock()
	c.s.calls["identify"]++
	c.s.mu.Unlock()
	if p.Token != "Bot "+Token {
		c.Close(4004)
		return false
	}
	if p.Intents&(1<<15|1<<8|1<<1) != 0 {
		c.s.problem("gateway: privileged intents %d", p.Intents)
	}
	c.s.mu.Lock()
	c.hist = &history{id: "session" + c.s.id()}
	c.s.sessions[c.hist.id] = c.hist
	guilds := []any{}
	for _, id := range c.s.guilds {
		guilds = append(guilds, map[string]any{"id": id, "unavailable": true})
	}
	refuse := c.s.refuse
	c.s.mu.Unlock()
	if refuse != 0 {
		c.Close(refuse)
		return false
	}
	c.dispatch("READY", map[string]any{
		"v": 9, "user": map[string]any{"id": BotUser, "username": "backchannel", "bot": true}, "session_id": c.hist.id,
		"guilds": guilds, "resume_gateway_url": "wss://resume.invalid", "application": map[string]any{"id": App, "flags": 0},
	})
	c.s.ready(c)
	return true
}

func (c *Socket) resume(d json.RawMessage) {
	var p struct {
		ID  string `json:"session_id"`
		Seq int    `json:"seq"`
	}
	json.Unmarshal(d, &p)
	c.s.mu.Lock()
	c.s.calls["resume"]++
	h := c.s.sessions[p.ID]
	c.s.mu.Unlock()
	if h == nil || h.empty || p.Seq > len(h.sent) {
		c.write(map[string]any{"op": 9, "d": false})
		return
	}
	c.hist = h
	for _, missed := range h.sent[p.Seq:] {
		c.write(missed)
	}
	c.dispatch("RESUMED", map[string]any{})
	c.s.ready(c)
}

func (s *Server) ready(c *Socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sockets = append(s.sockets, c)
	s.note()
}

func (s *Server) forget(c *Socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sockets = slices.DeleteFunc(s.sockets, func(o *Socket) bool { return o == c })
	s.note()
}

func (c *Socket) write(v any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.silent {
		c.conn.SetWriteDeadline(time.Now().Add(5 * time.Second))
		c.conn.WriteJSON(v)
	}
}

// dispatch sends an event with the next sequence number.
func (c *Socket) dispatch(kind string, d any) {
	c.s.mu.Lock()
	raw, _ := json.Marshal(map[string]any{"op": 0, "s": len(c.hist.sent) + 1, "t": kind, "d": d})
	c.hist.sent = append(c.hist.sent, raw)
	c.s.mu.Unlock()
	c.write(json.RawMessage(raw))
}

// Dispatch sends an event to the app on its latest connection. With none, it is kept for the one who resumes.
func (s *Server) Dispatch(kind string, payload []byte) error {
	if all := s.Sockets(); len(all) > 0 {
		all[len(all)-1].dispatch(kind, json.RawMessage(payload))
		return nil
	}
	return fmt.Errorf("nobody is connected")
}

// Missed adds an event to a session while nobody is connected to it.
func (c *Socket) Missed(kind string, payload []byte) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	raw, _ := json.Marshal(map[string]any{"op": 0, "s": len(c.hist.sent) + 1, "t": kind, "d": json.RawMessage(payload)})
	c.hist.sent = append(c.hist.sent, raw)
}

// Drop ends the connection without a word.
func (c *Socket) Drop() { c.conn.Close() }

// Close ends the connection with a code.
func (c *Socket) Close(code int) {
	c.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
	c.conn.Close()
}

// Reconnect asks the app to connect anew.
func (c *Socket) Reconnect() { c.write(map[string]any{"op": 7, "d": nil}) }

// Invalidate makes the session unknown, so that it cannot be resumed.
func (c *Socket) Invalidate() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.hist.empty = true
}

// Silence makes the connection answer nothing any more, without closing it.
func (c *Socket) Silence() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.silent = true
}

// Said is a message of a person as the gateway tells of it. As Discord does without the privileged intent, it leaves
// the text out unless the bot is mentioned or the message is direct.
func (s *Server) Said(id, channel, user, text string, direct bool) []byte {
	if id == "" {
		id = s.NewID()
	}
	m := map[string]any{
		"id": id, "channel_id": channel, "type": 0, "content": text, "author": map[string]any{"id": user, "username": user},
		"mentions": []any{}, "timestamp": "2026-11-23T10:00:00+00:00",
	}
	if !direct {
		m["guild_id"] = Guild
		if strings.Contains(text, "<@"+BotUser+">") {
			m["mentions"] = []any{map[string]any{"id": BotUser, "username": "backchannel", "bot": true}}
		} else {
			m["content"] = ""
		}
	}
	out, _ := json.Marshal(m)
	return out
}

// Send sends an event on this connection.
func (c *Socket) Send(kind string, payload []byte) { c.dispatch(kind, json.RawMessage(payload)) }
