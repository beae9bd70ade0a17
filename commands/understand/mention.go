package understand

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/catalog/search"
)

// strength says how sure it is that words are meant as a name.
type strength uint8

const (
	weak   strength = iota + 1 // an everyday word that also happens to be part of a name
	medium                     // an everyday word that is somebody's whole name
	strong                     // nobody would write this without meaning it
)

// mention is a stretch of the message that may name entities.
type mention struct {
	from, to int    // tokens
	key      string // what they are called by; "" where that was misspelt
	keys     []keyRef
	strength strength
	typo     bool
	negated  bool
	kind     *kindWord // the word for a kind that stands beside it
	kindAt   int       // its token, -1 for none
}

// maxSpan bounds how many tokens a name is made of.
const maxSpan = 10

// mentions finds the names in a message, the longest first, without overlaps.
func (x *index) mentions(ts []token) []mention {
	var out []mention
	for i := 0; i < len(ts); {
		m, ok := x.longest(ts, i)
		if !ok {
			i++
			continue
		}
		out = append(out, m)
		i = m.to
	}
	return out
}

func (x *index) longest(ts []token, i int) (mention, bool) {
	if !startsName(ts, i) {
		return mention{}, false
	}
	for j := min(len(ts), i+maxSpan); j > i; j-- {
		if !endsName(ts, j) {
			continue
		}
		key, ok := spanKey(ts[i:j], false)
		if !ok {
			continue
		}
		refs := x.called(key)
		if refs == nil {
			if k, ok := spanKey(ts[i:j], true); ok && k != key && ts[i].norm != "and" && ts[j-1].norm != "and" {
				key, refs = k, x.called(k)
			}
		}
		if refs == nil {
			key = sortedKey(ts[i:j])
			refs = x.called(key)
		}
		if refs == nil {
			continue
		}
		m := mention{from: i, to: j, key: key, keys: refs, kindAt: -1}
		m.strength = x.strengthOf(ts, &m)
		if m.strength > 0 {
			return m, true
		}
	}
	return mention{}, false
}

// startsName reports whether a name can begin at token i.
func startsName(ts []token, i int) bool {
	t := &ts[i]
	return t.class != punct && t.norm != "'s" && (t.glue == 0 || t.glue == '/' || t.glue == ':' || t.glue == '.')
}

// endsName reports whether a name can end before token j. Half of a compound is no name, but the first part of a
// camel-case one is ("CartLatencyHigh").
func endsName(ts []token, j int) bool {
	if ts[j-1].class == punct || ts[j-1].norm == "'s" {
		return false
	}
	return j >= len(ts) || ts[j].glue == 0 || ts[j].glue == '/' || ts[j].glue == ':' || ts[j].glue == '.' || ts[j].glue == 'c'
}

// spanKey joins the tokens of a span; marks other than "&" make it no name. With short, "and" is left out.
func spanKey(ts []token, short bool) (string, bool) {
	var b strings.Builder
	for i := range ts {
		switch t := &ts[i]; {
		case t.class == punct && t.norm == "&":
		case t.class == punct:
			return "", false
		case short && t.norm == "and":
		default:
			b.WriteString(t.norm)
		}
	}
	return b.String(), true
}

// sortedKey is the key of the words in any order; "" when the span is not made of words alone.
func sortedKey(ts []token) string {
	ws := plainWords(ts)
	if len(ws) != len(ts) || len(ws) < 2 {
		return ""
	}
	slices.Sort(ws)
	return " " + strings.Join(ws, " ")
}

