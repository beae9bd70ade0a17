package readapi

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/bits-and-blooms/bitset"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// index tells which rows of a table have which values at a field. What differs in case only stands together.
type index struct {
	texts  []string       // the values as written, ordered by lows and then by themselves
	lows   []string       // the same in lower case
	from   []uint32       // texts[i] is what rows[from[i]:from[i+1]] have
	rows   []uint32       // of all values behind each other; ascending for each
	has    *bitset.BitSet // rows that have the field, null included
	valued *bitset.BitSet // rows that have a value
	first  []uint32       // by row: 1 + the place in texts of the value it is ordered by, 0 for none
	size   int            // bytes, about

	once  sync.Once
	order []uint32
	rank  []uint32 // by row: its place in order
}

// newIndexes works the indexes of some fields out in one pass over what a view shows. It tells the reference of each
// row and stops where that returns false.
func newIndexes(view search.View, fields []field, row func(catalog.Ref) bool) []*index {
	indexers := make([]indexer, len(fields))
	for i := range fields {
		if indexers[i].field = &fields[i]; !fields[i].distinct() {
			indexers[i].ids = map[string]uint32{}
		}
	}
	rows := 0
	i := &item{view: view}
	for i.head = range search.Heads(view, "") {
		if !row(i.head.Ref) {
			break
		}
		i.whole = nil
		for at := range indexers {
			indexers[at].add(uint32(rows), i)
		}
		rows++
	}
	out := make([]*index, len(fields))
	for i := range indexers {
		out[i] = indexers[i].index(rows)
	}
	return out
}

// indexer collects the values of rows.
type indexer struct {
	field *field
	ids   map[string]uint32 // of texts; nil where nearly all differ: one that comes again has another id then
	texts []string
	lows  []string
	pairs []valued // ordered by row
	nulls []uint32 // rows
	seen  distinct
	bytes int // of the texts
}

// valued is a value of a row.
type valued struct{ value, row uint32 }

func (b *indexer) add(row uint32, i *item) {
	b.seen.clear()
	b.field.each(i, func(v found) {
		if v.null {
			b.nulls = append(b.nulls, row)
			return
		}
		if id := b.id(v.text); b.seen.add(b.lows[id]) {
			b.pairs = append(b.pairs, valued{id, row})
		}
	})
}

// distinct are the values of one entity, lower case: each counts once.
type distinct struct {
	few  []string
	many map[string]struct{} // all of them, when there are more than fewValues
}

const fewValues = 32

func (d *distinct) clear() { d.few, d.many = d.few[:0], nil }

// add reports whether a value is new.
func (d *distinct) add(low string) bool {
	if d.many == nil && slices.Contains(d.few, low) {
		return false
	}
	if _, has := d.many[low]; has {
		return false
	}
	if len(d.few) < fewValues {
		d.few = append(d.few, low)
		return true
	}
	if d.many == nil {
		d.many = make(map[string]struct{}, 2*fewValues)
		for _, v := range d.few {
			d.many[v] = struct{}{}
		}
	}
	d.many[low] = struct{}{}
	return true
}

func (b *indexer) id(text string) uint32 {
	if id, ok := b.ids[text]; ok {
		return id
	}
	id := uint32(len(b.texts))
	if b.ids != nil {
		b.ids[text] = id
	}
	b.texts = append(b.texts, text)
	b.lows = append(b.lows, strings.ToLower(text))
	b.bytes += len(text)
	return id
}

