package understand

import (
	"math"
	"slices"
	"strings"

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

type keyRef struct {
	ent   uint32
	class keyClass
}

// posting says that a term occurs in what is written about an entity, and how tellingly (0..100).
type posting struct {
	ent uint32
	q   uint8
}

// index knows the names of a catalog and the words and meanings of its texts. It is immutable.
type index struct {
	lex      *lexicon
	ents     []indexed
	byRef    map[catalog.Ref]uint32
	keys     map[string][]keyRef
	maxKey   int                 // the longest key, in tokens
	hanFixes map[string][]string // Chinese keys with one character left out
	links    map[string][]uint32 // hosts and paths that belong to entities
	terms    map[string]uint32   // raw words; concepts have the first numbers
	posts    [][]posting
	heads    map[string][]uint32 // stem of the last word of a name -> entities
	parts    map[string][]uint32 // stem of any word of a name or title -> entities
	docs     *docIndex
}

// indexed is what is kept of an entity.
type indexed struct {
	ref   catalog.Ref
	typ   string
	owner catalog.Ref
	name  []uint32 // the terms of its name
	old   bool     // deprecated
}

// The weight of the places where a word can stand.
const (
	qName    = 100
	qTitle   = 100
	qAlias   = 95
	qText    = 85
	qTag     = 60
	qType    = 50
	qNear    = 50 // what is said of the API it provides, or of the component behind an API
	qSystem  = 25
	qOwner   = 15
	synonym  = 0.85 // a term that only means the same
	maxWords = 80   // words read of a description
)

func buildIndex(l *lexicon, v search.View) *index {
	x := &index{
		lex: l, byRef: map[catalog.Ref]uint32{}, keys: map[string][]keyRef{}, hanFixes: map[string][]string{},
		links: map[string][]uint32{}, terms: map[string]uint32{}, posts: make([][]posting, l.concepts),
		heads: map[string][]uint32{}, parts: map[string][]uint32{},
	}
	x.docs = newDocIndex(x)
	if v == nil {
		return x
	}
	x.ents = make([]indexed, 0, v.Count(search.Filter{}))
	for e := range v.Entities(search.Filter{}) {
		if e.Ref.Kind == "location" {
			continue
		}
		id := uint32(len(x.ents))
		x.byRef[e.Ref] = id
		x.ents = append(x.ents, indexed{ref: e.Ref, typ: strings.ToLower(e.Type), owner: e.Owner,
			old: strings.EqualFold(e.Lifecycle, "deprecated")})
	}
	b := newBuilder(x, v)
	for id := range x.ents {
		if e, ok := v.Entity(x.ents[id].ref); ok {
			b.add(uint32(id), e)
		}
	}
	b.finish()
	return x
}

// idf is how telling a term is.
func (x *index) idf(df int) float64 {
	n := float64(len(x.ents)) + 1
	return math.Log(1 + n/(float64(df)+1))
}

// term returns the number of a raw word, new if need be.
func (x *index) term(w string) uint32 {
	t, ok := x.terms[w]
	if !ok {
		t = uint32(len(x.posts))
		x.terms[w] = t
		x.posts = append(x.posts, nil)
	}
	return t
}

// builder collects what is written about one entity after the other.
type builder struct {
	x    *index
	v    search.View
	seen map[uint32]uint8
	memo map[string][]unit // texts read before: systems, owners, tags and types return again and again
}

// maxMemo bounds the memo of a builder.
const maxMemo = 5_000

func newBuilder(x *index, v search.View) *builder {
	return &builder{x: x, v: v, seen: map[uint32]uint8{}, memo: map[string][]unit{}}
}

func (b *builder) add(id uint32, e *catalog.Entity) {
	clear(b.seen)
	x := b.x
	aliases := aliasesOf(e)
	x.addKeys(id, e, aliases)
	x.addLinks(id, e)
	if e.Ref.Kind == "user" {
		return
	}
	name := spaced(e.Name)
	b.text(name, qName)
	b.text(e.Title, qTitle)
	b.text(e.Profile.DisplayName, qTitle)
	for t := range b.seen {
		x.ents[id].name = append(x.ents[id].name, t)
	}
	slices.Sort(x.ents[id].name)
	for _, a := range aliases {
		b.text(a.text, qAlias)
	}
	b.text(e.Description, qText)
	for _, t := range e.Tags {
		b.text(spaced(t), qTag)
	}
	b.text(spaced(e.Type), qType)
	b.text(e.API.Title, qNear)
	b.related(e)
	for t, q := range b.seen {
		x.posts[t] = append(x.posts[t], posting{id, q})
	}
	x.docs.add(id, b.v.Docs(e.Ref))
}

// related reads what is written about the closest neighbours.
func (b *builder) related(e *catalog.Entity) {
	near := func(typ string, q int) {
		for _, r := range b.v.Relations(e.Ref, typ) {
			if o, ok := b.v.Entity(r.Target); ok && o.Ref.Kind != "user" {
				b.text(spaced(o.Name), q)
				b.text(o.Title, q)
				if q >= qNear {
					b.text(o.Description, q)
				}
			}
		}
	}
	switch e.Ref.Kind {
	case "component":
		near("providesApi", qNear)
		near("partOf", qSystem)
		near("ownedBy", qOwner)
	case "api":
		near("apiProvidedBy", qNear)
		near("partOf", qSystem)
	case "resource":
		near("partOf", qSystem)
		near("ownedBy", qOwner)
	}
}

func (b *builder) text(s string, q int) {
	if s == "" {
		return
	}
	us, ok := b.memo[s]
	if !ok {
		ts := tokenise(b.x.lex.plainText(s))
		if len(ts) > maxWords*3 {
			ts = ts[:maxWords*3]
		}
		us = b.x.lex.analyse(ts)
		if len(b.memo) < maxMemo {
			b.memo[s] = us
		}
	}
	b.units(us, q)
}

func (b *builder) units(us []unit, q int) {
	for i := range us {
		u := &us[i]
		if u.entry == nil || len(u.entry.concepts) > 0 || !u.entry.stop || q >= qTitle {
			for _, s := range u.stems {
				b.put(b.x.term(s), q)
			}
		}
		if u.entry != nil {
			for _, c := range u.entry.concepts {
				b.put(c, q)
			}
		}
		b.units(u.nested, q*9/10)
	}
}

func (b *builder) put(t uint32, q int) {
	if uint8(q) > b.seen[t] {
		b.seen[t] = uint8(q)
	}
}

func (b *builder) finish() {
	b.x.docs.finish()
	for k, l := range b.x.links {
		slices.Sort(l)
		b.x.links[k] = slices.Compact(l)
	}
	const spare = 64 // postings; what is longer has room to spare that nobody needs any more
	for i, l := range b.x.posts {
		if cap(l)-len(l) > spare {
			b.x.posts[i] = slices.Clone(l)
		}
	}
}

// spaced turns the separators of a name into blanks.
func spaced(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '-', '_', '.', '/', ':':
			return ' '
		}
		return r
	}, s)
}
