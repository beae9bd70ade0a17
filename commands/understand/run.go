package understand

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// run reads one question.
type run struct {
	u    *Understander
	x    *index
	view search.View
	q    Question
	m    *message
	past *conversation // what the thread is about; nil when there is none

	out    Reading
	intent Intent
	sure   float64 // how strongly the phrases speak for the intent
	hit    []bool  // tokens that the intent's phrases used
	tail   int     // where a second question begins that only asks more of the same: "and who calls it"; 0 for none

	described map[string][]scored // what was found by description, by describeKey
}

// The scores from which phrases decide on an intent: alone, or when something is named as well.
const (
	sureIntent   = 5.5
	likelyIntent = 3.0
)

func (r *run) read() {
	r.intent, r.sure = r.m.best()
	r.why("phrases: %s %.1f", r.intent, r.sure)
	r.guess()
	r.readThread()
	if r.picked() || r.declined() {
		return
	}
	r.adjust()
	r.markHits()
	r.traits()
	r.technologies()
	switch {
	case strings.Contains(r.q.Text, "../"): // a path on some disk names nothing in a catalog
		r.unknown()
		r.finish(Show)
	case r.ownQuestion():
	case r.bareTech():
	case r.familyNamed():
	case r.dashboardBefore(), r.asksTag():
	case r.listingWithin():
	case r.listing():
	case r.intent == Radar:
		r.finish(Radar)
	case r.intent == Version && r.fleet():
		r.finish(Version)
	case r.intent == Scaffold:
		r.scaffold()
	case r.intent == Docs:
		r.docs()
	case r.intent == Search:
		r.searchFor()
	case r.intent == "":
		r.noIntent()
	default:
		r.about()
	}
}

func (r *run) why(format string, args ...any) {
	if !r.q.Explain {
		return
	}
	r.out.Why = append(r.out.Why, fmt.Sprintf(format, args...))
}

func (r *run) finish(in Intent) {
	r.out.Intent = in
	if r.out.Topic == "" && !(r.out.Intent == Docs && len(r.out.Entities)+len(r.out.Candidates) > 0) { // of which all docs are wanted
		r.out.Topic = r.topic(r.content(nil))
	}
	if r.out.Confidence == 0 {
		r.out.Confidence = min(1, r.sure/10)
	}
}

// declined settles what is no question about the catalog.
func (r *run) declined() bool {
	s := r.m.scores
	broadcastOnly := r.m.clean.broadcast && r.sure < sureIntent
	switch {
	case s[None] >= 8.5 && !broadcastOnly && r.explained(): // "how do I rotate the db password" wants no password
		return true
	case s[None] >= 8.5 && s[Dependents] < 8 || broadcastOnly: // "switch it off, who would notice?" orders nothing
		r.sure = max(s[None], 8)
		r.finish(None)
		return true
	case r.intent == Smalltalk && r.otherWish():
		return false
	case r.intent == Help && r.explained():
		return true
	case (r.intent == Help || r.intent == Smalltalk) && r.sure >= 8:
		r.finish(r.intent)
		return true
	case len(r.m.units) == 0 && len(r.m.clean.links) == 0:
		r.finish(None)
		return true
	}
	return false
}

// explained settles "the printer is jammed, what do I do": a page that says so is a better answer than none.
func (r *run) explained() bool {
	us := r.docWords(nil)
	if !r.howto() || !telling(us) || !r.sections(us, nil, docSure) {
		r.out.Docs = nil
		return false
	}
	r.put(r.sectionOwners())
	r.finish(Docs)
	return true
}

// otherWish reports whether a friendly word only goes with a question.
func (r *run) otherWish() bool {
	for _, in := range intentOrder[3:] {
		if r.m.scores[in] >= 5 {
			return true
		}
	}
	return slices.ContainsFunc(r.m.mentions, func(n mention) bool { return n.strength == strong })
}

