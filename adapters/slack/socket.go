package slack

import (
	"context"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/backchannel-portal/backchannel/bot"
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
		s.asked.Wait(s.a.tune.drain) // their answers go out through the connection
		old.stop()
	}()
	for failures := 0; ctx.Err() == nil; {
		c, err := s.openSocket(ctx)
		if err != nil {
			up.failed(err)
			bot.Sleep(ctx, s.a.backoff().After(failures))
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
		bot.Sleep(ctx, s.a.backoff().After(failures-1))
	}
}

// openSocket asks for an address, connects and waits for Slack's hello.
func (s *session) openSocket(ctx context.Context) (*socket, error) {
	if s.a.cfg.AppToken == "" {
		return nil, fault.New(fault.Invalid, "slack.app_token is not set: Socket Mode cannot connect")
	}
	ctx, cancel := context.WithTimeout(ctx, s.a.tune.dial)
	defer cancel()
	_, url, err := s.app.StartSocketModeContext(ctx)
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
		c.s.a.socket.Set(true, "connected")
	} else {
		c.s.a.socket.Set(false, "connecting")
	}
}

func (c *counter) failed(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.s.a.deps.Log.Warn("slack: no socket", "err", err)
	if c.n == 0 {
		c.s.a.socket.Set(false, err.Error())
	}
}
