package proxy

import (
	"regexp"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Rewrite replaces what a pattern finds in a path, as an entry of Backstage's pathRewrite does.
type Rewrite struct {
	from *regexp.Regexp
	to   string
}

// NewRewrite reads one entry: an expression, and what takes the place of its first match, in which $1 is its first group.
// An expression that is none is an error of kind fault.Invalid.
func NewRewrite(from, to string) (Rewrite, error) {
	re, err := regexp.Compile(from)
	if err != nil {
		return Rewrite{}, fault.New(fault.Invalid, "%q is no expression that can be used here: %v", from, err)
	}
	return Rewrite{from: re, to: reference.ReplaceAllString(strings.ReplaceAll(to, "$$", "\x00"), "$${$1}")}, nil
}

// reference is a group in a replacement, as JavaScript writes it.
var reference = regexp.MustCompile(`\$(\d+)`)

// rewrite applies the first entry whose expression matches, as http-proxy-middleware does.
func rewrite(all []Rewrite, path string) string {
	for _, r := range all {
		at := r.from.FindStringSubmatchIndex(path)
		if at == nil {
			continue
		}
		put := string(r.from.ExpandString(nil, r.to, path, at))
		return path[:at[0]] + strings.ReplaceAll(put, "\x00", "$") + path[at[1]:]
	}
	return path
}
