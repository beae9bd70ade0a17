package search

import (
	"strings"

	api "github.com/blevesearch/bleve_index_api"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Where not everything may be seen, words count by the documents that may: else the order of what is found, or how
// rare a word is taken to be, would tell of the others.
const (
	// assumedDocs stands for the number of documents, which counts hidden ones.
	assumedDocs = 100_000
	// seenCounted is how many visible documents of a word are counted one by one; a word with more is as common as
	// the index says.
	seenCounted = 500
)

// seen is in how many documents a term occurs in one field where the viewer may find it there.
func (l *lookup) seen(r api.TermFieldReader, f field) (uint64, error) {
	may := l.q.sees
	if f.name == ownerField && l.q.names != nil {
		may = l.q.names
	}
	if may == nil || r.Count() == 0 {
		return r.Count(), nil
	}
	var n uint64
	var doc api.TermFieldDoc
	for {
		d, err := r.Next(doc.Reset())
		if err != nil || d == nil {
			return n, err
		}
		id, err := l.reader.ExternalID(d.ID)
		if err != nil {
			return n, err
		}
		if may(id) {
			n++
		}
		if n == seenCounted {
			return r.Count(), nil
		}
	}
}

// passing is f for those documents that may be found by what a field says.
func (l *lookup) passing(in field, f func(*api.TermFieldDoc)) func(*api.TermFieldDoc) {
	if l.q.names == nil || in.name != ownerField {
		return f
	}
	return func(d *api.TermFieldDoc) {
		id, err := l.reader.ExternalID(d.ID)
		if err != nil {
			l.failed = err
		} else if l.q.names(id) {
			f(d)
		}
	}
}

// sees reports whether what the index knows by an id is an entity that is there and may be seen.
func (v *view) sees(id string) bool {
	n, ok := v.s.id(idRef(id))
	return ok && v.there(n)
}

// namesOwner reports whether an entity may be found by what its owner is called: both may be seen.
func (v *view) namesOwner(id string) bool {
	n, ok := v.s.id(idRef(id))
	return ok && v.there(n) && !v.hides(v.s.nodes.place(n).record.Head().Owner)
}

// masksOwners reports whether something may be seen whose owner may not.
func (v *view) masksOwners() bool {
	v.telling.owners.Do(func() {
		for _, id := range v.s.order {
			if v.there(id) && v.hides(v.s.nodes.place(id).record.Head().Owner) {
				v.telling.masks = true
				return
			}
		}
	})
	return v.telling.masks
}

// idRef is the reference that is an entity's id in the index.
func idRef(id string) catalog.Ref {
	kind, rest, _ := strings.Cut(id, ":")
	ns, name, _ := strings.Cut(rest, "/")
	return catalog.Ref{Kind: kind, Namespace: ns, Name: name}
}
