package search

import (
	"sync/atomic"

	"github.com/backchannel-portal/backchannel/catalog"
)

// hotEntities is how many entities are kept unpacked. They take about a kilobyte each.
const hotEntities = 4096

// entityCache keeps the entities that were asked for last in the form that is handed out, each in the place that its
// id has. It is shared by the snapshots that follow each other.
type entityCache struct {
	places [hotEntities]atomic.Pointer[unpacked]
}

// unpacked is an entity with the record that it is from.
type unpacked struct {
	record catalog.Record
	entity *catalog.Entity
}

// get returns the entity of a record, which is that of an id at present.
func (c *entityCache) get(id uint32, r catalog.Record) *catalog.Entity {
	at := &c.places[id%hotEntities]
	if u := at.Load(); u != nil && u.record == r {
		return u.entity
	}
	e := r.Entity()
	at.Store(&unpacked{r, e})
	return e
}

// entity returns the entity of an id, or nil when there is none.
func (s *snapshot) entity(id uint32) *catalog.Entity {
	r := s.nodes.place(id).record
	if r.IsZero() {
		return nil
	}
	return s.hot.get(id, r)
}

// passing is entity for those who go through many: it leaves the cache alone.
func (s *snapshot) passing(id uint32) *catalog.Entity { return s.nodes.place(id).record.Entity() }
