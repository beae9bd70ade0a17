package store

import (
	"cmp"
	"slices"

	"github.com/backchannel-portal/backchannel/catalog"
)

// historyLimit is how many changed keys the feed remembers. A reader that has missed more reads everything anew,
// which costs about as much.
const historyLimit = 50_000

// change names what one generation touched; values are looked up when somebody reads the feed.
type change struct {
	generation catalog.Generation
	refs       map[catalog.Ref]struct{}
	facts      map[factKey]struct{}
	files      map[string]struct{} // locations whose problems changed
	touched    map[*file]string    // files whose definitions changed, until the change is settled
}

func newChange() *change {
	return &change{refs: map[catalog.Ref]struct{}{}, facts: map[factKey]struct{}{}, files: map[string]struct{}{}, touched: map[*file]string{}}
}

func (c *change) size() int   { return len(c.refs) + len(c.facts) + len(c.files) }
func (c *change) empty() bool { return c.size() == 0 }

// history holds the latest changes, oldest first, up to a number of keys. A change larger than the limit leaves it
// empty.
type history struct {
	limit   int
	changes []*change
	keys    int
	last    catalog.Generation // of the newest change
}

func (h *history) add(c *change) {
	h.changes = append(h.changes, c)
	h.keys += c.size()
	h.last = c.generation
	drop := 0
	for drop < len(h.changes) && h.keys > h.limit {
		h.keys -= h.changes[drop].size()
		h.changes[drop] = nil
		drop++
	}
	h.changes = h.changes[drop:]
}

// since joins the changes after a generation; false when they are no longer all known.
func (h *history) since(after catalog.Generation) (*change, bool) {
	out := newChange()
	if after >= h.last {
		return out, true
	}
	if len(h.changes) == 0 || h.changes[0].generation > after+1 {
		return nil, false
	}
	first, _ := slices.BinarySearchFunc(h.changes, after+1, func(c *change, g catalog.Generation) int {
		return cmp.Compare(c.generation, g)
	})
	for _, c := range h.changes[first:] {
		for k := range c.refs {
			out.refs[k] = struct{}{}
		}
		for k := range c.facts {
			out.facts[k] = struct{}{}
		}
		for k := range c.files {
			out.files[k] = struct{}{}
		}
	}
	return out, true
}

// everything names all that there is; called with the lock held.
func (m *Memory) everything() *change {
	c := newChange()
	for ref := range m.entities {
		c.refs[ref] = struct{}{}
	}
	for ref, known := range m.facts {
		for name := range known {
			c.facts[factKey{ref, name}] = struct{}{}
		}
	}
	for _, o := range m.origins {
		for location := range o.files {
			if len(m.problems(location)) > 0 {
				c.files[location] = struct{}{}
			}
		}
	}
	return c
}
