package understand

import (
	"slices"
	"strconv"

	"github.com/backchannel-portal/backchannel/catalog"
)

// When a description is taken for an entity.
const (
	enoughCover = 0.52 // share of the question's words that must be accounted for
	leastCover  = 0.40 // with most of its name mentioned
	aloneScore  = 0.65 // the best is accepted earlier when the next is this far behind
	sameScore   = 0.94 // a second one this close makes it a choice ...
	thinCover   = 0.6  // ... and where the best accounts for less of the question than this, ...
	thinScore   = 0.88 // ... one as close as this
	wellNamed   = 0.5  // of a name that the question mentions this share of, a second one is no rival ...
	lessNamed   = 0.5  // ... whose own name it mentions less than this share of that
	nameCover   = 0.85 // a name alone that is nobody's describes what has hardly any of it in its own, only by nearly all its words
)

// found searches by description.
func (r *run) found(us []unit) outcome {
	list := r.describe(us)
	if len(list) == 0 || !r.enough(&list[0]) && !r.alone(list) {
		if len(list) > 0 {
			r.why("best description %s covers only %.2f", r.x.ref(list[0].ent), list[0].cover)
		}
		return outcome{}
	}
	if top := &list[0]; top.named < wellNamed && top.cover < nameCover && r.nameAlone(us) {
		r.why("a name, which %s has too little of", r.x.ref(top.ent))
		return outcome{}
	}
	if r.otherName(us, &list[0]) {
		r.why("a name, of which %s lacks a part", r.x.ref(list[0].ent))
		r.almost = r.x.ref(list[0].ent)
		return outcome{}
	}
	if r.headless(us, &list[0]) {
		r.why("%s is not what the last word of a name says", r.x.ref(list[0].ent))
		return outcome{}
	}
	list = r.providing(list)
	r.preferNamed(list)
	top := list[0]
	if same := r.sharing(us, list); len(same) > 1 {
		return outcome{choices: same[:min(len(same), maxChoices)]}
	}
	r.why("described: %s covers %.2f named %.2f", r.x.ref(top.ent), top.cover, top.named)
	o := outcome{refs: []catalog.Ref{r.x.ref(top.ent)}}
	rivals := []catalog.Ref{r.x.ref(top.ent)}
	thin := top.cover < thinCover
	for _, s := range list[1:] {
		if s.score < top.score*sameScore && !(thin && s.score >= top.score*thinScore) || !thin && !r.enough(&s) {
			break
		}
		if top.named >= wellNamed && s.named < top.named*lessNamed {
			continue
		}
		if !r.related(r.x.ref(top.ent), r.x.ref(s.ent)) {
			rivals = append(rivals, r.x.ref(s.ent))
		}
	}
	if thin {
		rivals = append(rivals, r.otherHalf(us, list, rivals)...)
	}
	if len(rivals) > 1 {
		return outcome{choices: rivals[:min(len(rivals), maxChoices-1)]}
	}
	return o
}

// headless reports whether words are a name of two, of which the best description has but the first: a popcorn robot is a
// robot, and nothing that sells popcorn. What it is stands last in both languages. Nor is it what has but the last of two
// where nobody knows the first.
func (r *run) headless(us []unit, top *scored) bool {
	words := r.tellingUnits(us)
	if r.intent == Search || r.hit == nil || len(words) != 2 || words[0].to != words[1].from || top.cover >= thinCover || top.named >= 1 {
		return false
	}
	first, head := &words[0], &words[1]
	if head.to < len(r.m.toks) && !r.hit[head.to] && r.m.toks[head.to].class != punct {
		return false // more is said of it
	}
	if top.cover < enoughCover && !first.han && r.strange(first) && r.writtenOf(top.ent, first) == 0 {
		return true
	}
	return top.named == 0 && weightOf(head) > weightSoft && r.writtenOf(top.ent, head) == 0
}

