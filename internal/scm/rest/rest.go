// Package rest is the HTTP side of the GitHub and GitLab clients: JSON requests with timeouts, conditional requests
// that are answered from a cache, rate limits with a reserve, bounded retries and bounded paging. It knows nothing of
// either vendor but the names of their rate-limit headers.
package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// The defaults of Options, and what bounds one request.
const (
	DefaultTimeout  = 30 * time.Second
	DefaultMaxBytes = 64 << 20 // a recursive tree of 100,000 entries has about 25 MB
	attempts        = 4
)

// Options configure a Client.
type Options struct {
	// Base is the address of the API without a trailing slash, for example https://api.github.com.
	Base string
	// HTTP sends requests; nil: a client of its own.
	HTTP *http.Client
	// Authorize adds credentials to a request; nil: none. It must not log them.
	Authorize func(context.Context, *http.Request) error
	// Header is sent with every request.
	Header http.Header
	// Cache keeps answers with an ETag; nil: no conditional requests.
	Cache Cache
	// Scope separates the cached answers of different credentials.
	Scope string
	// Budget is the rate limit; nil: one of its own with the defaults.
	Budget *Budget
	// Timeout bounds one request, waits for the rate limit not counted; zero: DefaultTimeout.
	Timeout time.Duration
	// MaxBytes bounds an answer; zero: DefaultMaxBytes.
	MaxBytes int64
}

// Cache keeps answers by key. It may forget at any time.
type Cache interface {
	Get(key string) ([]byte, bool)
	Put(key string, value []byte)
}

// Client sends requests to one API with one credential. It is safe for concurrent use.
type Client struct {
	o Options
}

// New returns a client. A base that is not an absolute web address is an error of kind fault.Invalid.
func New(o Options) (*Client, error) {
	u, err := url.Parse(o.Base)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		return nil, fault.New(fault.Invalid, "the API address must be a web address such as https://api.github.com, without a password in it")
	}
	o.Base = strings.TrimRight(o.Base, "/")
	o.HTTP = staying(o.HTTP)
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	if o.Budget == nil {
		o.Budget = NewBudget(BudgetOptions{})
	}
	return &Client{o: o}, nil
}

// staying returns a client whose redirects do not leave the host: credentials must not follow one.
func staying(from *http.Client) *http.Client {
	c := http.Client{}
	if from != nil {
		c = *from
	}
	const hops = 5
	c.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		if first := via[0].URL; len(via) > hops || req.URL.Host != first.Host || req.URL.Scheme != first.Scheme {
			return fault.New(fault.Upstream, "the API redirects to another place")
		}
		return nil
	}
	return &c
}

// Budget returns the rate limit of the client.
func (c *Client) Budget() *Budget { return c.o.Budget }

// Answer is what came back for a request.
type Answer struct {
	Body   []byte
	Header http.Header
	Cached bool // the server said that the cached answer still holds; that costs no budget
}

// JSON decodes the body.
func (a *Answer) JSON(out any) error {
	if err := json.Unmarshal(a.Body, out); err != nil {
		return fault.Wrap(fault.Upstream, err, "the answer is not the JSON that was expected")
	}
	return nil
}

// Get asks for a path below the base, which may have a query, and decodes the JSON answer into out.
func (c *Client) Get(ctx context.Context, path string, out any) error {
	a, err := c.Do(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	return a.JSON(out)
}

// Uncached is the same client for what never changes, such as a blob by its id, and which the caller keeps: answers
// are not cached. It shares the budget.
func (c *Client) Uncached() *Client {
	u := *c
	u.o.Cache = nil
	return &u
}

// Post sends a JSON body and decodes the answer into out.
func (c *Client) Post(ctx context.Context, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "encode a request")
	}
	a, err := c.Do(ctx, http.MethodPost, path, body)
	if err != nil {
		return err
	}
	return a.JSON(out)
}

// Do sends a request, waits for the rate limit where it must, and repeats reads that failed on the way. An answer
// that is not a success is a *StatusError.
func (c *Client) Do(ctx context.Context, method, path string, body []byte) (*Answer, error) {
	address, err := c.address(path)
	if err != nil {
		return nil, err
	}
	for n := 1; ; n++ {
		if err := c.o.Budget.wait(ctx); err != nil {
			return nil, err
		}
		a, err := c.once(ctx, method, address, body)
		if err == nil {
			return a, nil
		}
		pause, again := c.o.Budget.again(err, n, method == http.MethodGet)
		if !again || n == attempts || ctx.Err() != nil {
			return nil, err
		}
		if e := c.o.Budget.pause(ctx, pause, err); e != nil {
			return nil, e
		}
	}
}

// address accepts paths, and absolute addresses below the base as Link headers have them.
func (c *Client) address(path string) (string, error) {
	if rest, ok := strings.CutPrefix(path, c.o.Base); ok && strings.HasPrefix(rest, "/") {
		return path, nil
	}
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") {
		return "", fault.New(fault.Upstream, "an answer leads to an address outside the API")
	}
	return c.o.Base + path, nil
}

func (c *Client) once(ctx context.Context, method, address string, body []byte) (*Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "build a request")
	}
	for k, v := range c.o.Header {
		req.Header[k] = v
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.o.Authorize != nil {
		if err := c.o.Authorize(ctx, req); err != nil {
			return nil, err
		}
	}
	kept := c.conditional(req)
	res, err := c.o.HTTP.Do(req)
	if err != nil {
		return nil, lost(err)
	}
	defer res.Body.Close()
	c.o.Budget.note(res)
	data, err := io.ReadAll(io.LimitReader(res.Body, c.o.MaxBytes+1))
	if err != nil {
		return nil, lost(err)
	}
	if int64(len(data)) > c.o.MaxBytes {
		return nil, fault.New(fault.Invalid, "the answer is larger than %d bytes", c.o.MaxBytes)
	}
	switch {
	case res.StatusCode == http.StatusNotModified && kept != nil:
		return &Answer{Body: kept.Body, Header: kept.header(), Cached: true}, nil
	case res.StatusCode < 200 || res.StatusCode > 299:
		return nil, newStatusError(res, data)
	}
	c.keep(req, res, data)
	return &Answer{Body: data, Header: res.Header}, nil
}
