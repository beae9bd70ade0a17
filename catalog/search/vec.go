package search

// chunkBits sizes the unit that an edit of a vec copies: 256 elements.
const chunkBits = 8

// vec is a persistent vector: editing one element of a vector of 100,000 copies one chunk and the list of chunks,
// so that a single changed entity does not copy the catalog. The zero value is empty. Readers need no lock.
type vec[T any] struct {
	chunks [][]T
	n      int
}

func (v vec[T]) len() int { return v.n }

func (v vec[T]) at(i uint32) T { return v.chunks[i>>chunkBits][i&(1<<chunkBits-1)] }

// place is at without the copy. What it points to must not be changed.
func (v vec[T]) place(i uint32) *T { return &v.chunks[i>>chunkBits][i&(1<<chunkBits-1)] }

// vecEdit is the only writer of a vec that is not published yet. It copies a chunk before its first change.
type vecEdit[T any] struct {
	vec[T]
	owned []bool
}

func (v vec[T]) edit() *vecEdit[T] {
	chunks := make([][]T, len(v.chunks), len(v.chunks)+1)
	copy(chunks, v.chunks)
	return &vecEdit[T]{vec[T]{chunks, v.n}, make([]bool, len(chunks), len(chunks)+1)}
}

func (e *vecEdit[T]) set(i uint32, x T) {
	c := i >> chunkBits
	e.claim(c)
	e.chunks[c][i&(1<<chunkBits-1)] = x
}

// own returns the element to change in place. It is not valid after the next add.
func (e *vecEdit[T]) own(i uint32) *T {
	c := i >> chunkBits
	e.claim(c)
	return &e.chunks[c][i&(1<<chunkBits-1)]
}

// add appends x and returns its index.
func (e *vecEdit[T]) add(x T) uint32 {
	c := e.n >> chunkBits
	if c == len(e.chunks) {
		e.chunks = append(e.chunks, make([]T, 0, 1<<chunkBits))
		e.owned = append(e.owned, true)
	}
	e.claim(uint32(c))
	e.chunks[c] = append(e.chunks[c], x)
	e.n++
	return uint32(e.n - 1)
}

func (e *vecEdit[T]) claim(c uint32) {
	if e.owned[c] {
		return
	}
	e.chunks[c] = append(make([]T, 0, 1<<chunkBits), e.chunks[c]...)
	e.owned[c] = true
}

// newVec returns a vector of n zero elements, which may be changed in place until it is published.
func newVec[T any](n int) vec[T] {
	v := vec[T]{n: n}
	for left := n; left > 0; left -= 1 << chunkBits {
		v.chunks = append(v.chunks, make([]T, min(left, 1<<chunkBits), 1<<chunkBits))
	}
	return v
}
