package understand

import (
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// Understander reads questions. It is immutable and safe for concurrent use.
type Understander struct {
	vocabulary Vocabulary
	lex        *lexicon
	index      *index
	tech       *techBook
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
	u := &Understander{vocabulary: v, lex: l, index: buildIndex(keyer{l, configured(v)}, v.Catalog), tech: newTechBook(l, v, curated())}
	u.vocabulary.Catalog = nil
	return u
}

// curated is the built-in list of technologies.
func curated() []string {
	var known []string
	_ = readLines(lexiconFiles, "lexicon/technologies.txt", func(line, _ string) error {
		known = append(known, line)
		return nil
	})
	return known
}

// configured lists the aliases of the configuration: the value of the term is the reference of the entity.
func configured(v Vocabulary) map[catalog.Ref][]string {
	out := map[catalog.Ref][]string{}
	for _, t := range v.Terms {
		if t.Class != "alias" {
			continue
		}
		if ref, err := catalog.ParseRef(t.Value, "", ""); err == nil {
			out[ref] = append(append(out[ref], t.Text), t.Aliases...)
		}
	}
	return out
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
	if len(r.out.Entities)+len(r.out.Candidates) == 0 && !r.out.Fleet && otherTongue(r.m.clean.text) {
		r.out = Reading{Intent: None, Lang: r.out.Lang, Trait: TraitTongue, Confidence: 1, Why: r.out.Why}
	}
	r.own(r.out.Entities)
	r.own(r.out.Candidates)
	return r.out
}

// own puts the catalog's references in place of the index's, which would keep the names of all in memory with them.
func (r *run) own(refs []catalog.Ref) {
	for i := range refs {
		if e, ok := r.view.Entity(refs[i]); ok {
			refs[i] = e.Ref
		}
	}
}
