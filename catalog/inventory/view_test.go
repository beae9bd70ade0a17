package inventory

import (
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
)

// memory is a View, and the Store of the runner, over a list of facts.
type memory []catalog.Fact

func (m memory) Facts(ref catalog.Ref, producer, prefix string) []catalog.Fact {
	return m.where(func(f catalog.Fact) bool {
		return f.Entity == ref && f.Producer == producer && strings.HasPrefix(f.Key, prefix)
	})
}

func (m memory) FactsByKey(producer, key string) []catalog.Fact {
	return m.where(func(f catalog.Fact) bool { return f.Producer == producer && f.Key == key })
}

func (m memory) where(keep func(catalog.Fact) bool) []catalog.Fact {
	var out []catalog.Fact
	for _, f := range m {
		if keep(f) {
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, func(a, b catalog.Fact) int {
		if c := a.Entity.Compare(b.Entity); c != 0 {
			return c
		}
		return strings.Compare(a.Key, b.Key)
	})
	return out
}
