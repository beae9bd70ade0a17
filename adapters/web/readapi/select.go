package readapi

import (
	"maps"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// selection runs a question over a view.
type selection struct {
	view search.View
	pred predicate
	text test   // of the full-text filter; nil: none
	by   *field // the order; nil: by reference
	desc bool
}

// newSelection makes a question ready to run. Filters that are none are an error of kind Invalid.
func newSelection(view search.View, q *question) (*selection, error) {
	s := ordered(view, q)
	return s, s.prepare(q)
}

// ordered knows the order of a question and not yet its filters: enough to find a page of kept rows.
func ordered(view search.View, q *question) *selection {
	s := &selection{view: view}
	if len(q.order) > 0 {
		f := newField(q.order[0].Field, view)
		s.by, s.desc = &f, q.order[0].Order == "desc"
	}
	return s
}

// prepare makes the filters ready.
func (s *selection) prepare(q *question) (err error) {
	if s.pred, err = compile(s.view, q.query); err == nil && q.text != nil {
		s.text = s.contains(q.text)
	}
	return err
}

// contains is the full-text filter: one of the fields contains the term. Without fields Backstage looks into the
// order's, or else into uids; here the fields people see take the place of the latter.
func (s *selection) contains(t *fullText) test {
	paths := t.Fields
	if len(paths) == 0 && s.by != nil {
		paths = []string{s.by.key}
	} else if len(paths) == 0 {
		paths = []string{"metadata.name", "metadata.title", "spec.profile.displayname"}
	}
	fields := make([]field, 0, min(len(paths), mostFields))
	for _, p := range paths[:min(len(paths), mostFields)] {
		fields = append(fields, newField(p, s.view))
	}
	term := strings.ToLower(t.Term)
	return func(e *item) bool {
		return slices.ContainsFunc(fields, func(f field) bool {
			return f.any(e, func(v string) bool { return strings.Contains(strings.ToLower(v), term) })
		})
	}
}

// each calls f with every selected entity, by reference, until it returns false. An item is good for the call only.
func (s *selection) each(f func(*item) bool) {
	chosen := func(i *item) bool { return s.pred.test(i) && (s.text == nil || s.text(i)) }
	if s.pred.among != nil {
		for _, ref := range slices.SortedFunc(maps.Keys(s.pred.among), catalog.Ref.Compare) {
			if i, ok := itemOf(s.view, ref); ok && chosen(i) && !f(i) {
				return
			}
		}
		return
	}
	kinds := []string{""}
	if s.pred.kinds != nil {
		kinds = slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(s.pred.kinds))), func(k string) bool { return k == "" })
	}
	i := &item{view: s.view}
	for _, k := range kinds {
		for i.head = range search.Heads(s.view, k) {
			i.whole = nil
			if chosen(i) && !f(i) {
				return
			}
		}
	}
}

// place is an entity with what it is ordered by.
type place struct {
	key string
	ref catalog.Ref
}

// compare orders places as the pages run.
func (s *selection) compare(a, b place) int {
	c := strings.Compare(a.key, b.key)
	if c == 0 {
		c = a.ref.Compare(b.ref)
	}
	if s.desc {
		return -c
	}
	return c
}

// page is a part of what was selected.
type page struct {
	rows   []place
	total  int
	before bool // there is something before the first row
	after  bool // there is something behind the last row
}

// everything selects all rows, in order.
func (s *selection) everything() []place {
	rows := []place{}
	s.each(func(e *item) bool {
		at := place{ref: e.head.Ref}
		if s.by != nil {
			var has bool
			if at.key, has = s.by.low(e); !has {
				return true
			}
		}
		rows = append(rows, at)
		return true
	})
	if s.by != nil {
		slices.SortFunc(rows, s.compare)
	}
	return rows
}

// cut takes a page out of all rows.
func (s *selection) cut(q *question, rows []place) page {
	p := page{total: len(rows)}
	first, last := q.offset, q.offset
	if q.from != nil {
		from, ok := placeOf(q.from)
		if !ok {
			return page{}
		}
		var hit bool
		if first, hit = slices.BinarySearchFunc(rows, from, s.compare); hit && !q.from.Previous {
			first++
		}
		last = first
	}
	if q.from != nil && q.from.Previous {
		first = max(0, last-q.limit)
		p.after = true
	} else {
		first = min(first, len(rows))
		last = min(first+q.limit, len(rows))
		p.after = last < len(rows)
	}
	p.before = q.from != nil && first > 0
	p.rows = rows[first:last]
	return p
}

// page selects one page. It keeps no more rows than the page needs while it passes over the catalog once.
func (s *selection) page(q *question) page {
	p := page{}
	rank, backward := s.compare, false
	var from *place
	if q.from != nil {
		start, ok := placeOf(q.from)
		if !ok {
			return p
		}
		from = &start
		if backward = q.from.Previous; backward {
			rank = func(a, b place) int { return s.compare(b, a) }
		}
	}
	skip := 0
	if from == nil {
		skip = q.offset
	}
	best := nearest{rank: rank, need: skip + q.limit + 1}
	s.each(func(e *item) bool {
		at := place{ref: e.head.Ref}
		if s.by != nil {
			var has bool
			if at.key, has = s.by.low(e); !has {
				return true // Backstage's pages leave out what lacks the field they are ordered by
			}
		}
		p.total++
		if from != nil && rank(at, *from) <= 0 {
			p.before = true
			return true
		}
		best.add(at)
		return q.total || s.by != nil || backward || len(best.rows) < best.need
	})
	rows := best.sorted()
	rows = rows[min(skip, len(rows)):]
	more := len(rows) > q.limit
	rows = rows[:min(q.limit, len(rows))]
	if backward {
		slices.Reverse(rows)
		p.before, p.after = more, true
	} else {
		p.after = more
	}
	p.rows = rows
	return p
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

// nearest keeps the first need places of many.
type nearest struct {
	rank func(a, b place) int
	need int
	rows []place
	full bool // rows[need-1] is the last that counts
}

func (n *nearest) add(p place) {
	if n.full && n.rank(p, n.rows[n.need-1]) > 0 {
		return
	}
	if n.rows = append(n.rows, p); len(n.rows) >= 2*n.need+64 {
		n.cut()
	}
}

func (n *nearest) cut() {
	slices.SortFunc(n.rows, n.rank)
	if len(n.rows) > n.need {
		n.rows = n.rows[:n.need]
	}
	n.full = len(n.rows) == n.need
}

func (n *nearest) sorted() []place {
	n.cut()
	return n.rows
}
