package search

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"

	api "github.com/blevesearch/bleve_index_api"
)

// textQuery is a question to one index.
type textQuery struct {
	text   string
	any    bool
	limit  int
	accept func(id string) bool // whether a document is of a kind asked for and may be seen
	sees   func(id string) bool // whether a document may be seen; nil: all may
	names  func(id string) bool // whether a document that may be seen may be found by its owner; nil: all may
}

// textHit is a document found.
type textHit struct {
	id    string
	score float64
	terms int
	full  bool // has all terms that occur
}

// cell accumulates what one document scores.
type cell struct {
	score  float32 // of the terms before the present one
	best   float32 // of the present term: its best field
	rest   float32 // and its other fields
	weight float32 // rarity of the matched terms added up
	last   int16   // the present term, from 1
	n      int16   // how many terms matched
}

// scores is the working memory of one search.
type scores struct {
	cells   []cell
	touched []uint64
}

func (s *scores) at(doc uint64) *cell {
	for uint64(len(s.cells)) <= doc {
		s.cells = append(s.cells, make([]cell, max(1024, len(s.cells)))...)
	}
	return &s.cells[doc]
}

func (s *scores) reset() {
	for _, d := range s.touched {
		s.cells[d] = cell{}
	}
	s.touched = s.touched[:0]
}

// lookup is one search under way.
type lookup struct {
	reader api.IndexReader
	fields []field
	docs   float64
	q      textQuery
	s      *scores
	failed error // of looking at documents one by one
}

// search returns the best hits and how many distinct terms the question has. Documents with all terms that occur at
// all come first; when they do not fill the limit and q.any is set, those with some follow, by score and by the
// weight of the terms they have.
func (x *index) search(a *analyzer, q textQuery) (hits []textHit, of int, err error) {
	adv, err := x.bleve.Advanced()
	if err != nil {
		return nil, 0, err
	}
	reader, err := adv.Reader()
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	n, err := reader.DocCount()
	if err != nil {
		return nil, 0, err
	}
	s := x.scratch.Get().(*scores)
	defer func() {
		s.reset()
		x.scratch.Put(s)
	}()
	l := lookup{reader: reader, fields: x.fields, docs: float64(n), q: q, s: s}
	if q.sees != nil {
		l.docs = assumedDocs
	}
	defer func() { err = errors.Join(err, l.failed) }()
	terms, of, err := l.terms(a)
	if err != nil || len(terms) == 0 {
		return nil, of, err
	}
	if err := l.scoreAll(terms); err != nil {
		return nil, of, err
	}
	if hits, err = l.top(terms); err != nil || !q.any || len(hits) >= q.limit || len(terms) == 1 {
		return hits, of, err
	}
	s.reset()
	if err := l.scoreAny(terms); err != nil {
		return nil, of, err
	}
	hits, err = l.top(terms)
	return hits, of, err
}

// foundTerm is a term that occurs.
type foundTerm struct {
	queryTerm
	count uint64
	idf   float64
}

// terms returns the terms that occur where the viewer may look, the rarest first, and how many there were.
func (l *lookup) terms(a *analyzer) ([]foundTerm, int, error) {
	all := a.queryTerms(l.q.text)
	counts := make([]uint64, 0, len(all))
	occurs := make([]bool, 0, len(all))
	for i := 0; i < len(all); i++ {
		n, err := l.count(all[i])
		if err != nil {
			return nil, 0, err
		}
		if parts := a.parts(all[i]); n == 0 && len(parts) > 0 {
			all = slices.Replace(all, i, i+1, parts...)
			i--
			continue
		}
		counts, occurs = append(counts, n), append(occurs, n > 0)
	}
	byText := make(map[string]uint64, len(all))
	for i, t := range all {
		byText[t.text] = counts[i]
	}
	all, occurs = dropJoints(all, occurs)
	var out []foundTerm
	for i, t := range all {
		if n := byText[t.text]; occurs[i] {
			out = append(out, foundTerm{t, n, math.Log(1 + (l.docs+0.5)/(float64(n)+0.5))})
		}
	}
	slices.SortStableFunc(out, func(a, b foundTerm) int { return cmp.Compare(a.count, b.count) })
	return out, len(all), nil
}

// fieldsOf returns where a term is looked up.
func (l *lookup) fieldsOf(t queryTerm) []field {
	if t.single {
		return []field{{singleField, 1}}
	}
	return l.fields
}

// count is in how many documents a term occurs, by its most frequent field.
func (l *lookup) count(t queryTerm) (uint64, error) {
	var most uint64
	for _, f := range l.fieldsOf(t) {
		r, err := l.reader.TermFieldReader(context.Background(), []byte(t.text), f.name, false, false, false)
		if err != nil {
			return 0, err
		}
		n, err := l.seen(r, f)
		most = max(most, n)
		if err = errors.Join(err, r.Close()); err != nil {
			return 0, err
		}
	}
	return most, nil
}

