package readapi

import (
	"sync"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// The bounds of what is kept.
const (
	keptAudiences = 16       // of one generation
	keptResults   = 64       // of one audience
	keptRows      = 250_000  // in the results of one audience, 24 bytes each
	keptAsked     = 4096     // questions that were asked once
	keptBytes     = 16 << 20 // of entities, facets and searches, for one audience; of all together keptAudiences times as much at worst
	keptBody      = 256 << 10
)

// cache keeps what was worked out for a generation, apart for viewers who see different things. A newer generation
// empties it.
type cache struct {
	mu      sync.Mutex
	of      map[search.Audience]*kept
	current catalog.Generation
}

// kept is what is kept for one audience.
type kept struct {
	mu      sync.Mutex
	asked   map[string]struct{}
	results map[string][]place
	rows    int
	bodies  map[string][]byte      // of facets
	hits    map[string][]hit       // of searches
	text    map[catalog.Ref][]byte // entities as they are served, whole
	bytes   int
}

// view returns what is kept for a view; nil for one of an older generation, for which nothing is kept.
func (c *cache) view(v search.View) *kept {
	a, ok := search.AudienceOf(v)
	if !ok {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if a.Generation < c.current {
		return nil
	}
	if a.Generation > c.current || c.of == nil || c.of[a] == nil && len(c.of) >= keptAudiences {
		c.of, c.current = map[search.Audience]*kept{}, a.Generation
	}
	k := c.of[a]
	if k == nil {
		k = &kept{asked: map[string]struct{}{}, results: map[string][]place{}, bodies: map[string][]byte{}, hits: map[string][]hit{}, text: map[catalog.Ref][]byte{}}
		c.of[a] = k
	}
	return k
}

// page is a page of what a question selects. When a question is asked for the second time, or for a later page, all
// that it selects is worked out and kept; before that, a page costs less.
func (k *kept) page(s *selection, q *question) (page, error) {
	key := q.key()
	rows, again := k.result(key)
	if rows != nil {
		return s.cut(q, rows), nil
	}
	if err := s.prepare(q); err != nil {
		return page{}, err
	}
	if k == nil || !again && q.from == nil {
		return s.page(q), nil
	}
	rows = s.everything()
	k.keepResult(key, rows)
	return s.cut(q, rows), nil
}

// result returns the kept rows of a question, nil when there are none, and whether it was asked before.
func (k *kept) result(key string) (rows []place, again bool) {
	if k == nil {
		return nil, false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, again = k.asked[key]; !again {
		if len(k.asked) >= keptAsked {
			clear(k.asked)
		}
		k.asked[key] = struct{}{}
	}
	return k.results[key], again
}

func (k *kept) keepResult(key string, rows []place) {
	if len(rows) > keptRows || len(key) > keptBody {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.results[key] != nil {
		return
	}
	if k.rows+len(rows) > keptRows || len(k.results) >= keptResults {
		clear(k.results)
		k.rows = 0
	}
	k.results[key] = rows
	k.rows += len(rows)
}

// entity returns an entity as it is served, if it is kept.
func (k *kept) entity(ref catalog.Ref) ([]byte, bool) {
	if k == nil {
		return nil, false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	b, ok := k.text[ref]
	return b, ok
}

func (k *kept) keepEntity(ref catalog.Ref, b []byte) {
	if k == nil || len(b) > keptBody {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.room(len(b))
	k.text[ref] = append(make([]byte, 0, len(b)), b...)
}

// body returns the answer to a question about facets, if it is kept.
func (k *kept) body(key string) ([]byte, bool) {
	if k == nil {
		return nil, false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	b, ok := k.bodies[key]
	return b, ok
}

func (k *kept) keepBody(key string, b []byte) {
	if k == nil || len(b)+len(key) > keptBody {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.room(len(b) + len(key))
	k.bodies[key] = b
}

// search returns what a search found, if it is kept.
func (k *kept) search(key string) ([]hit, bool) {
	if k == nil {
		return nil, false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	h, ok := k.hits[key]
	return h, ok
}

func (k *kept) keepSearch(key string, hits []hit) {
	size := len(key)
	for _, h := range hits {
		size += len(h.document) + 48
	}
	if k == nil || size > keptBody {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.room(size)
	k.hits[key] = hits
}

// room makes room for n bytes.
func (k *kept) room(n int) {
	if k.bytes += n; k.bytes > keptBytes {
		clear(k.text)
		clear(k.bodies)
		clear(k.hits)
		k.bytes = n
	}
}
