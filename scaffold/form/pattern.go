package form

import (
	"net/url"
	"strings"

	"github.com/dlclark/regexp2/v2"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// compilePattern reads a regular expression in JavaScript's syntax.
func compilePattern(source string) (*regexp2.Regexp, error) {
	if len(source) > maxPattern {
		return nil, fault.New(fault.Invalid, "the pattern has %d bytes; at most %d are read", len(source), maxPattern)
	}
	re, err := regexp2.Compile(source, regexp2.ECMAScript|regexp2.Unicode)
	if err != nil {
		if re, err = regexp2.Compile(source, regexp2.ECMAScript); err != nil {
			return nil, err
		}
	}
	re.MatchTimeout = matchTimeout
	return re, nil
}

// unescape reads one part of a JSON pointer in a URL's fragment.
func unescape(part string) string {
	if decoded, err := url.PathUnescape(part); err == nil {
		part = decoded
	}
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
}
