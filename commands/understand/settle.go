package understand

import (
	"net/url"
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
	docScoped = 0.35 // in the documentation of a named entity
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
	placed := o.settled() && (strongName || r.howtoSlot(named))
	switch {
	case o.settled() && len(rest) == 0:
		r.put(o)
	case placed && r.sections(rest, o.refs, docScoped):
		r.put(o)
	case !(o.settled() && strongName && r.documented(o.refs)) && len(us) > 0 && r.sections(us, nil, docLevel(us)) && !r.betterNamed(us):
		r.out.Topic = r.topic(us)
		if placed {
			r.out.Silent = without(o.refs, r.out.Docs[0].Doc.Entity)
		}
		r.put(r.sectionOwners())
	case o.settled() && r.howtoSlot(named):
		r.sections(rest, o.refs, docScoped)
		r.put(o)
	case !o.empty():
		r.put(o)
	default:
		if r.sure >= 7 || !r.howto() {
			o = r.found(r.content(nil))
		}
		if o.empty() {
			o = r.elsewhere()
		}
		r.put(o)
	}
	r.finish(Docs)
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

// docLevel is how well a section has to fit: better when the question says little.
func docLevel(us []unit) float64 {
	if telling(us) {
		return docEnough
	}
	return docSure
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
	r.out.Docs = nil
	for _, d := range r.x.docs.find(us, scope) {
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

// noIntent reads a message in which no phrase says what is wanted: a bare name, a description, a question that some
// page answers, a follow-up, or nothing for this bot.
func (r *run) noIntent() {
	if r.past != nil && r.past.intent != "" && (len(r.m.toks) <= 12 || r.m.cue("about") || r.m.cue("correct")) {
		r.intent = r.past.intent
		if len(r.out.Tech) == 0 {
			r.out.Tech = r.past.tech
		}
		if o := r.entities(); !o.empty() {
			r.put(o)
			r.finish(r.intent)
			return
		}
		r.intent = ""
	}
	named := r.useful()
	if r.complains(named) {
		return
	}
	if len(named) > 0 && !telling(r.content(&named[0])) {
		r.put(r.resolveAll(named))
		r.out.Confidence = 0.7
		r.finish(Show)
		return
	}
	question := r.asks()
	us := r.docWords(nil)
	least := docSure
	if !question {
		least = docPlain
	}
	doc := telling(us) && r.sections(us, nil, least)
	r.intent = Search
	o := r.found(us)
	switch {
	case doc && (o.empty() || r.howto() || !question || r.out.Docs[0].Score > r.coverOf(us)):
		r.put(r.sectionOwners())
		r.finish(Docs)
	case !o.empty() && (question || r.wellNamed(us)):
		r.out.Docs = nil
		r.put(o)
		r.finish(Search)
	case len(r.m.clean.links) > 0:
		r.intent = Show
		r.put(r.linked())
		r.finish(Show)
	default:
		r.out.Docs = nil
		r.sure = 3
		r.finish(None)
	}
}

// complains settles "checkout is broken again": nobody asks anything, but who names what is broken wants to know whom
// to call.
func (r *run) complains(named []mention) bool {
	if !r.m.cue("broken") || r.howto() {
		return false
	}
	r.intent = OnCall
	sure := slices.ContainsFunc(named, func(n mention) bool { return n.strength == strong || r.brokenBehind(&n) })
	if len(named) > 0 && (sure || !telling(r.content(&named[0]))) {
		o := r.resolveAll(named)
		if !slices.ContainsFunc(named, func(n mention) bool { return n.strength > weak }) {
			o = r.found(r.content(nil))
		}
		if !o.empty() {
			r.put(o)
			r.out.Confidence = 0.7
			r.finish(OnCall)
			return true
		}
	}
	r.intent = ""
	return false
}

// brokenBehind reports whether a complaint begins right behind a mention at the start of the message.
func (r *run) brokenBehind(n *mention) bool {
	const near = 2
	return n.from <= 1 && n.strength >= medium && slices.ContainsFunc(r.m.cues["broken"], func(f found) bool {
		return f.hits[0] >= n.to && f.hits[0] < n.to+near
	})
}

// asks reports whether a message is a question, with a question mark or by its words.
func (r *run) asks() bool {
	text := r.m.clean.text
	return strings.ContainsAny(text, "?哪吗么几怎谁") || anyOf(text, "多少", "不能", "能否", "有没有") || r.howto() || r.m.cue("fleet") ||
		len(r.m.toks) > 2 && asking[r.m.toks[0].norm]
}

// asking holds the words that questions begin with.
var asking = map[string]bool{"who": true, "whose": true, "whom": true, "what": true, "which": true, "where": true, "when": true, "why": true, "how": true,
	"is": true, "are": true, "does": true, "did": true, "can": true, "could": true, "may": true, "should": true, "would": true, "will": true, "has": true, "any": true}

// wellNamed reports whether words that ask for nothing still name something: a kind, or most of a name.
func (r *run) wellNamed(us []unit) bool {
	l := r.describe(us)
	return r.namesKind() || len(l) > 0 && l[0].cover >= 0.8 && l[0].named >= 0.6
}

func (r *run) coverOf(us []unit) float64 {
	if l := r.describe(us); len(l) > 0 {
		return l[0].cover
	}
	return 0
}

// elsewhere finds what a question is about that names nothing itself: the thread, the channel it is asked in.
func (r *run) elsewhere() outcome {
	if telling(r.content(nil)) && !(r.past != nil && r.m.cue("follow")) && r.sure < 7 || r.namesUnknown() {
		return outcome{}
	}
	if r.endsUnknown() {
		return outcome{}
	}
	if o := r.fromThread(); !o.empty() {
		return o
	}
	if telling(r.withoutKinds(r.content(nil))) && !r.m.cue("follow") && r.q.Channel == "" {
		return outcome{}
	}
	return r.fromChannel()
}

// endsUnknown reports whether a short question ends in a word that means nothing to us, as "who owns zzz" does: it is
// about that word, not about what was said before.
func (r *run) endsUnknown() bool {
	const short = 6
	us := r.content(nil)
	if len(us) == 0 || len(r.m.toks) > short || r.m.cue("follow") || r.m.cue("about") {
		return false
	}
	last := len(r.m.toks)
	for last > 0 && r.m.toks[last-1].class == punct {
		last--
	}
	return us[len(us)-1].to == last && !slices.ContainsFunc(us, func(u unit) bool { return u.entry != nil || u.han })
}

// namesUnknown reports whether the message holds what can only be a name, and nothing is called so.
func (r *run) namesUnknown() bool {
	us := r.content(nil)
	for i := range us {
		u := &us[i]
		t := &r.m.toks[u.from]
		if u.entry == nil && (hardGlued(r.m.toks, u.from) && t.class != han || t.quoted) {
			return true
		}
	}
	return false
}

// unknown notes the name that nothing is called.
func (r *run) unknown() {
	us := r.withoutKinds(r.content(nil))
	if len(us) == 0 {
		us = r.content(nil)
	}
	name := r.topic(us)
	if name == "" {
		return
	}
	r.out.Unknown = []string{name}
	r.out.Near = r.near(name)
}

func pathParts(u *url.URL) []string {
	parts := strings.FieldsFunc(u.Path, func(c rune) bool { return c == '/' })
	return append([]string{strings.Split(u.Hostname(), ".")[0]}, parts[:min(len(parts), 4)]...)
}

// slugKey is the key of a repository's address: /owner/name.
func slugKey(path string) string {
	parts := strings.FieldsFunc(strings.ToLower(path), func(c rune) bool { return c == '/' })
	if len(parts) < 2 {
		return ""
	}
	return "/" + parts[0] + "/" + strings.TrimSuffix(parts[1], ".git")
}
