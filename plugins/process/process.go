// Package process runs plugins that are programs of their own, in any language. They speak JSON-RPC 2.0 over their
// standard input and output, one message a line: the program introduces itself (initialize), is asked for cards,
// operations, checks and the rest of what package plugins declares, and asks back for upstreams, facts and the catalog.
//
// A program is supervised: it is started anew with a growing pause when it ends, killed when it holds too much memory
// or answers no ping, and never waited for longer than the caller's deadline. While it is down its last cards stay, with
// their age.
//
// Serve is the other side, for programs in Go: it offers any plugins.Plugin.
package process

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// The bounds of the protocol.
const (
	maxLine     = 4 << 20 // bytes of one message
	maxInFlight = 64      // requests of the other side that are worked on at a time
)

// message is one line: a request, a notification (no id) or a response (no method).
type message struct {
	Version string          `json:"jsonrpc"`
	ID      *int64          `json:"id,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *wireError      `json:"error,omitempty"`
}

// wireError is an error as it travels. Data.Kind is a fault.Kind's name.
type wireError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Data    struct {
		Kind string `json:"kind,omitempty"`
	} `json:"data"`
}

// The codes of JSON-RPC that are used.
const (
	codeNoMethod = -32601
	codeParams   = -32602
	codeFailed   = -32000
)

// Error renders the message.
func (e *wireError) Error() string { return e.Message }

// toWire is an error as it travels: its kind and its text.
func toWire(err error) *wireError {
	w := &wireError{Code: codeFailed, Message: err.Error()}
	if e, ok := errors.AsType[*wireError](err); ok {
		w.Code = e.Code
	}
	w.Data.Kind = fault.KindOf(err).String()
	return w
}

// fromWire is an error that came from the other side. What it calls internal is, to us, an upstream's failure.
func (e *wireError) fromWire() error {
	kind := fault.Upstream
	for _, k := range []fault.Kind{fault.NotFound, fault.Ambiguous, fault.Forbidden, fault.Invalid} {
		if k.String() == e.Data.Kind {
			kind = k
		}
	}
	text := e.Message
	if len(text) > 500 {
		text = text[:500] + "…"
	}
	return fault.New(kind, "%s", text)
}

// decode reads parameters or a result.
func decode(data json.RawMessage, into any) error {
	if len(data) == 0 {
		data = json.RawMessage("null")
	}
	if err := json.Unmarshal(data, into); err != nil {
		return &wireError{Code: codeParams, Message: fmt.Sprintf("it is not of the shape that is expected: %v", err)}
	}
	return nil
}
