package readapi

import (
	"sync"

	"github.com/bits-and-blooms/bitset"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// The bounds of what is kept.
const (
	keptAudiences = 8        // of one generation
	keptBytes     = 16 << 20 // of entities, facets, searches and what questions select, for one audience; its table comes on top
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
	making sync.Mutex // held while the table is made
	table  *table

	mu     sync.Mutex
	sets   map[string]*bitset.BitSet // the rows that questions select
	bodies map[string][]byte         // of facets
	hits   map[string][]hit          // of searches
	text   map[catalog.Ref][]byte    // entities as they are served, whole
	bytes  int
}

func newKept() *kept {
	return &kept{sets: map[string]*bitset.BitSet{}, bodies: map[string][]byte{}, hits: map[string][]hit{}, text: map[catalog.Ref][]byte{}}
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
		k = newKept()
		c.of[a] = k
	}
	return k
}

// lookup begins the work of a question about some fields on the table of an audience, of which v is a view.
func (k *kept) lookup(v search.View, fields []field) *lookup {
	t := k.tableOf(v, fields)
	return &lookup{table: t, view: v, indexes: t.prepare(v, fields)}
}

func (k *kept) tableOf(v search.View, fields []field) *table {
	if k == nil {
		return newTable(v, fields)
	}
	k.making.Lock()
	defer k.making.Unlock()
	if k.table == nil {
		k.table = newTable(v, fields)
	}
	return k.table
}

// set returns the rows that a filter selects, if they are kept.
func (k *kept) set(key string) (*bitset.BitSet, bool) {
	if k == nil {
		return nil, false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	set, ok := k.sets[key]
	return set, ok
}

func (k *kept) keepSet(key string, set *bitset.BitSet) {
	if k == nil || len(key) > keptBody {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.room(len(key) + set.BinaryStorageSize())
	k.sets[key] = set
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

// keepEntity keeps b itself.
func (k *kept) keepEntity(ref catalog.Ref, b []byte) {
	if k == nil || len(b) > keptBody {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.room(cap(b))
	k.text[ref] = b
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
		clear(k.sets)
		clear(k.text)
		clear(k.bodies)
		clear(k.hits)
		k.bytes = n
	}
}
