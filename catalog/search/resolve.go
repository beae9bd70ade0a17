package search

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Resolve implements View. Scores within a step: a name beats a title, a title beats a part of one; the preferred
// namespace and then the kinds people mostly mean (components, APIs, resources, systems, ...) break ties.
func (v *view) Resolve(name string, o ResolveOptions) []Candidate {
	name = strings.TrimSpace(clip(name))
	r := resolver{view: v, text: name, lower: strings.ToLower(name), folded: fold(name), o: o}
	if r.folded == "" {
		return nil
	}
	if r.o.Deepest == 0 {
		r.o.Deepest = MatchNear
	}
	if r.o.Limit <= 0 {
		r.o.Limit = 10
	}
	if c := r.reference(); len(c) > 0 {
		return r.best(c)
	}
	return r.best(r.cascade())
}

// resolver is one resolution under way.
type resolver struct {
	*view
	text, lower, folded string
	o                   ResolveOptions
	only                string // the one namespace to look in, or ""
}

// cascade goes through the steps behind MatchRef and returns the candidates of the first that has any.
func (r *resolver) cascade() []Candidate {
	exact, elsewhere := r.exact()
	if len(exact) > 0 || r.o.Deepest < MatchTypo1 {
		return exact
	}
	// A misspelling is no explanation for a name that exists, be it of a kind that was not asked for.
	if !elsewhere {
		for edits := 1; edits <= 2 && r.o.Deepest >= MatchName+Match(edits)+1; edits++ {
			if c := r.misspelt(edits); len(c) > 0 {
				return c
			}
		}
	}
	if r.o.Deepest >= MatchWords {
		if c := r.byWords(); len(c) > 0 {
			return c
		}
	}
	if r.o.Deepest >= MatchNear {
		return r.near()
	}
	return nil
}

// reference resolves "kind:name", "namespace/name" and "kind:namespace/name", the name in any spelling. What the
// colon or slash means is decided by what is found.
func (r *resolver) reference() []Candidate {
	rest := r.text
	if !strings.ContainsAny(rest, ":/") {
		return nil
	}
	in := *r
	if kind, after, ok := strings.Cut(rest, ":"); ok && !strings.Contains(kind, "/") {
		kind = strings.ToLower(strings.TrimSpace(kind))
		if len(r.o.Kinds) > 0 && !slices.Contains(r.o.Kinds, kind) {
			return nil
		}
		in.o.Kinds, rest = []string{kind}, strings.TrimSpace(after)
	}
	if ns, after, ok := strings.Cut(rest, "/"); ok {
		in.only, rest = strings.ToLower(strings.TrimSpace(ns)), strings.TrimSpace(after)
	}
	if rest == r.text || rest == "" {
		return nil
	}
	in.text, in.lower, in.folded = rest, strings.ToLower(rest), fold(rest)
	if in.folded == "" {
		return nil
	}
	in.o.Deepest = min(r.o.Deepest, MatchTypo2)
	out := in.cascade()
	for i := range out {
		if out[i].Match == MatchName && strings.EqualFold(out[i].Entity.Name, rest) {
			out[i].Match = MatchRef
		}
	}
	return r.first(out)
}

// first keeps the candidates of the best step among them.
func (r *resolver) first(list []Candidate) []Candidate {
	best := MatchNear
	for _, c := range list {
		best = min(best, c.Match)
	}
	return slices.DeleteFunc(list, func(c Candidate) bool { return c.Match != best })
}

// exact finds the entities whose folded label equals the folded text. elsewhere reports that there are some, all of
// kinds or namespaces that were not asked for.
func (r *resolver) exact() (found []Candidate, elsewhere bool) {
	for _, id := range r.n.key(r.folded) {
		e := r.entity(id)
		if e == nil {
			continue
		}
		if !r.wanted(e.Ref) {
			elsewhere = elsewhere || e.Ref.Kind != "location"
			continue
		}
		c := Candidate{Entity: e, Match: MatchNormalised}
		for _, l := range labels(e) {
			if fold(l.text) != r.folded {
				continue
			}
			same := l.rank != labelPart && strings.ToLower(l.text) == r.lower
			if same && c.Match == MatchNormalised {
				c.Match, c.Score = MatchName, 0
			}
			if same == (c.Match == MatchName) {
				c.Score = max(c.Score, 1-0.05*float64(l.rank))
			}
		}
		found = append(found, c)
	}
	if found = r.first(found); len(found) > 0 && found[0].Match > r.o.Deepest {
		return nil, true
	}
	return found, elsewhere && len(found) == 0
}

// misspelt finds the entities with a label exactly that many edits away.
func (r *resolver) misspelt(edits int) []Candidate {
	var out []Candidate
	if allowedEdits(r.folded) < edits {
		return nil
	}
	q := query{folded: r.folded, words: words(r.text), digits: digitsOf(r.folded)}
	q.known = r.allKnown(q.words)
	seen := make(map[uint32]bool)
	try := func(key uint32) {
		if seen[key] {
			return
		}
		seen[key] = true
		p := r.n.posts.at(key)
		if len(p.ids) == 0 || Distance(p.text, r.folded, edits) != edits || !q.plausible(p.text, edits) {
			return
		}
		for _, id := range p.ids {
			if e := r.entity(id); e != nil && r.wanted(e.Ref) {
				if c, ok := q.candidate(e, p.text, edits, r.lower); ok {
					out = append(out, c)
				}
			}
		}
	}
	for _, key := range r.n.late {
		try(key)
	}
	if edits == 1 {
		r.n.base.one(r.folded, try)
		if swapped := swapMiddle(r.folded); swapped != "" {
			if key, ok := r.n.find(swapped); ok {
				try(key)
			}
		}
	} else {
		r.n.base.within(edits, r.folded, try)
	}
	return out
}

