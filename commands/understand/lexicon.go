package understand

import (
	"embed"
	"io/fs"
	"maps"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

//go:embed lexicon
var lexiconFiles embed.FS

// builtin is the language that comes with the program, read once. A test keeps the files readable.
var builtin = sync.OnceValues(func() (*lexicon, error) { return loadLexicon(lexiconFiles, "lexicon") })

// lexicon is what is known about English and Chinese before any company is looked at. It is immutable.
type lexicon struct {
	phrases    *phraseBook
	words      map[string]*entryWord // English phrases as stems joined by blanks, Chinese words as they are
	plain      map[string]*entryWord // English words that are empty only in exactly this form, as they are spelt
	concepts   int                   // how many sets of synonyms there are
	apart      map[uint32][][]string // by set: the stems of its English phrases, which a text may have apart from each other
	kinds      []kindWord
	simplified map[rune]rune
	known      map[string]bool // English words that are no typing errors, as stems
	leads      map[string]bool // the stems that English entries of several words begin with
}

// entryWord is what the lexicon knows about one word.
type entryWord struct {
	concepts []uint32
	stop     bool
	filler   bool
	soft     bool // an everyday verb or the like: it says little by itself
	brand    bool // a word for a kind that says more than the kind
	kind     int  // 1 + index into kinds; 0 for none
}

// kindWord is a word for a sort of thing: "team", "services", "数据库".
type kindWord struct {
	kind  string
	types []string // spec.types it stands for; nil for any
}

const (
	maxPhrase = 4 // words of an English entry
	maxHan    = 6 // characters of a Chinese entry
)

func loadLexicon(files fs.FS, dir string) (*lexicon, error) {
	l := &lexicon{phrases: newPhraseBook(), words: map[string]*entryWord{}, plain: map[string]*entryWord{}, simplified: map[rune]rune{}, known: map[string]bool{}, apart: map[uint32][][]string{}}
	for _, part := range []struct {
		file string
		read func(line, section string) error
	}{
		{"simplified.txt", l.readSimplified},
		{"stop.txt", l.readStop},
		{"kinds.txt", l.readKind},
	} {
		if err := readLines(files, dir+"/"+part.file, part.read); err != nil {
			return nil, err
		}
	}
	books, err := fs.Glob(files, dir+"/phrases*.txt")
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "list the phrase files")
	}
	for _, n := range books {
		if err := readLines(files, n, l.readPhrase); err != nil {
			return nil, err
		}
	}
	names, err := fs.Glob(files, dir+"/concepts/*.txt")
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "list the concept files")
	}
	for _, n := range names {
		if err := readLines(files, n, func(line, _ string) error { return l.readConcept(line, strings.HasSuffix(n, "verbs.txt")) }); err != nil {
			return nil, err
		}
	}
	l.mergePlain()
	l.phrases.finish()
	return l, nil
}

// readLines reads a lexicon file: lines, comments behind "#" at the start of a line, and [sections].
func readLines(files fs.FS, name string, read func(line, section string) error) error {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "read %s", name)
	}
	section := ""
	for i, line := range strings.Split(string(data), "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "# ") || line == "#":
		case strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]"):
			section = line[1 : len(line)-1]
		default:
			if err := read(line, section); err != nil {
				return fault.Wrap(fault.Invalid, err, "%s:%d", name, i+1)
			}
		}
	}
	return nil
}

func (l *lexicon) readSimplified(line, _ string) error {
	for _, p := range strings.Fields(line) {
		rs := []rune(p)
		if len(rs) != 2 {
			return fault.New(fault.Invalid, "%q is not a pair of characters", p)
		}
		l.simplified[rs[0]] = rs[1]
	}
	return nil
}

func (l *lexicon) readStop(line, section string) error {
	for _, w := range strings.Fields(line) {
		e := l.plainEntry(w)
		e.stop = e.stop || section == "stop"
		e.filler = e.filler || section == "filler"
		if isASCII(w) {
			l.known[lower(w)] = true
		}
	}
	return nil
}

func (l *lexicon) readPhrase(line, section string) error {
	weight, pattern, ok := strings.Cut(line, " ")
	if !ok || len(weight) != 1 || weight[0] < '1' || weight[0] > '9' {
		return fault.New(fault.Invalid, "%q does not start with a weight from 1 to 9", line)
	}
	return l.phrases.add(section, float64(weight[0]-'0'), pattern)
}

// readKind reads "kind types words | words".
func (l *lexicon) readKind(line, _ string) error {
	f := strings.Fields(line)
	if len(f) < 3 {
		return fault.New(fault.Invalid, "%q is not kind, types and words", line)
	}
	k := kindWord{kind: f[0]}
	if f[1] != "-" {
		k.types = strings.Split(f[1], ",")
	}
	l.kinds = append(l.kinds, k)
	rest := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(strings.TrimPrefix(line, f[0])), f[1]))
	for _, w := range synonyms(rest) {
		w, brand := strings.CutPrefix(w, "*")
		if e := l.entry(w); e.kind == 0 {
			e.kind, e.brand = len(l.kinds), brand
		}
	}
	return nil
}

