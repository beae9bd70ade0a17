package understand

import "slices"

// posting says that a term occurs in what is written about a row, and how tellingly (0..100). In the list of a row the
// number is the term's.
type posting struct {
	ent uint32
	q   uint8
}

// postings are lists of rows by term without a pointer inside: three bytes a posting. Rows are kept as the lower half
// of their number in blocks of 65,536.
type postings struct {
	blocks uint32
	starts []uint32 // by term and block; one more at the end
	low    []uint16
	q      []uint8
}

const blockBits = 16

// packer fills postings term by term, in the order of rows.
type packer struct {
	out  postings
	next uint32 // the first of starts that is not set
}

// newPacker prepares postings for so many rows and terms. count is how many postings there will be, about.
func newPacker(rows int, terms uint32, count int) *packer {
	p := &packer{out: postings{blocks: max(1, uint32(rows+1<<blockBits-1)>>blockBits)}}
	p.out.starts = make([]uint32, int(terms)*int(p.out.blocks)+1)
	p.out.low, p.out.q = make([]uint16, 0, count), make([]uint8, 0, count)
	return p
}

func (p *packer) add(term, row uint32, q uint8) {
	p.open(term*p.out.blocks + row>>blockBits)
	p.out.low = append(p.out.low, uint16(row))
	p.out.q = append(p.out.q, q)
}

// open sets the starts up to and including slot.
func (p *packer) open(slot uint32) {
	for ; p.next <= slot; p.next++ {
		p.out.starts[p.next] = uint32(len(p.out.low))
	}
}

func (p *packer) finish() postings {
	p.open(uint32(len(p.out.starts) - 1))
	p.out.low, p.out.q = slices.Clip(p.out.low), slices.Clip(p.out.q)
	return p.out
}

// span returns where the postings of a term begin and end.
func (p *postings) span(term uint32) (from, to uint32) {
	at := int(term) * int(p.blocks)
	if at+int(p.blocks) >= len(p.starts) {
		return 0, 0
	}
	return p.starts[at], p.starts[at+int(p.blocks)]
}

// find returns how tellingly a term occurs for a row.
func (p *postings) find(term, row uint32) (uint8, bool) {
	at := int(term)*int(p.blocks) + int(row>>blockBits)
	if at+1 >= len(p.starts) {
		return 0, false
	}
	from := p.starts[at]
	i, ok := slices.BinarySearch(p.low[from:p.starts[at+1]], uint16(row))
	if !ok {
		return 0, false
	}
	return p.q[from+uint32(i)], true
}

// heap collects postings in the order of rows, without copying what it holds: the term in the upper half, then the
// row, then how tellingly.
type heap struct {
	chunks [][]uint64
	n      int
}

const heapChunk = 1 << 15

func (h *heap) add(term, row uint32, q uint8) {
	x := uint64(term)<<32 | uint64(row)<<8 | uint64(q)
	if last := len(h.chunks) - 1; last >= 0 && len(h.chunks[last]) < heapChunk {
		h.chunks[last] = append(h.chunks[last], x)
	} else {
		h.chunks = append(h.chunks, append(make([]uint64, 0, heapChunk), x))
	}
	h.n++
}

// pack sorts what was collected by term: two passes, the order of rows is kept.
func (h *heap) pack(rows int, terms uint32) postings {
	out := newPacker(rows, terms, 0).out
	slot := func(x uint64) int { return int(x>>32)*int(out.blocks) + int(uint32(x)>>8>>blockBits) }
	for _, c := range h.chunks {
		for _, x := range c {
			out.starts[slot(x)+1]++
		}
	}
	for i := 1; i < len(out.starts); i++ {
		out.starts[i] += out.starts[i-1]
	}
	next := slices.Clone(out.starts)
	out.low, out.q = make([]uint16, h.n), make([]uint8, h.n)
	for i, c := range h.chunks {
		for _, x := range c {
			s := slot(x)
			out.low[next[s]], out.q[next[s]] = uint16(x>>8), uint8(x)
			next[s]++
		}
		h.chunks[i] = nil
	}
	return out
}
