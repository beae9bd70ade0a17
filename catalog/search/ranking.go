package search

import "container/heap"

// ranked is a scored document.
type ranked struct {
	doc   uint64
	score float32
	terms int
	full  bool // has all terms
}

// ranking is a heap of documents, the best on top: those with all terms first, then by score, then in index order.
type ranking []ranked

func (q ranking) Len() int { return len(q) }

func (q ranking) Less(i, j int) bool {
	a, b := q[i], q[j]
	switch {
	case a.full != b.full:
		return a.full
	case a.score != b.score:
		return a.score > b.score
	default:
		return a.doc < b.doc
	}
}

func (q ranking) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push implements heap.Interface.
func (q *ranking) Push(x any) { *q = append(*q, x.(ranked)) }

// Pop implements heap.Interface.
func (q *ranking) Pop() any {
	old := *q
	x := old[len(old)-1]
	*q = old[:len(old)-1]
	return x
}

func (q *ranking) init() { heap.Init(q) }

func (q *ranking) pop() ranked { return heap.Pop(q).(ranked) }
