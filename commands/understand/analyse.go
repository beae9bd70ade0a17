package understand

import "strings"

// unit is a word or fixed phrase of a text and what it may mean.
type unit struct {
	from, to int    // tokens
	text     string // normalised
	entry    *entryWord
	stems    []string // raw terms: the stem, or pairs of characters of an unknown Chinese run
	nested   []unit   // the words of a phrase
	han      bool
}

func (u *unit) stop() bool { return u.entry != nil && u.entry.stop }

// analyse cuts tokens into units, the longest entries of the lexicon first.
func (l *lexicon) analyse(ts []token) []unit {
	var out []unit
	for i := 0; i < len(ts); {
		switch ts[i].class {
		case punct:
			i++
		case han:
			n := l.hanUnits(ts, i, &out)
			i += n
		default:
			u := l.latinUnit(ts, i)
			out = append(out, u)
			i = u.to
		}
	}
	return out
}

func (l *lexicon) latinUnit(ts []token, i int) unit {
	if !l.leads[stem(ts[i].norm)] {
		return l.single(ts, i)
	}
	stems := make([]string, 0, maxPhrase)
	for j := i; j < len(ts) && j < i+maxPhrase && (ts[j].class == word || ts[j].class == num); j++ {
		stems = append(stems, stem(ts[j].norm))
	}
	for n := len(stems); n > 1; n-- {
		k := strings.Join(stems[:n], " ")
		if e := l.words[k]; e != nil {
			u := unit{from: i, to: i + n, text: k, entry: e}
			for j := i; j < i+n; j++ {
				u.nested = append(u.nested, l.single(ts, j))
			}
			return u
		}
	}
	return l.single(ts, i)
}

func (l *lexicon) single(ts []token, i int) unit {
	s := stem(ts[i].norm)
	e := l.lookup(ts[i].norm)
	if e == nil && ts[i].fixed != ts[i].norm {
		e = l.lookup(ts[i].fixed)
	}
	return unit{from: i, to: i + 1, text: ts[i].norm, entry: e, stems: []string{s}}
}

// hanUnits reads one word, or one unknown run of characters, at i. It returns how many tokens it used.
func (l *lexicon) hanUnits(ts []token, i int, out *[]unit) int {
	if u, ok := l.hanWord(ts, i); ok {
		*out = append(*out, u)
		return u.to - u.from
	}
	j := i + 1
	for j < len(ts) && ts[j].class == han {
		if _, ok := l.hanWord(ts, j); ok {
			break
		}
		j++
	}
	u := unit{from: i, to: j, text: joinNorm(ts[i:j]), han: true}
	if j-i == 1 {
		u.stems = []string{u.text}
	}
	for k := i; k+1 < j; k++ {
		u.stems = append(u.stems, ts[k].norm+ts[k+1].norm)
	}
	*out = append(*out, u)
	return j - i
}

func (l *lexicon) hanWord(ts []token, i int) (unit, bool) {
	end := i
	for end < len(ts) && end < i+maxHan && ts[end].class == han {
		end++
	}
	for j := end; j > i; j-- {
		k := joinNorm(ts[i:j])
		if e := l.words[k]; e != nil {
			if l.overlaps(ts, i, j) {
				continue
			}
			if j == i+1 && !e.stop && !e.filler && e.kind == 0 && !l.wordAt(ts, j) {
				return unit{}, false // one character of a longer word nobody knows
			}
			u := unit{from: i, to: j, text: k, entry: e, stems: []string{k}, han: true}
			if j-i >= 4 {
				u.nested = l.nestedHan(ts, i, j)
			}
			return u, true
		}
	}
	return unit{}, false
}

// overlaps reports whether a word that ends before token j takes a character from the next one, which would leave it
// unknown: 查房间 is 查 and 房间, not 查房 and 间.
func (l *lexicon) overlaps(ts []token, i, j int) bool {
	if j-i < 2 || j >= len(ts) || ts[j].class != han || l.wordAt(ts, j) || l.words[joinNorm(ts[i:j-1])] == nil {
		return false
	}
	for k := min(len(ts), j-1+maxHan); k > j; k-- {
		if allHan(ts[j-1:k]) && l.words[joinNorm(ts[j-1:k])] != nil {
			return true
		}
	}
	return false
}

// wordAt reports whether no unknown Chinese word begins at token i.
func (l *lexicon) wordAt(ts []token, i int) bool {
	if i >= len(ts) || ts[i].class != han {
		return true
	}
	for j := min(len(ts), i+maxHan); j > i; j-- {
		if !allHan(ts[i:j]) {
			continue
		}
		if e := l.words[joinNorm(ts[i:j])]; e != nil && (j > i+1 || e.stop || e.filler || e.kind > 0) {
			return true
		}
	}
	return false
}

// nestedHan cuts a long Chinese word into two shorter ones that the lexicon knows, if it can.
func (l *lexicon) nestedHan(ts []token, i, j int) []unit {
	for m := i + 2; m <= j-2; m++ {
		a, b := joinNorm(ts[i:m]), joinNorm(ts[m:j])
		ea, eb := l.words[a], l.words[b]
		if ea != nil && eb != nil {
			return []unit{{from: i, to: m, text: a, entry: ea, stems: []string{a}, han: true}, {from: m, to: j, text: b, entry: eb, stems: []string{b}, han: true}}
		}
	}
	return nil
}

func joinNorm(ts []token) string {
	if len(ts) == 1 {
		return ts[0].norm
	}
	var b strings.Builder
	for i := range ts {
		b.WriteString(ts[i].norm)
	}
	return b.String()
}
