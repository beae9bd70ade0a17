package store

import (
	"runtime"
	"sync"
)

// aheadPart is how many rows one goroutine makes at once.
const aheadPart = 512

// ahead makes n rows on all processors, some before they are asked for, while one connection takes them in order: the
// function that it returns gives row 0, 1, ... to a caller that asks for each once. stop ends the goroutines; call it
// also when all rows were taken. row is called from several goroutines at once.
func ahead(n int, row func(i int) []any) (next func(i int) []any, stop func()) {
	parts := make(chan chan [][]any, runtime.GOMAXPROCS(0)+1)
	stopped := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(parts)
		for from := 0; from < n; from += aheadPart {
			made := make(chan [][]any, 1)
			select {
			case parts <- made:
			case <-stopped:
				return
			}
			wg.Go(func() {
				rows := make([][]any, min(aheadPart, n-from))
				for i := range rows {
					rows[i] = row(from + i)
				}
				made <- rows
			})
		}
	})
	var rows [][]any
	next = func(i int) []any {
		if i%aheadPart == 0 {
			rows = <-<-parts
		}
		return rows[i%aheadPart]
	}
	return next, func() { close(stopped); wg.Wait() }
}
