package understand

import (
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog/search"
)

// ownPhraseWeight is how much a phrase from a company's configuration counts.
const ownPhraseWeight = 9

// phrase is one line of the phrase lexicon.
type phrase struct {
	section string // an intent, or "+cue"
	weight  float64
	pattern string
	prog    program
}

// phraseBook holds the phrases by how they can begin.
type phraseBook struct {
	all   []phrase
	first map[string][]int // by first word
	open  []int            // those that begin with something else
	fixes map[string]string
	vocab map[string]bool
}

func newPhraseBook() *phraseBook { return &phraseBook{} }

func (b *phraseBook) clone() *phraseBook { return &phraseBook{all: slices.Clone(b.all)} }

func (b *phraseBook) add(section string, weight float64, pattern string) error {
	p, err := compile(pattern)
	if err != nil {
		return err
	}
	b.all = append(b.all, phrase{section, weight, pattern, p})
	return nil
}

// finish builds the tables.
func (b *phraseBook) finish() {
	b.first, b.open, b.vocab, b.fixes = map[string][]int{}, nil, map[string]bool{}, map[string]string{}
	telling := map[string]bool{}
	for i, p := range b.all {
		words, any := p.prog.starts()
		slices.Sort(words)
		for _, w := range slices.Compact(words) {
			b.first[w] = append(b.first[w], i)
		}
		if any {
			b.open = append(b.open, i)
		}
		for _, in := range p.prog {
			if in.op == opWord && isASCII(in.lit) {
				b.vocab[in.lit] = true
				telling[in.lit] = telling[in.lit] || p.weight >= fixWeight
			}
		}
	}
	b.buildFixes(telling)
}

// fixable is the shortest word in which a typing error is looked for, fixWeight the least weight of its phrase.
const (
	fixable   = 5
	fixWeight = 6
)

// buildFixes prepares the correction of one typing error in the words of the phrases that matter most.
func (b *phraseBook) buildFixes(telling map[string]bool) {
	for _, w := range slices.Sorted(mapsKeys(telling)) {
		if len(w) < fixable || !telling[w] {
			continue
		}
		b.fixes[w] = w
		for i := range len(w) {
			d := w[:i] + w[i+1:]
			if old, ok := b.fixes[d]; ok && old != w {
				b.fixes[d] = "" // stands for several words
			} else {
				b.fixes[d] = w
			}
		}
	}
}

func mapsKeys(m map[string]bool) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// fix returns the word of the phrase lexicon that w is one typing error away from, or w.
func (b *phraseBook) fix(w string) string {
	if len(w) < fixable-1 || b.vocab[w] || !isASCII(w) {
		return w
	}
	if f := b.fixes[w]; f != "" && f[0] == w[0] { // a letter is missing
		return f
	}
	for i := range len(w) { // a letter too many, a wrong one, or two swapped
		if f := b.fixes[w[:i]+w[i+1:]]; f != "" && f[0] == w[0] && search.Distance(f, w, 1) <= 1 {
			return f
		}
	}
	return w
}

// found is a phrase that occurs in a message.
type found struct {
	phrase int
	hits   []int // token indexes of its words
	end    int   // token index behind it
}

// scan finds the phrases of a message, each at its first place; cues at every place.
func (b *phraseBook) scan(m *matcher) []found {
	var out []found
	seen := make(map[int]bool)
	try := func(i, pos int) {
		cue := strings.HasPrefix(b.all[i].section, "+")
		if seen[i] && !cue {
			return
		}
		switch b.all[i].section {
		case string(Smalltalk), string(None), string(Help), "offtopic":
			m.loose = true
		default:
			m.loose = false
		}
		if !m.match(b.all[i].prog, pos) {
			return
		}
		f := found{phrase: i, end: len(m.toks)}
		for _, h := range m.hits {
			f.hits = append(f.hits, m.seq[h])
		}
		seen[i] = m.inside == nil || !m.inside(f)
		if m.end < len(m.seq) {
			f.end = m.seq[m.end]
		}
		out = append(out, f)
	}
	for pos := range m.seq {
		t := &m.toks[m.seq[pos]]
		for _, i := range b.first[t.norm] {
			try(i, pos)
		}
		if t.fixed != t.norm {
			for _, i := range b.first[t.fixed] {
				try(i, pos)
			}
		}
		for _, i := range b.open {
			if p := b.all[i].prog; opens(p, m, pos) {
				try(i, pos)
			}
		}
	}
	return out
}

// opens tells cheaply whether a program that begins with something other than a word can match here.
func opens(p program, m *matcher, pos int) bool {
	switch p[0].op {
	case opEntity:
		return len(m.ents[pos]) > 0
	case opTech:
		return len(m.techs[pos]) > 0
	case opStart:
		return pos == 0
	}
	return true
}
