package process

import (
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
)

// fits reports whether an entity is one that the match is about; nil is about all.
func (m *match) fits(e *catalog.Entity) bool {
	if m == nil {
		return true
	}
	some := func(all []string, fits func(string) bool) bool {
		return len(all) == 0 || slices.ContainsFunc(all, fits)
	}
	return some(m.Annotations, func(a string) bool { return strings.TrimSpace(e.Annotation(a)) != "" }) &&
		some(m.Kinds, func(k string) bool { return strings.EqualFold(k, e.Ref.Kind) }) &&
		some(m.Types, func(t string) bool { return strings.EqualFold(t, e.Type) })
}