// adjust lets what is named decide between intents that words alone leave open.
func (r *run) adjust() {
	if r.intent == None || r.intent == Help || r.intent == Smalltalk {
		r.intent, r.sure = "", 0
		for _, in := range intentOrder[3:] {
			if s := r.m.scores[in]; s > r.sure {
				r.intent, r.sure = in, s
			}
		}
		r.intent, r.sure = r.m.ownBest(r.intent, r.sure)
	}
	group, user, other := r.kindsNamed()
	s := r.m.scores
	switch {
	case r.intent == Members && s[OnCall] >= 8:
		r.intent = OnCall
	case r.intent == Docs && user && !other && !group && r.m.cue("contact"):
		r.intent = Show
	case r.intent == Builds && s[Scaffold] >= 7 && !other:
		r.intent = Scaffold
	case r.intent == Search && s[Scaffold] >= 8:
		r.intent = Scaffold
	case r.intent == Version && len(r.m.techs) == 0 && r.m.cue("howto"):
		r.intent = Docs
	case r.intent == Lifecycle && len(r.m.techs) > 0 && s[Version] >= 6.5:
		r.intent = Version
	case r.intent == Radar && (other || group) && s[Radar] < 9 && s[Owner] >= 7:
		r.intent = Owner
	case r.intent == Radar && other && s[Radar] < 9 && len(r.m.techs) == 0: // what the catalog has is on no radar
		r.intent = Lifecycle
	case r.intent == Scaffold && r.m.cue("howto") && s[Scaffold] < 7:
		r.intent = Docs
	case (r.intent == Search || r.intent == Show || r.intent == Owner || r.intent == Dependents) && s[Version] >= likelyIntent && !other && !group && r.versionsMeant() && !r.ownerMeant():
		r.intent, r.sure = Version, s[Version]
	case r.intent == Show && other && !user && !group && slices.ContainsFunc(r.m.toks, func(t token) bool { return t.norm == "who" }): // "who's checkout"
		r.intent = Owner
	case user && !other && !group && (r.intent == Owner || r.intent == Members || r.intent == Search || r.intent == ""):
		r.intent = Show
	case group && !other && r.intent == Owner && r.m.scores[Members] >= likelyIntent:
		r.intent = Members
	case group && !other && r.intent == Owner && r.m.cue("lead") && s[Owner] < 10.5:
		r.intent = Members
	case group && !other && !user && (r.intent == Dependencies || r.intent == Search) && r.m.scores[OwnedBy] >= likelyIntent:
		r.intent = OwnedBy
	case r.sure < likelyIntent && group && other && r.asks():
		r.intent, r.sure = Owner, likelyIntent // "is checkout Payments?"
	case r.intent == Members && !group && !user && other: // the people of a service are its team
		r.intent = Owner
	case r.intent == OwnedBy && !group && !user && other && r.m.scores[Dependencies] >= likelyIntent:
		r.intent = Dependencies
	case r.intent == Version && len(r.m.techs) == 0 && (r.sure < sureIntent || r.past == nil && !other && !group && !user):
		r.intent = ""
	case r.intent == Lifecycle && !other && !group && r.onRadar():
		r.intent = Radar
	case r.intent == Owner && s[OnCall] >= 8 && r.m.cue("urgent"):
		r.intent = OnCall
	case r.intent == Owner && r.sure < plainOwner && Troubled(r.q.Channel) && !group && !user && !other:
		r.intent = OnCall
	}
	r.adjustTech(group, other)
	if r.past != nil && r.past.intent == OnCall && (r.intent == Owner || r.intent == Show) && !group && !user && !other {
		if w, _ := r.m.when(); !w.IsZero() { // "and who was it on friday?"
			r.intent = OnCall
		}
	}
	if r.past != nil && r.sure < sureIntent && r.m.cue("about") && len(r.m.techs) == 0 && r.namesMore() {
		r.intent = "" // "what about X" asks again what was asked before
	}
	if r.sure < likelyIntent {
		r.intent = ""
	}
}

// plainOwner is how strongly words ask for the owner where an incident is talked about: who can look at it there is who
// is on call.
const plainOwner = 7.0

// onRadar reports whether a technology is named that the radar has.
func (r *run) onRadar() bool {
	return slices.ContainsFunc(r.m.techs, func(s techSpan) bool { return s.radar != "" })
}

// namesMore reports whether a message holds more than the words that say what is wanted.
func (r *run) namesMore() bool {
	r.markHits()
	return telling(r.content(nil)) || slices.ContainsFunc(r.m.mentions, func(n mention) bool { return n.strength > weak && !r.hit[n.from] })
}

// versionsMeant reports whether technologies are named together with versions, or with what is left of them.
func (r *run) versionsMeant() bool {
	for _, t := range r.m.techs {
		if rangeOf(r.m.toks, t) != "" {
			return true
		}
	}
	return len(r.m.techs) > 0 && (r.m.scores[Version] >= 6.5 || r.m.cue("behind"))
}

