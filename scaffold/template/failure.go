package template

import (
	"errors"
	"fmt"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// failure is an error of a template on its way to the edge: the innermost place counts.
type failure struct {
	msg   string
	at    int  // offset in the source, or -1 while not known
	limit bool // a budget is used up
}

var errCallable error = &failure{msg: "a function cannot be used as a value", at: -1}

func failf(format string, args ...any) *failure {
	return &failure{msg: fmt.Sprintf(format, args...), at: -1}
}

func limitf(format string, args ...any) *failure {
	f := failf(format, args...)
	f.limit = true
	return f
}

// Error implements error.
func (f *failure) Error() string { return f.msg }

// in says where the failure happened, if nobody has yet.
func (f *failure) in(at int) *failure {
	if f.at >= 0 {
		return f
	}
	out := *f
	out.at = at
	return &out
}

// located gives an error its place.
func located(err error, at int) error {
	if err == nil {
		return nil
	}
	var f *failure
	if !errors.As(err, &f) {
		return failf("%v", err).in(at)
	}
	return f.in(at)
}

// public is the error that callers see: kind fault.Invalid, with file, line and column.
func public(err error, name, src string) error {
	if err == nil {
		return nil
	}
	var f *failure
	if !errors.As(err, &f) {
		f = failf("%v", err)
	}
	pos := fault.Position{File: name}
	msg := f.msg
	if f.at >= 0 {
		before := src[:min(f.at, len(src))]
		pos.Line = strings.Count(before, "\n") + 1
		msg = fmt.Sprintf("column %d: %s", length16(before[strings.LastIndexByte(before, '\n')+1:])+1, msg)
	}
	if f.limit {
		return &fault.Error{Kind: fault.Invalid, At: pos, Message: msg, Err: ErrLimit}
	}
	return fault.At(pos, "%s", msg)
}

// ErrLimit is in the chain of every error about a used-up budget.
var ErrLimit = errors.New("the template was stopped")
