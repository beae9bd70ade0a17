package plugins

import (
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/outbound"
)

// What the contract takes from packages that other modules cannot import has its names here as well, so that a plugin
// may live in any of them.

type (
	// Request is what an Upstream is asked.
	Request = outbound.Request
	// Response is what it answered.
	Response = outbound.Response
	// Lang is a language of people, by its code.
	Lang = lang.Lang
)

// The languages that every text has.
const (
	English = lang.English
	Chinese = lang.Chinese
)

// NotFound is an error that says that something is not there.
func NotFound(format string, args ...any) error { return fault.New(fault.NotFound, format, args...) }

// Forbidden is an error that says that the vendor, or a rule, does not let us.
func Forbidden(format string, args ...any) error { return fault.New(fault.Forbidden, format, args...) }

// Invalid is an error about what the plugin was given: its configuration, the input of an action, an argument.
func Invalid(format string, args ...any) error { return fault.New(fault.Invalid, format, args...) }

// Unavailable is an error that says that the vendor does not answer, or not as it should. It may be otherwise soon.
func Unavailable(format string, args ...any) error {
	return fault.New(fault.Upstream, format, args...)
}
