package rest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// StatusError is an answer that is not a success.
type StatusError struct {
	Code    int    // of HTTP
	Path    string // what was asked for, without query
	Message string // what the server said, shortened
	Header  http.Header
}

// Error says what was asked and what came back; no credentials are in it.
func (e *StatusError) Error() string {
	s := fmt.Sprintf("%s: HTTP %d", e.Path, e.Code)
	if e.Message != "" {
		s += ", " + e.Message
	}
	return s
}

func newStatusError(res *http.Response, body []byte) *StatusError {
	e := &StatusError{Code: res.StatusCode, Header: res.Header}
	if res.Request != nil {
		e.Path = res.Request.URL.Path
	}
	var said struct {
		Message any
		Error   any
	}
	if json.Unmarshal(body, &said) == nil {
		for _, v := range []any{said.Message, said.Error} {
			if s, ok := v.(string); ok && e.Message == "" {
				e.Message = clip(s)
			}
		}
	}
	return e
}

// Code returns the HTTP status of a failed request, or 0 when err is not about one.
func Code(err error) int {
	if e, ok := errors.AsType[*StatusError](err); ok {
		return e.Code
	}
	return 0
}

// lostError is a request that got no answer.
type lostError struct{ err error }

func (e *lostError) Error() string { return e.err.Error() }
func (e *lostError) Unwrap() error { return e.err }

// lost leaves the address out of an error of net/http: a query may hold what should not be shown.
func lost(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	return &fault.Error{Kind: fault.Upstream, Message: "no answer from the server", Err: &lostError{err}}
}

// Classify gives a failed request its kind: 404 and 410 fault.NotFound, 401 and 403 fault.Forbidden, everything else
// fault.Upstream. what says what was being done.
func Classify(err error, what string, args ...any) error {
	if err == nil {
		return nil
	}
	kind := fault.Upstream
	switch code := Code(err); {
	case code == http.StatusNotFound || code == http.StatusGone:
		kind = fault.NotFound
	case code == http.StatusUnauthorized || code == http.StatusForbidden && !limited(err):
		kind = fault.Forbidden
	case code == 0 && fault.KindOf(err) != fault.Internal:
		kind = fault.KindOf(err)
	}
	return fault.Wrap(kind, err, what, args...)
}

// clip bounds foreign text inside an error message to one short line.
func clip(s string) string {
	const most = 160
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
