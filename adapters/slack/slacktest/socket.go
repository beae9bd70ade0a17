package slacktest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Socket is one Socket Mode connection of the app.
type Socket struct {
	s    *Server
	conn *websocket.Conn
	done chan struct{}

	mu     sync.Mutex
	acks   map[string]json.RawMessage // payloads by envelope
	acked  map[string]bool
	urls   map[string]string // response_urls by envelope
	frozen bool
	pings  int
}

// AllowSockets sets how many sockets may be open; further ones are told too_many_websockets.
func (s *Server) AllowSockets(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.maxSocks = n
}

// Sockets returns the open sockets, oldest first.
func (s *Server) Sockets() []*Socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sockets)
}

func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	s.wg.Add(1)
	defer s.wg.Done()
	if !s.begin(w, "socket") {
		return
	}
	up := websocket.Upgrader{}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	c := &Socket{s: s, conn: conn, done: make(chan struct{}), acks: map[string]json.RawMessage{}, acked: map[string]bool{}, urls: map[string]string{}}
	defer close(c.done)
	s.mu.Lock()
	full := len(s.sockets) >= s.maxSocks
	if !full {
		s.sockets = append(s.sockets, c)
	}
	s.mu.Unlock()
	if full {
		c.send(map[string]any{"type": "disconnect", "reason": "too_many_websockets"})
		return
	}
	conn.SetPingHandler(func(data string) error {
		c.mu.Lock()
		frozen := c.frozen
		c.pings++
		c.mu.Unlock()
		if !frozen {
			conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(time.Second))
		}
		return nil
	})
	c.send(map[string]any{"type": "hello", "num_connections": 1, "connection_info": map[string]any{"app_id": "A0APP"}})
	s.mu.Lock()
	s.note()
	s.mu.Unlock()
	c.read()
	s.mu.Lock()
	s.sockets = slices.DeleteFunc(s.sockets, func(o *Socket) bool { return o == c })
	s.note()
	s.mu.Unlock()
}

// read takes acknowledgements until the connection ends.
func (c *Socket) read() {
	for {
		var ack struct {
			Envelope string          `json:"envelope_id"`
			Payload  json.RawMessage `json:"payload"`
		}
		if err := c.conn.ReadJSON(&ack); err != nil {
			return
		}
		c.mu.Lock()
		twice := c.acked[ack.Envelope]
		c.acked[ack.Envelope] = true
		c.acks[ack.Envelope] = ack.Payload
		c.mu.Unlock()
		if twice {
			c.s.problem("envelope %s was acknowledged twice", ack.Envelope)
		}
		if bytes.Contains(ack.Payload, []byte(`"response_type"`)) {
			c.answered(ack.Envelope, ack.Payload)
		}
		c.s.mu.Lock()
		c.s.note()
		c.s.mu.Unlock()
	}
}

// answered records the message in an acknowledgement.
func (c *Socket) answered(envelope string, payload json.RawMessage) {
	m, err := ParseResponse(bytes.NewReader(payload))
	if err != nil {
		c.s.problem("acknowledgement: %v", err)
		return
	}
	c.mu.Lock()
	to := c.urls[envelope]
	c.mu.Unlock()
	c.s.answered(m, to)
}

func (c *Socket) send(v any) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.conn.WriteJSON(v)
}

// Send delivers a payload of a type (events_api, slash_commands, interactive) and waits for its acknowledgement, at
// most Slack's three seconds. It returns the acknowledgement's payload.
func (c *Socket) Send(ctx context.Context, kind string, payload json.RawMessage) (json.RawMessage, error) {
	return c.Resend(ctx, "env-"+c.s.ts(), kind, payload, 0)
}

// Resend is Send with an envelope id and the number of an attempt.
func (c *Socket) Resend(ctx context.Context, id, kind string, payload json.RawMessage, attempt int) (json.RawMessage, error) {
	env := map[string]any{"envelope_id": id, "type": kind, "payload": payload, "accepts_response_payload": kind == "slash_commands"}
	if attempt > 0 {
		env["retry_attempt"], env["retry_reason"] = attempt, "timeout"
	}
	var about struct {
		URL string `json:"response_url"`
	}
	if json.Unmarshal(payload, &about) == nil {
		c.mu.Lock()
		c.urls[id] = about.URL
		c.mu.Unlock()
	}
	if err := c.send(env); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	var out json.RawMessage
	acked := func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		out = c.acks[id]
		return c.acked[id]
	}
	if !c.s.Wait(ctx, acked) {
		return nil, fmt.Errorf("envelope %s was not acknowledged within 3 s", id)
	}
	return out, nil
}

// Disconnect tells the app that the connection is to be replaced: refresh_requested, warning, too_many_websockets or
// link_disabled. The connection stays open, as Slack's does for a while.
func (c *Socket) Disconnect(reason string) error {
	return c.send(map[string]any{"type": "disconnect", "reason": reason})
}

// Freeze makes the connection half-open: pings are not answered any more.
func (c *Socket) Freeze() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.frozen = true
}

// Drop breaks the connection without a word.
func (c *Socket) Drop() { c.conn.UnderlyingConn().Close() }

// Done is closed when the connection has ended.
func (c *Socket) Done() <-chan struct{} { return c.done }

// SendRaw sends bytes that need not be a frame.
func (c *Socket) SendRaw(raw []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.conn.WriteMessage(websocket.TextMessage, raw)
}
