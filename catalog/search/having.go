package search

import (
	"context"
	"errors"
	"slices"

	api "github.com/blevesearch/bleve_index_api"
)

// having returns, sorted, the documents that have all terms, each in whatever field. Where the index can, it joins
// bitmaps: first a term's fields, then the terms.
func (l *lookup) having(terms []foundTerm) (docs []uint64, err error) {
	if l.q.names != nil {
		return l.havingByHand(terms)
	}
	var readers []api.TermFieldReader
	defer func() {
		for _, r := range readers {
			err = errors.Join(err, r.Close())
		}
	}()
	var sets []api.TermFieldReader
	for _, t := range terms {
		var fields []api.TermFieldReader
		for _, f := range l.fieldsOf(t.queryTerm) {
			r, err := l.reader.TermFieldReader(context.Background(), []byte(t.text), f.name, false, false, false)
			if err != nil {
				return nil, err
			}
			readers = append(readers, r)
			if r.Count() > 0 {
				fields = append(fields, r)
			}
		}
		joined, err := join("disjunction:unadorned", fields)
		if err != nil {
			return nil, err
		}
		if joined == nil {
			return l.havingByHand(terms)
		}
		sets = append(sets, joined)
	}
	joined, err := join("conjunction:unadorned", sets)
	if err != nil || joined == nil {
		return nil, err
	}
	err = every(joined, func(d *api.TermFieldDoc) { docs = append(docs, d.ID.Value()) })
	return docs, err
}

// join asks the index to combine readers; nil means that it cannot.
func join(kind string, readers []api.TermFieldReader) (api.TermFieldReader, error) {
	if len(readers) == 1 {
		return readers[0], nil
	}
	var octx api.OptimizableContext
	for _, r := range readers {
		o, ok := r.(api.Optimizable)
		if !ok {
			return nil, nil
		}
		var err error
		if octx, err = o.Optimize(kind, octx); err != nil || octx == nil {
			return nil, err
		}
	}
	if octx == nil {
		return nil, nil
	}
	res, err := octx.Finish()
	if err != nil {
		return nil, err
	}
	joined, _ := res.(api.TermFieldReader)
	return joined, nil
}

// havingByHand does the same for indexes that cannot join bitmaps, and where some documents may not be found by their
// owners.
func (l *lookup) havingByHand(terms []foundTerm) ([]uint64, error) {
	var docs []uint64
	for i, t := range terms {
		var here []uint64
		for _, f := range l.fieldsOf(t.queryTerm) {
			r, err := l.reader.TermFieldReader(context.Background(), []byte(t.text), f.name, false, false, false)
			if err != nil {
				return nil, err
			}
			note := l.passing(f, func(d *api.TermFieldDoc) { here = append(here, d.ID.Value()) })
			if i == 0 {
				err = every(r, note)
			} else {
				err = among(r, docs, note)
			}
			if err = errors.Join(err, r.Close()); err != nil {
				return nil, err
			}
		}
		slices.Sort(here)
		if docs = slices.Compact(here); len(docs) == 0 {
			return nil, nil
		}
	}
	return docs, nil
}
