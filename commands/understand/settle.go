package understand

import (
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// maxSections is how many sections of documentation an answer is chosen from.
const maxSections = 12

// When a section of documentation is taken for the answer.
const (
	docSure   = 0.62 // without any word that asks for documentation
	docPlain  = 0.75 // of a message that asks nothing
	docEnough = 0.42 // with one
	docMore   = 0.47 // with one, of a question that says only two things
	docScoped = 0.35 // in the documentation of a named entity

	likelyDocs = 4.0 // how strongly phrases have to speak for documentation that nobody has
)

// docs answers questions for documentation: of something named, or of a page that says how.
func (r *run) docs() {
	named := r.useful()
	var o outcome
	if len(named) > 0 {
		o = r.resolveAll(named)
	} else if l := r.linked(); l.settled() {
		o = l
	}
	us := r.docWords(nil)
	strongName := slices.ContainsFunc(named, func(n mention) bool { return n.strength == strong })
	rest := us
	if len(named) > 0 {
		rest = r.docWords(&named[0])
	}
	r.out.Topic = r.topic(rest)
	if r.howto() && telling(rest) {
		o = r.explainedBy(o)
	}
	placed := o.settled() && (strongName || r.howtoSlot(named))
	switch {
	case o.empty() && !r.howto() && r.gluedWords(us): // "docs of coupon-clock", which nothing is called
		r.put(o)
	case o.settled() && len(rest) == 0:
		r.put(o)
	case placed && r.sections(rest, o.refs, docScoped):
		r.put(o)
	case !(o.settled() && strongName && r.documented(o.refs)) && len(us) > 0 && r.sections(us, nil, r.docLevel(us)) && !r.betterNamed(us):
		r.out.Topic = r.topic(us)
		if len(named) > 0 {
			r.nearer(rest)
		}
		if placed {
			r.out.Silent = without(o.refs, r.out.Docs[0].Doc.Entity)
		}
		r.put(r.sectionOwners())
	case placed && r.howto() && telling(rest) && r.sections(rest, nil, docSure): // its own docs do not say
		r.out.Silent = without(o.refs, r.out.Docs[0].Doc.Entity)
		r.put(r.sectionOwners())
	case o.settled() && r.howtoSlot(named):
		r.sections(rest, o.refs, docScoped)
		r.put(o)
	case !o.empty():
		r.put(o)
	default:
		part := r.content(nil)
		switch {
		case len(named) == 0 && len(part) > 1 && len(part) < len(us) && telling(part) && r.sections(part, nil, docEnough) && !r.describedBetter(part):
			o = r.sectionOwners() // without the words that ask
		case r.sure >= 7 || !r.howto():
			if o = r.found(part); r.howto() && o.settled() && !r.documented(o.refs) { // it says nothing of how
				o = outcome{}
			}
		}
		if o.empty() {
			o = r.docsElsewhere(us)
		}
		if part := r.question(us); o.empty() && len(part) > 0 && r.sections(part, nil, docSure) {
			o = r.sectionOwners()
		}
		if o.empty() && r.sure < likelyDocs {
			r.finish(None)
			return
		}
		r.put(o)
		r.untold()
	}
	if r.intent == Show {
		r.finish(Show)
		return
	}
	r.finish(Docs)
}

// untold notes that how something is done was asked for, and that no page says it: no name is unknown then.
func (r *run) untold() {
	if (r.howto() || r.m.cue("task")) && len(r.out.Unknown) > 0 && !r.namesUnknown() {
		r.out.Trait = TraitHow
	}
}

// TraitHow is the trait of a question for documentation that asks how something is done, which no page tells.
const TraitHow = "how"

// explainedBy puts what provides an API in its place: how something is done stands in no definition.
func (r *run) explainedBy(o outcome) outcome {
	if len(o.refs) != 1 || o.refs[0].Kind != "api" {
		return o
	}
	for _, rel := range r.view.Relations(o.refs[0], "apiProvidedBy") {
		if r.visible(rel.Target) && r.documented([]catalog.Ref{rel.Target}) {
			return outcome{refs: []catalog.Ref{rel.Target}}
		}
	}
	return o
}

// docsElsewhere is what was talked about, where documentation is asked for and the question names nothing. Who asks how
// something is done wants no other page of it.
func (r *run) docsElsewhere(us []unit) outcome {
	if r.m.cue("contact") {
		if o := r.halfNamed(); !o.empty() {
			r.intent = Show
			return o
		}
	}
	o := r.elsewhere()
	if o.settled() && r.howto() && telling(us) && !slices.ContainsFunc(r.m.toks, pronoun) && !r.sections(us, o.refs, r.docLevel(us)) {
		return outcome{}
	}
	return o
}

// betterNamed reports whether words fit the name of something better than the section that was found: the docs of the
// door badges are those of the badge service, if it has any.
func (r *run) betterNamed(us []unit) bool {
	const better = 0.15
	l := r.describe(us)
	if r.howto() || len(l) == 0 || !r.enough(&l[0]) || l[0].named < wellNamed || l[0].cover < r.out.Docs[0].Score+better {
		return false
	}
	r.out.Docs = nil
	return true
}

// describedBetter reports whether words describe something better than the section that was found: clearly so, where they
// do not mention its name.
func (r *run) describedBetter(us []unit) bool {
	const clearly = 0.1
	l, score := r.describe(us), r.out.Docs[0].Score
	if best := r.out.Docs[0].Doc; len(l) > 0 && best.Page == "" && best.Entity == r.x.ref(l[0].ent) { // all of its docs are as good
		score = 0
	}
	if len(l) == 0 || l[0].named == 0 && l[0].cover < score+clearly || l[0].cover < score {
		return false
	}
	r.out.Docs = nil
	return true
}

// nearer takes the sections that say what is wanted of something named, where those that were found mention its name but
// say less of that: "how do I roll back checkout" is told by the page on rolling back, not by one where checkout is an
// example.
func (r *run) nearer(rest []unit) {
	const much = 0.1
	found := r.x.docs.find(rest, nil)
	best := slices.IndexFunc(found, func(f docFound) bool { return r.visible(f.doc.Entity) })
	if best < 0 || found[best].cover < docSure {
		return
	}
	now := slices.IndexFunc(found, func(f docFound) bool { return f.doc == r.out.Docs[0].Doc })
	if now < 0 || found[now].cover < found[best].cover-much {
		r.choose(found, docSure)
	}
}

// docLevel is how well a section has to fit: better when the question says little, and more than half of two words.
func (r *run) docLevel(us []unit) float64 {
	switch n := len(r.tellingUnits(us)); {
	case n == 0:
		return docSure
	case n <= 2:
		return docMore
	}
	return docEnough
}

// docWords returns the units that say which page is wanted: all but those that only ask for documentation.
func (r *run) docWords(skip *mention) []unit {
	hit := r.hit
	r.hit = make([]bool, len(r.m.toks))
	for i := range r.m.units {
		u := &r.m.units[i]
		for k := u.from; k < u.to; k++ {
			r.hit[k] = docWord[u.text]
		}
	}
	us := r.content(skip)
	r.hit = hit
	return us
}

// docWord holds the words that ask for documentation without saying which.
var docWord = map[string]bool{"docs": true, "documentation": true, "doc": true, "techdocs": true, "manual": true, "handbook": true, "readme": true, "wiki": true,
	"guide": true, "guides": true, "tutorial": true, "page": true, "pages": true, "link": true, "described": true, "documented": true, "explained": true,
	"instructions": true, "instruction": true, "steps": true, "process": true, "procedure": true, "howto": true, "point": true, "handy": true,
	"described in": true, "user guide": true, "documents": true, "tech doc": true, "explain": true, "url": true,
	"文档": true, "手册": false, "指南": true, "教程": true, "说明": true, "说明书": true, "步骤": true, "流程": true, "链接": true, "在哪": true, "文章": true, "帮助文档": true, "使用说明": true}

func (r *run) howto() bool { return r.m.cue("howto") }

func (r *run) howtoSlot(l []mention) bool {
	return slices.ContainsFunc(l, func(n mention) bool { return r.slot(&n) && n.strength >= medium })
}

func (r *run) documented(refs []catalog.Ref) bool {
	return slices.ContainsFunc(refs, r.x.docs.has)
}

// sections looks for the sections that fit, in the documentation of some entities or of all. It reports whether one
// fits well enough.
func (r *run) sections(us []unit, scope []catalog.Ref, least float64) bool {
	return r.choose(r.x.docs.find(us, scope), least)
}

// choose takes the sections that fit well enough of those that were found, and reports whether there are any.
func (r *run) choose(found []docFound, least float64) bool {
	r.out.Docs = nil
	for _, d := range found {
		if r.howto() && d.doc.Entity.Kind == "api" {
			continue // a definition tells nobody what to do
		}
		if d.cover < least || !r.visible(d.doc.Entity) || len(r.out.Docs) >= maxSections {
			continue
		}
		r.out.Docs = append(r.out.Docs, search.DocHit{Doc: d.doc, Score: d.cover})
	}
	if len(r.out.Docs) > 0 {
		r.why("docs %s %s#%s covers %.2f", r.out.Docs[0].Doc.Entity, r.out.Docs[0].Doc.Page, r.out.Docs[0].Doc.Anchor, r.out.Docs[0].Score)
	}
	return len(r.out.Docs) > 0
}

// sectionOwners is whose documentation the best section is in. Where that of others has one that fits as well, the asker
// chooses; the definition of an API is no choice beside what somebody wrote.
func (r *run) sectionOwners() outcome {
	const asWell = 0.02
	best := r.out.Docs[0].Score
	var written, defined []catalog.Ref
	for _, hit := range r.out.Docs {
		ref := hit.Doc.Entity
		if hit.Score < best-asWell || slices.Contains(written, ref) || slices.Contains(defined, ref) {
			continue
		}
		if ref.Kind == "api" {
			defined = append(defined, ref)
		} else {
			written = append(written, ref)
		}
	}
	if len(written) == 0 {
		written = defined
	}
	if len(written) > 1 {
		written = r.mostLiteral(written)
	}
	if len(written) == 1 {
		return outcome{refs: written}
	}
	r.why("docs of %d fit as well", len(written))
	return outcome{choices: written[:min(len(written), maxChoices)]}
}

// mostLiteral are those of some entities in whose best section most words of the question stand as they were typed.
func (r *run) mostLiteral(refs []catalog.Ref) []catalog.Ref {
	us := r.docWords(nil)
	most, out := 0, []catalog.Ref(nil)
	for _, ref := range refs {
		i := slices.IndexFunc(r.out.Docs, func(h search.DocHit) bool { return h.Doc.Entity == ref })
		d := r.out.Docs[i].Doc
		text, n := strings.ToLower(d.Title+"\n"+d.Heading+"\n"+d.Text), 0
		for _, u := range us {
			for k := u.from; k < u.to; k++ {
				if w := r.m.toks[k].norm; w != "" && strings.Contains(text, w) {
					n++
				}
			}
		}
		if n > most {
			most, out = n, nil
		}
		if n == most {
			out = append(out, ref)
		}
	}
	return out
}

// without is a list without one reference.
func without(refs []catalog.Ref, ref catalog.Ref) []catalog.Ref {
	if slices.Contains(refs, ref) {
		return nil
	}
	return refs
}
