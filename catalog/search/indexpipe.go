package search

import (
	"iter"
	"runtime"
	"sync"

	"github.com/blevesearch/bleve/v2/document"
)

// indexable is a document to be, made on whatever goroutine has time.
type indexable func() *document.Document

const (
	pipePart  = 128 // documents that change hands at once
	pipeParts = 32  // of them waiting: about what the index takes in a batch
)

// prepared makes documents on all processors and hands them over one by one, in no particular order. The goroutines
// have ended when it returns, which it does early when take fails.
func prepared(docs iter.Seq[indexable], take func(*document.Document) error) error {
	todo, ready := make(chan []indexable), make(chan []*document.Document, pipeParts)
	stop := make(chan struct{})
	var feeder, makers sync.WaitGroup
	feeder.Go(func() {
		defer close(todo)
		feed(docs, todo, stop)
	})
	for range runtime.GOMAXPROCS(0) {
		makers.Go(func() {
			for part := range todo {
				out := make([]*document.Document, len(part))
				for i, doc := range part {
					out[i] = doc()
				}
				select {
				case ready <- out:
				case <-stop:
				}
			}
		})
	}
	go func() { // ends with the makers, which end with the feeder
		makers.Wait()
		close(ready)
	}()
	err := takeAll(ready, take)
	close(stop)
	for range ready { //nolint:revive // what is left is not wanted
	}
	feeder.Wait()
	return err
}

// feed splits documents into parts until stop is closed.
func feed(docs iter.Seq[indexable], todo chan<- []indexable, stop <-chan struct{}) {
	send := func(part []indexable) bool {
		select {
		case todo <- part:
			return true
		case <-stop:
			return false
		}
	}
	part := make([]indexable, 0, pipePart)
	for doc := range docs {
		if part = append(part, doc); len(part) == pipePart {
			if !send(part) {
				return
			}
			part = make([]indexable, 0, pipePart)
		}
	}
	if len(part) > 0 {
		send(part)
	}
}

func takeAll(ready <-chan []*document.Document, take func(*document.Document) error) error {
	for part := range ready {
		for _, doc := range part {
			if err := take(doc); err != nil {
				return err
			}
		}
	}
	return nil
}
