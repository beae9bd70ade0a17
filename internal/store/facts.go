package store

import (
	"cmp"
	"context"

	"github.com/backchannel-portal/backchannel/catalog"
)

// factKey is the identity of a fact.
type factKey struct {
	entity catalog.Ref
	factName
}

// factName is the identity of a fact about a known entity.
type factName struct{ producer, key string }

// ApplyFacts implements catalog.Store. Facts of entities that are not, or not yet, in the catalog are kept as well;
// those about entities that the call does not name are ignored, and one with an empty value is not set.
func (m *Memory) ApplyFacts(ctx context.Context, producer string, entities []catalog.Ref, facts []catalog.Fact) (catalog.Generation, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	about := make(map[catalog.Ref]bool, len(entities))
	for _, ref := range entities {
		about[ref] = true
	}
	next := make(map[catalog.Ref]map[factName]catalog.Fact, len(entities))
	for _, f := range facts {
		if f.Producer = producer; !about[f.Entity] || f.Value == "" {
			continue
		}
		if next[f.Entity] == nil {
			next[f.Entity] = map[factName]catalog.Fact{}
		}
		next[f.Entity][factName{producer, f.Key}] = f
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	c := newChange(0)
	for ref := range about {
		m.replaceFacts(ref, producer, next[ref], c)
	}
	if c.empty() {
		return m.now, nil
	}
	return m.commit(c), nil
}

// replaceFacts sets what one producer knows of one entity.
func (m *Memory) replaceFacts(ref catalog.Ref, producer string, next map[factName]catalog.Fact, c *change) {
	known := m.facts[ref]
	for name := range known {
		if _, ok := next[name]; !ok && name.producer == producer {
			delete(known, name)
			c.facts[factKey{ref, name}] = struct{}{}
		}
	}
	for name, f := range next {
		if was, ok := known[name]; ok && was.Value == f.Value && was.Source == f.Source && was.AsOf.Equal(f.AsOf) {
			continue
		}
		if known == nil {
			known = map[factName]catalog.Fact{}
			m.facts[ref] = known
		}
		known[name] = f
		c.facts[factKey{ref, name}] = struct{}{}
	}
	if len(known) == 0 {
		delete(m.facts, ref)
	}
}

func compareFacts(a, b catalog.Fact) int {
	return cmp.Or(a.Entity.Compare(b.Entity), cmp.Compare(a.Producer, b.Producer), cmp.Compare(a.Key, b.Key))
}
