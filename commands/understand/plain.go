package understand

import "strings"

// Most of what is written in catalogs is plain English. It is read here without making tokens of it, word by word
// through a memo, and comes to the same as tokenise and analyse.

// plainWord is a word as units need it.
type plainWord struct {
	stem  string
	term  uint32 // of stem; noTerm when it was not asked for yet
	entry *entryWord
	leads bool // an entry of several words begins with stem
}

// placed is a word of a text.
type placed struct {
	*plainWord
	split bool // a mark of punctuation follows
}

// plain reads a text of at most so many tokens, if it is plain.
func (b *builder) plain(s string, most, q int) bool {
	if !plainText(s) {
		return false
	}
	b.line = b.line[:0]
	tokens := 0
	for i := 0; i < len(s) && tokens < most; {
		c := s[i]
		if !wordByte(c) {
			if tokens++; !marks(s, i) {
				tokens--
			} else if n := len(b.line); n > 0 {
				b.line[n-1].split = true
			}
			i++
			continue
		}
		j := i + 1
		for j < len(s) && wordByte(s[j]) {
			j++
		}
		ws := b.run(s[i:j])
		ws = ws[:min(len(ws), most-tokens)]
		for k := range ws {
			b.line = append(b.line, placed{plainWord: &ws[k]})
		}
		tokens += len(ws)
		i = j
	}
	b.putLine(q)
	return true
}

// plainText reports whether a text has none of what needs a closer look: other scripts, apostrophes, versions, "C#".
func plainText(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 0x80, c < ' ' && c != '\n', c == '\'', c == '#', c == '+', c == 0x7f:
			return false
		case c == '.' && i > 0 && i+1 < len(s) && digit(s[i-1]) && (digit(s[i+1]) || s[i+1]|0x20 == 'x'):
			return false
		case c|0x20 == 's' && i >= 3 && contracts(s, i):
			return false
		}
	}
	return true
}

// contracts reports whether "whos", "whats" or "wheres" may end at i.
func contracts(s string, i int) bool {
	if i+1 < len(s) && wordByte(s[i+1]) {
		return false
	}
	from := i
	for from > 0 && wordByte(s[from-1]) {
		from--
	}
	switch i - from {
	case 3, 4, 5:
		w := strings.ToLower(s[from:i])
		return w == "who" || w == "what" || w == "where"
	}
	return false
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

func wordByte(c byte) bool { return digit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' }

// marks reports whether the character at i is a mark of its own, as tokenise has it.
func marks(s string, i int) bool {
	return mark(rune(s[i])) != "" && !(i > 0 && i+1 < len(s) && wordByte(s[i-1]) && wordByte(s[i+1]) && joiner(rune(s[i])) != 0)
}

// run returns the words of a run of letters and digits: "HTTPServer" has two.
func (b *builder) run(s string) []plainWord {
	if ws, ok := b.runs[s]; ok {
		return ws
	}
	var ws []plainWord
	for _, part := range humps(s) {
		n := lower(part)
		st := stem(n)
		ws = append(ws, plainWord{stem: st, entry: b.keys.lex.lookup(n), leads: b.keys.lex.leads[st], term: noTerm})
	}
	if len(b.runs) < maxRuns {
		b.runs[strings.Clone(s)] = ws
	}
	return ws
}

// putLine enters the words of the line, the longest entries of the lexicon first.
func (b *builder) putLine(q int) {
	for i := 0; i < len(b.line); {
		if n, e := b.phraseAt(i); n > 1 {
			for _, c := range e.concepts {
				b.put(c, q)
			}
			for k := i; k < i+n; k++ {
				b.putWord(b.line[k].plainWord, q*9/10)
			}
			i += n
			continue
		}
		b.putWord(b.line[i].plainWord, q)
		i++
	}
}

func (b *builder) putWord(w *plainWord, q int) {
	e := w.entry
	if e == nil || len(e.concepts) > 0 || !e.stop || q >= qTitle {
		if w.term == noTerm {
			w.term = b.words.number(w.stem)
		}
		b.put(w.term, q)
	}
	if e != nil {
		for _, c := range e.concepts {
			b.put(c, q)
		}
	}
}

// phraseAt finds the longest entry of several words that begins at word i of the line.
func (b *builder) phraseAt(i int) (int, *entryWord) {
	if !b.line[i].leads {
		return 0, nil
	}
	var buf [64]byte
	key := append(buf[:0], b.line[i].stem...)
	best, found := 0, (*entryWord)(nil)
	for n := 2; n <= maxPhrase && i+n <= len(b.line) && !b.line[i+n-2].split; n++ {
		key = append(append(key, ' '), b.line[i+n-1].stem...)
		if e := b.keys.lex.words[string(key)]; e != nil {
			best, found = n, e
		}
	}
	return best, found
}
