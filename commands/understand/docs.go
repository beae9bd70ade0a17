package understand

import (
	"math"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// docIndex knows the words and meanings of the sections of all documentation.
type docIndex struct {
	x        *index
	sections []docSection
	posts    map[uint32][]posting
	owners   map[uint32]bool // entities with documentation
	b        *builder
}

type docSection struct {
	doc *search.Doc
	ent uint32
}

// Places in documentation and their weight; docWords bounds how many words of a section are read.
const (
	qPage    = 100
	qHeading = 95
	qBody    = 75
	qAbout   = 45
	docWords = 400
	// weightDoc is the least that a word counts that is not empty: complaints and kinds are what pages are about.
	weightDoc = 0.5
	maxDocs   = 200_000
)

func newDocIndex(x *index) *docIndex {
	return &docIndex{x: x, posts: map[uint32][]posting{}, owners: map[uint32]bool{}, b: newBuilder(x, nil)}
}

func (d *docIndex) add(ent uint32, docs []*search.Doc) {
	for _, s := range docs {
		if len(d.sections) >= maxDocs {
			return
		}
		clear(d.b.seen)
		id := uint32(len(d.sections))
		d.sections = append(d.sections, docSection{s, ent})
		d.owners[ent] = true
		d.b.text(s.Title, qPage)
		d.b.text(spaced(s.Page), qPage)
		d.b.text(s.Heading, qHeading)
		d.long(s.Text)
		d.b.text(spaced(s.Entity.Name), qAbout)
		for t, q := range d.b.seen {
			d.posts[t] = append(d.posts[t], posting{id, q})
		}
	}
}

// long reads the running text of a section.
func (d *docIndex) long(s string) {
	const runes = docWords * 6
	if len(s) > runes {
		s = strings.ToValidUTF8(s[:runes], "")
	}
	ts := tokenise(d.x.lex.plainText(s))
	d.b.units(d.x.lex.analyse(ts), qBody)
}

func (d *docIndex) finish() { d.b = nil }

func (d *docIndex) idf(df int) float64 {
	n := float64(len(d.sections)) + 1
	return math.Log(1 + n/(float64(df)+1))
}

// docFound is a section and how much of the question it covers (0..1).
type docFound struct {
	docSection
	cover float64
	score float64
}

// find ranks sections by the units of a question. scope limits it to some entities' documentation.
func (d *docIndex) find(us []unit, scope map[uint32]bool) []docFound {
	if len(d.sections) == 0 {
		return nil
	}
	got := map[uint32]float64{}
	total := 0.0
	for i := range us {
		u := &us[i]
		best := map[uint32]float64{}
		w := d.x.unitMatches(u, d.posts, d.idf, best, nil)
		if o := weightOf(u); o > 0 && o < weightDoc {
			w *= weightDoc / o
		}
		total += w
		for s, q := range best {
			got[s] += q * w
		}
	}
	if total == 0 {
		return nil
	}
	var out []docFound
	for s, g := range got {
		sec := d.sections[s]
		if scope != nil && !scope[sec.ent] {
			continue
		}
		out = append(out, docFound{sec, g / total, g})
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
	id, ok := d.x.byRef[ref]
	return ok && d.owners[id]
}
