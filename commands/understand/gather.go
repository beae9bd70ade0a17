package understand

import (
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

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

// builder reads what is written about one entity after the other.
type builder struct {
	keys  keyer
	words *wordBook
	v     search.View
	seen  []uint8  // by term
	terms []uint32 // those seen
	memo  map[string][]unit
	runs  map[string][]plainWord
	line  []placed
	rec   record
}

// maxMemo bounds the memos of a builder.
const (
	maxMemo = 5_000
	maxRuns = 100_000
)

func newBuilder(k keyer, words *wordBook, v search.View) *builder {
	return &builder{keys: k, words: words, v: v, memo: map[string][]unit{}, runs: map[string][]plainWord{}}
}

// read returns what an entity contributes. The record is only good until the next one.
func (b *builder) read(e *catalog.Entity) *record {
	b.forget()
	r := &b.rec
	*r = record{ref: e.Ref, family: familyOf(e), name: r.name[:0], terms: r.terms[:0], keys: r.keys[:0], links: r.links[:0], fixes: r.fixes[:0]}
	aliases := b.keys.aliasesOf(e)
	b.keys.names(e, aliases, func(key []byte, c keyClass) {
		r.keys = addHashed(r.keys, hashed{keyHash(key), c})
		if isASCII(string(key)) {
			return
		}
		eachFix(string(key), func(short string) { r.fixes = addHash(r.fixes, keyHash(short)) })
	})
	linksOf(e, func(key string) { r.links = addHash(r.links, keyHash(key)) })
	if e.Ref.Kind == "user" {
		return r
	}
	b.text(spaced(e.Name), qName)
	b.text(e.Title, qTitle)
	b.text(e.Profile.DisplayName, qTitle)
	r.name = append(r.name, b.terms...)
	slices.Sort(r.name)
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
	r.terms = b.take(r.terms)
	return r
}

// take returns the terms seen with their weights.
func (b *builder) take(out []posting) []posting {
	slices.Sort(b.terms)
	for _, t := range b.terms {
		out = append(out, posting{t, b.seen[t]})
	}
	return out
}

func (b *builder) forget() {
	for _, t := range b.terms {
		b.seen[t] = 0
	}
	b.terms = b.terms[:0]
}

// clone returns a record of its own.
func (r *record) clone() *record {
	c := *r
	c.name, c.terms, c.keys = slices.Clone(r.name), slices.Clone(r.terms), slices.Clone(r.keys)
	c.links, c.fixes = slices.Clone(r.links), slices.Clone(r.fixes)
	return &c
}

func addHash(l []uint64, h uint64) []uint64 {
	if slices.Contains(l, h) {
		return l
	}
	return append(l, h)
}

// addHashed adds a key, of equal ones the better.
func addHashed(l []hashed, h hashed) []hashed {
	for i := range l {
		if l[i].hash == h.hash {
			l[i].class = min(l[i].class, h.class)
			return l
		}
	}
	return append(l, h)
}

// near is how much the text of a neighbour counts, by the kind that reads it and the relation to it.
var near = map[string]map[string]int{
	"component": {"providesApi": qNear, "partOf": qSystem, "ownedBy": qOwner},
	"api":       {"apiProvidedBy": qNear, "partOf": qSystem},
	"resource":  {"partOf": qSystem, "ownedBy": qOwner},
}

// related reads what is written about the closest neighbours.
func (b *builder) related(e *catalog.Entity) {
	of := near[e.Ref.Kind]
	if of == nil {
		return
	}
	for _, r := range b.v.Relations(e.Ref, nearTypes...) {
		q := of[r.Type]
		if q == 0 || r.Target.Kind == "user" {
			continue
		}
		if o, ok := b.v.Entity(r.Target); ok {
			b.text(spaced(o.Name), q)
			b.text(o.Title, q)
			if q >= qNear {
				b.text(o.Description, q)
			}
		}
	}
}

var nearTypes = []string{"providesApi", "apiProvidedBy", "partOf", "ownedBy"}

// text reads a text.
func (b *builder) text(s string, q int) {
	b.wholes(s, q)
	if s == "" || b.plain(s, maxWords*3, q) {
		return
	}
	us, ok := b.memo[s]
	if !ok {
		ts := tokenise(b.keys.lex.plainText(s))
		us = b.keys.lex.analyse(ts[:min(len(ts), maxWords*3)])
		if len(b.memo) < maxMemo {
			b.memo[s] = us
		}
	}
	b.units(us, q)
}

// wholes reads the words of a text that have a capital letter inside as one, too: whoever asks for RabbitMQ may write
// rabbitmq, which nobody can take apart.
func (b *builder) wholes(s string, q int) {
	for i, from := 0, 0; i <= len(s); i++ {
		switch {
		case i < len(s) && wordByte(s[i]):
		case i-from > 1 && capitalInside(s[from:i]):
			b.put(b.words.number(stem(lower(s[from:i]))), q)
			from = i + 1
		default:
			from = i + 1
		}
	}
}

// capitalInside reports whether a capital letter stands behind a small one.
func capitalInside(s string) bool {
	for i := 1; i < len(s); i++ {
		if 'A' <= s[i] && s[i] <= 'Z' && 'a' <= s[i-1] && s[i-1] <= 'z' {
			return true
		}
	}
	return false
}

func (b *builder) units(us []unit, q int) {
	for i := range us {
		u := &us[i]
		if u.entry == nil || len(u.entry.concepts) > 0 || !u.entry.stop || q >= qTitle {
			for _, s := range u.stems {
				b.put(b.words.number(s), q)
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
	if int(t) >= len(b.seen) {
		b.seen = append(b.seen, make([]uint8, max(int(b.words.size()), int(t)+1)-len(b.seen)+256)...)
	}
	switch {
	case b.seen[t] == 0:
		b.terms = append(b.terms, t)
		b.seen[t] = uint8(q)
	case uint8(q) > b.seen[t]:
		b.seen[t] = uint8(q)
	}
}

// spaced turns the separators of a name into blanks.
func spaced(s string) string {
	if !strings.ContainsAny(s, "-_./:") {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case '-', '_', '.', '/', ':':
			return ' '
		}
		return r
	}, s)
}
