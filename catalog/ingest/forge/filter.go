package forge

import (
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/backchannel-portal/backchannel/internal/scm/remote"
)

// takes reports whether the filters let a repository in.
func (f *Filters) takes(r remote.Repo) bool {
	switch {
	case r.Archived && !f.Archived, r.Fork && !f.Forks:
		return false
	case len(f.Visibility) > 0 && !slices.Contains(f.Visibility, r.Visibility):
		return false
	case len(f.Topics) > 0 && !shares(f.Topics, r.Topics), shares(f.NotTopics, r.Topics):
		return false
	}
	if f.Name == "" {
		return true
	}
	ok, err := doublestar.Match(strings.ToLower(f.Name), strings.ToLower(r.Name))
	return ok && err == nil
}

func shares(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool {
		return slices.ContainsFunc(b, func(y string) bool { return strings.EqualFold(x, y) })
	})
}
