package understand

import (
	"math"
	"slices"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// keyClass says in which way a name belongs to an entity, the best first.
type keyClass uint8

const (
	keyName     keyClass = iota + 1 // metadata.name
	keyTitle                        // title or display name
	keyAlias                        // another name that its texts give it
	keyLabel                        // the Chinese words that its description starts with
	keyWords                        // the words of its name or title in another order
	keyStripped                     // its name without the word for its kind ("kyc" for kyc-service)
	keyInitials                     // the initials of its title
)

// index knows the names of a catalog and the words and meanings of its texts. It is immutable; patch derives the next
// one. What does not fit the packed part any more is in late records, until there are so many that all is packed anew.
type index struct {
	keys    keyer
	view    search.View // what it was made from; nil for an empty catalog
	words   *wordBook
	base    entities
	late    []*record // in the order of their references
	texts   *shelf    // what is written about entities; a row is an entity
	named   hashes
	linked  hashes // hosts and paths that belong to entities
	fixes   hashes // Chinese keys with one character left out
	docs    *docIndex
	pool    *scratchPool
	packing int // how many late records are borne; 0 for the usual number
}

// record is what one entity contributes to an index.
type record struct {
	ref    catalog.Ref
	family family
	name   []uint32
	terms  []posting // by term
	keys   []hashed
	links  []uint64
	fixes  []uint64
}

// size is how many entities there are.
func (x *index) size() int { return x.texts.live() }

// ref returns the reference of an indexed entity.
func (x *index) ref(id uint32) catalog.Ref {
	if n := uint32(x.base.size()); id >= n {
		return x.late[id-n].ref
	}
	return x.base.ref(id)
}

// ent returns what is known of an indexed entity.
func (x *index) ent(id uint32) indexed {
	if n := uint32(x.base.size()); id >= n {
		r := x.late[id-n]
		return indexed{r.ref, r.family.typ, r.name, r.family.old}
	}
	return x.base.at(id)
}

// id returns the number of an entity.
func (x *index) id(ref catalog.Ref) (uint32, bool) {
	if i, ok := x.lateAt(ref); ok {
		return uint32(x.base.size() + i), true
	}
	i, ok := x.base.position(ref)
	return i, ok && !isDead(x.texts.dead, i)
}

func (x *index) lateAt(ref catalog.Ref) (int, bool) {
	return slices.BinarySearchFunc(x.late, ref, func(r *record, ref catalog.Ref) int { return r.ref.Compare(ref) })
}

// called returns the entities of which a key is a name.
func (x *index) called(key string) []keyRef {
	if key == "" {
		return nil
	}
	return x.named.find(x.texts, keyHash(key))
}

// idf is how telling a term is.
func (x *index) idf(df int) float64 {
	n := float64(x.size()) + 1
	return math.Log(1 + n/(float64(df)+1))
}

// known reports whether a word stands in the catalog's texts or in documentation.
func (x *index) known(stem string) bool {
	t, ok := x.words.find(stem)
	return ok && (x.texts.df(t) > 0 || x.docs.shelf.df(t) > 0)
}

// written reports whether a word stands in what is written about entities.
func (x *index) written(stem string) bool {
	t, ok := x.words.find(stem)
	return ok && x.texts.df(t) > 0
}

// means reports whether something that a unit means stands in what is written about entities.
func (x *index) means(u *unit) bool {
	return slices.ContainsFunc(u.entry.concepts, func(c uint32) bool { return x.texts.df(c) > 0 })
}

func newIndex(k keyer) *index {
	x := &index{keys: k, words: packWords(uint32(k.lex.concepts), nil), texts: &shelf{}, pool: &scratchPool{}}
	x.docs = &docIndex{x: x, shelf: &shelf{}}
	return x
}

// buildIndex reads everything.
func buildIndex(k keyer, v search.View) *index {
	x := newIndex(k)
	if v == nil {
		return x
	}
	x.view = v
	b := newBuilder(k, x.words.edit(), v)
	p := newEntityPacker(v.Count(search.Filter{}))
	var texts heap
	var named, linked, fixes []entry
	for e := range v.Entities(search.Filter{}) {
		if !worthReading(e.Ref) {
			continue
		}
		id := uint32(p.out.size())
		r := b.read(e)
		p.add(r.family, r.ref.Name, r.name)
		for _, t := range r.terms {
			texts.add(t.ent, id, t.q)
		}
		for _, k := range r.keys {
			named = append(named, entry{k.hash, id, k.class})
		}
		linked, fixes = addEntries(linked, r.links, id), addEntries(fixes, r.fixes, id)
	}
	x.base = p.finish()
	x.named.base, x.linked.base, x.fixes.base = packHashes(named), packHashes(linked), packHashes(fixes)
	named, linked, fixes = nil, nil, nil
	sections, docTexts := x.readDocs(b)
	x.words = packWords(uint32(k.lex.concepts), b.words.all())
	x.texts = &shelf{base: texts.pack(x.base.size(), x.words.size()), rows: uint32(x.base.size())}
	x.docs = &docIndex{x: x, sections: sections, shelf: &shelf{base: docTexts.pack(len(sections), x.words.size()), rows: uint32(len(sections))}}
	return x
}

func addEntries(all []entry, hashes []uint64, id uint32) []entry {
	for _, h := range hashes {
		all = append(all, entry{hash: h, ent: id})
	}
	return all
}

// worthReading reports whether an entity can be asked about.
func worthReading(ref catalog.Ref) bool { return ref.Kind != "location" }
