package understand

import "github.com/backchannel-portal/backchannel/catalog/search"

// packed returns an index of the same content without late records. No text is read again.
func (x *index) packed() *index {
	terms, words := x.liveTerms()
	rows := make([]uint32, x.base.size()+len(x.late))
	for i := range rows {
		rows[i] = noTerm
	}
	n := &index{keys: x.keys, view: x.view, words: packWords(x.words.first, words), pool: x.pool, packing: x.packing}
	p := newEntityPacker(x.size())
	var named []uint32
	for to, row := range x.texts.order() {
		rows[row] = uint32(to)
		e := x.ent(row)
		named = named[:0]
		for _, t := range e.name {
			named = append(named, terms[t])
		}
		p.add(x.familyAt(row), e.ref.Name, named)
	}
	n.base = p.finish()
	n.texts = x.texts.packed(terms, rows, n.words.size())
	n.named.base, n.linked.base, n.fixes.base = x.rehash(&x.named, rows), x.rehash(&x.linked, rows), x.rehash(&x.fixes, rows)
	n.docs = x.packedDocs(n, terms)
	return n
}

// liveTerms gives the terms that occur somewhere new numbers in their order, and lists the words among them.
func (x *index) liveTerms() (terms []uint32, words []string) {
	terms = make([]uint32, x.words.size())
	next := x.words.first
	for t := range x.words.first {
		terms[t] = t
	}
	for i, w := range x.words.all() {
		t := x.words.first + uint32(i)
		terms[t] = noTerm
		if x.texts.df(t) > 0 || x.docs.shelf.df(t) > 0 {
			terms[t] = next
			words = append(words, w)
			next++
		}
	}
	return terms, words
}

func (x *index) familyAt(row uint32) family {
	if n := uint32(x.base.size()); row >= n {
		return x.late[row-n].family
	}
	return x.base.families[x.base.family[row]]
}

func (x *index) rehash(h *hashes, rows []uint32) hashTable {
	all := h.base.all(rows, make([]entry, 0, len(h.base.rest)+len(h.late)))
	for hash, l := range h.late {
		for _, k := range l {
			all = append(all, entry{hash, rows[k.ent], k.class})
		}
	}
	return packHashes(all)
}

func (x *index) packedDocs(n *index, terms []uint32) *docIndex {
	d := &docIndex{x: n}
	rows := make([]uint32, len(x.docs.sections)+len(x.docs.late))
	order := x.docs.shelf.order()
	d.sections = make([]*search.Doc, 0, len(order))
	for to, row := range order {
		rows[row] = uint32(to)
		d.sections = append(d.sections, x.docs.doc(row))
	}
	d.shelf = x.docs.shelf.packed(terms, rows, n.words.size())
	return d
}
