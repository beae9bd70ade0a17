package slack

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Route is a path that the adapter wants served.
type Route struct {
	Method  string
	Path    string
	Handler http.Handler
}

// Routes are the callbacks that Slack calls, for the one HTTP listener, none in Socket Mode; and with OAuth the pages
// to install the app. Before Run they answer 503, which makes Slack try again.
func (a *Adapter) Routes() []Route {
	if a.cfg.Mode != ModeHTTP {
		return a.installRoutes()
	}
	h := &callbacks{a: a, json: []string{"application/json; charset=utf-8"}}
	h.bodies.New = func() any { return &body{buf: make([]byte, 0, 4096)} }
	serve := http.HandlerFunc(h.serve)
	return append([]Route{
		{http.MethodPost, "/slack/commands", serve},
		{http.MethodPost, "/slack/interactions", serve},
		{http.MethodPost, "/slack/options", serve},
		{http.MethodPost, "/slack/events", serve},
	}, a.installRoutes()...)
}

// callbacks serves the routes.
type callbacks struct {
	a      *Adapter
	json   []string  // the content type, shared by all answers
	bodies sync.Pool // of *body
}

type body struct{ buf []byte }

// maxBody is the largest callback taken. A press carries the message it is on, an event at most 40,000 characters
// in text and blocks.
const maxBody = 1 << 20

// open reads and verifies a callback. It answers the request itself and returns nil when there is nothing to handle.
// The body goes back to the pool by h.bodies.Put.
func (h *callbacks) open(w http.ResponseWriter, r *http.Request) (*session, *body) {
	s := h.a.live.Load()
	if s == nil {
		http.Error(w, "not ready", http.StatusServiceUnavailable)
		return nil, nil
	}
	timestamp := first(r.Header["X-Slack-Request-Timestamp"])
	signature := first(r.Header["X-Slack-Signature"])
	if signature == "" || !h.a.verify.timely(timestamp) {
		http.Error(w, "bad signature", http.StatusUnauthorized)
		return nil, nil
	}
	b := h.bodies.Get().(*body)
	if err := b.read(r); err != nil {
		h.bodies.Put(b)
		status := http.StatusBadRequest
		if errors.Is(err, errTooLarge) {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(w, "unreadable body", status)
		return nil, nil
	}
	if !h.a.verify.verify(timestamp, signature, b.buf) {
		h.bodies.Put(b)
		http.Error(w, "bad signature", http.StatusUnauthorized)
		return nil, nil
	}
	return s, b
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

var errTooLarge = errors.New("body is too large")

// read fills the buffer with the request's body, up to maxBody bytes.
func (b *body) read(r *http.Request) error {
	b.buf = b.buf[:0]
	if r.ContentLength > maxBody {
		return errTooLarge
	}
	for {
		if len(b.buf) == cap(b.buf) {
			b.buf = append(b.buf, 0)[:len(b.buf)]
		}
		n, err := r.Body.Read(b.buf[len(b.buf):cap(b.buf)])
		b.buf = b.buf[:len(b.buf)+n]
		if len(b.buf) > maxBody {
			return errTooLarge
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// serve takes a callback. What it is, its body says: Slack calls three addresses, but apps are often given one.
func (h *callbacks) serve(w http.ResponseWriter, r *http.Request) {
	s, b := h.open(w, r)
	if s == nil {
		return
	}
	if len(b.buf) > 0 && (b.buf[0] == '{' || b.buf[0] == '[') {
		defer h.bodies.Put(b)
		h.event(w, r, s, b.buf)
		return
	}
	if payload, ok := formValue(b.buf, "payload"); ok {
		h.bodies.Put(b)
		h.interaction(w, s, []byte(payload))
		return
	}
	c := decodeCommandForm(b.buf)
	h.bodies.Put(b)
	h.command(w, s, &c)
}

// command answers a slash command.
func (h *callbacks) command(w http.ResponseWriter, s *session, c *command) {
	if c.SSLCheck == "1" {
		return
	}
	ar, err := c.arrival(h.a.deps.Now())
	if err != nil {
		h.invalid(w, err)
		return
	}
	if !s.in.Enter() {
		http.Error(w, "shutting down", http.StatusServiceUnavailable)
		return
	}
	answer, acknowledged := s.command(&ar, func() { acknowledgeEarly(w) })
	if answer == nil || acknowledged {
		return
	}
	w.Header()["Content-Type"] = h.json
	w.Write(answer.dst)
	s.rings.Put(answer)
}

// acknowledgeEarly sends an empty answer while the handler of the request is still at work. Whoever reads it must not
// send its next request over the same connection, where that would wait for the handler: so the connection is given up.
func acknowledgeEarly(w http.ResponseWriter) {
	w.Header().Set("Content-Length", "0")
	w.Header().Set("Connection", "close")
	w.WriteHeader(http.StatusOK)
	_ = http.NewResponseController(w).Flush() // a client that is gone needs no answer
}

// event answers an Events API delivery.
func (h *callbacks) event(w http.ResponseWriter, r *http.Request, s *session, body []byte) {
	e, err := decodeEnvelope(body)
	if err != nil {
		h.invalid(w, err)
		return
	}
	if e.Type == "url_verification" {
		w.Header()["Content-Type"] = h.json
		json.NewEncoder(w).Encode(map[string]string{"challenge": e.Challenge})
		return
	}
	if n := r.Header.Get("X-Slack-Retry-Num"); n != "" {
		h.a.deps.Log.Debug("slack: event delivered again", "event", e.ID, "attempt", n, "reason", r.Header.Get("X-Slack-Retry-Reason"))
	}
	h.acknowledge(w, s.event(&e))
}

// interaction answers what somebody did with the app.
func (h *callbacks) interaction(w http.ResponseWriter, s *session, payload []byte) {
	in, err := decodeInteraction(payload)
	var body []byte
	if err == nil {
		body, err = s.interaction(&in)
	}
	if err != nil || body == nil {
		h.acknowledge(w, err)
		return
	}
	w.Header()["Content-Type"] = h.json
	w.Write(body)
}

// acknowledge answers a delivery that was taken in or not.
func (h *callbacks) acknowledge(w http.ResponseWriter, err error) {
	switch {
	case err == nil:
		w.WriteHeader(http.StatusOK)
	case fault.Is(err, fault.Invalid):
		h.invalid(w, err)
	default:
		h.a.deps.Log.Warn("slack: a delivery was not taken in; Slack will repeat it", "err", err)
		http.Error(w, "try again", http.StatusServiceUnavailable)
	}
}

func (h *callbacks) invalid(w http.ResponseWriter, err error) {
	h.a.deps.Log.Warn("slack: malformed payload", "err", err)
	http.Error(w, "malformed payload", http.StatusBadRequest)
}
