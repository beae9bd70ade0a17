package understand

import (
	"slices"
	"sync"
)

// How much a unit counts by what it is, before its rarity.
const (
	weightWord   = 1.0
	weightKind   = 0.3
	weightSoft   = 0.5
	weightFiller = 0.2
	nestedMatch  = 0.85
	softShare    = 25
)

// weightOf is how much a unit of a question counts before its rarity.
func weightOf(u *unit) float64 {
	switch e := u.entry; {
	case e == nil:
		if isNumber(u.text) {
			return weightKind
		}
		if u.han && u.to-u.from == 1 {
			return weightKind
		}
		return weightWord
	case e.kind > 0 && !e.brand:
		return weightKind
	case e.filler:
		return weightFiller
	case e.stop:
		return 0
	case emptyPhrase(u):
		return weightFiller
	case e.soft:
		return weightSoft
	}
	return weightWord
}

// emptyPhrase reports whether a phrase is made of empty words alone ("looking for").
func emptyPhrase(u *unit) bool {
	for i := range u.nested {
		if weightOf(&u.nested[i]) > weightFiller {
			return false
		}
	}
	return len(u.nested) > 0
}

// crowd is how many entities a term may be looked up in one by one. A term of more is only checked on those that a
// rarer term found; so the work of a question does not grow with the catalog.
const crowd = 3000

// scratch is memory that questions use one after the other.
type scratch struct {
	got   tally[scored]  // by entity or section
	best  tally[float64] // how well the present unit matches, 0..1
	sum   tally[float64] // of nested units
	inner *scratch
}

// scratchPool holds scratches. Few questions are read at a time.
type scratchPool struct{ sync.Pool }

func (p *scratchPool) take() *scratch {
	if s, ok := p.Get().(*scratch); ok {
		s.got.clear()
		return s
	}
	return &scratch{}
}

// matching looks for units in the rows of a shelf.
type matching struct {
	x     *index
	posts *shelf
	idf   func(df int) float64
}

// unit finds what a unit occurs in: it fills s.best with how well and returns the unit's weight. Terms that very many
// have are looked up among within only.
func (m *matching) unit(u *unit, s *scratch, within *tally[scored]) float64 {
	s.best.clear()
	w := weightOf(u)
	if w == 0 {
		return 0
	}
	df := 0
	take := func(t uint32, factor float64) {
		n := m.posts.df(t)
		df = max(df, n)
		if n > crowd && within != nil && len(within.items) > 0 {
			for i := range within.items {
				if q, ok := m.posts.find(t, within.items[i].row); ok {
					raise(&s.best, within.items[i].row, float64(q)/100*factor)
				}
			}
			return
		}
		m.posts.each(t, crowd, func(row uint32, q uint8) { raise(&s.best, row, float64(q)/100*factor) })
	}
	m.stems(u, take)
	if u.entry != nil {
		f := synonym
		if len(u.stems) == 0 {
			f = 1
		}
		for _, c := range u.entry.concepts {
			take(c, f)
			m.apart(c, &s.best)
		}
	}
	if len(u.nested) > 0 {
		m.nested(u, s, within)
	}
	if w < weightWord {
		df = max(df, m.x.size()/softShare) // an everyday word that nothing mentions tells no more than one that some do
	}
	return w * m.idf(df)
}

func raise(t *tally[float64], row uint32, q float64) {
	if v := t.at(row); q > *v {
		*v = q
	}
}

// nested finds what the words of a phrase occur in.
func (m *matching) nested(u *unit, s *scratch, within *tally[scored]) {
	if s.inner == nil {
		s.inner = &scratch{}
	}
	s.sum.clear()
	total := 0.0
	for i := range u.nested {
		w := m.unit(&u.nested[i], s.inner, within)
		total += w
		for _, it := range s.inner.best.items {
			*s.sum.at(it.row) += it.value * w
		}
	}
	for _, it := range s.sum.items {
		raise(&s.best, it.row, it.value/max(total, 1e-9)*nestedMatch)
	}
}

// apartFactor is how well a phrase is matched by its words in any order. Words that more than apartCrowd have are not
// looked for in this way.
const (
	apartFactor = 0.7
	apartCrowd  = 400
)

// apart finds what has all words of an English phrase of a set of synonyms, in any order: "lost card" in "blocks a
// card that was lost".
func (m *matching) apart(concept uint32, best *tally[float64]) {
	x, posts := m.x, m.posts
	for _, phrase := range x.lex().apart[concept] {
		terms := make([]uint32, 0, maxPhrase)
		for _, s := range phrase {
			t, ok := x.words.find(s)
			if n := posts.df(t); !ok || n == 0 || n > apartCrowd {
				break
			}
			terms = append(terms, t)
		}
		if len(terms) < len(phrase) {
			continue
		}
		slices.SortFunc(terms, func(a, b uint32) int { return posts.df(a) - posts.df(b) })
		posts.each(terms[0], apartCrowd, func(ent uint32, q uint8) {
			for _, t := range terms[1:] {
				o, ok := posts.find(t, ent)
				if !ok {
					return
				}
				q = min(q, o)
			}
			raise(best, ent, float64(q)/100*apartFactor)
		})
	}
}

