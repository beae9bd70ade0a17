package docs

import (
	"cmp"
	"slices"
	"strings"
)

// Sites returns all documentation, once each: what authors wrote by title, then what is made from the definition of an
// API. The caller must not change the list.
func (l *Library) Sites() []*Site {
	l.mu.RLock()
	listed := l.listed
	l.mu.RUnlock()
	if listed != nil {
		return listed
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	listed = make([]*Site, 0, len(l.sites))
	for _, s := range l.sites {
		listed = append(listed, s)
	}
	slices.SortFunc(listed, bySiteTitle)
	l.listed = listed
	return listed
}

func bySiteTitle(a, b *Site) int {
	if a.API != b.API {
		if b.API {
			return -1
		}
		return 1
	}
	return cmp.Or(strings.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title)), a.Entity.Compare(b.Entity))
}
