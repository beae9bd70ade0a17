package fetch

import (
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// The bounds of lists of patterns.
const (
	maxPatterns = 500
	maxPattern  = 1024 // bytes
)

// globs are patterns as globby reads them: one that starts with "!" takes away from what those before it match, one
// that names a folder means all that is in it, and files whose names start with a dot are like others.
type globs []string

func newGlobs(patterns []string) (globs, error) {
	if len(patterns) > maxPatterns {
		return nil, fault.New(fault.Invalid, "there are more than %d patterns", maxPatterns)
	}
	for _, p := range patterns {
		if bare := strings.TrimPrefix(p, "!"); len(p) > maxPattern || !doublestar.ValidatePattern(bare) {
			return nil, fault.New(fault.Invalid, "%q is no pattern of file names", clip(p))
		}
	}
	return patterns, nil
}

// set returns which items are matched.
func (g globs) set(items []item) map[string]bool {
	folders := make(map[string]bool)
	for _, i := range items {
		if strings.HasSuffix(i.path, "/") {
			folders[strings.TrimSuffix(i.path, "/")] = true
		}
	}
	out := map[string]bool{}
	for i, p := range g {
		if strings.HasPrefix(p, "!") {
			continue
		}
		for _, it := range items {
			if matches(p, it.path, folders) && !g[i+1:].takesAway(it.path, folders) {
				out[it.path] = true
			}
		}
	}
	return out
}

// takesAway reports whether one of the negated patterns matches.
func (g globs) takesAway(name string, folders map[string]bool) bool {
	for _, p := range g {
		if not, ok := strings.CutPrefix(p, "!"); ok && matches(not, name, folders) {
			return true
		}
	}
	return false
}

func matches(pattern, name string, folders map[string]bool) bool {
	pattern = strings.TrimPrefix(pattern, "./")
	if dir := strings.TrimSuffix(pattern, "/"); folders[dir] {
		return strings.HasPrefix(name, dir+"/") && name != dir+"/"
	}
	if base, ok := strings.CutSuffix(pattern, "/**"); ok && strings.TrimSuffix(name, "/") == base {
		return false // the folder itself is none of what is in it
	}
	ok, err := doublestar.Match(pattern, strings.TrimSuffix(name, "/"))
	return ok && err == nil
}