// otherHalf are what fits the rest of a name of two words, of which the best description has but one: 支付网关 may be the
// gateway, and may be what takes payments.
func (r *run) otherHalf(us []unit, list []scored, first []catalog.Ref) []catalog.Ref {
	const most, nearly, half = 2, 0.85, 0.9
	words := r.tellingUnits(us)
	if len(words) != 2 || words[0].to != words[1].from || list[0].named == 0 || r.intent == Search {
		return nil
	}
	var out []catalog.Ref
	for _, s := range list[1:] {
		ref := r.x.ref(s.ent)
		other := s.named > 0 && s.cover >= (1-list[0].cover)*nearly && s.cover < list[0].cover*half
		if !other || len(out) == most || r.x.ent(s.ent).old {
			continue
		}
		if !slices.ContainsFunc(slices.Concat(first, out), func(o catalog.Ref) bool { return o == ref || r.related(o, ref) }) {
			out = append(out, ref)
		}
	}
	return out
}

// nameAlone reports whether all that a question says is written as one name: port-pages, nightSums.
func (r *run) nameAlone(us []unit) bool {
	some := false
	for i := range us {
		if weightOf(&us[i]) == 0 {
			continue
		}
		if t := &r.m.toks[us[i].from]; t.class == han || !hardGlued(r.m.toks, us[i].from) {
			return false
		}
		some = true
	}
	return some
}

// otherName reports whether all that is said is one name of several parts, of which the best description lacks one that
// says neither what it is nor where it runs: "legacy-cart" is no cart that anybody knows, and "cart-prod" is the cart.
func (r *run) otherName(us []unit, top *scored) bool {
	if !r.nameAlone(us) || top.cover >= nameCover {
		return false
	}
	from := us[0].from
	for from > 0 && hard(r.m.toks[from].glue) {
		from--
	}
	for i := from; i == from || i < len(r.m.toks) && hard(r.m.toks[i].glue); i++ {
		t := &r.m.toks[i]
		u := r.u.lex.single(r.m.toks, i)
		if t.class != word || environment[t.norm] || u.entry != nil && (u.entry.kind > 0 || u.entry.stop) {
			continue
		}
		if r.writtenOf(top.ent, &u) == 0 {
			return true
		}
	}
	return false
}

// environment holds the words for where something runs, which people put behind its name.
var environment = map[string]bool{"prod": true, "production": true, "prd": true, "staging": true, "stage": true, "stg": true, "dev": true, "test": true,
	"testing": true, "live": true, "canary": true, "preprod": true, "uat": true, "qa": true, "sandbox": true, "local": true}

// providing leaves out what provides no API where one is asked for and something else fits that is or has one.
func (r *run) providing(list []scored) []scored {
	const near = 0.75
	has := func(s scored) bool {
		ref := r.x.ref(s.ent)
		return ref.Kind == "api" || len(r.view.Relations(ref, "providesApi")) > 0
	}
	if r.intent != API || has(list[0]) {
		return list
	}
	if kept := r.consumed(list); len(kept) > 0 {
		return kept
	}
	least := list[0].score * near
	kept := slices.DeleteFunc(slices.Clone(list), func(s scored) bool { return !has(s) || s.score < least || !r.enough(&s) })
	if len(kept) == 0 {
		return list
	}
	return kept
}

// consumed are the APIs that the best description uses and that the question mentions by name: 查轨迹调哪个接口 describes
// the page that shows the tracks, and asks for what it calls.
func (r *run) consumed(list []scored) []scored {
	uses := map[catalog.Ref]bool{}
	for _, rel := range r.view.Relations(r.x.ref(list[0].ent), "consumesApi") {
		uses[rel.Target] = true
	}
	var out []scored
	for _, s := range list[1:] {
		if s.named > 0 && s.must && uses[r.x.ref(s.ent)] {
			out = append(out, s)
		}
	}
	return out[:min(len(out), 1)]
}

