package search

import (
	"strings"
	"unicode"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	porter "github.com/blevesearch/go-porterstemmer"
	"golang.org/x/text/unicode/norm"
)

// analyzer turns text into index terms, for documents and for questions alike: Latin words without accents, case,
// English stop words and inflection (Porter); Chinese and Japanese as pairs of characters.
type analyzer struct{ stop analysis.TokenMap }

func newAnalyzer() *analyzer {
	a := &analyzer{analysis.NewTokenMap()}
	// Reading from memory does not fail.
	_ = a.stop.LoadBytes(en.EnglishStopWords)
	return a
}

// token is a run of letters and digits, folded and as written.
type token struct {
	text, raw string
	han       bool
}

// tokens splits text at everything that is not a letter or a digit, and where the script changes.
func tokens(text string) []token {
	if !isPlain(text) {
		text = norm.NFKC.String(text)
	}
	var out []token
	start, han := -1, false
	flush := func(end int) {
		if start >= 0 {
			raw := text[start:end]
			if w := foldLong(raw); w != "" {
				out = append(out, token{w, raw, han})
			}
			start = -1
		}
	}
	for i, r := range text {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r):
			flush(i)
		case start < 0:
			start, han = i, isHan(r)
		case isHan(r) != han:
			flush(i)
			start, han = i, isHan(r)
		}
	}
	flush(len(text))
	return out
}

// foldLong is fold for runs that may be longer than a name: what is beyond is of no use as a term.
func foldLong(s string) string {
	if hasHan(s) {
		return s
	}
	return fold(s)
}

// terms appends the index terms of text to dst.
func (a *analyzer) terms(dst []string, text string) []string {
	for _, t := range tokens(text) {
		dst = a.token(dst, t)
	}
	return dst
}

func (a *analyzer) token(dst []string, t token) []string {
	if t.han {
		return pairs(dst, t.text)
	}
	if a.stop[t.text] || t.text == "s" {
		return dst
	}
	return append(dst, stemmed(t.text))
}

// stemmed is the Porter stem of a folded word; words with digits or of other scripts are left as they are.
func stemmed(w string) string {
	for i := range len(w) {
		if w[i] < 'a' || w[i] > 'z' {
			return w
		}
	}
	return string(porter.StemWithoutLowerCasing([]rune(w)))
}

// pairs appends the pairs of neighbouring characters of a run, or its only character.
func pairs(dst []string, run string) []string {
	rs := []rune(run)
	if len(rs) == 1 {
		return append(dst, run)
	}
	for i := range len(rs) - 1 {
		dst = append(dst, string(rs[i:i+2]))
	}
	return dst
}

// singles returns the Chinese and Japanese characters of some texts one by one, for questions of one character.
func singles(texts ...string) []string {
	var out []string
	for _, text := range texts {
		if isPlain(text) {
			continue
		}
		for _, r := range text {
			if isHan(r) {
				out = append(out, string(r))
			}
		}
	}
	return out
}

// allTerms returns the index terms of some texts.
func (a *analyzer) allTerms(texts ...string) []string {
	var out []string
	for _, text := range texts {
		out = a.terms(out, text)
	}
	return out
}

// nameTerms analyses a name: its words, and the name as a whole for those who write it without separators.
func (a *analyzer) nameTerms(name string) []string {
	ws := words(name)
	out := a.terms(nil, strings.Join(ws, " "))
	if len(ws) > 1 {
		out = append(out, stemmed(fold(name)))
	}
	return out
}
