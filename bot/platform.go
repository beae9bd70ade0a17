package bot

import (
	"context"

	"github.com/backchannel-portal/backchannel/bot/card"
)

// Handler answers one event. It returns a value and touches no platform. It may read memory and domain state; it must
// not wait for a network outside of Work. A nil Reply is Nothing.
type Handler interface {
	Handle(ctx context.Context, ev *Event) (Reply, error)
}

// HandlerFunc is a function as a Handler.
type HandlerFunc func(ctx context.Context, ev *Event) (Reply, error)

// Handle calls f.
func (f HandlerFunc) Handle(ctx context.Context, ev *Event) (Reply, error) { return f(ctx, ev) }

// Middleware wraps a Handler.
type Middleware func(Handler) Handler

// Platform is an adapter: it delivers events to a Handler and shows the replies. bottest holds its conformance suite.
type Platform interface {
	// Name is the platform's name in addresses, lower case.
	Name() string
	// Limits are what the platform can show, for card.Fit.
	Limits() card.Limits
	// Run connects, delivers events to h until ctx is done, then drains and returns nil; it returns an error only for
	// what no retry can mend. It starts every goroutine it needs and leaves none behind.
	Run(ctx context.Context, h Handler) error
}

// TokenMaker turns an intent into the opaque token that goes on a button. Adapters call it while they render.
type TokenMaker interface {
	// Token returns a token of at most limit bytes for the intent of a button shown to an actor; anyone says that
	// others in the workspace may press it too.
	Token(i card.Intent, to Actor, anyone bool, limit int) string
	// AppendToken is Token for those who write it behind something else.
	AppendToken(dst []byte, i card.Intent, to Actor, anyone bool, limit int) []byte
}
