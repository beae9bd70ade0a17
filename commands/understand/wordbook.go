package understand

import (
	"maps"
	"strings"
)

// wordBook numbers the raw words of texts, as stems. Numbers below first belong to the concepts of the lexicon. The
// words of the last merge lie packed in one string; those that came after are in a map. It is immutable once an index
// has it.
type wordBook struct {
	first uint32
	arena string
	ends  []uint32          // where each packed word ends in arena
	slots []uint32          // open addressing: 1 + place of a packed word, 0 for none
	late  map[string]uint32 // words that came after, by their number
	mine  bool              // late may be written to
}

// size is the number behind the last one given.
func (b *wordBook) size() uint32 { return b.first + uint32(len(b.ends)+len(b.late)) }

func (b *wordBook) packed(i uint32) string {
	from := uint32(0)
	if i > 0 {
		from = b.ends[i-1]
	}
	return b.arena[from:b.ends[i]]
}

// find returns the number of a word.
func (b *wordBook) find(w string) (uint32, bool) {
	if len(b.slots) > 0 {
		mask := uint64(len(b.slots) - 1)
		for h := hashOf(w) & mask; b.slots[h] != 0; h = (h + 1) & mask {
			if i := b.slots[h] - 1; b.packed(i) == w {
				return b.first + i, true
			}
		}
	}
	t, ok := b.late[w]
	return t, ok
}

// edit returns a book that can take more words; b stays as it is.
func (b *wordBook) edit() *wordBook {
	c := *b
	c.mine = false
	return &c
}

// number returns the number of a word, new if need be.
func (b *wordBook) number(w string) uint32 {
	t, ok := b.find(w)
	if ok {
		return t
	}
	if !b.mine {
		if b.late = maps.Clone(b.late); b.late == nil {
			b.late = map[string]uint32{}
		}
		b.mine = true
	}
	t = b.size()
	b.late[strings.Clone(w)] = t
	return t
}

// all returns every word in the order of their numbers.
func (b *wordBook) all() []string {
	out := make([]string, len(b.ends)+len(b.late))
	for i := range b.ends {
		out[i] = b.packed(uint32(i))
	}
	for w, t := range b.late {
		out[t-b.first] = w
	}
	return out
}

// packWords numbers words in their order.
func packWords(first uint32, words []string) *wordBook {
	b := &wordBook{first: first, ends: make([]uint32, len(words))}
	total := 0
	for _, w := range words {
		total += len(w)
	}
	var arena strings.Builder
	arena.Grow(total)
	size := 2
	for size < 2*len(words) {
		size *= 2
	}
	b.slots = make([]uint32, size)
	for i, w := range words {
		arena.WriteString(w)
		b.ends[i] = uint32(arena.Len())
		h := hashOf(w) & uint64(size-1)
		for b.slots[h] != 0 {
			h = (h + 1) & uint64(size-1)
		}
		b.slots[h] = uint32(i) + 1
	}
	b.arena = arena.String()
	return b
}

// hashOf is FNV-1a with the finish of Murmur3, so that every bit depends on all characters.
func hashOf[T string | []byte](s T) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
