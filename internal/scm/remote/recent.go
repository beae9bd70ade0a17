package remote

import (
	"container/list"
	"sync"
)

// recent keeps the values that were used last, up to a sum of costs. It is not safe for concurrent use.
type recent[V any] struct {
	most  int
	used  int
	order *list.List // of *pair[V]
	at    map[string]*list.Element
}

type pair[V any] struct {
	key   string
	value V
	cost  int
}

func newRecent[V any](most int) *recent[V] {
	return &recent[V]{most: most, order: list.New(), at: map[string]*list.Element{}}
}

func (r *recent[V]) get(key string) (v V, ok bool) {
	el := r.at[key]
	if el == nil {
		return v, false
	}
	r.order.MoveToFront(el)
	return el.Value.(*pair[V]).value, true
}

func (r *recent[V]) put(key string, v V, cost int) {
	if el := r.at[key]; el != nil {
		r.remove(el)
	}
	r.at[key] = r.order.PushFront(&pair[V]{key, v, cost})
	for r.used += cost; r.used > r.most && r.order.Len() > 1; {
		r.remove(r.order.Back())
	}
}

func (r *recent[V]) remove(el *list.Element) {
	p := r.order.Remove(el).(*pair[V])
	delete(r.at, p.key)
	r.used -= p.cost
}

// shelf is a rest.Cache in memory, for a Host without one on disk.
type shelf struct {
	mu   sync.Mutex
	kept *recent[[]byte]
}

const shelfBytes = 64 << 20

func newShelf() *shelf { return &shelf{kept: newRecent[[]byte](shelfBytes)} }

// Get implements rest.Cache.
func (s *shelf) Get(key string) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept.get(key)
}

// Put implements rest.Cache.
func (s *shelf) Put(key string, value []byte) {
	if len(value) > shelfBytes/4 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept.put(key, value, len(value)+len(key))
}
