package search

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/catalog"
)

// wordsExamined is how many entities that share the words of a question are compared in detail; of more, those with
// the shortest names are.
const wordsExamined = 256

// byWords finds the entities in whose names and titles every word of the text occurs. The score is the share of the
// label that the words make up: 1 when it has no others.
func (r *resolver) byWords() []Candidate {
	ws := nameWords(r.text)
	if len(ws) == 0 {
		return nil
	}
	var out []Candidate
	for _, id := range r.holders(ws) {
		e := r.nodeEntity(id)
		if score := coverage(e, ws); score > 0 {
			out = append(out, Candidate{Entity: e, Match: MatchWords, Score: score})
		}
	}
	return out
}

// nameWords are the words of a text that can be part of a name: articles are not, unless there is nothing else.
func nameWords(text string) []string {
	all := words(text)
	out := slices.DeleteFunc(slices.Clone(all), func(w string) bool {
		return w == "the" || w == "a" || w == "an" || w == "our" || w == "my" || w == "your"
	})
	if len(out) == 0 {
		return all
	}
	return out
}

// holders returns the wanted entities that have all words, the shortest names first when there are very many.
func (r *resolver) holders(ws []string) []uint32 {
	var lists [][]uint32
	for _, w := range ws {
		for _, k := range wordKeys(w) {
			ids, ok := r.n.words.get(k)
			if !ok {
				return nil
			}
			lists = append(lists, ids)
		}
	}
	slices.SortFunc(lists, func(a, b []uint32) int { return cmp.Compare(len(a), len(b)) })
	var out []uint32
	for _, id := range lists[0] {
		if !slices.ContainsFunc(lists[1:], func(ids []uint32) bool {
			_, found := slices.BinarySearch(ids, id)
			return !found
		}) {
			if r.there(id) && r.wanted(r.s.nodes.ref(id)) {
				out = append(out, id)
			}
		}
	}
	if len(out) > wordsExamined {
		slices.SortStableFunc(out, func(a, b uint32) int {
			return cmp.Compare(len(r.s.nodes.place(a).record.Name()), len(r.s.nodes.place(b).record.Name()))
		})
		out = out[:wordsExamined]
	}
	return out
}

// coverage returns which share of an entity's best fitting label the words make up, or 0 when some word is in none.
func coverage(e *catalog.Entity, ws []string) float64 {
	var best float64
	left := slices.Clone(ws)
	for _, l := range labels(e) {
		own := words(l.text)
		total, hit := 0, 0
		for _, o := range own {
			total += utf8.RuneCountInString(o)
		}
		for _, w := range ws {
			if n := wordIn(own, w); n > 0 {
				hit += n
				left = slices.DeleteFunc(left, func(x string) bool { return x == w })
			}
		}
		if total > 0 {
			best = max(best, (1-0.05*float64(l.rank))*float64(min(hit, total))/float64(total))
		}
	}
	if len(left) > 0 {
		return 0
	}
	return best
}

// wordIn returns how many characters of a label a word explains, 0 when it does not occur there.
func wordIn(own []string, w string) int {
	han := hasHan(w)
	for _, o := range own {
		switch {
		case o == w, !han && stem(o) == stem(w):
			return utf8.RuneCountInString(o)
		case han && strings.Contains(o, w):
			return utf8.RuneCountInString(w)
		}
	}
	return 0
}
