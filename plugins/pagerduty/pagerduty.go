// Package pagerduty reads who is on call from PagerDuty, and pages people through it: its REST API v2 as published in
// github.com/PagerDuty/api-schema (reference/REST/openapiv3.json).
package pagerduty

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/plugins"
)

// API is where PagerDuty's REST API is, for accounts outside of the EU.
const API = "https://api.pagerduty.com"

// Name is what the vendor is called.
const Name = "PagerDuty"

// Bounds of what is read.
const (
	pageSize     = 100    // of every list; PagerDuty's most
	maxPages     = 100    // PagerDuty gives out 10,000 elements of a list at most
	maxTogether  = 50     // ids in one address
	maxPhones    = 100    // people whose numbers are looked up at a time
	maxText      = 1024   // characters of a title; PagerDuty's most
	maxDetails   = 60_000 // characters of an incident's body
	phonesFor    = 24 * time.Hour
	phonesFailed = time.Hour
)

// Way is how requests are made; outbound.Client is one. It bounds times and sizes, repeats what may be repeated and
// heeds Retry-After.
type Way interface {
	Do(ctx context.Context, r outbound.Request) (*outbound.Response, error)
}

// Wanted is what the catalog names of PagerDuty.
type Wanted struct {
	Services []string // ids of services
	Keys     []string // integration keys of services
	Teams    []string // ids of teams
}

// Config is what an Account needs. Token, Way and Wanted are required.
type Config struct {
	API   string // default API
	Token string // of the REST API: "General Access" or a user's own
	From  string // e-mail address of a PagerDuty user on whose behalf is paged when the asker is none
	Way   Way
	// Wanted says what to read: only services and teams that something in the catalog names. It answers from memory.
	Wanted func() Wanted
	Now    func() time.Time
}

// Account is an account at PagerDuty. It is safe for concurrent use.
type Account struct {
	cfg Config

	mu     sync.Mutex
	phones map[string]phone // by user id
}

// phone is a number, and until when it is taken for true.
type phone struct {
	number string
	until  time.Time
}

var _ plugins.Rota = (*Account)(nil)

// New returns an account. It asks nothing yet.
func New(cfg Config) *Account {
	if cfg.API == "" {
		cfg.API = API
	}
	cfg.API = strings.TrimRight(cfg.API, "/")
	return &Account{cfg: cfg, phones: map[string]phone{}}
}

// Name implements plugins.Rota.
func (*Account) Name() string { return Name }

// get asks for one thing.
func (a *Account) get(ctx context.Context, path string, query url.Values, into any) error {
	address := a.cfg.API + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return a.do(ctx, outbound.Request{URL: address}, into)
}

// do makes a request and reads its answer.
func (a *Account) do(ctx context.Context, r outbound.Request, into any) error {
	if r.Header == nil {
		r.Header = http.Header{}
	}
	r.Header.Set("Authorization", "Token token="+a.cfg.Token)
	r.Header.Set("Accept", "application/vnd.pagerduty+json;version=2")
	r.Header.Set("Content-Type", "application/json")
	resp, err := a.cfg.Way.Do(ctx, r)
	if err != nil {
		return fault.Wrap(fault.KindOf(err), err, "%s", Name)
	}
	if resp.Status >= http.StatusBadRequest {
		return refused(resp)
	}
	if resp.HTML() {
		return fault.New(fault.Upstream, "%s answers with a web page instead of data; is api_url right?", Name)
	}
	if err := json.Unmarshal(resp.Body, into); err != nil {
		return fault.Wrap(fault.Upstream, err, "%s answers with something else than was asked for", Name)
	}
	return nil
}

// refused is the error of an answer that is none, in PagerDuty's own words where it has some.
func refused(resp *outbound.Response) error {
	var said struct {
		Error struct {
			Message string   `json:"message"`
			Errors  []string `json:"errors"`
		} `json:"error"`
	}
	words := ""
	if !resp.HTML() && json.Unmarshal(resp.Body, &said) == nil {
		words = clip(strings.Join(append([]string{said.Error.Message}, said.Error.Errors...), ": "), 300)
	}
	kind, what := fault.Upstream, "does not answer as it should"
	switch resp.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusPaymentRequired:
		kind, what = fault.Forbidden, "refuses the token"
	case http.StatusNotFound:
		kind, what = fault.NotFound, "does not know it"
	case http.StatusBadRequest:
		kind, what = fault.Invalid, "refuses the request"
	case http.StatusTooManyRequests:
		what = "asks for fewer requests"
	}
	if words = strings.Trim(words, ": "); words != "" {
		return fault.New(kind, "%s %s (status %d: %s)", Name, what, resp.Status, words)
	}
	return fault.New(kind, "%s %s (status %d)", Name, what, resp.Status)
}

// listed is what all lists of the API have in common.
type listed struct {
	Limit  int  `json:"limit"`
	Offset int  `json:"offset"`
	More   bool `json:"more"`
}

// pages asks for all of a list. read takes one page and returns how many elements it had.
func (a *Account) pages(ctx context.Context, path string, query url.Values, read func([]byte) (int, error)) error {
	query.Set("limit", itoa(pageSize))
	offset := 0
	for range maxPages {
		query.Set("offset", itoa(offset))
		var raw json.RawMessage
		if err := a.get(ctx, path, query, &raw); err != nil {
			return err
		}
		var l listed
		if err := json.Unmarshal(raw, &l); err != nil {
			return fault.Wrap(fault.Upstream, err, "%s answers with something else than a list", Name)
		}
		n, err := read(raw)
		if err != nil {
			return fault.Wrap(fault.Upstream, err, "%s answers with something else than %s", Name, strings.TrimPrefix(path, "/"))
		}
		if !l.More || n == 0 {
			return nil
		}
		offset += n
	}
	return nil
}

// post sends something, on behalf of a PagerDuty user.
func (a *Account) post(ctx context.Context, path, from string, body, into any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "write to %s", Name)
	}
	return a.do(ctx, outbound.Request{
		Method: http.MethodPost, URL: a.cfg.API + path, Body: bytes.TrimSpace(data), Header: http.Header{"From": {from}},
	}, into)
}