// scoreAll scores the documents that have all terms.
func (l *lookup) scoreAll(terms []foundTerm) error {
	if len(terms) == 1 {
		return l.score(0, terms[0], false)
	}
	docs, err := l.having(terms)
	if err != nil {
		return err
	}
	l.s.touched = append(l.s.touched[:0], docs...)
	for i, t := range terms {
		if err := l.score(i, t, true); err != nil {
			return err
		}
	}
	return nil
}

// anyPostings is how many occurrences of a question's rarest terms are looked at to find documents that have some of
// its terms; commoner terms then only add to the score of those.
const anyPostings = 20000

// scoreAny scores the documents that have some of the terms.
func (l *lookup) scoreAny(terms []foundTerm) error {
	var seen uint64
	for i, t := range terms {
		if err := l.score(i, t, i > 0 && seen+t.count > anyPostings); err != nil {
			return err
		}
		seen += t.count
	}
	return nil
}

// score adds what the i-th term contributes, to documents touched already only or to any.
func (l *lookup) score(i int, t foundTerm, only bool) error {
	if only {
		slices.Sort(l.s.touched)
	}
	for _, f := range l.fieldsOf(t.queryTerm) {
		r, err := l.reader.TermFieldReader(context.Background(), []byte(t.text), f.name, true, true, false)
		if err != nil {
			return err
		}
		add := l.passing(f, func(d *api.TermFieldDoc) { l.add(i, d, f.boost*t.idf, t.idf, only) })
		if only {
			err = among(r, l.s.touched, add)
		} else {
			err = every(r, add)
		}
		if err = errors.Join(err, r.Close()); err != nil {
			return err
		}
	}
	return nil
}

// every calls f for all documents of a term.
func every(r api.TermFieldReader, f func(*api.TermFieldDoc)) error {
	var doc api.TermFieldDoc
	for {
		d, err := r.Next(doc.Reset())
		if err != nil || d == nil {
			return err
		}
		f(d)
	}
}

// stepsOfAdvance is how many steps to the next document cost as much as finding one, about.
const stepsOfAdvance = 3

// among calls f for those documents of a term that are among the known ones, which are sorted.
func among(r api.TermFieldReader, known []uint64, f func(*api.TermFieldDoc)) error {
	switch n := r.Count(); {
	case n == 0:
		return nil
	case n < stepsOfAdvance*uint64(len(known)):
		return every(r, func(d *api.TermFieldDoc) {
			for len(known) > 0 && known[0] < d.ID.Value() {
				known = known[1:]
			}
			if len(known) > 0 && known[0] == d.ID.Value() {
				f(d)
			}
		})
	}
	var doc api.TermFieldDoc
	var d *api.TermFieldDoc
	id := api.NewIndexInternalID(nil, 0)
	for _, k := range known {
		if d == nil || d.ID.Value() < k {
			id.SetValue(k)
			var err error
			if d, err = r.Advance(id, doc.Reset()); err != nil || d == nil {
				return err
			}
		}
		if d.ID.Value() == k {
			f(d)
		}
	}
	return nil
}

// otherFields is how much further fields with the same term add to the best one.
const otherFields = 0.15

// add credits a document with a term's occurrence in one field.
func (l *lookup) add(i int, d *api.TermFieldDoc, boost, idf float64, only bool) {
	doc := d.ID.Value()
	c := l.s.at(doc)
	if c.n == 0 && !only {
		l.s.touched = append(l.s.touched, doc)
	}
	if c.last != int16(i+1) {
		c.score += c.best + otherFields*c.rest
		c.best, c.rest, c.last = 0, 0, int16(i+1)
		c.n++
		c.weight += float32(idf)
	}
	tf := float64(d.Freq)
	got := float32(boost * tf / (tf + 0.6) * (0.55 + 0.45*d.Norm))
	if got > c.best {
		c.best, got = got, c.best
	}
	c.rest += got
}

// top picks the best accepted documents.
func (l *lookup) top(terms []foundTerm) ([]textHit, error) {
	var total float32
	for _, t := range terms {
		total += float32(t.idf)
	}
	q := make(ranking, 0, len(l.s.touched))
	for _, doc := range l.s.touched {
		c := l.s.at(doc)
		score := (c.score + c.best + otherFields*c.rest) * (0.25 + 0.75*c.weight/total)
		q = append(q, ranked{doc, score, int(c.n), int(c.n) == len(terms)})
	}
	q.init()
	var out []textHit
	for room := l.q.limit + tiesLimit; len(q) > 0 && len(out) < room; {
		best := q.pop()
		if n := len(out); n >= l.q.limit && out[n-1].score != float64(best.score) {
			break
		}
		id, err := l.reader.ExternalID(api.NewIndexInternalID(nil, best.doc))
		if err != nil {
			return nil, err
		}
		if l.q.accept(id) {
			out = append(out, textHit{id, float64(best.score), best.terms, best.full})
		}
	}
	// Documents are numbered differently each time an index is built; equal scores must not come out differently.
	slices.SortStableFunc(out, func(a, b textHit) int {
		if a.full != b.full {
			if a.full {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.id, b.id))
	})
	return out[:min(len(out), l.q.limit)], nil
}

// tiesLimit is how many documents beyond the limit are looked at to order those of equal score.
const tiesLimit = 200
