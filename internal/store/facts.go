package store

import (
	"cmp"
	"context"

	"github.com/backchannel-portal/backchannel/catalog"
)

// factKey is the identity of a fact.
type factKey struct {
	entity        catalog.Ref
	producer, key string
}

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
	next := make(map[factKey]catalog.Fact, len(facts))
	for _, f := range facts {
		if f.Producer = producer; about[f.Entity] && f.Value != "" {
			next[factKey{f.Entity, producer, f.Key}] = f
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	c := newChange()
	for key := range m.facts {
		if key.producer != producer || !about[key.entity] {
			continue
		}
		if _, ok := next[key]; !ok {
			delete(m.facts, key)
			c.facts[key] = struct{}{}
		}
	}
	for key, f := range next {
		if was, ok := m.facts[key]; ok && was.Value == f.Value && was.Source == f.Source && was.AsOf.Equal(f.AsOf) {
			continue
		}
		m.facts[key] = f
		c.facts[key] = struct{}{}
	}
	if c.empty() {
		return m.now, nil
	}
	return m.commit(c), nil
}

func compareFacts(a, b catalog.Fact) int {
	return cmp.Or(a.Entity.Compare(b.Entity), cmp.Compare(a.Producer, b.Producer), cmp.Compare(a.Key, b.Key))
}
