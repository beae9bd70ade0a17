package search

import "github.com/backchannel-portal/backchannel/catalog"

// replacement says that an entity took the place of another one, or of none.
type replacement struct {
	id      uint32
	was, is *catalog.Entity
}

const (
	manyUpserts = 4096 // from which names are worth a goroutine
	upsertPart  = 1024 // replacements that change hands at once
)

// upsertAll puts entities into a snapshot and their names into its names; of many, the names on a goroutine that ends
// when its result is taken, which must be taken once.
func upsertAll(se *snapshotEdit, ne *namesEdit, entities []*catalog.Entity) (result func() *names) {
	if len(entities) < manyUpserts {
		for _, e := range entities {
			id, was := se.upsert(e)
			ne.replace(id, was, e)
		}
		return ne.commit
	}
	parts, done := make(chan []replacement, 8), make(chan *names, 1)
	go func() {
		for part := range parts {
			for _, x := range part {
				ne.replace(x.id, x.was, x.is)
			}
		}
		done <- ne.commit()
	}()
	// All get their ids before any relation makes a node of one that is still to come, so that the lists of ids behind
	// names grow at their ends.
	ids := make([]uint32, len(entities))
	for from := 0; from < len(entities); from += upsertPart {
		chunk := entities[from:min(from+upsertPart, len(entities))]
		part := make([]replacement, len(chunk))
		for i, e := range chunk {
			id, was := se.enter(e)
			ids[from+i], part[i] = id, replacement{id, was, e}
		}
		parts <- part
	}
	close(parts)
	for i, e := range entities {
		se.state(ids[i], e)
	}
	return func() *names { return <-done }
}
