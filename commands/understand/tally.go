package understand

// tally adds something up by row. It is a hash table that is emptied and used again without giving its memory back.
type tally[V any] struct {
	slots []uint32 // 1 + place in items, 0 for none
	items []tallied[V]
}

type tallied[V any] struct {
	row   uint32
	value V
}

// at returns the value of a row, new if need be. It is good until the next call.
func (t *tally[V]) at(row uint32) *V {
	if 2*len(t.items) >= len(t.slots) {
		t.grow()
	}
	s := t.slot(row)
	if t.slots[s] == 0 {
		t.items = append(t.items, tallied[V]{row: row})
		t.slots[s] = uint32(len(t.items))
	}
	return &t.items[t.slots[s]-1].value
}

// slot returns where a row is or belongs.
func (t *tally[V]) slot(row uint32) uint32 {
	mask := uint32(len(t.slots) - 1)
	s := row * 2654435769 >> 7 & mask
	for t.slots[s] != 0 && t.items[t.slots[s]-1].row != row {
		s = (s + 1) & mask
	}
	return s
}

func (t *tally[V]) grow() {
	const least = 64
	t.slots = make([]uint32, max(least, 2*len(t.slots)))
	for i := range t.items {
		t.slots[t.slot(t.items[i].row)] = uint32(i + 1)
	}
}

// clear empties the tally.
func (t *tally[V]) clear() {
	if len(t.items) > len(t.slots)/8 {
		clear(t.slots)
	} else {
		for i := range t.items {
			mask := uint32(len(t.slots) - 1)
			s := t.items[i].row * 2654435769 >> 7 & mask
			for ; t.slots[s] != 0; s = (s + 1) & mask {
				t.slots[s] = 0
			}
		}
	}
	t.items = t.items[:0]
}
