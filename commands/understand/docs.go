package understand

import (
	"math"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// docIndex knows the words and meanings of the sections of all documentation. Like the index it belongs to it has a
// packed part and late sections.
type docIndex struct {
	x        *index
	sections []*search.Doc // packed, in the order of entities
	late     []lateDoc     // in the order of entities
	shelf    *shelf        // a row is a section
}

// lateDoc is a section that came after the packing.
type lateDoc struct {
	doc   *search.Doc
	terms []posting
}

// Places in documentation and their weight; docWords bounds how many words of a section are read.
const (
	qPage    = 100
	qPath    = 80 // of a file's name, which is a hint
	qHeading = 95
	qBody    = 75
	qAbout   = 45
	docWords = 400
	// weightDoc is the least that a word counts that is not empty: complaints and kinds are what pages are about.
	weightDoc = 0.5
	maxDocs   = 200_000
)

// doc returns a section.
func (d *docIndex) doc(row uint32) *search.Doc {
	if n := uint32(len(d.sections)); row >= n {
		return d.late[row-n].doc
	}
	return d.sections[row]
}

// readDocs reads all documentation of the packed entities.
func (x *index) readDocs(b *builder) (sections []*search.Doc, texts heap) {
	for i := range uint32(x.base.size()) {
		ref := x.base.ref(i)
		if ref.Kind == "user" {
			continue
		}
		for _, s := range b.v.Docs(ref) {
			if len(sections) >= maxDocs {
				return sections, texts
			}
			b.section(s)
			for _, t := range b.terms {
				texts.add(t, uint32(len(sections)), b.seen[t])
			}
			sections = append(sections, s)
		}
	}
	return sections, texts
}

// section reads a section.
func (b *builder) section(s *search.Doc) {
	b.forget()
	b.text(s.Title, qPage)
	b.text(spaced(s.Page), qPath)
	b.text(s.Heading, qHeading)
	b.long(s.Text)
	b.text(spaced(s.Entity.Name), qAbout)
	if e, ok := b.v.Entity(s.Entity); ok {
		b.text(e.Title, qAbout)
	}
}

// long reads the running text of a section.
func (b *builder) long(s string) {
	const runes = docWords * 6
	if len(s) > runes {
		s = strings.ToValidUTF8(s[:runes], "")
	}
	if !b.plain(s, runes, qBody) {
		b.units(b.keys.lex.analyse(tokenise(b.keys.lex.plainText(s))), qBody)
	}
}

func (d *docIndex) idf(df int) float64 {
	n := float64(d.shelf.live()) + 1
	return math.Log(1 + n/(float64(df)+1))
}

// docFound is a section and how much of the question it covers (0..1).
type docFound struct {
	doc   *search.Doc
	cover float64
}

// find ranks sections by the units of a question. scope limits it to some entities' documentation.
func (d *docIndex) find(us []unit, scope []catalog.Ref) []docFound {
	if d.shelf.live() == 0 {
		return nil
	}
	tmp := d.x.pool.take()
	defer d.x.pool.Put(tmp)
	m := matching{d.x, d.shelf, d.idf}
	total := 0.0
	for i := range us {
		w := m.unit(&us[i], tmp, nil)
		if o := weightOf(&us[i]); o > 0 && o < weightDoc {
			w *= weightDoc / o
		}
		total += w
		for _, it := range tmp.best.items {
			tmp.got.at(it.row).cover += it.value * w
		}
	}
	if total == 0 {
		return nil
	}
	var out []docFound
	for i := range tmp.got.items {
		g := &tmp.got.items[i]
		doc := d.doc(g.row)
		if len(scope) > 0 && !slices.Contains(scope, doc.Entity) {
			continue
		}
		out = append(out, docFound{doc, g.value.cover / total})
	}
	slices.SortFunc(out, func(a, b docFound) int {
		if c := compareFloat(b.cover, a.cover); c != 0 {
			return c
		}
		return compareDocs(a.doc, b.doc)
	})
	return out[:min(len(out), 20)]
}

func compareDocs(a, b *search.Doc) int {
	if c := a.Entity.Compare(b.Entity); c != 0 {
		return c
	}
	if c := strings.Compare(a.Page, b.Page); c != 0 {
		return c
	}
	return strings.Compare(a.Anchor, b.Anchor)
}

// compareFloat orders floats; differences that rounding makes do not count.
func compareFloat(a, b float64) int {
	switch {
	case a < b-1e-9:
		return -1
	case a > b+1e-9:
		return 1
	}
	return 0
}

// has reports whether an entity has documentation.
func (d *docIndex) has(ref catalog.Ref) bool {
	from, to := d.lateOf(ref)
	if from < to {
		return true
	}
	from, to = d.packedOf(ref)
	return from < to && !isDead(d.shelf.dead, uint32(from))
}

// packedOf returns where the packed sections of an entity begin and end, dead or not.
func (d *docIndex) packedOf(ref catalog.Ref) (from, to int) {
	from, _ = slices.BinarySearchFunc(d.sections, ref, func(s *search.Doc, r catalog.Ref) int { return s.Entity.Compare(r) })
	for to = from; to < len(d.sections) && d.sections[to].Entity == ref; to++ {
	}
	return from, to
}

func (d *docIndex) lateOf(ref catalog.Ref) (from, to int) {
	from, _ = slices.BinarySearchFunc(d.late, ref, func(s lateDoc, r catalog.Ref) int { return s.doc.Entity.Compare(r) })
	for to = from; to < len(d.late) && d.late[to].doc.Entity == ref; to++ {
	}
	return from, to
}
