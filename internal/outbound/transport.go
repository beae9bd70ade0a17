package outbound

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// transport is one exchange: judged, paced, and bounded.
type transport struct{ c *Client }

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := t.c.allowed(req.URL); err != nil {
		return nil, err
	}
	b := t.c.budget(req.URL)
	if err := b.wait(req.Context(), t.c.o.Clock); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(req.Context())
	out := req.Clone(ctx)
	if out.Header.Get("User-Agent") == "" {
		out.Header.Set("User-Agent", t.c.o.Agent)
	}
	resp, err := t.c.base.RoundTrip(out)
	if err == nil && resp.StatusCode == http.StatusSwitchingProtocols {
		resp.Body.Close()
		err = fault.New(fault.Upstream, "%s switches to another protocol", Show(req.URL))
	}
	if err != nil {
		cancel(nil)
		return nil, err
	}
	b.heed(resp, t.c.o.Clock())
	resp.Body = newBody(ctx, cancel, resp.Body, t.c.o.MaxBody, t.c.o.Idle)
	return resp, nil
}

// allowed judges an address before anything is resolved: its scheme, and a host that is an address already.
func (c *Client) allowed(u *url.URL) error {
	port := u.Port()
	switch u.Scheme {
	case "https":
		if port == "" {
			port = "443"
		}
	case "http":
		if port == "" {
			port = "80"
		}
		if !c.host(u.Hostname(), port).Plain {
			return fault.New(fault.Forbidden, "%s is not encrypted; http has to be allowed for this host", Show(u))
		}
	default:
		return fault.New(fault.Forbidden, "%s: only https can be read", Show(u))
	}
	if u.Hostname() == "" {
		return fault.New(fault.Invalid, "%s names no host", Show(u))
	}
	if u.User != nil {
		return fault.New(fault.Invalid, "%s: credentials do not belong in an address", Show(u))
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil {
		return c.judge(u.Hostname(), a, c.host(u.Hostname(), port).Private)
	}
	return nil
}

// Show renders an address for people and logs: without credentials, query and fragment, where secrets are.
func Show(u *url.URL) string {
	s := *u
	s.User, s.RawQuery, s.Fragment, s.RawFragment, s.ForceQuery = nil, "", "", "", false
	const most = 200
	text := s.String()
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// redirect decides about following one. Each target goes through RoundTrip, and so through all its rules.
func (c *Client) redirect(req *http.Request, via []*http.Request) error {
	if len(via) > max(c.o.Redirects, 0) {
		return fault.New(fault.Upstream, "%s redirects more than %d times", Show(via[0].URL), max(c.o.Redirects, 0))
	}
	if m := via[0].Method; m != http.MethodGet && m != http.MethodHead {
		return fault.New(fault.Upstream, "%s redirects a %s request, which is not followed", Show(via[0].URL), m)
	}
	if via[len(via)-1].URL.Scheme == "https" && req.URL.Scheme != "https" {
		return fault.New(fault.Forbidden, "%s redirects to an address that is not encrypted", Show(via[0].URL))
	}
	left := !sameHost(req.URL, via[0].URL)
	for _, v := range via {
		left = left || !sameHost(v.URL, via[0].URL)
	}
	if left {
		keepHarmless(req.Header)
	}
	if c.o.Follow != nil {
		return c.o.Follow(req.URL)
	}
	return nil
}

func sameHost(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Host, b.Host)
}

// keepHarmless drops every header that might be a secret: a host that was not meant to have it may be asking.
func keepHarmless(h http.Header) {
	for name := range h {
		switch name {
		case "Accept", "Accept-Language", "User-Agent", "If-None-Match", "If-Modified-Since":
		default:
			h.Del(name)
		}
	}
}

// body bounds an answer: its decompressed size, and the time between two pieces of it.
type body struct {
	io.ReadCloser
	ctx   context.Context // of the exchange
	stop  context.CancelCauseFunc
	left  int64
	most  int64
	idle  time.Duration
	timer *time.Timer
}

func newBody(ctx context.Context, stop context.CancelCauseFunc, rc io.ReadCloser, most int64, idle time.Duration) *body {
	stalled := &fault.Error{Kind: fault.Upstream, Message: "the answer broke off", Err: errors.New("nothing came for " + idle.String())}
	return &body{
		ReadCloser: rc, ctx: ctx, stop: stop, left: most, most: most, idle: idle,
		timer: time.AfterFunc(idle, func() { stop(stalled) }),
	}
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	b.timer.Reset(b.idle)
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n - 1, fault.New(fault.Invalid, "the answer is larger than %d bytes", b.most)
	}
	if err != nil && err != io.EOF {
		if why, ours := errors.AsType[*fault.Error](context.Cause(b.ctx)); ours {
			err = why
		}
	}
	return n, err
}

// Close implements io.Closer.
func (b *body) Close() error {
	b.timer.Stop()
	err := b.ReadCloser.Close()
	b.stop(nil)
	return err
}
