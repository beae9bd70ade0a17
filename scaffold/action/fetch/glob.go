package fetch

import (
	"path"
	"slices"
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
// that names a folder means all that is in it, and files whose names start with a dot are like others. One that starts
// with "./" and names no folder matches nothing: globby gives such names back with the dot, and Backstage looks for them
// without.
type globs []string

func newGlobs(patterns []string) (globs, error) {
	if len(patterns) > maxPatterns {
		return nil, fault.New(fault.Invalid, "there are more than %d patterns", maxPatterns)
	}
	var out globs
	for _, p := range patterns {
		if !slices.Contains(out, p) { // of equal ones globby takes the first
			out = append(out, p)
		}
		if bare := strings.TrimPrefix(p, "!"); len(p) > maxPattern || !doublestar.ValidatePattern(bare) {
			return nil, fault.New(fault.Invalid, "%q is no pattern of file names", clip(p))
		}
	}
	return out, nil
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
			if matches(p, it.path, folders) && !g[i+1:].takesAway(it.path, start(p, folders)) {
				out[it.path] = true
			}
		}
	}
	return out
}

// takesAway reports whether one of the negated patterns matches a name, or a folder that is entered on the way to it
// from where the walk starts.
func (g globs) takesAway(name, start string) bool {
	for _, p := range g {
		not, ok := strings.CutPrefix(p, "!")
		if !ok {
			continue
		}
		for at := strings.TrimSuffix(name, "/"); at != "." && at != start; at = path.Dir(at) {
			if hit, err := doublestar.Match(strings.TrimSuffix(not, "/"), at); hit && err == nil {
				return true
			}
		}
	}
	return false
}

// start is the folder from which globby walks for a pattern: what stands before its first part with a wildcard.
func start(pattern string, folders map[string]bool) string {
	if dir := path.Clean(pattern); folders[dir] {
		return dir
	}
	dir, _ := doublestar.SplitPattern(pattern)
	return dir
}

func matches(pattern, name string, folders map[string]bool) bool {
	if dir := path.Clean(pattern); folders[dir] {
		return strings.HasPrefix(name, dir+"/") && name != dir+"/"
	}
	if bare, ok := strings.CutSuffix(pattern, "/"); ok { // only folders
		pattern = bare
		if !strings.HasSuffix(name, "/") {
			return false
		}
	}
	if base, ok := strings.CutSuffix(pattern, "/**"); ok && strings.TrimSuffix(name, "/") == base {
		return false // the folder itself is none of what is in it
	}
	ok, err := doublestar.Match(pattern, strings.TrimSuffix(name, "/"))
	return ok && err == nil
}