// strengthOf judges a span that is a key.
func (x *index) strengthOf(ts []token, m *mention) strength {
	span := ts[m.from:m.to]
	content, plain := 0, 0
	for i := range span {
		t := &span[i]
		if t.quoted || t.code {
			return strong
		}
		if t.class == punct {
			continue
		}
		e := x.lex().lookup(t.norm)
		if t.class == han || e == nil || !e.stop {
			content++
		}
		if t.class != han && !x.lex().known[t.norm] && !x.lex().known[stem(t.norm)] {
			plain++
		}
	}
	best := bestClass(m.keys)
	if span[0].class == han {
		return x.hanStrength(joinNorm(span), best)
	}
	switch {
	case len(m.key) == 1:
		return letterStrength(ts, m)
	case content == 0:
		return 0
	case best >= keyStripped && plain == 0:
		return weak
	case best >= keyStripped:
		return medium
	case len(span) > 1 || plain > 0:
		return strong
	}
	return medium
}

// letterStrength judges a single letter: it is meant as a name where the message ends with it and has said something.
func letterStrength(ts []token, m *mention) strength {
	if ts[m.from].glue != 0 || m.from == 0 || ts[m.from-1].class == num {
		return 0
	}
	for i := range ts[m.to:] {
		if ts[m.to+i].class != punct {
			return 0
		}
	}
	return medium
}

func (x *index) hanStrength(s string, best keyClass) strength {
	e := x.lex().words[s]
	switch {
	case e != nil && e.stop:
		return 0
	case best >= keyStripped:
		return weak
	case e != nil && best >= keyLabel:
		return medium
	}
	return strong
}

func bestClass(keys []keyRef) keyClass {
	best := keyInitials
	for _, k := range keys {
		best = min(best, k.class)
	}
	return best
}

// typoLimits bound the search for typing errors: the shortest name, and how many spans are tried in one message.
const (
	typoShortest = 5
	typoTries    = 24
)

// typos looks for misspelt names among the words nobody knows. taken marks tokens that already mean something.
func (x *index) typos(view search.View, m *message, taken []bool) []mention {
	ts := m.toks
	edges := map[int]bool{}
	for _, u := range m.units {
		edges[u.from], edges[u.to] = true, true
	}
	var out []mention
	tries := 0
	for i := 0; i < len(ts); i++ {
		if taken[i] || ts[i].class == punct || ts[i].class == num {
			continue
		}
		if ts[i].class == han {
			if m, ok := x.hanTypo(view, ts, i, taken, edges); ok {
				out = append(out, m)
				i = m.to - 1
			}
			continue
		}
		if x.knownWord(ts[i].norm) && !hardGlued(ts, i) {
			continue
		}
		if m, ok := x.typoAround(view, ts, i, taken, &tries); ok {
			out = append(out, m)
			i = m.to - 1
		}
	}
	return out
}

// knownWord reports whether a word is spelt like one that the lexicon or the catalog's texts know.
func (x *index) knownWord(w string) bool {
	if x.lex().known[w] || x.lex().known[stem(w)] || x.lex().phrases.vocab[w] {
		return true
	}
	return x.known(stem(w))
}

func hardGlued(ts []token, i int) bool {
	g := ts[i].glue
	next := i+1 < len(ts) && (ts[i+1].glue == '-' || ts[i+1].glue == '_' || ts[i+1].glue == 'c')
	return g == '-' || g == '_' || g == 'c' || next
}

// typoAround tries spans around an unknown word, the longest first.
func (x *index) typoAround(view search.View, ts []token, i int, taken []bool, tries *int) (mention, bool) {
	from := i
	for from > 0 && hard(ts[from].glue) {
		from--
	}
	end := from + 1
	for end < len(ts) && hard(ts[end].glue) {
		end++
	}
	for _, s := range [][2]int{{from - 1, end + 1}, {from, end + 2}, {from, end + 1}, {from - 1, end}, {from - 2, end}, {from, end}} {
		if s[0] < 0 || s[1] > len(ts) || *tries >= typoTries || slices.Contains(taken[s[0]:s[1]], true) || !startsName(ts, s[0]) || !endsName(ts, s[1]) {
			continue
		}
		if e := x.lex().lookup(ts[s[0]].norm); e != nil && e.stop {
			continue
		}
		if e := x.lex().lookup(ts[s[1]-1].norm); e != nil && e.stop {
			continue
		}
		key, ok := spanKey(ts[s[0]:s[1]], false)
		if s[1]-s[0] == 1 && ts[i].fixed != ts[i].norm {
			continue // a misspelt word of the question
		}
		if !ok || len(key) < typoShortest || !isASCII(key) && !isHan(firstRune(key)) {
			continue
		}
		*tries++
		if keys := x.misspelt(view, ts[s[0]:s[1]], key); len(keys) > 0 {
			return mention{from: s[0], to: s[1], keys: keys, strength: strong, typo: true, kindAt: -1}, true
		}
	}
	return mention{}, false
}

