package search

import (
	"errors"
	"iter"
	"os"
	"path/filepath"
	"sync"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"
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

const (
	buildBatch = 5000
	buildMerge = 1000 // segments of a batch each that are merged at once: all of them
)

// buildIndex writes documents to a new index. In dir it builds off-line, which gives one compact segment; without a
// dir the index is kept in memory.
func buildIndex(dir string, fields []field, docs iter.Seq[indexable]) (*index, error) {
	m := analysed{bleve.NewIndexMapping()}
	m.DefaultMapping = bleve.NewDocumentStaticMapping()
	x := newIndex(fields)
	x.dir = dir
	var err error
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

func newIndex(fields []field) *index {
	return &index{fields: fields, scratch: sync.Pool{New: func() any { return new(scores) }}}
}

// unsynced are the settings of an index that is a cache and is rebuilt after a crash: nothing waits for the disk.
func unsynced() map[string]any { return map[string]any{"unsafe_batch": true, "bolt_timeout": "5s"} }

func diskIndex(dir string, m analysed, docs iter.Seq[indexable]) (bleve.Index, error) {
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, err
	}
	var b bleve.Builder
	err := prepared(docs, func(doc *document.Document) (err error) {
		if b == nil {
			settings := map[string]any{"batchSize": buildBatch, "mergeMax": buildMerge, "buildPathPrefix": parent}
			if b, err = bleve.NewBuilder(dir, m, settings); err != nil {
				return err
			}
		}
		return b.Index(doc.ID(), doc)
	})
	switch {
	case b == nil && err != nil:
		return nil, err
	case b == nil: // a builder cannot be closed empty
		return bleve.NewUsing(dir, m.IndexMappingImpl, scorch.Name, scorch.Name, unsynced())
	}
	if err = errors.Join(err, b.Close()); err != nil {
		return nil, err
	}
	return bleve.OpenUsing(dir, unsynced())
}

func memoryIndex(m analysed, docs iter.Seq[indexable]) (bleve.Index, error) {
	idx, err := bleve.NewUsing("", m.IndexMappingImpl, scorch.Name, scorch.Name, nil)
	if err != nil {
		return nil, err
	}
	batch := idx.NewBatch()
	err = prepared(docs, func(doc *document.Document) error {
		if err := batch.IndexAdvanced(doc); err != nil || batch.Size() < buildBatch {
			return err
		}
		defer batch.Reset()
		return idx.Batch(batch)
	})
	if err == nil {
		err = idx.Batch(batch)
	}
	if err != nil {
		return nil, errors.Join(err, idx.Close())
	}
	return idx, nil
}

// apply puts documents in place of those with the same id; a nil document removes.
func (x *index) apply(docs iter.Seq2[string, *document.Document]) error {
	batch := x.bleve.NewBatch()
	for id, doc := range docs {
		if doc == nil {
			batch.Delete(id)
		} else if err := batch.IndexAdvanced(doc); err != nil {
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
