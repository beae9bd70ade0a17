package readapi

import (
	"cmp"
	"slices"
	"strings"

	"github.com/bits-and-blooms/bitset"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// selection runs a question over a view.
type selection struct {
	*lookup
	kept   *kept
	filter string         // its key
	set    *bitset.BitSet // what it selects; nil: the predicate is to be asked
	pred   predicate
	by     *field // the order; nil: by reference
	desc   bool
}

// newSelection makes a question, of which also the values of some fields are needed, ready to run. Filters that are
// none are an error of kind Invalid.
func newSelection(view search.View, k *kept, q *question, more ...field) (*selection, error) {
	s := &selection{kept: k, filter: q.filter()}
	fields := more
	if len(q.order) > 0 {
		f := newField(q.order[0].Field, view)
		s.by, s.desc = &f, q.order[0].Order == "desc"
		fields = append(fields, f)
	}
	if s.set, _ = k.set(s.filter); s.set == nil {
		pred, named, err := compile(view, q.query)
		if err != nil {
			return nil, err
		}
		if fields = append(fields, named...); q.text != nil {
			within := q.text.within(s.by, view)
			fields = append(fields, within...)
			pred = all([]predicate{pred, contains(within, q.text.Term)})
		}
		s.pred = pred
	}
	s.lookup = k.lookup(view, fields)
	return s, nil
}

// chosen returns the rows that are selected, which are kept for who asks the same again.
func (s *selection) chosen() *bitset.BitSet {
	if s.set == nil {
		s.set = s.selected(&s.pred)
		s.kept.keepSet(s.filter, s.set)
	}
	return s.set
}

// within are the fields that a full-text filter looks into. Without fields Backstage looks into the order's, or else
// into uids; here the fields people see take the place of the latter.
func (t *fullText) within(by *field, view search.View) []field {
	paths := t.Fields
	if len(paths) == 0 && by != nil {
		paths = []string{by.key}
	} else if len(paths) == 0 {
		paths = []string{"metadata.name", "metadata.title", "spec.profile.displayname"}
	}
	fields := make([]field, 0, min(len(paths), mostFields))
	for _, p := range paths[:min(len(paths), mostFields)] {
		fields = append(fields, newField(p, view))
	}
	return fields
}

// contains is the full-text filter: one of the fields contains the term.
func contains(fields []field, term string) predicate {
	term = strings.ToLower(term)
	return predicate{cost: 3, among: containing(fields, term), test: func(e *item) bool {
		return slices.ContainsFunc(fields, func(f field) bool {
			return f.any(e, func(v string) bool { return strings.Contains(strings.ToLower(v), term) })
		})
	}}
}

// place is an entity with what it is ordered by.
type place struct {
	key string
	ref catalog.Ref
}

// page is a part of what was selected.
type page struct {
	rows   []place
	total  int
	before bool // there is something before the first row
	after  bool // there is something behind the last row
}

// page takes a page out of the selected rows. Like Backstage's pages it leaves out what lacks the field it is ordered
// by.
func (s *selection) page(q *question) page {
	o := s.sequence(s.chosen())
	p := page{total: o.count}
	start := 0
	backward := q.from != nil && q.from.Previous
	if q.from != nil {
		from, ok := placeOf(q.from)
		if !ok {
			return page{}
		}
		if start = o.behind(from, backward); backward {
			p.rows, p.before = o.backward(start, q.limit)
			p.after = true
			return p
		}
		_, p.before = o.backward(start, 0)
	}
	skip := 0
	if q.from == nil {
		skip = q.offset
	}
	p.rows, p.after = o.forward(start, skip, q.limit)
	return p
}

// sequence is the selected rows in the order that pages run.
type sequence struct {
	refs  []catalog.Ref // of the table
	rows  []uint32      // in ascending order, the selected ones among others; nil: all rows of the table
	set   *bitset.BitSet
	count int                     // selected rows
	key   func(row uint32) string // what a row is ordered by; nil: its reference alone
	desc  bool
}

// few is how many times as many rows there are as are selected where these are ordered by themselves, rather than found
// in an order of all.
const few = 16

// sequence orders the selected rows. Where the order's field has no index, they are few enough to be looked at.
func (s *selection) sequence(set *bitset.BitSet) *sequence {
	o := &sequence{refs: s.refs, set: set, desc: s.desc, count: int(set.Count())}
	sparse := o.count < len(s.refs)/few
	if s.by == nil {
		if sparse {
			o.rows = rowsOf(set)
		}
		return o
	}
	if x := s.index(s.by); x != nil {
		o.key = x.low
		if sparse {
			o.rows = rowsOf(set.Intersection(x.valued))
			x.sort(o.rows)
			o.count = len(o.rows)
		} else {
			o.rows, o.count = x.ordered(), int(set.IntersectionCardinality(x.valued))
		}
		return o
	}
	keys := make(map[uint32]string)
	o.rows = slices.DeleteFunc(rowsOf(set), func(row uint32) bool {
		if i, ok := itemOf(s.view, s.refs[row]); ok {
			if key, has := s.by.low(i); has {
				keys[row] = key
			}
		}
		_, has := keys[row]
		return !has
	})
	s.pay([]fieldKey{s.by.id()}, o.count)
	slices.SortStableFunc(o.rows, func(a, b uint32) int { return strings.Compare(keys[a], keys[b]) })
	o.count, o.key = len(o.rows), func(row uint32) string { return keys[row] }
	return o
}

// rowsOf returns the members of a set; not nil.
func rowsOf(set *bitset.BitSet) []uint32 {
	out := make([]uint32, 0, set.Count())
	for row := range set.EachSet() {
		out = append(out, uint32(row))
	}
	return out
}

func (o *sequence) len() int {
	if o.rows == nil {
		return len(o.refs)
	}
	return len(o.rows)
}

// row is the row at a position; a descending order counts from the end.
func (o *sequence) row(at int) uint32 {
	if o.desc {
		at = o.len() - 1 - at
	}
	if o.rows == nil {
		return uint32(at)
	}
	return o.rows[at]
}

func (o *sequence) place(row uint32) place {
	p := place{ref: o.refs[row]}
	if o.key != nil {
		p.key = o.key(row)
	}
	return p
}

// behind is the first position that comes behind a place or, for a page that ends before the place, is not before it.
func (o *sequence) behind(from place, backward bool) int {
	low, high := 0, o.len()
	for low < high {
		mid := int(uint(low+high) >> 1)
		at := o.place(o.row(mid))
		c := cmp.Or(strings.Compare(at.key, from.key), at.ref.Compare(from.ref))
		if o.desc {
			c = -c
		}
		if c < 0 || c == 0 && !backward {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low
}

// forward returns up to limit selected rows from a position on, after some that are skipped, and whether there are
// more.
func (o *sequence) forward(at, skip, limit int) (out []place, more bool) {
	for n := o.len(); at < n; at++ {
		row := o.row(at)
		switch {
		case !o.set.Test(uint(row)):
		case skip > 0:
			skip--
		case len(out) == limit:
			return out, true
		default:
			out = append(out, o.place(row))
		}
	}
	return out, false
}

// backward returns the last selected rows before a position, up to limit of them, and whether there are more.
func (o *sequence) backward(at, limit int) (out []place, more bool) {
	for at--; at >= 0; at-- {
		row := o.row(at)
		if !o.set.Test(uint(row)) {
			continue
		}
		if len(out) == limit {
			more = true
			break
		}
		out = append(out, o.place(row))
	}
	slices.Reverse(out)
	return out, more
}

// placeOf is where a cursor points at; only its reference and value count.
func placeOf(c *cursor) (place, bool) {
	ref, err := catalog.ParseRef(c.Values[len(c.Values)-1], "", "")
	if err != nil {
		return place{}, false
	}
	at := place{ref: ref}
	if len(c.Values) > 1 {
		at.key = c.Values[0]
	}
	return at, true
}

// cursors are the places before and behind a page, empty where there is nothing.
func (s *selection) cursors(q *question, p *page) (next, prev string) {
	if len(p.rows) == 0 || q.limit == 0 {
		return "", ""
	}
	to := func(at place, previous bool) string {
		c := cursor{Query: q.query, Order: q.order, Text: q.text, Previous: previous, Values: []string{at.ref.String()}}
		if s.by != nil {
			c.Values = []string{at.key, at.ref.String()}
		}
		if c.Order == nil {
			c.Order = []orderField{}
		}
		return c.String()
	}
	if p.after {
		next = to(p.rows[len(p.rows)-1], false)
	}
	if p.before {
		prev = to(p.rows[0], true)
	}
	return next, prev
}