// index brings the values of so many rows into order.
func (b *indexer) index(rows int) *index {
	sorted := make([]uint32, len(b.texts))
	for i := range sorted {
		sorted[i] = uint32(i)
	}
	sortRuns(sorted, func(i, j uint32) int {
		return cmp.Or(strings.Compare(b.lows[i], b.lows[j]), strings.Compare(b.texts[i], b.texts[j]), cmp.Compare(i, j))
	})
	place := make([]uint32, len(sorted)) // of an id
	n := 0                               // values that differ
	for at, id := range sorted {
		if at > 0 && b.texts[id] != b.texts[sorted[at-1]] {
			n++
		}
		place[id] = uint32(n)
	}
	n = min(n+1, len(sorted))
	x := &index{
		texts: make([]string, n), lows: make([]string, n), from: make([]uint32, n+1),
		rows: make([]uint32, len(b.pairs)), first: make([]uint32, rows), has: bitset.New(uint(rows)), valued: bitset.New(uint(rows)),
	}
	for id, at := range place {
		x.texts[at], x.lows[at] = b.texts[id], b.lows[id]
	}
	for _, p := range b.pairs {
		x.from[place[p.value]+1]++
	}
	for i := range n {
		x.from[i+1] += x.from[i]
	}
	next := slices.Clone(x.from)
	for _, p := range b.pairs {
		value := place[p.value]
		x.rows[next[value]] = p.row
		next[value]++
		if x.first[p.row] == 0 {
			x.first[p.row] = value + 1
			x.valued.Set(uint(p.row))
		}
	}
	x.has.InPlaceUnion(x.valued)
	for _, row := range b.nulls {
		x.has.Set(uint(row))
	}
	x.size = 2*b.bytes + 36*len(x.texts) + 4*len(x.rows) + 13*rows + 512 // the order included
	return x
}

// sortRuns sorts what consists of a few ascending runs, as names do that come by kind and namespace.
func sortRuns(s []uint32, compare func(a, b uint32) int) {
	var ends []int
	for i := 1; i <= len(s); i++ {
		if i == len(s) || compare(s[i-1], s[i]) > 0 {
			ends = append(ends, i)
		}
	}
	if len(ends) > 64 {
		slices.SortFunc(s, compare)
		return
	}
	merged := make([]uint32, 0, len(s))
	for len(ends) > 1 {
		start := 0
		next := ends[:0]
		for i := 0; i < len(ends); i += 2 {
			a, b := s[start:ends[i]], s[ends[i]:ends[min(i+1, len(ends)-1)]]
			start = ends[min(i+1, len(ends)-1)]
			for len(a) > 0 && len(b) > 0 {
				if compare(a[0], b[0]) <= 0 {
					merged, a = append(merged, a[0]), a[1:]
				} else {
					merged, b = append(merged, b[0]), b[1:]
				}
			}
			merged = append(append(merged, a...), b...)
			next = append(next, start)
		}
		copy(s, merged)
		merged, ends = merged[:0], next
	}
}

// add adds the rows of the values between two places to a set.
func (x *index) add(set *bitset.BitSet, start, end int) {
	for _, row := range x.rows[x.from[start]:x.from[end]] {
		set.Set(uint(row))
	}
}

// equal returns where the values are that equal one in lower case.
func (x *index) equal(low string) (start, end int) {
	start, _ = slices.BinarySearch(x.lows, low)
	for end = start; end < len(x.lows) && x.lows[end] == low; end++ {
	}
	return start, end
}

// prefixed returns where the values are that start with a prefix in lower case.
func (x *index) prefixed(low string) (start, end int) {
	start, _ = slices.BinarySearch(x.lows, low)
	for end = start; end < len(x.lows) && strings.HasPrefix(x.lows[end], low); end++ {
	}
	return start, end
}

// low is the value a row is ordered by, lower case; the row has one.
func (x *index) low(row uint32) string { return x.lows[x.first[row]-1] }

// ordered returns the rows that have a value: by it, and then by reference.
func (x *index) ordered() []uint32 {
	x.once.Do(func() {
		class := make([]uint32, len(x.lows)) // equal for values that differ in case only
		for i := 1; i < len(class); i++ {
			if class[i] = class[i-1]; x.lows[i] != x.lows[i-1] {
				class[i]++
			}
		}
		next := make([]uint32, len(class)+1)
		n := 0
		for _, id := range x.first {
			if id > 0 {
				next[class[id-1]+1]++
				n++
			}
		}
		for i := range class {
			next[i+1] += next[i]
		}
		x.order = make([]uint32, n)
		x.rank = make([]uint32, len(x.first))
		for row, id := range x.first {
			if id > 0 {
				at := &next[class[id-1]]
				x.order[*at], x.rank[row] = uint32(row), *at
				*at++
			}
		}
	})
	return x.order
}

// sort brings rows that have a value into the order of ordered.
func (x *index) sort(rows []uint32) {
	x.ordered()
	slices.SortFunc(rows, func(a, b uint32) int { return cmp.Compare(x.rank[a], x.rank[b]) })
}
