package search

import (
	"math/bits"
	"slices"
	"sort"
	"unicode/utf8"
)

// spellings finds the keys within one or two edits of a text.
//
// One edit leaves the first or the second half of a key intact, so a sorted table of half hashes yields the few keys
// to compare (the one exception, neighbours swapped across the middle, is tried directly). Two edits are found by
// looking through the letter signatures of all keys of about the same length: an edit changes at most two bits, so
// one XOR and one population count dismiss nearly every key. On 100,000 names that takes 11 and 80 microseconds at the
// median and 28 bytes a key. Symmetric-delete tables take 8 and 115 with 220 and 2,000 bytes a key, an automaton on a
// finite state transducer 130 and 780 with 11 bytes.
type spellings struct {
	start  [osaLimit + 2]int32 // by length in characters: where its keys begin in keys and sigs
	keys   []uint32
	sigs   []uint64
	halves []uint64 // hash of a half in the upper 32 bits, index into keys in the lower; sorted
}

// minTypo is the length in characters below which a name is never taken for a misspelt other one.
const minTypo = 4

func newSpellings(posts vec[keyPost]) *spellings {
	s := &spellings{}
	lengths := make([]uint8, posts.len()) // in characters; 0 of keys that have no place in the tables
	total := 0
	for key := range uint32(posts.len()) {
		p := posts.place(key)
		if n := utf8.RuneCountInString(p.text); len(p.ids) > 0 && n >= minTypo && n <= osaLimit {
			lengths[key] = uint8(n)
			s.start[n+1]++
			total++
		}
	}
	for n := 1; n < len(s.start); n++ {
		s.start[n] += s.start[n-1]
	}
	s.keys, s.sigs, s.halves = make([]uint32, total), make([]uint64, total), make([]uint64, 0, 2*total)
	next := s.start
	for key, length := range lengths {
		if length == 0 {
			continue
		}
		n, at := int(length), next[length]
		next[length]++
		text := posts.place(uint32(key)).text
		s.keys[at], s.sigs[at] = uint32(key), signature(text)
		cut := offset(text, n/2)
		s.halves = append(s.halves,
			uint64(halfHash(0, n, text[:cut]))<<32|uint64(at),
			uint64(halfHash(1, n, text[cut:]))<<32|uint64(at))
	}
	slices.Sort(s.halves)
	return s
}

// signature counts letters in unary: two bits a letter (once, more than once), one bit a digit, two for the rest.
// One edit changes at most two of its bits, a swap none.
func signature(s string) uint64 {
	var once, twice, rest uint64
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z':
			bit := uint64(1) << (r - 'a')
			twice |= once & bit
			once |= bit
		case r >= '0' && r <= '9':
			rest |= 1 << (r - '0')
		default:
			rest |= 1 << (10 + r&1)
		}
	}
	return once | twice<<26 | rest<<52
}

func halfHash(which, n int, s string) uint32 {
	h := uint32(2166136261) ^ uint32(which<<8|n)
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return h
}

// offset is where the n-th character of s begins.
func offset(s string, n int) int {
	if isPlain(s) {
		return n
	}
	i := 0
	for ; n > 0; n-- {
		_, w := utf8.DecodeRuneInString(s[i:])
		i += w
	}
	return i
}

// one calls found for every key that may be one edit away from text, some more than once.
func (s *spellings) one(text string, found func(key uint32)) {
	m := utf8.RuneCountInString(text)
	sig := signature(text)
	for n := max(minTypo, m-1); n <= min(m+1, osaLimit); n++ {
		head := n / 2
		tail := n - head
		if head <= m {
			s.half(halfHash(0, n, text[:offset(text, head)]), sig, found)
		}
		if tail <= m {
			s.half(halfHash(1, n, text[offset(text, m-tail):]), sig, found)
		}
	}
}

func (s *spellings) half(hash uint32, sig uint64, found func(key uint32)) {
	from := uint64(hash) << 32
	for i := sort.Search(len(s.halves), func(i int) bool { return s.halves[i] >= from }); i < len(s.halves); i++ {
		if uint32(s.halves[i]>>32) != hash {
			return
		}
		if at := uint32(s.halves[i]); onesApart(s.sigs[at], sig) <= 2 {
			found(s.keys[at])
		}
	}
}

// within calls found for every key that may be at most that many edits away from text.
func (s *spellings) within(edits int, text string, found func(key uint32)) {
	m := utf8.RuneCountInString(text)
	if m-edits > osaLimit {
		return
	}
	sig := signature(text)
	from, to := s.start[max(minTypo, m-edits)], s.start[min(m+edits, osaLimit)+1]
	for i, other := range s.sigs[from:to] {
		if onesApart(other, sig) <= 2*edits {
			found(s.keys[int(from)+i])
		}
	}
}

// onesApart is how many bits two signatures differ in.
func onesApart(a, b uint64) int { return bits.OnesCount64(a ^ b) }
