package search

import (
	"fmt"
	"testing"
)

// TestHashIDs adds ids under hashes that collide a lot, in several generations, and looks for all of them in each.
func TestHashIDs(t *testing.T) {
	hashOf := func(id uint32) uint64 { return uint64(id%7)*shardCount*3 + uint64(id)%2 }
	find := func(h hashIDs, id uint32) bool {
		got, ok := h.find(hashOf(id), func(x uint32) bool { return x == id })
		return ok && got == id
	}
	var states []hashIDs
	h := hashIDs{}
	if find(h, 0) {
		t.Error("the empty set holds something")
	}
	for gen := range uint32(20) {
		e := h.edit()
		for i := range gen + 1 {
			id := gen*100 + i
			e.add(hashOf(id), id, hashOf)
		}
		h = e.hashIDs
		states = append(states, h)
	}
	for at, s := range states {
		for gen := range uint32(20) {
			for i := range gen + 1 {
				if id := gen*100 + i; find(s, id) != (gen <= uint32(at)) {
					t.Fatalf("state %d: id %d", at, id)
				}
			}
		}
	}
}

func TestBlocks(t *testing.T) {
	var b blocks
	var texts []string
	var lists [][]uint32
	for i := range 3000 {
		texts = append(texts, b.keep(fmt.Sprint("name-", i)))
		lists = append(lists, b.list(uint32(i)))
	}
	long := b.keep(fmt.Sprintf("%0*d", 2*mostBlock, 7))
	for i := range texts {
		if want := fmt.Sprint("name-", i); texts[i] != want || len(lists[i]) != 1 || lists[i][0] != uint32(i) {
			t.Fatalf("%q %v, want %q", texts[i], lists[i], want)
		}
		if grown := append(lists[i], 1); &grown[0] == &lists[i][0] {
			t.Fatal("a list grows over its neighbour")
		}
	}
	if len(long) != 2*mostBlock {
		t.Error("a long text is cut")
	}
}
