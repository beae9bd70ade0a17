// Package fault is the error vocabulary of Backchannel. An error that reaches an edge (chat, HTTP, the command
// line) has a Kind, which decides status codes and exit codes, and, where a person is to read it, a message key
// with arguments that the edge turns into a sentence in the reader's language. The log keeps the chain in English.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what sort of failure an error is. Edges switch on it; nobody matches error strings.
type Kind uint8

// The kinds of failure. Internal is the zero value: an error nobody classified is our own fault.
const (
	Internal  Kind = iota // a defect or an exhausted resource on our side
	NotFound              // the thing asked for does not exist, or may not be seen
	Ambiguous             // more than one thing fits
	Forbidden             // the actor may not do this
	Invalid               // the input is wrong; the message says where
	Upstream              // another system did not answer, or answered nonsense
)

// String returns the kind's name as logs and metrics spell it.
func (k Kind) String() string {
	switch k {
	case NotFound:
		return "not_found"
	case Ambiguous:
		return "ambiguous"
	case Forbidden:
		return "forbidden"
	case Invalid:
		return "invalid"
	case Upstream:
		return "upstream"
	default:
		return "internal"
	}
}

// Position is a place in a text somebody wrote. The zero value of each part means "not known".
type Position struct {
	File  string // path or URL as the user would write it
	Line  int    // 1-based
	Field string // dotted path such as metadata.name or steps[2].input
}

// String renders the position as "file:line: field", leaving out what is not known.
func (p Position) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		if b.Len() > 0 {
			b.WriteByte(':')
		} else {
			b.WriteString("line ")
		}
		fmt.Fprintf(&b, "%d", p.Line)
	}
	if p.Field != "" {
		if b.Len() > 0 {
			b.WriteString(": ")
		}
		b.WriteString(p.Field)
	}
	return b.String()
}

// Error is a classified error. Build one with New, At or Wrap.
type Error struct {
	Kind    Kind
	At      Position // where in the input, for Invalid
	Message string   // English, one plain sentence without a final full stop
	Key     string   // message key of internal/lang; empty: the edge uses its sentence for Kind
	Args    map[string]any
	Err     error // the cause, or nil
}

// New returns an error of the given kind with a formatted message.
func New(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Message: fmt.Sprintf(format, args...)}
}

// At returns an Invalid error that points at a place in an input.
func At(p Position, format string, args ...any) *Error {
	return &Error{Kind: Invalid, At: p, Message: fmt.Sprintf(format, args...)}
}

// Wrap classifies err and says what was being done; it returns nil for a nil err.
func Wrap(k Kind, err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return &Error{Kind: k, Message: fmt.Sprintf(format, args...), Err: err}
}

// Say sets the message key and arguments that a reader-facing edge uses, and returns e.
func (e *Error) Say(key string, args map[string]any) *Error {
	e.Key, e.Args = key, args
	return e
}

// Error renders position, message and cause on one line.
func (e *Error) Error() string {
	s := e.Message
	if p := e.At.String(); p != "" {
		s = p + ": " + s
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of the outermost classified error in err's chain, or Internal.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Is reports whether err is classified as k.
func Is(err error, k Kind) bool { return err != nil && KindOf(err) == k }