func hard(g byte) bool { return g == '-' || g == '_' || g == 'c' }

// misspelt asks the view for names one or two errors away. A word that is spelt like a word was meant: exporter is
// no misspelt importer.
func (x *index) misspelt(view search.View, ts []token, key string) []keyRef {
	deepest := search.MatchTypo1
	if len(key) >= 8 {
		deepest = search.MatchTypo2
	}
	var out []keyRef
	for _, c := range view.Resolve(key, search.ResolveOptions{Deepest: deepest, Limit: 6}) {
		id, ok := x.id(c.Entity.Ref)
		if !ok || c.Match == search.MatchWords || c.Match == search.MatchNear {
			continue
		}
		names := squash(c.Entity.Name) + " " + squash(c.Entity.Title) + " " + squash(c.Entity.Profile.DisplayName)
		if x.keepsWords(ts, names) {
			out = append(out, keyRef{id, keyTitle})
		}
	}
	return out
}

func (x *index) keepsWords(ts []token, names string) bool {
	for i := range ts {
		t := &ts[i]
		if t.class == num || len(ts) > 1 && t.class == word && len(t.norm) > 3 && x.knownWord(t.norm) || t.class == word && len(t.norm) > 3 && x.lex().known[t.norm] {
			if !strings.Contains(names, t.norm) && !strings.Contains(names, stem(t.norm)) {
				return false
			}
		}
	}
	return true
}

// hanTypo looks for a Chinese name with one wrong character.
// The span has to start and end where words do.
func (x *index) hanTypo(view search.View, ts []token, i int, taken []bool, edges map[int]bool) (mention, bool) {
	for n := 8; n >= 3; n-- {
		if i+n > len(ts) || !edges[i] || !edges[i+n] || slices.Contains(taken[i:i+n], true) || !allHan(ts[i:i+n]) || !x.oddHan(ts[i:i+n]) {
			continue
		}
		rs := []rune(joinNorm(ts[i : i+n]))
		for d := range rs {
			short := string(rs[:d]) + string(rs[d+1:])
			if k, ok := x.hanName(view, short, rs); ok {
				return mention{from: i, to: i + n, key: k, keys: x.called(k), strength: strong, typo: true, kindAt: -1}, true
			}
		}
	}
	return mention{}, false
}

// hanName finds a name that is rs but for one character; short is rs without that character.
func (x *index) hanName(view search.View, short string, rs []rune) (name string, found bool) {
	for _, k := range x.fixes.find(x.texts, keyHash(short)) {
		e, ok := view.Entity(x.ref(k.ent))
		if !ok {
			continue
		}
		x.keys.names(e, x.keys.aliasesOf(e), func(key []byte, _ keyClass) {
			if !found && utf8.RuneCount(key) == len(rs) && search.Distance(string(key), string(rs), 1) <= 1 {
				eachFix(string(key), func(s string) { found = found || s == short })
				name = string(key)
			}
		})
		if found {
			return name, true
		}
	}
	return "", false
}

func allHan(ts []token) bool {
	return !slices.ContainsFunc(ts, func(t token) bool { return t.class != han })
}

// oddHan reports whether the characters do not all belong to words the lexicon knows.
func (x *index) oddHan(ts []token) bool {
	for _, u := range x.lex().analyse(ts) {
		if u.entry == nil {
			return true
		}
	}
	return false
}

// lex is the lexicon that the index was made with.
func (x *index) lex() *lexicon { return x.keys.lex }
