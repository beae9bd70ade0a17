package understand

import "slices"

// shelf is postings that a few rows have changed in since they were packed: packed rows that are dead, and late rows
// that stand between them. Reading it gives what postings packed anew would. It is immutable.
type shelf struct {
	base  postings
	rows  uint32               // packed ones
	dead  []uint64             // a bit a packed row, nil when all live
	gone  int                  // how many are dead
	minus map[uint32]uint32    // by term: postings of dead rows
	late  []lateRow            // in order; their numbers follow those of the packed rows
	more  map[uint32][]posting // postings of late rows by term
}

// lateRow is a row that came after the packing.
type lateRow struct {
	at    uint32    // the packed row that it stands before
	terms []posting // by term
}

// live is how many rows there are.
func (s *shelf) live() int { return int(s.rows) - s.gone + len(s.late) }

func isDead(dead []uint64, row uint32) bool {
	return dead != nil && dead[row>>6]&(1<<(row&63)) != 0
}

// df is in how many rows a term occurs.
func (s *shelf) df(term uint32) int {
	from, to := s.base.span(term)
	n := int(to - from)
	if s.minus != nil {
		n -= int(s.minus[term])
	}
	return n + len(s.more[term])
}

// each calls f for at most so many rows that have a term, in their order.
func (s *shelf) each(term uint32, most int, f func(row uint32, q uint8)) {
	more := s.more[term]
	at := int(term) * int(s.base.blocks)
	for b := range s.base.blocks {
		if at+int(b)+1 >= len(s.base.starts) {
			break
		}
		for i := s.base.starts[at+int(b)]; i < s.base.starts[at+int(b)+1]; i++ {
			row := b<<blockBits | uint32(s.base.low[i])
			for len(more) > 0 && s.late[more[0].ent-s.rows].at <= row && most > 0 {
				f(more[0].ent, more[0].q)
				more, most = more[1:], most-1
			}
			if most <= 0 {
				return
			}
			if !isDead(s.dead, row) {
				f(row, s.base.q[i])
				most--
			}
		}
	}
	for _, p := range more[:min(len(more), max(most, 0))] {
		f(p.ent, p.q)
	}
}

// find returns how tellingly a term occurs for a row.
func (s *shelf) find(term, row uint32) (uint8, bool) {
	if row < s.rows {
		if isDead(s.dead, row) {
			return 0, false
		}
		return s.base.find(term, row)
	}
	l := s.more[term]
	if i, ok := slices.BinarySearchFunc(l, row, func(p posting, row uint32) int { return int(p.ent) - int(row) }); ok {
		return l[i].q, true
	}
	return 0, false
}

// compare orders two rows.
func (s *shelf) compare(a, b uint32) int { return int(s.rank(a)) - int(s.rank(b)) }

// rank grows with the order of rows, late ones standing before the packed row they belong before.
func (s *shelf) rank(row uint32) int64 {
	const wide = 1 << 24
	if row < s.rows {
		return int64(row)*wide + wide - 1
	}
	i := row - s.rows
	return int64(s.late[i].at)*wide + int64(i)
}

// setLate takes the late rows over.
func (s *shelf) setLate(late []lateRow) {
	s.late, s.more = late, make(map[uint32][]posting)
	for i := range late {
		for _, p := range late[i].terms {
			s.more[p.ent] = append(s.more[p.ent], posting{s.rows + uint32(i), p.q})
		}
	}
}

// order returns all live rows.
func (s *shelf) order() []uint32 {
	out := make([]uint32, 0, s.live())
	k := 0
	for row := range s.rows {
		for ; k < len(s.late) && s.late[k].at <= row; k++ {
			out = append(out, s.rows+uint32(k))
		}
		if !isDead(s.dead, row) {
			out = append(out, row)
		}
	}
	for ; k < len(s.late); k++ {
		out = append(out, s.rows+uint32(k))
	}
	return out
}

// packed returns the same rows with nothing late or dead. terms gives every term that lives its new number, in the
// same order; the others are nothing (noTerm). rows are the new numbers of rows.
func (s *shelf) packed(terms, rows []uint32, count uint32) *shelf {
	p := newPacker(s.live(), count, len(s.base.low))
	for t, to := range terms {
		if to != noTerm {
			s.each(uint32(t), int(s.rows)+len(s.late), func(row uint32, q uint8) { p.add(to, rows[row], q) })
		}
	}
	return &shelf{base: p.finish(), rows: uint32(s.live())}
}

// noTerm is the number of a term that occurs nowhere any more.
const noTerm = ^uint32(0)

// shelfEdit is a shelf under change: rows are taken out of it.
type shelfEdit struct {
	shelf
}

func (s *shelf) edit() *shelfEdit {
	c := &shelfEdit{*s}
	c.dead = slices.Clone(s.dead)
	if c.dead == nil {
		c.dead = make([]uint64, s.rows/64+1)
	}
	minus := make(map[uint32]uint32, len(s.minus))
	for t, n := range s.minus {
		minus[t] = n
	}
	c.minus = minus
	return c
}

// kill takes a packed row out whose terms are given.
func (c *shelfEdit) kill(row uint32, terms []posting) {
	c.dead[row>>6] |= 1 << (row & 63)
	c.gone++
	for _, p := range terms {
		c.minus[p.ent]++
	}
}
