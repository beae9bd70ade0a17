package understand

import (
	"maps"
	"slices"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// Next returns an Understander of a later state of the catalog. It reads as New(v) would and costs in proportion to
// what has changed since u; only a change of the company's own words or of most of the catalog makes it start anew.
func (u *Understander) Next(v Vocabulary) *Understander {
	if u.index.view == nil || v.Catalog == nil || !sameWords(u.vocabulary, v) {
		return New(v)
	}
	d, ok := search.Diff(u.index.view, v.Catalog)
	if !ok {
		return New(v)
	}
	n := &Understander{vocabulary: v, lex: u.lex, tech: u.tech, index: u.index.next(v.Catalog, d)}
	n.vocabulary.Catalog = nil
	if !slices.EqualFunc(techTerms(u.vocabulary), techTerms(v), sameTerm) {
		n.tech = newTechBook(u.lex, v, curated())
	}
	return n
}

// sameWords reports whether what texts are read with is the same: phrases, synonyms and aliases.
func sameWords(a, b Vocabulary) bool {
	return slices.Equal(a.Phrases, b.Phrases) && slices.EqualFunc(ownTerms(a), ownTerms(b), sameTerm)
}

func sameTerm(a, b Term) bool {
	return a.Class == b.Class && a.Text == b.Text && a.Value == b.Value && slices.Equal(a.Aliases, b.Aliases)
}

func ownTerms(v Vocabulary) []Term {
	return termsOf(v, func(class string) bool { return class == "synonym" || class == "alias" })
}

func techTerms(v Vocabulary) []Term {
	return termsOf(v, func(class string) bool { return class == "tech" || class == "radar" })
}

func termsOf(v Vocabulary, want func(class string) bool) []Term {
	return slices.DeleteFunc(slices.Clone(v.Terms), func(t Term) bool { return !want(t.Class) })
}

// next returns the index of a later state, given what differs.
func (x *index) next(v search.View, d search.Difference) *index {
	changed, docs := x.affected(v, d)
	if len(changed) == 0 && len(docs) == 0 {
		same := *x
		same.view = v
		return &same
	}
	if len(changed) > x.size()/2 {
		return buildIndex(x.keys, v)
	}
	p := newPatch(x, v)
	for _, ref := range changed {
		p.entity(ref)
	}
	for _, ref := range docs {
		p.docs(ref)
	}
	n := p.finish()
	if len(n.late) > n.patience() || len(n.docs.late) > n.patience() {
		return n.packed()
	}
	return n
}

// patience is how many late records are borne: so many that a patch takes no longer than a few milliseconds, and that
// packing costs little for each of them.
func (x *index) patience() int {
	const least, share = 256, 256
	if x.packing > 0 {
		return x.packing
	}
	return max(least, x.base.size()/share)
}

// affected lists the entities that have to be read again, and those whose documentation has, in order.
func (x *index) affected(v search.View, d search.Difference) (changed, docs []catalog.Ref) {
	for _, ref := range d.Entities {
		was, before := x.view.Entity(ref)
		is, after := v.Entity(ref)
		if before && after && sameContent(was, is) {
			continue
		}
		changed = append(changed, ref)
		if before != after || before && was.Title != is.Title {
			docs = append(docs, ref)
		}
		types := []string{"providesApi", "apiProvidedBy"}
		if !before || !after || was.Name != is.Name || was.Title != is.Title || was.Description != is.Description {
			types = append(types, "hasPart", "ownerOf")
		}
		if ref.Kind == "user" {
			continue // nobody's text has a person's
		}
		for _, view := range []search.View{x.view, v} {
			for _, r := range view.Relations(ref, types...) {
				changed = append(changed, r.Target)
			}
		}
	}
	return unique(changed), unique(append(docs, d.Docs...))
}

func unique(l []catalog.Ref) []catalog.Ref {
	slices.SortFunc(l, catalog.Ref.Compare)
	return slices.Compact(l)
}

// sameContent reports whether two states of an entity contribute the same.
func sameContent(a, b *catalog.Entity) bool {
	return a.Name == b.Name && a.Title == b.Title && a.Description == b.Description && familyOf(a) == familyOf(b) && a.Profile == b.Profile &&
		a.API.Title == b.API.Title && slices.Equal(a.Tags, b.Tags) && slices.Equal(a.Links, b.Links) && slices.Equal(a.Labels, b.Labels) &&
		slices.Equal(a.Annotations, b.Annotations) && a.Relations.Equal(b.Relations)
}

// patch makes the next index of one.
type patch struct {
	x        *index
	v        search.View
	was, is  *builder
	texts    *shelfEdit
	docTexts *shelfEdit
	late     map[catalog.Ref]*record
	lateDocs map[catalog.Ref][]lateDoc
}

func newPatch(x *index, v search.View) *patch {
	words := x.words.edit()
	p := &patch{x: x, v: v, was: newBuilder(x.keys, words, x.view), is: newBuilder(x.keys, words, v),
		texts: x.texts.edit(), docTexts: x.docs.shelf.edit(), late: map[catalog.Ref]*record{}, lateDocs: map[catalog.Ref][]lateDoc{}}
	for _, r := range x.late {
		p.late[r.ref] = r
	}
	for _, d := range x.docs.late {
		p.lateDocs[d.doc.Entity] = append(p.lateDocs[d.doc.Entity], d)
	}
	return p
}

// entity reads an entity again. What the packed part knows of it dies, with the terms that it was read with.
func (p *patch) entity(ref catalog.Ref) {
	delete(p.late, ref)
	if i, ok := p.x.base.position(ref); ok && !isDead(p.texts.dead, i) {
		if e, ok := p.x.view.Entity(ref); ok {
			p.texts.kill(i, p.was.read(e).terms)
		}
	}
	if e, ok := p.v.Entity(ref); ok && worthReading(ref) {
		p.late[ref] = p.is.read(e).clone()
	}
}

// docs reads the documentation of an entity again.
func (p *patch) docs(ref catalog.Ref) {
	delete(p.lateDocs, ref)
	from, to := p.x.docs.packedOf(ref)
	for i := from; i < to; i++ {
		if !isDead(p.docTexts.dead, uint32(i)) {
			p.was.section(p.x.docs.sections[i])
			p.docTexts.kill(uint32(i), p.was.take(nil))
		}
	}
	if ref.Kind == "user" || !worthReading(ref) {
		return
	}
	for _, s := range p.v.Docs(ref) {
		if p.docTexts.live()+len(p.lateDocs) >= maxDocs {
			return
		}
		p.is.section(s)
		p.lateDocs[ref] = append(p.lateDocs[ref], lateDoc{s, p.is.take(nil)})
	}
}

// finish puts the late records in their places.
func (p *patch) finish() *index {
	x := p.x
	n := &index{keys: x.keys, view: p.v, words: p.is.words, base: x.base, pool: x.pool, packing: x.packing}
	n.named.base, n.linked.base, n.fixes.base = x.named.base, x.linked.base, x.fixes.base
	n.named.late, n.linked.late, n.fixes.late = map[uint64][]keyRef{}, map[uint64][]keyRef{}, map[uint64][]keyRef{}
	rows := make([]lateRow, 0, len(p.late))
	for _, ref := range slices.SortedFunc(maps.Keys(p.late), catalog.Ref.Compare) {
		r := p.late[ref]
		id := uint32(x.base.size() + len(n.late))
		at, _ := x.base.position(ref)
		n.late, rows = append(n.late, r), append(rows, lateRow{at, r.terms})
		for _, k := range r.keys {
			n.named.late[k.hash] = append(n.named.late[k.hash], keyRef{id, k.class})
		}
		for _, h := range r.links {
			n.linked.late[h] = append(n.linked.late[h], keyRef{ent: id})
		}
		for _, h := range r.fixes {
			n.fixes.late[h] = append(n.fixes.late[h], keyRef{ent: id})
		}
	}
	n.texts = &p.texts.shelf
	n.texts.setLate(rows)
	n.docs = p.lateSections(n)
	return n
}

func (p *patch) lateSections(n *index) *docIndex {
	d := &docIndex{x: n, sections: p.x.docs.sections, shelf: &p.docTexts.shelf}
	var rows []lateRow
	for _, ref := range slices.SortedFunc(maps.Keys(p.lateDocs), catalog.Ref.Compare) {
		at, _ := d.packedOf(ref)
		for _, l := range p.lateDocs[ref] {
			d.late, rows = append(d.late, l), append(rows, lateRow{uint32(at), l.terms})
		}
	}
	d.shelf.setLate(rows)
	return d
}