// readConcept reads one set of synonyms: "refund, money back | 退款, 退钱".
func (l *lexicon) readConcept(line string, soft bool) error {
	words := synonyms(line)
	if len(words) < 2 {
		return fault.New(fault.Invalid, "%q has fewer than two words", line)
	}
	id := uint32(l.concepts)
	l.concepts++
	for _, w := range words {
		e := l.entry(w)
		if p := l.apartOf(w); len(p) > 1 && !soft {
			l.apart[id] = append(l.apart[id], p)
		}
		e.soft = soft && (e.soft || len(e.concepts) == 0)
		if len(e.concepts) == 0 || e.concepts[len(e.concepts)-1] != id {
			e.concepts = append(e.concepts, id)
		}
	}
	return nil
}

// apartOf returns the stems of the telling words of an English phrase.
func (l *lexicon) apartOf(w string) []string {
	var out []string
	for p := range strings.FieldsSeq(lower(w)) {
		if e := l.plain[p]; isASCII(p) && (e == nil || !e.stop && !e.filler) {
			out = append(out, stem(p))
		}
	}
	return out
}

// plainEntry returns the entry of a word of the stop list.
func (l *lexicon) plainEntry(w string) *entryWord {
	if isHan(firstRune(w)) {
		return l.entry(w)
	}
	k := lower(w)
	e := l.plain[k]
	if e == nil {
		e = &entryWord{}
		l.plain[k] = e
	}
	return e
}

// lookup returns what is known about one English word.
func (l *lexicon) lookup(norm string) *entryWord {
	if e := l.plain[norm]; e != nil {
		return e
	}
	return l.words[stem(norm)]
}

// mergePlain lets the stop words know the meanings they have all the same.
func (l *lexicon) mergePlain() {
	for w, e := range l.plain {
		if s := l.words[stem(w)]; s != nil {
			e.concepts, e.kind, e.soft, e.brand = s.concepts, s.kind, s.soft, s.brand
		}
	}
	l.leads = map[string]bool{}
	for k := range l.words {
		if first, _, ok := strings.Cut(k, " "); ok {
			l.leads[first] = true
		}
	}
}

func synonyms(s string) []string {
	var out []string
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == '|' }) {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}

// entry returns the entry of a word or phrase, new if need be.
func (l *lexicon) entry(w string) *entryWord {
	k := l.key(w)
	e := l.words[k]
	if e == nil {
		e = &entryWord{}
		l.words[k] = e
	}
	return e
}

// key is the form under which a word or phrase is kept.
func (l *lexicon) key(w string) string {
	if r, _ := utf8.DecodeRuneInString(w); isHan(r) {
		return strings.ReplaceAll(w, " ", "")
	}
	parts := strings.FieldsFunc(lower(w), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' })
	for i, p := range parts {
		l.known[p] = true
		parts[i] = stem(p)
		l.known[parts[i]] = true
	}
	return strings.Join(parts, " ")
}

// simplify maps one traditional character to its simplified form.
func (l *lexicon) simplify(r rune) rune {
	if s, ok := l.simplified[r]; ok {
		return s
	}
	return r
}

// plainText puts text from the catalog into the form that questions are read in; unlike clean it looks for no markup.
func (l *lexicon) plainText(s string) string {
	if isASCII(s) {
		return s
	}
	return strings.Map(func(r rune) rune { return keepRune(l.simplify(r)) }, norm.NFKC.String(strings.ToValidUTF8(s, " ")))
}

// with returns a copy that also knows a company's own synonyms and phrases. What cannot be read is left out.
func (l *lexicon) with(v Vocabulary) *lexicon {
	n := *l
	copied := false
	for _, t := range v.Terms {
		if t.Class != "synonym" || len(t.Aliases) == 0 {
			continue
		}
		if !copied {
			n.words, n.plain, n.known, n.apart, copied = cloneEntries(l.words), cloneEntries(l.plain), cloneSet(l.known), maps.Clone(l.apart), true
		}
		_ = n.readConcept(strings.Join(append([]string{t.Text}, t.Aliases...), ","), false)
		n.mergePlain()
	}
	if len(v.Phrases) > 0 {
		n.phrases = l.phrases.clone()
		for _, p := range v.Phrases {
			_ = n.phrases.add(string(p.Intent), ownPhraseWeight, p.Pattern)
		}
		n.phrases.finish()
	}
	return &n
}

func cloneEntries(m map[string]*entryWord) map[string]*entryWord {
	out := make(map[string]*entryWord, len(m))
	for k, e := range m {
		c := *e
		c.concepts = append([]uint32(nil), e.concepts...)
		out[k] = &c
	}
	return out
}

func cloneSet(m map[string]bool) map[string]bool {
	out := make(map[string]bool, len(m))
	for k := range m {
		out[k] = true
	}
	return out
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