// ownerMeant reports whether a person is asked for so plainly that a technology only says in what: "who can help me
// with kubernetes upgrades".
func (r *run) ownerMeant() bool {
	const plainly = 9
	return r.intent == Owner && r.m.scores[Owner] >= plainly && !slices.ContainsFunc(r.m.techs, func(t techSpan) bool { return rangeOf(r.m.toks, t) != "" })
}

// kindsNamed tells what sort of things the message names strongly.
func (r *run) kindsNamed() (group, user, other bool) {
	for i := range r.m.mentions {
		n := &r.m.mentions[i]
		if n.negated || n.strength == weak || r.techAt(n) {
			continue
		}
		g, u, o := false, false, false
		for _, k := range r.meant(n) {
			switch r.x.ref(k.ent).Kind {
			case "group":
				g = true
			case "user":
				u = true
			case "template":
			default:
				o = true
			}
		}
		group, user, other = group || g && !o, user || u && !o && !g, other || o
	}
	return group, user, other
}

// meant are the keys of a mention that tell what sort of thing it is: whole names go before parts of names, and teams
// before all else where "team" stands behind.
func (r *run) meant(n *mention) []keyRef {
	keys := n.keys
	if r.teamBehind(n) {
		if teams := keep(keys, func(k keyRef) bool { return r.x.ref(k.ent).Kind == "group" }); len(teams) > 0 {
			return teams
		}
	}
	if whole := keep(keys, func(k keyRef) bool { return k.class < keyStripped }); len(whole) > 0 {
		return whole
	}
	return keys
}

// teamBehind reports whether a word for a team stands right behind a mention.
func (r *run) teamBehind(n *mention) bool {
	return slices.ContainsFunc(r.m.units, func(u unit) bool {
		return u.from == n.to && u.entry != nil && u.entry.kind > 0 && r.u.lex.kinds[u.entry.kind-1].kind == "group"
	})
}

func (r *run) inMention(tok int) bool {
	return slices.ContainsFunc(r.m.mentions, func(n mention) bool { return tok >= n.from && tok < n.to && n.strength > weak })
}

// content returns the units that describe what is meant: no phrases, no technologies, no empty words, and none of
// the tokens of skip.
func (r *run) content(skip *mention) []unit {
	var out []unit
	for i := range r.m.units {
		u := &r.m.units[i]
		if skip != nil && u.from >= skip.from && u.from < skip.to || r.m.toks[u.from].code || r.m.negated[u.from] || r.tail > 0 && u.from >= r.tail {
			continue
		}
		if r.hit != nil && r.hit[u.from] && r.hit[u.to-1] {
			continue
		}
		if slices.ContainsFunc(r.m.techs, func(s techSpan) bool { return u.from >= s.from && u.from < s.to }) && (r.intent == Version || r.intent == Radar) {
			continue
		}
		if (r.intent == Radar || r.intent == Version) && r.m.cued("technology", u.from) {
			continue
		}
		if w := weightOf(u); w > 0 {
			out = append(out, *u)
		}
	}
	return out
}

// telling reports whether units hold more than words for kinds and complaints.
func telling(us []unit) bool {
	return slices.ContainsFunc(us, func(u unit) bool { return weightOf(&u) >= weightWord })
}

// tellingUnits are those of some units that say more than a kind or a complaint.
func (r *run) tellingUnits(us []unit) []unit {
	return slices.DeleteFunc(slices.Clone(us), func(u unit) bool { return weightOf(&u) < weightWord })
}

// topic joins units as the person wrote them.
func (r *run) topic(us []unit) string {
	var b strings.Builder
	last := -1
	for i := range us {
		for k := us[i].from; k < us[i].to; k++ {
			t := &r.m.toks[k]
			if b.Len() > 0 && (t.class != han || last >= 0 && r.m.toks[last].class != han) && !(t.glue != 0 && last == k-1) {
				b.WriteByte(' ')
			} else if t.glue != 0 && last == k-1 && t.glue != 'c' {
				b.WriteByte(t.glue)
			}
			b.WriteString(t.text)
			last = k
		}
	}
	return b.String()
}

func (r *run) visible(ref catalog.Ref) bool {
	_, ok := r.view.Entity(ref)
	return ok
}
