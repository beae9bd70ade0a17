package understand

import "slices"

// sorts are the sorts of things that a message names outright.
type sorts struct{ group, user, other bool }

func (n sorts) none() bool { return !n.group && !n.user && !n.other }

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
	var n sorts
	n.group, n.user, n.other = r.kindsNamed()
	if !r.adjustRivals(n) {
		r.adjustNamed(n)
	}
	r.adjustTech(n.group, n.other)
	r.adjustThread(n)
	if r.sure < likelyIntent {
		r.intent = ""
	}
}

// adjustRivals decides between two intents that words speak for. It reports whether it did.
func (r *run) adjustRivals(n sorts) bool {
	s := r.m.scores
	switch {
	case r.intent == Members && s[OnCall] >= 8:
		r.intent = OnCall
	case r.intent == Docs && n.user && !n.other && !n.group && r.m.cue("contact"):
		r.intent = Show
	case r.intent == Builds && s[Scaffold] >= 7 && !n.other:
		r.intent = Scaffold
	case r.intent == Search && s[Scaffold] >= 8:
		r.intent = Scaffold
	case r.intent == Version && len(r.m.techs) == 0 && r.m.cue("howto"):
		r.intent = Docs
	case r.intent == API && r.m.cue("keys") && !n.other && s[Docs] >= likelyIntent: // the key of an API is none
		r.intent = Docs
	case r.intent == Lifecycle && len(r.m.techs) > 0 && s[Version] >= 6.5:
		r.intent = Version
	case r.intent == Radar && (n.other || n.group) && s[Radar] < 9 && s[Owner] >= 7:
		r.intent = Owner
	case r.intent == Radar && n.other && s[Radar] < 9 && len(r.m.techs) == 0: // what the catalog has is on no radar
		r.intent = Lifecycle
	case r.intent == Scaffold && r.m.cue("howto") && s[Scaffold] < 7:
		r.intent = Docs
	case (r.intent == Search || r.intent == Show || r.intent == Owner || r.intent == Dependents) && s[Version] >= likelyIntent && !n.other && !n.group && r.versionsMeant() && !r.ownerMeant():
		r.intent, r.sure = Version, s[Version]
	default:
		return false
	}
	return true
}

// adjustNamed takes the intent that can be asked of what is named.
func (r *run) adjustNamed(n sorts) {
	s := r.m.scores
	switch {
	case r.intent == Show && n.other && !n.user && !n.group && slices.ContainsFunc(r.m.toks, func(t token) bool { return t.norm == "who" }): // "who's checkout"
		r.intent = Owner
	case n.user && !n.other && !n.group && (r.intent == Owner || r.intent == Members || r.intent == Search || r.intent == ""):
		r.intent = Show
	case n.group && !n.other && r.intent == Owner && s[Members] >= likelyIntent:
		r.intent = Members
	case n.group && !n.other && r.intent == Owner && r.m.cue("lead") && s[Owner] < 10.5:
		r.intent = Members
	case n.group && !n.other && !n.user && (r.intent == Dependencies || r.intent == Search) && s[OwnedBy] >= likelyIntent:
		r.intent = OwnedBy
	case r.sure < likelyIntent && n.group && n.other && r.asks():
		r.intent, r.sure = Owner, likelyIntent // "is checkout Payments?"
	case r.intent == Members && !n.group && !n.user && n.other: // the people of a service are its team
		r.intent = Owner
	case r.intent == OwnedBy && !n.group && !n.user && n.other && s[Dependencies] >= likelyIntent:
		r.intent = Dependencies
	case r.intent == Version && len(r.m.techs) == 0 && (r.sure < sureIntent || r.past == nil && n.none()):
		r.intent = ""
	case r.intent == Lifecycle && !n.other && !n.group && r.onRadar():
		r.intent = Radar
	case r.intent == Owner && s[OnCall] >= 8 && r.m.cue("urgent"):
		r.intent = OnCall
	case r.intent == Owner && r.sure < plainOwner && Troubled(r.q.Channel) && n.none():
		r.intent = OnCall
	}
}

// adjustThread takes the intent of what was asked before where a message goes on about that.
func (r *run) adjustThread(n sorts) {
	if r.past == nil {
		return
	}
	if r.past.intent == OnCall && (r.intent == Owner || r.intent == Show) && n.none() {
		if w, _ := r.m.when(); !w.IsZero() { // "and who was it on friday?"
			r.intent = OnCall
		}
	}
	if r.sure < sureIntent && r.m.cue("about") && len(r.m.techs) == 0 && r.namesMore() {
		r.intent = "" // "what about X" asks again what was asked before
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
