package understand

import (
	"slices"

	"github.com/backchannel-portal/backchannel/catalog/search"
)

// Knows is the trait of a question who knows a technology: it is answered with whose things use it.
const Knows = "knows"

// bareTech settles a message that is nothing but the name of a technology: "kafka?", "rocketmq 呢". Who uses it is told
// where anything does, else what the radar says.
func (r *run) bareTech() bool {
	if len(r.m.techs) != 1 || r.past != nil && r.past.intent != "" {
		return false
	}
	s := r.m.techs[0]
	for i := range r.m.toks {
		if t := &r.m.toks[i]; t.class != punct && t.norm != "呢" && t.norm != "吗" && (i < s.from || i >= s.to) {
			return false
		}
	}
	if slices.ContainsFunc(r.m.mentions, func(n mention) bool { return n.strength > weak }) {
		return false
	}
	switch {
	case r.u.inUse(r.view, s.id):
		r.intent, r.out.Fleet = Version, true
	case s.radar != "":
		r.intent = Radar
		r.out.Tech[0].ID = s.radar
	default:
		return false
	}
	r.sure = max(r.sure, sureIntent)
	r.why("nothing but a technology: %s", s.id)
	r.finish(r.intent)
	return true
}

// inUse reports whether manifests of anything name a technology.
func (u *Understander) inUse(view search.View, tech string) bool {
	p := u.vocabulary.Inventory
	if p == "" {
		return false
	}
	for _, k := range view.FactKeys(p, "") {
		if n := len(k.Key) - len(tech); n > 0 && k.Key[n-1] == '/' && k.Key[n:] == tech {
			return true
		}
	}
	return false
}

// definitionFormats are technologies in which APIs are described rather than programs written.
var definitionFormats = map[string]bool{"openapi": true, "graphql": true, "grpc": true, "asyncapi": true, "protobuf": true, "soap": true}

// definitionsMeant reports whether the technologies that are named can only be formats in which an API is described: no
// version of them is named, and an API is asked for or named beside them.
func (r *run) definitionsMeant() bool {
	for _, s := range r.m.techs {
		if !definitionFormats[s.id] || rangeOf(r.m.toks, s) != "" {
			return false
		}
	}
	return len(r.m.techs) > 0 && (r.m.scores[API] >= likelyIntent || slices.ContainsFunc(r.m.mentions, func(n mention) bool {
		return n.strength == strong && !slices.ContainsFunc(n.keys, func(k keyRef) bool { return r.x.ref(k.ent).Kind != "api" })
	}))
}

// peopleAsked reports whether a message asks for people who know something.
func (r *run) peopleAsked() bool {
	switch r.intent {
	case "", Owner, OnCall, Members, Search, Show, Version:
		return r.m.cue("knows")
	}
	return false
}

// onlyTechs reports whether a message names technologies that are in use and says nothing else that tells.
func (r *run) onlyTechs() bool {
	if slices.ContainsFunc(r.m.techs, func(s techSpan) bool { return s.weak && !r.m.known(s) || !r.u.inUse(r.view, s.id) }) {
		return false
	}
	return r.onlyNamesTechs()
}

// onlyNamesTechs reports whether a message names technologies and says nothing else that tells.
func (r *run) onlyNamesTechs() bool {
	if len(r.m.techs) == 0 {
		return false
	}
	r.markHits()
	return !slices.ContainsFunc(r.content(nil), func(u unit) bool {
		return weightOf(&u) >= weightWord && !r.m.cued("knows", u.from) && !slices.ContainsFunc(r.m.techs, func(s techSpan) bool { return u.from >= s.from && u.to <= s.to })
	})
}

// plainShow is how strongly words ask to be shown something where a technology is named besides.
const plainShow = 7.0

// adjustTech lets technologies, and words that go with them, decide what the phrases leave open.
func (r *run) adjustTech(group, other bool) {
	s := r.m.scores
	switch {
	case r.intent == Version && r.definitionsMeant():
		r.intent, r.sure = API, max(s[API], sureIntent)
	case r.intent == Version && other && s[Show] >= plainShow && r.m.cue("dashboard"): // "checkout grafana"
		r.intent, r.sure = Show, s[Show]
	case r.intent == Docs && r.dashboardAsked() && !r.howto():
		r.intent = Show
	case r.intent == Dependents && !other && !group && r.onlyTechs() && !r.found(r.content(nil)).settled(): // manifests tell who uses a technology
		r.intent, r.sure = Version, max(s[Version], sureIntent)
	case r.peopleAsked() && !other && !group && r.onlyTechs(): // who knows it owns what is built with it
		r.intent, r.sure = Version, max(s[Version], sureIntent)
		r.out.Trait = Knows
	case r.peopleAsked() && !other && !group && r.onRadar() && r.onlyNamesTechs():
		r.intent, r.sure = Radar, max(s[Radar], sureIntent)
	case r.intent == Builds && !other && r.howto(): // "the pipeline takes for ever, any tips?"
		r.intent = Docs
	}
}
