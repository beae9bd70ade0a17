package search

import (
	"errors"
	"iter"
	"os"
	"path/filepath"
	"sync"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/mapping"
)

// index is one bleve index. It is replaced as a whole after a bulk change and closed when the last search in it has
// ended.
type index struct {
	bleve  bleve.Index
	dir    string // removed on close; empty for an index in memory
	fields []field

	scratch sync.Pool // of *scores

	mu     sync.Mutex
	users  int
	closed bool
}

const buildBatch = 5000

// buildIndex writes documents to a new index. In dir it builds off-line, which gives one compact segment; without a
// dir the index is kept in memory.
func buildIndex(dir string, fields []field, docs iter.Seq2[string, any]) (*index, error) {
	m, err := newMapping(fields)
	if err != nil {
		return nil, err
	}
	x := &index{fields: fields, dir: dir, scratch: sync.Pool{New: func() any { return new(scores) }}}
	if dir == "" {
		x.bleve, err = memoryIndex(m, docs)
	} else {
		x.bleve, err = diskIndex(dir, m, docs)
	}
	if err != nil {
		if dir != "" {
			err = errors.Join(err, os.RemoveAll(dir))
		}
		return nil, err
	}
	return x, nil
}

// unsynced are the settings of an index that is a cache and is rebuilt after a crash: nothing waits for the disk.
func unsynced() map[string]any { return map[string]any{"unsafe_batch": true, "bolt_timeout": "5s"} }

func diskIndex(dir string, m mapping.IndexMapping, docs iter.Seq2[string, any]) (bleve.Index, error) {
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, err
	}
	var b bleve.Builder
	for id, doc := range docs {
		if b == nil {
			var err error
			if b, err = bleve.NewBuilder(dir, m, map[string]any{"batchSize": buildBatch, "buildPathPrefix": parent}); err != nil {
				return nil, err
			}
		}
		if err := b.Index(id, doc); err != nil {
			return nil, errors.Join(err, b.Close())
		}
	}
	if b == nil { // a builder cannot be closed empty
		return bleve.NewUsing(dir, m, scorch.Name, scorch.Name, unsynced())
	}
	if err := b.Close(); err != nil {
		return nil, err
	}
	return bleve.OpenUsing(dir, unsynced())
}

func memoryIndex(m mapping.IndexMapping, docs iter.Seq2[string, any]) (bleve.Index, error) {
	idx, err := bleve.NewUsing("", m, scorch.Name, scorch.Name, nil)
	if err != nil {
		return nil, err
	}
	batch := idx.NewBatch()
	for id, doc := range docs {
		if err := batch.Index(id, doc); err != nil {
			return nil, errors.Join(err, idx.Close())
		}
		if batch.Size() >= buildBatch {
			if err := idx.Batch(batch); err != nil {
				return nil, errors.Join(err, idx.Close())
			}
			batch.Reset()
		}
	}
	if err := idx.Batch(batch); err != nil {
		return nil, errors.Join(err, idx.Close())
	}
	return idx, nil
}

// apply puts documents in place of those with the same id; a nil document removes.
func (x *index) apply(docs iter.Seq2[string, any]) error {
	batch := x.bleve.NewBatch()
	for id, doc := range docs {
		if doc == nil {
			batch.Delete(id)
		} else if err := batch.Index(id, doc); err != nil {
			return err
		}
	}
	if batch.Size() == 0 {
		return nil
	}
	return x.bleve.Batch(batch)
}

// use claims the index for a search; it reports false when the index is closed already.
func (x *index) use() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closed {
		return false
	}
	x.users++
	return true
}

// done ends a claim, and closes the index when it was the last one of a retired index.
func (x *index) done() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.users--
	if x.closed && x.users == 0 {
		_ = x.release()
	}
}

// retire closes the index once no search uses it.
func (x *index) retire() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closed {
		return nil
	}
	x.closed = true
	if x.users == 0 {
		return x.release()
	}
	return nil
}

func (x *index) release() error {
	err := x.bleve.Close()
	if x.dir != "" {
		err = errors.Join(err, os.RemoveAll(x.dir))
	}
	return err
}
