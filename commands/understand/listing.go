package understand

import (
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// maxListed bounds a list of everything of a kind.
const maxListed = 500

// stages are the parts of life that people ask for, by the cue that says so, with the words of descriptors for them.
var stages = []struct {
	cue    string
	states []string
}{
	{"stage-ended", []string{"deprecated", "retired", "sunset", "end-of-life", "eol", "obsolete", "decommissioned", "discontinued", "legacy", "abandoned"}},
	{"stage-early", []string{"experimental", "beta", "alpha", "preview", "incubating", "prototype", "poc", "development", "in-development", "trial"}},
	{"stage-live", []string{"production", "prod", "live", "ga", "stable", "active", "released"}},
}

// stage returns the states of life that the message asks for, nil for none. A state that a descriptor words in its
// own way is asked for by that word.
func (r *run) stage() []string {
	for _, s := range stages {
		if r.m.cue(s.cue) {
			return s.states
		}
	}
	return nil
}

// staged reports whether a token says the stage of life.
func (r *run) staged(tok int) bool {
	return slices.ContainsFunc(stages, func(s struct {
		cue    string
		states []string
	}) bool {
		return r.m.cued(s.cue, tok)
	})
}

// listing settles "which components are deprecated", "all databases", "有哪些 grpc 接口": everything of a kind, of a
// type, in a stage of life, with nothing else said about it.
func (r *run) listing() bool {
	states, want := r.stage(), r.wantedKind()
	switch r.intent {
	case "", Search, Show, Lifecycle, API:
	case OwnedBy: // "which databases do we have" names no owner
		if group, user, _ := r.kindsNamed(); group || user {
			return false
		}
	case Version:
		if want == nil || want.kind != "api" {
			return false
		}
	default:
		return false
	}
	switch {
	case len(r.m.techs) > 0 && states == nil && (want == nil || want.kind != "api"):
		return false
	case want == nil && (states == nil || !r.m.cue("whichever")):
		return false
	case states == nil && !r.m.cue("list") && !r.bareStage():
		return false
	case states != nil && !r.m.cue("list") && !r.m.cue("whichever") && !r.bareStage():
		return false
	}
	if slices.ContainsFunc(r.m.mentions, func(n mention) bool { return n.strength == strong && !r.kindOnly(&n) }) {
		return false
	}
	typ, rest := r.typed(want, r.unlisted())
	if telling(rest) {
		return false
	}
	if states == nil && typ == "" && !r.m.cue("list") { // "graphql apis", but not "refund apis"
		return false
	}
	refs := r.all(want, typ, states)
	if len(refs) == 0 && states == nil {
		return false
	}
	r.out.Kind, r.out.Topic = kindName(want, typ), r.topic(r.content(nil))
	r.out.Total = len(refs)
	r.out.Entities = refs[:min(len(refs), maxListed)]
	r.why("everything of kind %q, type %q, stages %v", r.out.Kind, typ, states)
	r.sure = max(r.sure, sureIntent)
	r.finish(Search)
	return true
}

// bareStage reports whether the message is no more than a stage and a kind: "deprecated services?".
func (r *run) bareStage() bool {
	const few = 3
	words := 0
	for i := range r.m.toks {
		if r.m.toks[i].class != punct {
			words++
		}
	}
	return words <= few
}

// kindOnly reports whether a mention is made of words for kinds.
func (r *run) kindOnly(n *mention) bool {
	return slices.ContainsFunc(r.m.units, func(u unit) bool { return u.from == n.from && u.to == n.to && u.entry != nil && u.entry.kind > 0 })
}

// unlisted returns the units that say more than a kind, a stage of life and that a list is wanted.
func (r *run) unlisted() []unit {
	return slices.DeleteFunc(r.withoutKinds(r.content(nil)), func(u unit) bool {
		return r.staged(u.from) || r.m.cued("list", u.from) || r.m.cued("whichever", u.from)
	})
}

// typed finds the one type of the wanted kind that the rest of the words name, as in "grpc apis", and returns the
// words that are left.
func (r *run) typed(want *kindWord, rest []unit) (string, []unit) {
	if len(r.m.techs) == 1 { // gRPC is a technology and a type
		t := r.m.techs[0]
		rest = append(slices.DeleteFunc(slices.Clone(rest), func(u unit) bool { return u.from >= t.from && u.from < t.to }), unit{from: t.from, to: t.to})
	}
	if want == nil || len(want.types) > 0 || len(rest) != 1 {
		return "", rest
	}
	typ := strings.ToLower(r.topic(rest))
	for range r.view.Entities(search.Filter{Kinds: []string{want.kind}, Types: []string{typ}}) {
		return typ, nil
	}
	return "", rest
}

// wantedKind returns the word for a kind that the message has, the most special one first; nil for none.
func (r *run) wantedKind() *kindWord {
	var want *kindWord
	for i := range r.m.units {
		u := &r.m.units[i]
		if u.entry == nil || u.entry.kind == 0 {
			continue
		}
		if k := &r.u.lex.kinds[u.entry.kind-1]; want == nil || len(want.types) == 0 && len(k.types) > 0 {
			want = k
		}
	}
	return want
}

// all returns everything of a kind and type that is in one of the states; of every kind that lives where want is nil.
func (r *run) all(want *kindWord, typ string, states []string) []catalog.Ref {
	f := search.Filter{Kinds: []string{"component", "api"}, Lifecycles: states}
	if want != nil {
		f.Kinds, f.Types = []string{want.kind}, want.types
	}
	if typ != "" {
		f.Types = []string{typ}
	}
	var out []catalog.Ref
	for e := range r.view.Entities(f) {
		out = append(out, e.Ref)
	}
	return out
}

func kindName(want *kindWord, typ string) string {
	switch {
	case want == nil:
		return ""
	case typ != "":
		return typ
	case len(want.types) > 0:
		return want.types[0]
	}
	return want.kind
}