// wanted reports whether an entity is of a kind and in the namespace asked for.
func (r *resolver) wanted(ref catalog.Ref) bool {
	if r.only != "" && ref.Namespace != r.only {
		return false
	}
	if len(r.o.Kinds) == 0 {
		return ref.Kind != "location"
	}
	return slices.Contains(r.o.Kinds, ref.Kind)
}

// allKnown reports whether all words are words of names that the viewer may see.
func (r *resolver) allKnown(ws []string) bool {
	for _, w := range ws {
		for _, k := range wordKeys(w) {
			ids, _ := r.n.words.get(k)
			if !slices.ContainsFunc(ids, r.there) {
				return false
			}
		}
	}
	return true
}

// best orders candidates, merges those of one entity and cuts at the limit.
func (r *resolver) best(list []Candidate) []Candidate {
	if len(list) < 2 {
		return list
	}
	slices.SortFunc(list, func(a, b Candidate) int {
		return cmp.Or(
			cmp.Compare(r.rank(b.Entity.Ref, b.Score), r.rank(a.Entity.Ref, a.Score)),
			cmp.Compare(kindRank(a.Entity.Ref.Kind), kindRank(b.Entity.Ref.Kind)),
			a.Entity.Ref.Compare(b.Entity.Ref))
	})
	seen := make(map[catalog.Ref]bool, len(list))
	list = slices.DeleteFunc(list, func(c Candidate) bool {
		twice := seen[c.Entity.Ref]
		seen[c.Entity.Ref] = true
		return twice
	})
	return list[:min(len(list), r.o.Limit)]
}

// rank is a score with the preferred namespace in it.
func (r *resolver) rank(ref catalog.Ref, score float64) float64 {
	if r.o.Namespace != "" && strings.EqualFold(ref.Namespace, r.o.Namespace) {
		return score + 0.02
	}
	return score
}

// kindRank orders kinds by how often people mean them.
func kindRank(kind string) int {
	order := [...]string{"component", "api", "resource", "system", "group", "user", "domain", "template"}
	if i := slices.Index(order[:], kind); i >= 0 {
		return i
	}
	return len(order)
}

// query is what misspelt names are compared with.
type query struct {
	folded string
	words  []string
	digits string
	known  bool // every word is a word of some name: then it is not a misspelling of another word
}

// allowedEdits scales with the length of a name. Chinese needs more of it: one character changed is another word.
func allowedEdits(s string) int {
	n := utf8.RuneCountInString(s)
	if hasHan(s) {
		n = (n + 1) / 2
		if n < 3 {
			return 0
		}
		return 1
	}
	switch {
	case n < minTypo:
		return 0
	case n < 8:
		return 1
	default:
		return 2
	}
}

// plausible reports whether a key may be what was meant: long enough for so many edits, with the same digits
// (v2 is no misspelt v3), and of four letters only with the same letters.
func (q query) plausible(key string, edits int) bool {
	if allowedEdits(key) < edits || digitsOf(key) != q.digits {
		return false
	}
	if min(len(key), len(q.folded)) <= minTypo {
		return len(key) == len(q.folded) && signature(key) == signature(q.folded)
	}
	return true
}

// candidate compares with the labels of an entity that have the given key.
func (q query) candidate(e *catalog.Entity, key string, edits int, lower string) (Candidate, bool) {
	c := Candidate{Entity: e, Match: MatchNormalised + Match(edits), Edits: edits}
	for _, l := range labels(e) {
		if fold(l.text) != key {
			continue
		}
		ws := words(l.text)
		if q.known && !sameStems(q.words, ws) || swallowed(q.folded, ws, edits) {
			continue
		}
		raw := Distance(strings.ToLower(l.text), lower, 2*edits+2)
		c.Score = max(c.Score, 1/float64(1+raw)-0.05*float64(l.rank))
	}
	return c, c.Score > 0
}

// swallowed reports whether all of several edits fall into one word of at most three letters: "orders-db" is not a
// misspelt "orders-hub".
func swallowed(folded string, ws []string, edits int) bool {
	if edits < 2 {
		return false
	}
	for i, w := range ws {
		if utf8.RuneCountInString(w) > 3 {
			continue
		}
		head, tail := strings.Join(ws[:i], ""), strings.Join(ws[i+1:], "")
		if len(head)+len(tail) <= len(folded) && strings.HasPrefix(folded, head) && strings.HasSuffix(folded, tail) {
			return true
		}
	}
	return false
}

func sameStems(a, b []string) bool {
	return slices.EqualFunc(a, b, func(x, y string) bool { return stem(x) == stem(y) })
}

func digitsOf(s string) string {
	if strings.IndexFunc(s, unicode.IsDigit) < 0 {
		return ""
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

// swapMiddle swaps the characters on both sides of the middle, the one edit that touches both halves.
func swapMiddle(s string) string {
	rs := []rune(s)
	p := len(rs) / 2
	if p == 0 || rs[p-1] == rs[p] {
		return ""
	}
	rs[p-1], rs[p] = rs[p], rs[p-1]
	return string(rs)
}
