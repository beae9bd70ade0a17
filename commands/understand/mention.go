package understand

import (
	"slices"
	"strings"
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
	team     bool      // a team is called so as well
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
	case content == 0 && best < keyStripped && len(span) > 1 && hardGlued(ts, m.from): // "one-id"
		return strong
	case content == 0 && best < keyStripped && len(span) > 1:
		return medium
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

// lex is the lexicon that the index was made with.
func (x *index) lex() *lexicon { return x.keys.lex }
