package readapi

import (
	"slices"
	"sync"

	"github.com/bits-and-blooms/bitset"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// table answers questions about the entities of an audience with sets of rows, in place of a pass over the catalog for
// each. A row is the place of an entity in the order of references; which rows have which values at a field is worked
// out when a question first names the field. Its methods need a view of that audience, which it does not keep: a view
// holds more than entities, and ends earlier. It is safe for concurrent use.
type table struct {
	refs []catalog.Ref // by row

	mu      sync.Mutex
	indexes map[fieldKey]*pending
	looked  map[fieldKey]int // entities looked at for a field that has no index yet
	size    int              // of the indexes, in bytes
}

// fieldKey tells fields apart; paths may be any text.
type fieldKey struct {
	column column
	path   string
}

func (f *field) id() fieldKey { return fieldKey{f.column, f.key} }

// pending is an index that somebody works out.
type pending struct {
	done  chan struct{}
	index *index // nil when that failed
}

// The bounds of a table.
const (
	mostIndexes = 32 << 20 // bytes; beyond it all are worked out anew
	mostLooked  = 1024     // fields
)

// newTable returns the table of a view with the indexes of some fields.
func newTable(view search.View, fields []field) *table {
	t := &table{indexes: map[fieldKey]*pending{}, looked: map[fieldKey]int{}}
	t.work(view, t.claim(fields), func(ref catalog.Ref) bool {
		t.refs = append(t.refs, ref)
		return true
	})
	return t
}

// rows is how many rows there are.
func (t *table) rows() uint { return uint(len(t.refs)) }

// none is a new set without rows.
func (t *table) none() *bitset.BitSet { return bitset.New(t.rows()) }

// all is a new set of all rows.
func (t *table) all() *bitset.BitSet { return t.none().SetAll() }

// row finds an entity.
func (t *table) row(ref catalog.Ref) (uint, bool) {
	i, ok := slices.BinarySearchFunc(t.refs, ref, catalog.Ref.Compare)
	return uint(i), ok
}

// prepare returns the indexes of fields, those that are missing worked out in one pass over the catalog. It leaves out
// what would cost more than looking at the few entities that a question may leave to decide about; once as many were
// looked at as there are, the index is worth it.
func (t *table) prepare(view search.View, fields []field) map[fieldKey]*index {
	c := t.claim(fields)
	if left := len(t.refs); len(c.mine) > 0 {
		t.work(view, c, func(catalog.Ref) bool {
			left--
			return left >= 0 // a view of the same audience has as many
		})
	}
	out := make(map[fieldKey]*index, len(c.all))
	for key, p := range c.all {
		if <-p.done; p.index != nil {
			out[key] = p.index
		}
	}
	return out
}

// claim is the indexes that somebody wants.
type claim struct {
	all    map[fieldKey]*pending
	mine   []*pending // those of them that nobody else works out
	fields []field    // of mine
}

func (t *table) claim(fields []field) claim {
	c := claim{all: make(map[fieldKey]*pending, len(fields))}
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range fields {
		f := &fields[i]
		p := t.indexes[f.id()]
		if p == nil {
			if f.dear() && (len(t.refs) == 0 || t.looked[f.id()] < len(t.refs)) {
				continue
			}
			p = &pending{done: make(chan struct{})}
			t.indexes[f.id()] = p
			c.mine, c.fields = append(c.mine, p), append(c.fields, *f)
		}
		c.all[f.id()] = p
	}
	return c
}

// work works out what is claimed. Whoever waits for it goes on even where that fails.
func (t *table) work(view search.View, c claim, row func(catalog.Ref) bool) {
	defer func() {
		for _, p := range c.mine {
			close(p.done)
		}
	}()
	indexes := newIndexes(view, c.fields, row)
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, x := range indexes {
		c.mine[i].index = x
		t.size += x.size
	}
	if t.size > mostIndexes {
		clear(t.indexes)
		t.size = 0
	}
}

// pay counts entities that were looked at because fields have no index.
func (t *table) pay(fields []fieldKey, entities int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.looked) > mostLooked {
		clear(t.looked)
	}
	for _, f := range fields {
		t.looked[f] += entities
	}
}

// lookup is the work of one question on a table.
type lookup struct {
	*table
	view    search.View
	indexes map[fieldKey]*index
	lacking []fieldKey // fields that had no index
}

func (l *lookup) index(f *field) *index {
	x := l.indexes[f.id()]
	if x == nil && !slices.Contains(l.lacking, f.id()) {
		l.lacking = append(l.lacking, f.id())
	}
	return x
}
