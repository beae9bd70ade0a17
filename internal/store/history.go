package store

import (
	"cmp"
	"slices"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
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

	dropped []*definition // those that are in the database and no longer in the catalog
	removed []*file       // likewise
	past    []past        // values that ended
}

// past is a row of what was: the value of a fact, or of an entity's owner or lifecycle.
type past struct {
	entity                       catalog.Ref
	producer, key, value, source string
	first, last                  int64
}

// The keys of an entity's own history.
const (
	keyOwner     = "owner"
	keyLifecycle = "lifecycle"
)

// newChange returns an empty change with room for a number of entities.
func newChange(entities int) *change {
	return &change{refs: make(map[catalog.Ref]struct{}, entities), facts: map[factKey]struct{}{}, files: map[string]struct{}{}}
}

func (c *change) size() int   { return len(c.refs) + len(c.facts) + len(c.files) }
func (c *change) empty() bool { return c.size() == 0 }

// drop notes a definition whose row must go.
func (c *change) drop(d *definition) {
	if d.stored {
		c.dropped = append(c.dropped, d)
	}
}

// ended notes what an entity was until its definition was succeeded by another one, or by none, and returns since
// when the successor is what it is. An owner or a lifecycle that stays goes on.
func (c *change) ended(was, next *definition, now int64) since {
	out := was.since
	end := func(key, value string, began *int64) {
		if value != "" {
			c.past = append(c.past, past{entity: was.entity.Ref, key: key, value: value, source: place(was.entity), first: *began, last: max(now, *began)})
		}
		*began = now
	}
	if next == nil || owner(next.entity) != owner(was.entity) {
		end(keyOwner, owner(was.entity), &out.owner)
	}
	if next == nil || next.entity.Lifecycle != was.entity.Lifecycle {
		end(keyLifecycle, was.entity.Lifecycle, &out.lifecycle)
	}
	return out
}

// place is where an entity was read, as people write it.
func place(e *catalog.Entity) string {
	return fault.Position{File: e.Source.Location, Line: e.Source.Line}.String()
}

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
	out := newChange(0)
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
	c := newChange(len(m.model.current))
	for ref := range m.model.current {
		c.refs[ref] = struct{}{}
	}
	for ref, known := range m.facts {
		for name := range known {
			c.facts[factKey{ref, name}] = struct{}{}
		}
	}
	for location := range m.model.places {
		if len(m.model.problems(location)) > 0 {
			c.files[location] = struct{}{}
		}
	}
	return c
}
