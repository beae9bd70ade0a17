package slack

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Socket Mode delivers over WebSockets that we open. Slack replaces a connection several times a day: it says so, and
// a new one is opened before the old one is closed, so that nothing is lost. Two are kept, because a broken link is
// only noticed after a while. See docs.slack.dev/apis/events-api/using-socket-mode.

// told is why a connection should be replaced.
type told uint8

const (
	toldRefresh told = iota // Slack wants it replaced: open the new one first
	toldTooMany             // there are too many: close it first
	toldBroken              // it is gone
)

// socket is one WebSocket.
type socket struct {
	s      *session
	conn   *websocket.Conn
	reason chan told // the first reason to replace it
	done   chan struct{}
	write  sync.Mutex
}

// frame is a message from Slack.
type frame struct {
	Type     string          `json:"type"`
	Reason   string          `json:"reason"`
	Envelope string          `json:"envelope_id"`
	Payload  json.RawMessage `json:"payload"`
	Accepts  bool            `json:"accepts_response_payload"`
	Attempt  int             `json:"retry_attempt"`
}

// runSockets keeps the connections until ctx is done.
func (s *session) runSockets(ctx context.Context) {
	up := &counter{s: s}
	var wg sync.WaitGroup
	for range s.a.tune.sockets {
		wg.Go(func() { s.keepSocket(ctx, up) })
	}
	wg.Wait()
}

// keepSocket keeps one connection, replacing it as often as needed.
func (s *session) keepSocket(ctx context.Context, up *counter) {
	var old *socket
	defer func() {
		s.asked.wait(s.a.tune.drain) // their answers go out through the connection
		old.stop()
	}()
	for failures := 0; ctx.Err() == nil; {
		c, err := s.openSocket(ctx)
		if err != nil {
			up.failed(err)
			sleep(ctx, s.a.backoff(failures))
			failures++
			continue
		}
		old.stop()
		old = nil
		up.add(1)
		began := time.Now()
		why := c.wait(ctx)
		up.add(-1)
		switch why {
		case toldRefresh:
			old = c // it goes on delivering until the new one is there
			failures = 0
			continue
		case toldTooMany:
			failures++
		default:
			if time.Since(began) > s.a.tune.dead {
				failures = 0
			}
			failures++
		}
		c.stop()
		sleep(ctx, s.a.backoff(failures-1))
	}
}

// openSocket asks for an address, connects and waits for Slack's hello.
func (s *session) openSocket(ctx context.Context) (*socket, error) {
	if s.a.cfg.AppToken == "" {
		return nil, fault.New(fault.Invalid, "slack.app_token is not set: Socket Mode cannot connect")
	}
	ctx, cancel := context.WithTimeout(ctx, s.a.tune.dial)
	defer cancel()
	_, url, err := s.a.api.StartSocketModeContext(ctx)
	if err != nil {
		return nil, upstream(err, "apps.connections.open")
	}
	dialer := websocket.Dialer{HandshakeTimeout: s.a.tune.dial}
	conn, resp, err := dialer.DialContext(ctx, url, nil)
	if resp != nil && resp.Body != nil {
		resp.Body.Close()
	}
	if err != nil {
		return nil, fault.Wrap(fault.Upstream, err, "open socket")
	}
	conn.SetReadLimit(4 * maxBody)
	c := &socket{s: s, conn: conn, reason: make(chan told, 1), done: make(chan struct{})}
	conn.SetReadDeadline(time.Now().Add(s.a.tune.dial))
	var hello frame
	if err := conn.ReadJSON(&hello); err != nil || hello.Type != "hello" {
		conn.Close()
		if hello.Type == "disconnect" {
			return nil, fault.New(fault.Upstream, "Slack closed the socket: %s", hello.Reason)
		}
		return nil, fault.Wrap(fault.Upstream, errOr(err, "no hello"), "open socket")
	}
	c.alive()
	conn.SetPingHandler(func(data string) error {
		c.alive()
		conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(time.Second))
		return nil
	})
	conn.SetPongHandler(func(string) error { c.alive(); return nil })
	go c.read()
	return c, nil
}

func errOr(err error, text string) error {
	if err != nil {
		return err
	}
	return fault.New(fault.Upstream, "%s", text)
}

// alive moves the moment at which the connection counts as dead.
func (c *socket) alive() { c.conn.SetReadDeadline(time.Now().Add(c.s.a.tune.dead)) }

