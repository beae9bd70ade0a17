package web

import (
	"sync"

	"github.com/backchannel-portal/backchannel/catalog/search"
)

// keptSelections bounds what is kept of one generation; a selection of everything takes 48 bytes an entity.
const keptSelections = 32

// facetCache keeps what selections select, for views that show the same. It is safe for concurrent use.
type facetCache struct {
	mu   sync.Mutex
	kept map[facetKey]*selected
}

type facetKey struct {
	audience search.Audience
	address  string
}

// find is the function find, remembered.
func (c *facetCache) find(view search.View, s selection) *selected {
	audience, ok := search.AudienceOf(view)
	if !ok {
		return find(view, s)
	}
	key := facetKey{audience, s.address(0)}
	c.mu.Lock()
	d := c.kept[key]
	c.mu.Unlock()
	if d != nil {
		return d
	}
	d = find(view, s)
	c.mu.Lock()
	defer c.mu.Unlock()
	for k := range c.kept {
		if k.audience.Generation != audience.Generation {
			delete(c.kept, k)
		}
	}
	if len(c.kept) >= keptSelections || c.kept == nil {
		c.kept = map[facetKey]*selected{}
	}
	c.kept[key] = d
	return d
}
