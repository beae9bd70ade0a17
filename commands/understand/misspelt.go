package understand

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/catalog/search"
)

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