// wait pings until the connection should be replaced or ctx is done, and says why.
func (c *socket) wait(ctx context.Context) told {
	t := time.NewTicker(c.s.a.tune.ping)
	defer t.Stop()
	for {
		select {
		case why := <-c.reason:
			return why
		case <-ctx.Done():
			return toldRefresh
		case <-t.C:
			c.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second))
		}
	}
}

// stop closes the connection and waits for its reader. A nil socket is stopped already.
func (c *socket) stop() {
	if c == nil {
		return
	}
	bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	c.conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second))
	c.conn.Close()
	<-c.done
}

// tell keeps the first reason.
func (c *socket) tell(why told) {
	select {
	case c.reason <- why:
	default:
	}
}

// read takes in frames until the connection ends.
func (c *socket) read() {
	defer close(c.done)
	defer c.conn.Close()
	for {
		_, raw, err := c.conn.ReadMessage()
		if err != nil {
			c.tell(toldBroken)
			return
		}
		c.alive()
		var f frame
		if err := json.Unmarshal(raw, &f); err != nil {
			c.s.a.deps.Log.Warn("slack: malformed frame", "err", err)
			continue
		}
		c.frame(&f)
	}
}

// frame handles one frame. It waits for nothing but the inbox.
func (c *socket) frame(f *frame) {
	switch f.Type {
	case "disconnect":
		c.s.a.deps.Log.Info("slack: socket is to be replaced", "reason", f.Reason)
		switch f.Reason {
		case "too_many_websockets":
			c.tell(toldTooMany)
		case "warning", "refresh_requested":
			c.tell(toldRefresh)
		default: // link_disabled: the app's Socket Mode is off
			c.tell(toldTooMany)
		}
	case "events_api":
		e, err := decodeEnvelope(f.Payload)
		if err == nil {
			err = c.s.event(&e)
		}
		c.settle(f, err)
	case "interactive":
		c.settle(f, c.s.interaction(f.Payload))
	case "slash_commands":
		c.command(f)
	default:
		c.ack(f, nil)
	}
}

// settle acknowledges a delivery that was taken in, and one that repeating would not mend.
func (c *socket) settle(f *frame, err error) {
	if err != nil {
		c.s.a.deps.Log.Warn("slack: a delivery was not taken in", "type", f.Type, "attempt", f.Attempt, "err", err)
		if !fault.Is(err, fault.Invalid) {
			return
		}
	}
	c.ack(f, nil)
}

// command answers a slash command in its acknowledgement, where Slack takes one.
func (c *socket) command(f *frame) {
	cmd, err := decodeCommandJSON(f.Payload)
	var ar arrival
	if err == nil {
		ar, err = cmd.arrival(c.s.a.deps.Now())
	}
	if err != nil {
		c.settle(f, err)
		return
	}
	if !c.s.asked.reserve() {
		return
	}
	c.s.asked.put(f.Envelope, func() {
		if !c.s.works.enter() {
			return
		}
		r := c.s.command(&ar)
		if r == nil {
			c.ack(f, nil)
			return
		}
		defer c.s.rings.Put(r)
		if f.Accepts {
			c.ack(f, r.dst)
			return
		}
		c.ack(f, nil)
		body := append([]byte(nil), r.dst...)
		c.s.send(&ar, func(ctx context.Context) error { return c.s.respond(ctx, ar.back.url, body) })
	})
}

// ack acknowledges a frame, with a payload where there is one. A failure needs no care: the link is broken, which its
// reader notices, and Slack repeats the delivery.
func (c *socket) ack(f *frame, payload []byte) {
	if f.Envelope == "" {
		return
	}
	out := appendJSON([]byte(`{"envelope_id":`), f.Envelope)
	if payload != nil {
		out = append(out, `,"payload":`...)
		out = append(out, payload...)
	}
	out = append(out, '}')
	c.write.Lock()
	defer c.write.Unlock()
	c.conn.SetWriteDeadline(time.Now().Add(2 * time.Second))
	c.conn.WriteMessage(websocket.TextMessage, out)
}

// counter counts the open connections, for the status.
type counter struct {
	s  *session
	mu sync.Mutex
	n  int
}

func (c *counter) add(d int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n += d
	if c.n > 0 {
		c.s.a.setHealth(&c.s.a.socket, true, "connected")
	} else {
		c.s.a.setHealth(&c.s.a.socket, false, "connecting")
	}
}

func (c *counter) failed(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.s.a.deps.Log.Warn("slack: no socket", "err", err)
	if c.n == 0 {
		c.s.a.setHealth(&c.s.a.socket, false, err.Error())
	}
}
