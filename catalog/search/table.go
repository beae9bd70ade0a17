package search

import (
	"hash/maphash"
	"maps"
)

// shardCount splits a table: an edit of one key of 100,000 copies about 200 of them.
const shardCount = 512

// table is a persistent hash map with the copying behaviour of vec. The zero value is empty.
type table[K comparable, V any] struct {
	seed   maphash.Seed
	shards []map[K]V // nil, or shardCount of them
}

func (t table[K, V]) get(k K) (V, bool) {
	if t.shards == nil {
		var none V
		return none, false
	}
	v, ok := t.shards[maphash.Comparable(t.seed, k)%shardCount][k]
	return v, ok
}

// each calls f for every pair, in no particular order.
func (t table[K, V]) each(f func(K, V)) {
	for _, m := range t.shards {
		for k, v := range m {
			f(k, v)
		}
	}
}

// tableEdit is the only writer of a table that is not published yet.
type tableEdit[K comparable, V any] struct {
	table[K, V]
	own [shardCount]bool
}

func (t table[K, V]) edit() *tableEdit[K, V] {
	e := &tableEdit[K, V]{table: table[K, V]{t.seed, make([]map[K]V, shardCount)}}
	if t.shards == nil {
		e.seed = maphash.MakeSeed()
	}
	copy(e.shards, t.shards)
	return e
}

func (e *tableEdit[K, V]) set(k K, v V) { e.claim(k)[k] = v }

func (e *tableEdit[K, V]) remove(k K) { delete(e.claim(k), k) }

func (e *tableEdit[K, V]) claim(k K) map[K]V {
	i := maphash.Comparable(e.seed, k) % shardCount
	if !e.own[i] {
		if e.shards[i] = maps.Clone(e.shards[i]); e.shards[i] == nil {
			e.shards[i] = make(map[K]V)
		}
		e.own[i] = true
	}
	return e.shards[i]
}

// newTable returns the table of these pairs.
func newTable[K comparable, V any](keys []K, values []V) table[K, V] {
	if len(keys) == 0 {
		return table[K, V]{}
	}
	t := table[K, V]{maphash.MakeSeed(), make([]map[K]V, shardCount)}
	shards := make([]uint16, len(keys))
	var sizes [shardCount]int
	for i, k := range keys {
		shards[i] = uint16(maphash.Comparable(t.seed, k) % shardCount)
		sizes[shards[i]]++
	}
	for i, k := range keys {
		at := shards[i]
		if t.shards[at] == nil {
			t.shards[at] = make(map[K]V, sizes[at])
		}
		t.shards[at][k] = values[i]
	}
	return t
}
