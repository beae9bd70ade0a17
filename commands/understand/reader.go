package understand

import (
	"strings"

	"github.com/backchannel-portal/backchannel/catalog/search"
)

// Understander reads questions. It is immutable and safe for concurrent use.
type Understander struct {
	lex   *lexicon
	index *index
	tech  *techBook
}

// New prepares the language of one company at one generation of its catalog. It indexes v.Catalog; what a viewer may
// not see is left out of readings when a question is read through that viewer's View. It takes time in proportion to
// the catalog and is meant to be called once a generation, off the path of questions.
func New(v Vocabulary) *Understander {
	l, err := builtin()
	if err != nil { // a test keeps the files readable
		l = &lexicon{phrases: newPhraseBook(), words: map[string]*entryWord{}, simplified: map[rune]rune{}, known: map[string]bool{}, apart: map[uint32][][]string{}}
		l.phrases.finish()
	}
	l = l.with(v)
	var known []string
	_ = readLines(lexiconFiles, "lexicon/technologies.txt", func(line, _ string) error {
		known = append(known, line)
		return nil
	})
	u := &Understander{lex: l, index: buildIndex(l, v.Catalog), tech: newTechBook(l, v, known)}
	for _, t := range v.Terms {
		if t.Class == "alias" {
			u.index.addTerm(t)
		}
	}
	return u
}

// Understand reads a question on behalf of whom the view shows the catalog to. It never blocks and never fails: what
// it cannot read has the intent None.
func (u *Understander) Understand(view search.View, q Question) Reading {
	r := &run{u: u, x: u.index, view: view, q: q, m: u.parse(view, q.Text)}
	r.out.Lang = q.Lang
	if r.out.Lang == "" {
		r.out.Lang = r.m.lang
	}
	r.read()
	return r.out
}

// addTerm enters an alias from the configuration: Value is the reference of the entity it stands for.
func (x *index) addTerm(t Term) {
	for ref, id := range x.byRef {
		if strings.EqualFold(ref.String(), t.Value) || ref.String() == strings.ToLower(t.Value) {
			for _, s := range append([]string{t.Text}, t.Aliases...) {
				x.addKey(id, squash(s), keyAlias, len(tokenise(s)))
			}
			return
		}
	}
}
