package outbound

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Request is what to ask for.
type Request struct {
	Method string // empty: GET
	URL    string
	// Header is sent to the host of URL; where a redirect leads to another host, only what cannot be a secret is.
	Header http.Header
	Body   []byte
	// ETag and LastModified are those of an earlier Response: when that still stands, the answer is NotModified.
	ETag, LastModified string
	// Repeatable says that a request with another method than GET, HEAD, OPTIONS, PUT or DELETE may be repeated too.
	Repeatable bool
}

// Response is a whole answer, of any status.
type Response struct {
	Status             int
	Header             http.Header
	Body               []byte   // decompressed
	URL                *url.URL // of the last redirect
	ETag, LastModified string
	NotModified        bool // what the Request's ETag or LastModified stood for still stands; no Body
	At                 time.Time
}

// Get asks for an address.
func (c *Client) Get(ctx context.Context, address string) (*Response, error) {
	return c.Do(ctx, Request{URL: address})
}

// Do makes a request, several times where that may help: when the connection failed or the answer broke off, and for
// the statuses 429, 500, 502, 503 and 504. An error says that there is no whole answer; what a status means is the
// caller's to decide, for example with Err.
func (c *Client) Do(ctx context.Context, r Request) (*Response, error) {
	if r.Method == "" {
		r.Method = http.MethodGet
	}
	attempts := 1
	if r.Repeatable || idempotent(r.Method) {
		attempts = c.o.Attempts
	}
	var resp *Response
	var err error
	for i := range attempts {
		if i > 0 {
			if e := sleep(ctx, c.pause(i)); e != nil {
				break
			}
		}
		resp, err = c.once(ctx, r)
		if err == nil && !passing(resp.Status) || err != nil && !mayPass(ctx, err) {
			break
		}
	}
	return resp, err
}

func idempotent(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodDelete:
		return true
	}
	return false
}

// passing reports whether a status may be another one soon.
func passing(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// mayPass reports whether the same request may succeed later. What our own rules refused does not.
func mayPass(ctx context.Context, err error) bool {
	e, ours := errors.AsType[*fault.Error](err)
	return ctx.Err() == nil && (!ours || e.Kind == fault.Upstream && e.Err != nil)
}

// pause is the wait before an attempt: anything up to Backoff doubled with each, so that clients do not come in step.
func (c *Client) pause(attempt int) time.Duration {
	most := c.o.Backoff << (attempt - 1)
	return time.Duration(c.o.Rand() * float64(most))
}

func (c *Client) once(ctx context.Context, r Request) (*Response, error) {
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return nil, fault.New(fault.Invalid, "it is not a usable address")
	}
	if len(r.Body) == 0 {
		req.Body, req.GetBody = http.NoBody, nil
	}
	for name, values := range r.Header {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	if r.ETag != "" {
		req.Header.Set("If-None-Match", r.ETag)
	}
	if r.LastModified != "" {
		req.Header.Set("If-Modified-Since", r.LastModified)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, plain(req.URL, err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, plain(req.URL, err)
	}
	out := &Response{
		Status: resp.StatusCode, Header: resp.Header, Body: data, URL: resp.Request.URL, At: c.o.Clock(),
		ETag: resp.Header.Get("ETag"), LastModified: resp.Header.Get("Last-Modified"),
	}
	if resp.StatusCode == http.StatusNotModified {
		out.NotModified, out.Body = true, nil
		if out.ETag == "" {
			out.ETag = r.ETag
		}
		if out.LastModified == "" {
			out.LastModified = r.LastModified
		}
	}
	return out, nil
}

// plain makes a sentence of what went wrong on the way. Errors of net/http hold the whole address, which may hold a
// secret.
func plain(u *url.URL, err error) error {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e
	}
	var why string
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, context.Canceled):
		why = "it was called off"
	case errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded):
		why = "it took too long"
	case errors.Is(err, io.ErrUnexpectedEOF):
		why = "the answer broke off"
	default:
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err
		}
		why = err.Error()
		if e, ok := errors.AsType[*net.DNSError](err); ok { // its text names the server that was asked
			why = "the name of its host cannot be looked up now"
			if e.IsNotFound {
				why = "its host is not known"
			}
		}
	}
	return &fault.Error{Kind: fault.Upstream, Message: Show(u) + " cannot be read", Err: errors.New(why)}
}

// Err says in a sentence what a status of 400 or more means, with the kind that fits; nil below.
func (r *Response) Err() error {
	at := Show(r.URL)
	switch s := r.Status; {
	case s < http.StatusBadRequest:
		return nil
	case s == http.StatusNotFound || s == http.StatusGone:
		return fault.New(fault.NotFound, "%s does not exist (status %d)", at, s)
	case s == http.StatusUnauthorized || s == http.StatusForbidden:
		return fault.New(fault.Forbidden, "%s refuses access (status %d)", at, s)
	default:
		return fault.New(fault.Upstream, "%s answers with status %d", at, s)
	}
}

// HTML reports whether the answer is a web page, such as that of a login, whatever was asked for.
func (r *Response) HTML() bool {
	t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err == nil && (t == "text/html" || t == "application/xhtml+xml") {
		return true
	}
	head := strings.ToLower(string(bytes.TrimSpace(r.Body[:min(len(r.Body), 512)])))
	return strings.HasPrefix(head, "<!doctype html") || strings.HasPrefix(head, "<html")
}
