package slack

import (
	"context"
	"encoding/json"
	"time"

	"github.com/gorilla/websocket"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// frame is a message from Slack.
type frame struct {
	Type     string          `json:"type"`
	Reason   string          `json:"reason"`
	Envelope string          `json:"envelope_id"`
	Payload  json.RawMessage `json:"payload"`
	Accepts  bool            `json:"accepts_response_payload"`
	Attempt  int             `json:"retry_attempt"`
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
		c.interaction(f)
	case "slash_commands":
		c.command(f)
	default:
		c.ack(f, nil)
	}
}

// interaction takes in what somebody did with the app. What Slack waits for is worked out beside the reader.
func (c *socket) interaction(f *frame) {
	in, err := decodeInteraction(f.Payload)
	if err != nil {
		c.settle(f, err)
		return
	}
	if !in.waits() {
		_, err := c.s.interaction(&in)
		c.settle(f, err)
		return
	}
	if !c.s.asked.Reserve() {
		c.s.a.deps.Log.Warn("slack: too many forms are waiting; one is not answered")
		return
	}
	c.s.asked.Put(f.Envelope, func() {
		body, err := c.s.interaction(&in)
		if err != nil {
			c.settle(f, err)
			return
		}
		c.ack(f, body)
	})
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
	if !c.s.asked.Reserve() {
		c.s.a.deps.Log.Warn("slack: too many slash commands are waiting; one is not answered")
		return
	}
	c.s.asked.Put(f.Envelope, func() {
		if !c.s.in.Enter() {
			return
		}
		r, acknowledged := c.s.command(&ar, func() { c.ack(f, nil) })
		if acknowledged {
			return
		}
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
		c.s.send(&ar, func(ctx context.Context, _ *tenant) error { return c.s.respond(ctx, ar.back.url, body) })
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
