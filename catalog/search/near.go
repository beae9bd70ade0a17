package search

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/catalog"
)

const (
	nearFloor    = 0.34  // similarity below which a name is not worth suggesting
	nearPostings = 4000  // how many entities that share a word are scored
	nearWords    = 20000 // how many different words of names are compared with a misspelt one
)

// near finds names that are only similar: some more edits away, or with some of the words, misspelt or cut short.
// Scores lie between nearFloor and 1.
func (r *resolver) near() []Candidate {
	scores := make(map[uint32]float64)
	note := func(id uint32, score float64) {
		if score >= nearFloor && r.there(id) && r.wanted(r.s.nodes.ref(id)) {
			scores[id] = max(scores[id], score)
		}
	}
	r.nearSpelling(note)
	r.nearWording(note)
	ids := slices.SortedFunc(maps.Keys(scores), func(a, b uint32) int {
		x, y := r.s.nodes.ref(a), r.s.nodes.ref(b)
		return cmp.Or(cmp.Compare(r.rank(y, scores[b]), r.rank(x, scores[a])), cmp.Compare(kindRank(x.Kind), kindRank(y.Kind)), x.Compare(y))
	})
	ids = ids[:min(len(ids), r.o.Limit)]
	out := make([]Candidate, 0, len(ids))
	for _, id := range ids {
		out = append(out, Candidate{Entity: r.nodeEntity(id), Match: MatchNear, Score: scores[id]})
	}
	return out
}

// nearSpelling suggests labels that are a third of their length or less away, three edits at most.
func (r *resolver) nearSpelling(note func(uint32, float64)) {
	n := utf8.RuneCountInString(r.folded)
	most := min(3, n/3)
	if most == 0 {
		return
	}
	try := func(key uint32) {
		p := r.n.posts.at(key)
		if d := Distance(p.text, r.folded, most); d <= most {
			for _, id := range p.ids {
				note(id, 1-float64(d)/float64(n))
			}
		}
	}
	for _, key := range r.n.late {
		try(key)
	}
	r.n.base.within(most, r.folded, try)
}

// nearWording suggests entities that share words with the text, weighing rare words more.
func (r *resolver) nearWording(note func(uint32, float64)) {
	ws := nameWords(r.text)
	share := make(map[uint32]float64)
	var total float64
	budget := nearPostings
	for _, w := range ws {
		matches := r.similarWords(w)
		weight := math.Log(1 + float64(r.visible())/float64(1+r.heldBy(matches)))
		total += weight
		best := make(map[uint32]float64)
		for _, m := range matches {
			ids, _ := r.n.words.get(m.word)
			for _, id := range ids[:min(len(ids), budget)] {
				best[id] = max(best[id], m.similarity)
			}
			budget -= min(len(ids), budget)
		}
		for id, similarity := range best {
			share[id] += weight * similarity
		}
	}
	for id, x := range share {
		if total > 0 && 0.9*x/total >= nearFloor && r.there(id) {
			own := len(words(r.s.nodes.place(id).record.Name()))
			note(id, 0.9*x/total*(0.6+0.4*float64(min(own, len(ws)))/float64(max(own, len(ws)))))
		}
	}
}

type similarWord struct {
	word       string
	similarity float64
}

// similarWords returns the words of names that a word may stand for, the most similar ones first.
func (r *resolver) similarWords(w string) []similarWord {
	keys := wordKeys(w)
	var out []similarWord
	for _, k := range keys {
		if _, ok := r.n.words.get(k); ok {
			out = append(out, similarWord{k, 1 / float64(len(keys))})
		}
	}
	if len(out) > 0 || hasHan(w) || len(w) < 3 {
		return out
	}
	k, looked := keys[0], 0
	edits := 1
	if len(k) > 6 {
		edits = 2
	}
	sig := signature(k)
	r.n.words.each(func(have string, _ []uint32) {
		if looked++; looked > nearWords {
			return
		}
		switch {
		case strings.HasPrefix(have, k) || len(have) > 3 && strings.HasPrefix(k, have):
			out = append(out, similarWord{have, float64(min(len(k), len(have))) / float64(max(len(k), len(have)))})
		case len(k) > 3 && len(have) > 3 && onesApart(sig, signature(have)) <= 2*edits:
			if d := Distance(have, k, edits); d <= edits {
				out = append(out, similarWord{have, 1 - float64(d)/float64(len(k))})
			}
		}
	})
	slices.SortFunc(out, func(a, b similarWord) int {
		return cmp.Or(cmp.Compare(b.similarity, a.similarity), strings.Compare(a.word, b.word))
	})
	return out[:min(len(out), 8)]
}

// heldBy is how many visible entities have the most similar word, bounded.
func (r *resolver) heldBy(ms []similarWord) int {
	if len(ms) == 0 {
		return 0
	}
	ids, _ := r.n.words.get(ms[0].word)
	n := 0
	for _, id := range ids[:min(len(ids), nearPostings)] {
		if r.there(id) {
			n++
		}
	}
	return n
}

// nodeEntity returns the entity of an id that is known to be visible.
func (v *view) nodeEntity(id uint32) *catalog.Entity { return v.told(id, v.s.entity(id)) }
