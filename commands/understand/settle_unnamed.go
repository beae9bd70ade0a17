package understand

import (
	"slices"
	"strings"
)

// noIntent reads a message in which no phrase says what is wanted: a bare name, a description, a question that some
// page answers, a follow-up, or nothing for this bot.
func (r *run) noIntent() {
	if r.weather() {
		r.sure = 3
		r.finish(None)
		return
	}
	if r.goesOn() {
		return
	}
	if refs := r.referred(); len(refs) > 0 {
		r.put(outcome{refs: refs})
		r.finish(Show)
		return
	}
	named := r.useful()
	if r.complains(named) {
		return
	}
	if len(named) == 0 && r.m.cue("contact") {
		if o := r.halfNamed(); !o.empty() {
			r.traits()
			r.put(o)
			r.finish(Show)
			return
		}
	}
	if len(named) > 0 && !telling(r.content(&named[0])) {
		if r.told(named) {
			return
		}
		o, in := r.resolveAll(named), Show
		of := named[0]
		if of.kind != nil && !holds(of.kind.kind) { // a word for what it has, not for what it is
			of.kindAt = -1
		}
		if want := r.wantedOf(&of); want != nil && len(o.refs) == 1 && o.refs[0].Kind == "group" { // "image factory services?"
			in, r.out.Kind = OwnedBy, kindName(want, "")
		}
		r.put(o)
		r.out.Confidence = 0.7
		r.finish(in)
		return
	}
	r.tells(named)
}

// told settles "429 from the edge": a name with little beside it, which a page of the docs of what is named is about.
func (r *run) told(named []mention) bool {
	rest := r.docWords(&named[0])
	o := r.resolveAll(named)
	if !o.settled() || len(rest) == 0 || !r.sections(rest, o.refs, docSure) {
		r.out.Docs = nil
		return false
	}
	r.put(o)
	r.finish(Docs)
	return true
}

// tells settles what asks for nothing that has a name, by what its words describe: a section of the documentation, an
// entity, a link, a name that nothing has, or nothing at all.
func (r *run) tells(named []mention) {
	question := r.asks()
	us := r.docWords(nil)
	least := docSure
	if !question && !r.m.cue("broken") { // of what is wrong a page may tell without being asked
		least = docPlain
	}
	doc := telling(us) && r.sections(us, nil, least)
	if !doc && question {
		part := r.question(us)
		doc = telling(part) && r.sections(part, nil, docSure)
	}
	r.intent = Search
	o := r.found(us)
	switch {
	case doc && (o.empty() || r.howto() || !question || r.out.Docs[0].Score > r.coverOf(us)):
		r.put(r.sectionOwners())
		r.finish(Docs)
	case question && surely(named):
		r.out.Docs = nil
		r.put(r.resolveAll(named))
		r.out.Confidence = 0.5
		r.finish(Show)
	case len(o.refs) == 1 && !question && r.m.cue("broken") && r.wellNamed(us): // "portal down!"
		r.out.Docs = nil
		r.put(o)
		r.finish(OnCall)
	case !o.empty() && (question || r.wellNamed(us)):
		r.out.Docs = nil
		if want := r.partsAsked(o); want != "" {
			r.intent, r.out.Kind = OwnedBy, want
		}
		r.put(o)
		r.finish(r.intent)
	case len(r.m.clean.links) > 0:
		r.intent = Show
		r.put(r.linked())
		r.finish(Show)
	case len(r.m.toks) <= bareName && r.nameAlone(r.content(nil)): // a name that nothing has
		r.out.Docs, r.intent = nil, Show
		r.unknown()
		r.finish(Show)
	default:
		r.out.Docs = nil
		r.sure = 3
		r.finish(None)
	}
}

// bareName is how many parts a name has at most that is all of a message.
const bareName = 4

// goesOn reads a follow-up that wants of others what was asked before, and reports whether it is one.
func (r *run) goesOn() bool {
	if r.past == nil || r.past.intent == "" || len(r.m.toks) > 12 && !r.m.cue("about") && !r.m.cue("correct") {
		return false
	}
	r.intent = r.past.intent
	if len(r.out.Tech) == 0 {
		r.out.Tech = r.past.tech
	}
	duty := r.markDuty()
	o := r.entities()
	if o.empty() && duty { // "and second line?"
		o = r.elsewhere()
	}
	if o.empty() {
		r.intent = ""
		return false
	}
	r.traits()
	r.put(o)
	r.finish(r.intent)
	return true
}

// weather reports whether a message asks for nothing that this bot knows, but for a day: "snow on saturday?"
func (r *run) weather() bool {
	w, _ := r.m.when()
	return !w.IsZero() && (r.past == nil || r.past.intent != OnCall) && !slices.ContainsFunc(r.m.mentions, func(n mention) bool { return n.strength == strong && !n.typo })
}

// surely reports whether one of some mentions can only be a name.
func surely(l []mention) bool {
	return slices.ContainsFunc(l, func(n mention) bool { return n.strength == strong && !n.typo })
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
	return strings.ContainsAny(text, "?哪吗么几怎谁") || anyOf(text, "多少", "不能", "能否", "有没有", "是不是", "是否") || r.howto() || r.m.cue("fleet") ||
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
	if r.endsUnknown() || r.strangers() || r.out.Trait == "dashboard" && telling(r.withoutKinds(r.content(nil))) {
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
