package understand

import (
	"net/url"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
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
	if us[len(us)-1].to != last {
		return false
	}
	if !slices.ContainsFunc(us, func(u unit) bool { return u.entry != nil || u.han }) {
		return true
	}
	if len(us) < 2 || !telling(r.withoutKinds(us)) || slices.ContainsFunc(us, func(u unit) bool { return u.han }) {
		return false
	}
	for i := range us[1:] {
		if us[i].to != us[i+1].from {
			return false
		}
	}
	return r.slot(&mention{from: us[0].from, to: last, kindAt: -1})
}

// strangers reports whether words that nobody knows stand where a name does: in front of a word for a kind, where what
// is asked expects a name, or several side by side. "asdf qwerty service owner" is not about what was said before.
func (r *run) strangers() bool {
	if slices.ContainsFunc(r.m.toks, pronoun) {
		return false
	}
	us := r.content(nil)
	for i := 0; i < len(us); i++ {
		if !r.strange(&us[i]) {
			continue
		}
		j := i + 1
		for j < len(us) && us[j].from == us[j-1].to && r.strange(&us[j]) {
			j++
		}
		n := mention{from: us[i].from, to: us[j-1].to, kindAt: -1}
		if kind, at := r.kindBeside(&n); kind != nil && at == n.to || j-i > 1 || !us[i].han && r.slot(&n) {
			return true
		}
		i = j - 1
	}
	return false
}

// strange reports whether neither the language nor the catalog knows a word.
func (r *run) strange(u *unit) bool {
	const short = 3
	t := &r.m.toks[u.from]
	switch {
	case u.entry != nil || t.fixed != t.norm && t.fixed != "":
		return false
	case u.han:
		return u.to-u.from > 1
	}
	return t.class == word && len(t.norm) >= short && !r.x.knownWord(t.norm)
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
	return r.gluedWords(us)
}

// gluedWords reports whether words that are known are written as one: "coupon-clock".
func (r *run) gluedWords(us []unit) bool {
	for i := 1; i < len(us); i++ {
		if t := &r.m.toks[us[i].from]; us[i-1].to == us[i].from && hard(t.glue) && t.class != han {
			return true
		}
	}
	return false
}

// unknown notes the name that nothing is called.
func (r *run) unknown() {
	all := r.content(nil)
	us := r.withoutKinds(all)
	if len(us) == 0 || r.gluedWords(all) {
		us = all
	}
	name := r.topic(us)
	if name == "" {
		return
	}
	r.out.Unknown = []string{name}
	r.out.Near = r.near(name)
	if !r.almost.IsZero() {
		r.out.Near = append([]catalog.Ref{r.almost}, slices.DeleteFunc(r.out.Near, func(ref catalog.Ref) bool { return ref == r.almost })...)
	}
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