// stems looks up the raw terms; an unknown Chinese run is found by how many of its pairs occur.
func (m *matching) stems(u *unit, take func(uint32, float64)) {
	if len(u.stems) <= 1 {
		for _, s := range u.stems {
			if t, ok := m.x.words.find(s); ok {
				take(t, 1)
			}
		}
		return
	}
	for _, s := range u.stems {
		if t, ok := m.x.words.find(s); ok {
			take(t, 1/float64(len(u.stems)))
		}
	}
}

// scored is an entity found by words.
type scored struct {
	ent   uint32
	cover float64 // share of the question's words it accounts for, 0..1
	named float64 // share of its own name that the question mentions, 0..1
	words int     // how many telling words of the question it accounts for
	hits  int     // how many units that have to match do
	must  bool    // all of them do
	score float64
}

// maxDescribed is how many entities a description is found to fit.
const maxDescribed = 40

// describe ranks entities by how well they are described by units. prior scales by kind and type, by mostPrior at
// most; must marks units that a result has to have.
func (x *index) describe(us []unit, prior func(*indexed) float64, must map[int]bool) []scored {
	s := x.pool.take()
	defer x.pool.Put(s)
	m := matching{x, x.texts, x.idf}
	total, needed := 0.0, 0
	terms := map[uint32]bool{}
	for _, i := range x.rarestFirst(us) {
		u := &us[i]
		w := m.unit(u, s, &s.got)
		if w == 0 {
			continue
		}
		total += w
		x.collectTerms(u, terms)
		if must[i] {
			needed++
		}
		telling := weightOf(u) >= weightSoft
		for _, it := range s.best.items {
			g := s.got.at(it.row)
			g.ent = it.row
			g.cover += w * it.value
			if it.value >= 0.4 && telling {
				g.words++
			}
			if must[i] && it.value >= 0.5 {
				g.hits++
			}
		}
	}
	if total == 0 {
		return nil
	}
	return x.bestScored(s.got.items, total, needed, terms, prior)
}

// bestScored returns the best of what was found. Most of it is passed over because even a full name could not make it
// one of them.
func (x *index) bestScored(got []tallied[scored], total float64, needed int, terms map[uint32]bool, prior func(*indexed) float64) []scored {
	const nameBonus = 0.12
	out := make([]scored, 0, 2*maxDescribed)
	least := 0.0
	for i := range got {
		g := got[i].value
		g.cover /= total
		if (g.cover+nameBonus)*mostPrior < least {
			continue
		}
		ent := x.ent(g.ent)
		g.must = g.hits >= needed
		g.named = x.namedShare(&ent, terms)
		if g.score = (g.cover + nameBonus*g.named) * prior(&ent); g.score <= 0 || g.score < least-1e-9 {
			continue
		}
		if out = append(out, g); len(out) == cap(out) {
			x.sortScored(out)
			out = out[:maxDescribed]
			least = out[maxDescribed-1].score
		}
	}
	x.sortScored(out)
	return out[:min(len(out), maxDescribed)]
}

// sortScored orders by score and, where that is the same, by reference.
func (x *index) sortScored(l []scored) {
	slices.SortFunc(l, func(a, b scored) int {
		if c := compareFloat(b.score, a.score); c != 0 {
			return c
		}
		return x.texts.compare(a.ent, b.ent)
	})
}

// rarestFirst orders units by how many entities their most frequent term has.
func (x *index) rarestFirst(us []unit) []int {
	order, size := make([]int, len(us)), make([]int, len(us))
	for i := range us {
		order[i] = i
		terms := map[uint32]bool{}
		x.collectTerms(&us[i], terms)
		for t := range terms {
			size[i] = max(size[i], x.texts.df(t))
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return size[a] - size[b] })
	return order
}

func (x *index) collectTerms(u *unit, terms map[uint32]bool) {
	for _, s := range u.stems {
		if t, ok := x.words.find(s); ok {
			terms[t] = true
		}
	}
	if u.entry != nil {
		for _, c := range u.entry.concepts {
			terms[c] = true
		}
	}
	for i := range u.nested {
		x.collectTerms(&u.nested[i], terms)
	}
}

// namedShare is the share of an entity's name terms that are among the given.
func (x *index) namedShare(e *indexed, terms map[uint32]bool) float64 {
	if len(e.name) == 0 {
		return 0
	}
	n := 0
	for _, t := range e.name {
		if terms[t] {
			n++
		}
	}
	return float64(n) / float64(len(e.name))
}
