package understand

import (
	"slices"
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

// unitMatches finds what a unit occurs in: it fills best with how well (0..1) and returns the unit's weight. Terms
// that very many have are looked up among within only.
func (x *index) unitMatches(u *unit, posts *shelf, idf func(int) float64, best map[uint32]float64, within map[uint32]*scored) float64 {
	w := weightOf(u)
	if w == 0 {
		return 0
	}
	df := 0
	take := func(t uint32, factor float64) {
		n := posts.df(t)
		df = max(df, n)
		if n > crowd && len(within) > 0 {
			for e := range within {
				if q, ok := posts.find(t, e); ok {
					best[e] = max(best[e], float64(q)/100*factor)
				}
			}
			return
		}
		posts.each(t, crowd, func(ent uint32, q uint8) {
			if q := float64(q) / 100 * factor; q > best[ent] {
				best[ent] = q
			}
		})
	}
	x.stemMatches(u, take, best)
	if u.entry != nil {
		f := synonym
		if len(u.stems) == 0 {
			f = 1
		}
		for _, c := range u.entry.concepts {
			take(c, f)
			x.apartMatches(c, posts, best)
		}
	}
	if len(u.nested) > 0 {
		sum := map[uint32]float64{}
		total := 0.0
		for i := range u.nested {
			b := map[uint32]float64{}
			nw := x.unitMatches(&u.nested[i], posts, idf, b, within)
			total += nw
			for e, q := range b {
				sum[e] += q * nw
			}
		}
		for e, s := range sum {
			if q := s / max(total, 1e-9) * nestedMatch; q > best[e] {
				best[e] = q
			}
		}
	}
	if w < weightWord {
		df = max(df, x.size()/softShare) // an everyday word that nothing mentions tells no more than one that some do
	}
	return w * idf(df)
}

// apartFactor is how well a phrase is matched by its words in any order. Words that more than apartCrowd have are not
// looked for in this way.
const (
	apartFactor = 0.7
	apartCrowd  = 400
)

// apartMatches finds what has all words of an English phrase of a set of synonyms, in any order: "lost card" in
// "blocks a card that was lost".
func (x *index) apartMatches(concept uint32, posts *shelf, best map[uint32]float64) {
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
			best[ent] = max(best[ent], float64(q)/100*apartFactor)
		})
	}
}

// stemMatches looks up the raw terms; an unknown Chinese run is found by how many of its pairs occur.
func (x *index) stemMatches(u *unit, take func(uint32, float64), best map[uint32]float64) {
	if len(u.stems) <= 1 {
		for _, s := range u.stems {
			if t, ok := x.words.find(s); ok {
				take(t, 1)
			}
		}
		return
	}
	for _, s := range u.stems {
		if t, ok := x.words.find(s); ok {
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
	must  bool    // every unit that has to match does
	score float64
}

// describe ranks entities by how well they are described by units. prior scales by kind and type; must marks units
// that a result has to have.
func (x *index) describe(us []unit, prior func(*indexed) float64, must map[int]bool) []scored {
	got := map[uint32]*scored{}
	total, needed := 0.0, 0
	hits := map[uint32]int{}
	terms := map[uint32]bool{}
	best := map[uint32]float64{}
	for _, i := range x.rarestFirst(us) {
		u := &us[i]
		clear(best)
		w := x.unitMatches(u, x.texts, x.idf, best, got)
		if w == 0 {
			continue
		}
		total += w
		x.collectTerms(u, terms)
		if must[i] {
			needed++
		}
		for e, q := range best {
			s := got[e]
			if s == nil {
				s = &scored{ent: e}
				got[e] = s
			}
			s.cover += w * q
			if q >= 0.4 && weightOf(u) >= weightSoft {
				s.words++
			}
			if must[i] && q >= 0.5 {
				hits[e]++
			}
		}
	}
	if total == 0 {
		return nil
	}
	out := make([]scored, 0, len(got))
	for e, s := range got {
		s.cover /= total
		s.must = hits[e] >= needed
		ent := x.ent(e)
		s.named = x.namedShare(&ent, terms)
		s.score = (s.cover + 0.12*s.named) * prior(&ent)
		if s.score > 0 {
			out = append(out, *s)
		}
	}
	slices.SortFunc(out, func(a, b scored) int {
		if c := compareFloat(b.score, a.score); c != 0 {
			return c
		}
		return x.texts.compare(a.ent, b.ent)
	})
	return out[:min(len(out), 40)]
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
