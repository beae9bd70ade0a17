package understand

import (
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Lists of what belongs to something: "is anything deprecated in the money domain", "支付系统里有哪些废弃的接口",
// "anything in production in search without an owner".

// maxParts bounds how much of what belongs to something is looked at.
const maxParts = 5000

// lacks are the cues that ask for what has no owner and the like. They are called as the findings about the data are.
var lacks = []string{"no-owner", "no-docs", "no-on-call"}

// lacking returns what the message says is missing, "" for nothing.
func (r *run) lacking() string {
	if i := slices.IndexFunc(lacks, r.m.cue); i >= 0 {
		return lacks[i]
	}
	return ""
}

// stageAsked returns the cue of the stage of life that the message asks for, "" for none.
func (r *run) stageAsked() string {
	for _, s := range stages {
		if r.m.cue(s.cue) {
			return s.cue
		}
	}
	return ""
}

// listingWithin settles questions for whatever of a system, a domain or a team is in a stage of life or lacks
// something.
func (r *run) listingWithin() bool {
	stage, lack := r.stageAsked(), r.lacking()
	if stage == "" && lack == "" || len(r.m.techs) > 0 {
		return false
	}
	switch r.intent {
	case "", Search, Show, Lifecycle, OwnedBy, API:
	case Owner, Docs, OnCall:
		if lack == "" {
			return false
		}
	default:
		return false
	}
	where, n := r.container()
	if len(where) == 0 {
		where, n = r.containerBefore()
	}
	if len(where) == 0 || telling(r.unlistedOf(n)) {
		return false
	}
	want := r.wantedOf(n)
	if want == nil && !r.m.cue("list") && !r.m.cue("whichever") {
		return false
	}
	refs := r.partsOf(where, want, r.stage())
	r.out.Kind, r.out.Topic = kindName(want, ""), r.topic(r.content(nil))
	r.out.Within, r.out.Lacks, r.out.Stage = where[0], lack, strings.TrimPrefix(stage, "stage-")
	r.out.Total = len(refs)
	r.out.Entities = refs[:min(len(refs), maxListed)]
	r.why("of %v: kind %q, stage %q, lacking %q", where, r.out.Kind, stage, lack)
	r.sure = max(r.sure, sureIntent)
	r.finish(Search)
	return true
}

// unlistedOf are the units that say more than a kind, a stage of life, what is missing, that a list is wanted, and of
// what.
func (r *run) unlistedOf(n *mention) []unit {
	return slices.DeleteFunc(r.unlisted(), func(u unit) bool {
		return u.from >= n.from && u.to <= n.to || slices.ContainsFunc(lacks, func(c string) bool { return r.m.cued(c, u.from) }) || belongs[u.text]
	})
}

// belongs holds the words that only tie a part to a whole.
var belongs = map[string]bool{"own": true, "owns": true, "owned": true, "have": true, "has": true, "run": true, "runs": true, "inside": true, "within": true,
	"part": true, "parts": true, "bit": true, "bits": true, "pieces": true, "stuff": true, "belong": true, "belongs": true, "under": true, "里面": true, "名下": true, "下面": true, "负责": true}

// wantedOf returns the word for a kind of what is listed: not the one that says what n is.
func (r *run) wantedOf(n *mention) *kindWord {
	var want *kindWord
	for i := range r.m.units {
		u := &r.m.units[i]
		if u.entry == nil || u.entry.kind == 0 || n != nil && (u.from >= n.from && u.to <= n.to || u.from == n.kindAt) {
			continue
		}
		k := &r.u.lex.kinds[u.entry.kind-1]
		if !holds(k.kind) && k.kind != "user" && !(k.kind == "component" && len(k.types) == 0 && u.han) && (want == nil || len(want.types) == 0 && len(k.types) > 0) {
			want = k
		}
	}
	return want
}

// holds reports whether a kind is made of other things.
func holds(kind string) bool { return kind == "system" || kind == "domain" || kind == "group" }

// container finds what a list is to be of: something that others belong to, called by its name or, beside a word for
// its kind, by what it is about.
func (r *run) container() ([]catalog.Ref, *mention) {
	for i := range r.m.mentions {
		n := r.m.mentions[i]
		if n.negated {
			continue
		}
		n.kind, n.kindAt = r.holderBeside(n.from, n.to)
		keys := keep(n.keys, func(k keyRef) bool { return holds(r.x.ref(k.ent).Kind) && r.visible(r.x.ref(k.ent)) })
		if len(keys) == 0 || n.kind == nil && !r.insideOf(&n) && !(n.strength == strong && len(keys) == len(n.keys)) {
			continue
		}
		if n.kind != nil {
			if of := keep(keys, func(k keyRef) bool { return r.x.ref(k.ent).Kind == n.kind.kind }); len(of) > 0 {
				keys = of
			}
		}
		if whole := keep(keys, func(k keyRef) bool { return k.class < keyStripped }); len(whole) > 0 {
			keys = whole
		}
		return []catalog.Ref{r.widest(keys)}, &n
	}
	return r.describedContainer()
}

// containerBefore is what was talked about, where that is made of other things and the message points there.
func (r *run) containerBefore() ([]catalog.Ref, *mention) {
	points := func(t token) bool {
		return pronoun(t) || t.norm == "there" || t.norm == "他" || t.norm == "那" || t.norm == "其" || t.norm == "里"
	}
	if r.past == nil || !slices.ContainsFunc(r.m.toks, points) || slices.ContainsFunc(r.m.mentions, func(n mention) bool { return n.strength == strong }) {
		return nil, nil
	}
	for _, ref := range append(slices.Clone(r.past.asked), r.past.groups...) {
		if holds(ref.Kind) {
			return []catalog.Ref{ref}, &mention{kindAt: -1}
		}
	}
	return nil, nil
}

// widest is the one of several of a name that holds most: a domain before a system before a team.
func (r *run) widest(keys []keyRef) catalog.Ref {
	order := []string{"domain", "system", "group"}
	best := r.x.ref(keys[0].ent)
	for _, k := range keys[1:] {
		if ref := r.x.ref(k.ent); slices.Index(order, ref.Kind) < slices.Index(order, best.Kind) {
			best = ref
		}
	}
	return best
}

// holderBeside finds a word for a system, a domain or a team behind or in front of some tokens.
func (r *run) holderBeside(from, to int) (*kindWord, int) {
	for i := range r.m.units {
		u := &r.m.units[i]
		if u.entry == nil || u.entry.kind == 0 || u.from != to && u.to != from {
			continue
		}
		if k := &r.u.lex.kinds[u.entry.kind-1]; holds(k.kind) {
			return k, u.from
		}
	}
	return nil, -1
}

// insideOf reports whether a mention stands where something is said to be inside of it, or to be its.
func (r *run) insideOf(n *mention) bool {
	i := n.from - 1
	for i >= 0 && (r.m.toks[i].norm == "the" || r.m.toks[i].norm == "our") {
		i--
	}
	if i >= 0 && wholeAfter[r.m.toks[i].norm] {
		return true
	}
	if n.to < len(r.m.toks) {
		t := &r.m.toks[n.to]
		return partAfter[t.norm]
	}
	return false
}

// wholeAfter holds the words that a whole stands behind, partAfter those that stand behind a whole.
var (
	wholeAfter = map[string]bool{"in": true, "of": true, "within": true, "inside": true, "under": true, "from": true, "by": true, "at": true, "on": true,
		"across": true, "for": true, "does": true, "do": true, "team": true, "with": true}
	partAfter = map[string]bool{"'s": true, "里": true, "中": true, "下": true, "的": true, "有": true, "内": true, "那": true, "own": true, "owns": true, "have": true,
		"has": true, "run": true, "runs": true, "都": true, "还": true, "名": true}
)

// describedContainer finds a system, domain or team by what it is about: "the returns area".
func (r *run) describedContainer() ([]catalog.Ref, *mention) {
	for i := range r.m.units {
		u := &r.m.units[i]
		if u.entry == nil || u.entry.kind == 0 {
			continue
		}
		k := &r.u.lex.kinds[u.entry.kind-1]
		if !holds(k.kind) {
			continue
		}
		var us []unit
		n := &mention{from: u.from, to: u.from, kind: k, kindAt: u.from}
		for _, o := range r.unlisted() {
			if o.to == n.from && !belongs[o.text] { // the words right before
				n.from = o.from
			}
		}
		for j := range r.m.units {
			if o := r.m.units[j]; o.from >= n.from && o.to <= n.to {
				us = append(us, o)
			}
		}
		if !telling(us) {
			continue
		}
		for _, s := range r.describe(us) {
			if ref := r.x.ref(s.ent); ref.Kind == k.kind && s.cover >= enoughCover {
				return []catalog.Ref{ref}, n
			}
		}
	}
	return nil, nil
}

// partsOf returns what belongs to some things, parts of parts and what the teams of a team own as well, of a kind and
// in one of the states; of every state where there are none.
func (r *run) partsOf(where []catalog.Ref, want *kindWord, states []string) []catalog.Ref {
	seen := map[catalog.Ref]bool{}
	var out []catalog.Ref
	for queue := slices.Clone(where); len(queue) > 0 && len(seen) < maxParts; queue = queue[1:] {
		types := []string{"hasPart"}
		if queue[0].Kind == "group" {
			types = []string{"ownerOf", "parentOf"}
		}
		for _, rel := range r.view.Relations(queue[0], types...) {
			e, ok := r.view.Entity(rel.Target)
			if !ok || seen[e.Ref] || slices.Contains(where, e.Ref) {
				continue
			}
			seen[e.Ref] = true
			if e.Ref.Kind == "group" || queue[0].Kind != "group" {
				queue = append(queue, e.Ref)
			}
			if r.wanted(e, want, states) {
				out = append(out, e.Ref)
			}
		}
	}
	slices.SortFunc(out, catalog.Ref.Compare)
	return out
}

// wanted reports whether a part is of the kind and in one of the states.
func (r *run) wanted(e *catalog.Entity, want *kindWord, states []string) bool {
	if want == nil {
		if e.Ref.Kind == "group" || len(states) == 0 && e.Ref.Kind != "component" && e.Ref.Kind != "api" && e.Ref.Kind != "resource" {
			return false
		}
	} else if want.kind != e.Ref.Kind || len(want.types) > 0 && !slices.Contains(want.types, strings.ToLower(e.Type)) {
		return false
	}
	return len(states) == 0 || slices.Contains(states, strings.ToLower(e.Lifecycle))
}