// preferNamed puts what most of the question is the name of before what is only described as well.
func (r *run) preferNamed(list []scored) {
	const fully, near = 0.9, 0.97
	top := &list[0]
	if top.named > 0 || top.cover >= fully {
		return
	}
	for i := range list {
		if s := &list[i]; s.named > 0 && s.cover >= fully && s.score >= top.score*near && r.enough(s) {
			list[0], list[i] = list[i], list[0]
			return
		}
	}
}

// sharing lists what has the question's only word in its name and is of the kind that fits best, where nothing else
// tells one from the other.
func (r *run) sharing(us []unit, list []scored) []catalog.Ref {
	const all, less = 0.9, 0.55
	words := 0
	for i := range us {
		if weightOf(&us[i]) >= weightSoft {
			words += us[i].to - us[i].from
		}
	}
	if words != 1 || r.intent == Search || r.namesKind() {
		return nil
	}
	if r.intent == OnCall && r.m.cue("troubled") {
		return r.anyOf(list)
	}
	var out []catalog.Ref
	top := r.x.ref(list[0].ent)
	for i := range list {
		ref := r.x.ref(list[i].ent)
		if ref.Kind == top.Kind && list[i].cover >= all && list[i].named > 0 && kindPrior(r.intent, ref.Kind) >= less && list[i].named >= list[0].named*0.5 {
			out = append(out, ref)
		}
	}
	return out
}

// anyOf are the components and the like that a single word of a complaint fits nearly as well as the first, which has but
// part of its name from it: the frames that do not come in may be those of several.
func (r *run) anyOf(list []scored) []catalog.Ref {
	const near = 0.8
	if list[0].named >= wellNamed {
		return nil
	}
	var out []catalog.Ref
	for _, s := range list {
		if ref := r.x.ref(s.ent); s.score >= list[0].score*near && kindPrior(r.intent, ref.Kind) >= 0.8 && s.cover >= nameCover {
			out = append(out, ref)
		}
	}
	return out
}

func (r *run) enough(s *scored) bool {
	return s.must && (s.cover >= enoughCover || s.cover >= leastCover && s.named >= 0.6)
}

// alone reports whether the best description is so far ahead that less of it is enough.
func (r *run) alone(list []scored) bool {
	top := &list[0]
	if !top.must || top.cover < leastCover || top.words < 2 {
		return false
	}
	for _, s := range list[1:] {
		if !r.related(r.x.ref(top.ent), r.x.ref(s.ent)) {
			return s.score < top.score*aloneScore
		}
	}
	return true
}

// describe ranks what the viewer may see.
func (r *run) describe(us []unit) []scored {
	key := r.describeKey(us)
	if list, ok := r.described[key]; ok {
		return list
	}
	must := map[int]bool{}
	for i := range us {
		t := &r.m.toks[us[i].from]
		must[i] = (weightOf(&us[i]) >= weightWord || t.class == num) && (hardGlued(r.m.toks, us[i].from) && t.class != han && us[i].to-us[i].from == 1 || t.quoted)
	}
	list := r.x.describe(us, r.prior(), must)
	list = slices.DeleteFunc(list, func(s scored) bool { return !r.visible(r.x.ref(s.ent)) })
	if r.described == nil {
		r.described = map[string][]scored{}
	}
	r.described[key] = list
	r.considered(list)
	return list
}

// considered tells what fits a description best, for an explanation.
func (r *run) considered(list []scored) {
	const most = 5
	if !r.q.Explain {
		return
	}
	for _, s := range list[:min(len(list), most)] {
		r.why("considered %s: score %.3f, covers %.2f, named %.2f", r.x.ref(s.ent), s.score, s.cover, s.named)
	}
}

// describeKey tells what describe depends on: the same words are looked up several times in one question.
func (r *run) describeKey(us []unit) string {
	key := append([]byte(r.intent), ' ')
	for i := range us {
		key = strconv.AppendInt(append(key, ' '), int64(us[i].from), 10)
		key = strconv.AppendInt(append(key, '-'), int64(us[i].to), 10)
	}
	return string(key)
}
