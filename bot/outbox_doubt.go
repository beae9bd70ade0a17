package bot

import (
	"slices"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// A connection that breaks, or a process that ends, while a post is on its way leaves in doubt whether it is there. Who
// can look does so before it is sent again. Where the platform does not let us look, it is sent again and says so: a
// message too many that is known as one does less harm than one too few.

// NotSent is an error of Poster.Post that says that the platform has not taken the message: it was not reached, or
// refused it.
type NotSent struct{ Err error }

// Error implements error.
func (e NotSent) Error() string { return e.Err.Error() }

// Unwrap returns what went wrong.
func (e NotSent) Unwrap() error { return e.Err }

// Untold is an error of Poster.Find that says that the platform does not tell what was sent before.
type Untold struct{ Err error }

// Error implements error.
func (e Untold) Error() string { return e.Err.Error() }

// Unwrap returns why.
func (e Untold) Unwrap() error { return e.Err }

// repeated is a message that says of itself that it may have been sent before.
func repeated(m card.Message) card.Message {
	note := card.Note{Spans: card.Say(m.Lang, lang.PostRepeated, nil)}
	m.Blocks = append(slices.Clone(m.Blocks), note)
	return m
}
