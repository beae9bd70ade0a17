package search

import "strings"

// blocks keeps many small texts and lists of ids in few pieces of memory, which the garbage collector looks at
// together. What is given out never moves. Pieces grow with what one edit keeps, so that a small edit stays small.
type blocks struct {
	text *strings.Builder
	ids  []uint32
}

const (
	leastBlock = 64
	mostBlock  = 64 << 10
)

// keep copies a text.
func (b *blocks) keep(s string) string {
	if b.text == nil || b.text.Cap()-b.text.Len() < len(s) {
		size := leastBlock
		if b.text != nil {
			size = min(2*b.text.Cap(), mostBlock)
		}
		b.text = new(strings.Builder)
		b.text.Grow(max(size, len(s)))
	}
	at := b.text.Len()
	b.text.WriteString(s)
	return b.text.String()[at:]
}

// list returns a list of one id that grows elsewhere.
func (b *blocks) list(id uint32) []uint32 {
	if len(b.ids) == cap(b.ids) {
		b.ids = make([]uint32, 0, min(max(leastBlock/4, 2*cap(b.ids)), mostBlock/4))
	}
	b.ids = append(b.ids, id)
	return b.ids[len(b.ids)-1 : len(b.ids) : len(b.ids)]
}
