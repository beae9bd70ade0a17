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
// Behind has- they ask for what has one.
var lacks = []string{"no-owner", "no-docs", "no-on-call"}

// conditions are what things of a list have to fit, all of them.
type conditions struct {
	want   *kindWord
	typ    string // of the wanted kind
	stage  string // the cue
	lacks  []string
	has    []string
	techs  []techSpan
	tags   []string
	tagged int // how many have the tag
	within []catalog.Ref
}

// count is how many conditions there are beside the kind.
func (c *conditions) count() int {
	n := len(c.lacks) + len(c.has) + len(c.techs) + len(c.tags)
	if c.stage != "" {
		n++
	}
	if c.typ != "" {
		n++
	}
	return n
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

// conditions returns the conditions that cues and names of technologies say.
func (r *run) conditions() conditions {
	c := conditions{stage: r.stageAsked()}
	for _, l := range lacks {
		if r.m.cue(l) {
			c.lacks = append(c.lacks, l)
		} else if r.m.cue("has-" + strings.TrimPrefix(l, "no-")) {
			c.has = append(c.has, l)
		}
	}
	c.techs = r.m.techs
	return c
}

// listable reports whether a list can be what a question with some conditions wants.
func (r *run) listable(c *conditions) bool {
	switch r.intent {
	case "", Search, Show, Lifecycle, OwnedBy, API:
		return true
	case Owner, Docs, OnCall, Members:
		return len(c.lacks)+len(c.has) > 0
	case Version, Radar: // "experimental python services", but not "which java do experimental services use"
		return len(c.techs) > 0 && !r.versionAsked()
	}
	return false
}

// versionAsked reports whether versions are asked for, or named.
func (r *run) versionAsked() bool {
	return anyOf(r.m.clean.text, "ersion", "版本", "几", "多少", "which ", "what ", "upgrade", "升级", "radar", "雷达") || r.m.cue("behind") ||
		slices.ContainsFunc(r.m.techs, func(s techSpan) bool { return rangeOf(r.m.toks, s) != "" })
}

// listingWithin settles questions for whatever fits several conditions: it belongs to a system, a domain or a team, is in a
// stage of life, lacks something or has it, is built with something, has a tag.
func (r *run) listingWithin() bool {
	c := r.conditions()
	if !r.listable(&c) {
		return false
	}
	where, n := r.container()
	if len(where) == 0 {
		where, n = r.containerBefore()
	}
	if n == nil {
		n = &mention{from: -1, to: -1, kindAt: -1}
	}
	if len(where) == 0 && (c.count() == 0 && !r.tagAlone() || r.othersNamed()) {
		return false
	}
	c.within, c.want = where, r.wantedOf(n)
	rest := r.tellingUnits(r.unlistedOf(n))
	found := r.fit(&c)
	if len(rest) > 0 {
		found, rest = r.tagged(&c, found, rest)
	}
	if len(rest) > 0 || !r.listMeant(&c) {
		return false
	}
	r.list(&c, found)
	return true
}

// othersNamed reports whether something is named outright that is no technology.
func (r *run) othersNamed() bool {
	return slices.ContainsFunc(r.m.mentions, func(n mention) bool { return n.strength == strong && !r.kindOnly(&n) && !r.techAt(&n) })
}

// listMeant reports whether conditions are enough for a list: of something that is named one, with a word that asks for a
// list or a kind; of everything two.
func (r *run) listMeant(c *conditions) bool {
	asks := c.want != nil || r.m.cue("list") || r.m.cue("whichever") || r.endsOpen()
	const alone, together = 1, 2
	n := c.count()
	switch {
	case len(c.within) > 0 && n == len(c.techs):
		return n > 0 && (c.want != nil || r.m.cue("whichever"))
	case len(c.within) > 0:
		return n >= alone && (asks || n >= together)
	case len(c.tags) > 0 && n == alone: // any word may be a tag
		return r.m.cue("whichever") && c.tagged > 1 && r.nobodysName()
	}
	return n >= together && asks
}

// tagAlone reports whether a message asks for whichever there are and says one word more, which may be a tag: "which of our
// things handle pci".
func (r *run) tagAlone() bool {
	return r.m.cue("whichever") && len(r.tellingUnits(r.unlistedOf(&mention{from: -1, to: -1, kindAt: -1}))) == 1
}

// nobodysName reports whether what a message says stands in the name of nothing.
func (r *run) nobodysName() bool {
	return !slices.ContainsFunc(r.describe(r.tellingUnits(r.unlistedOf(&mention{from: -1, to: -1, kindAt: -1}))), func(s scored) bool { return s.named > 0 })
}

// endsOpen reports whether a message ends as 废弃的 does, which leaves out what it asks for.
func (r *run) endsOpen() bool {
	last := len(r.m.toks) - 1
	for last > 0 && r.m.toks[last].class == punct {
		last--
	}
	return last >= 0 && r.m.toks[last].norm == "的"
}

// fit returns what fits the conditions that understanding can judge.
func (r *run) fit(c *conditions) []catalog.Ref {
	refs := r.listed(c)
	return slices.DeleteFunc(refs, func(ref catalog.Ref) bool {
		e, ok := r.view.Entity(ref)
		return !ok || slices.ContainsFunc(c.techs, func(s techSpan) bool { return !r.uses(e, s.id) })
	})
}

// listed returns the parts of what is named, or everything, of a kind and in a stage of life.
func (r *run) listed(c *conditions) []catalog.Ref {
	var states []string
	if c.stage != "" {
		states = r.stage()
	}
	if len(c.within) > 0 {
		return r.partsOf(c.within, c.want, states)
	}
	return r.all(c.want, "", states)
}

// tagged takes what is left of the words for a tag or a type, where something that fits has it.
func (r *run) tagged(c *conditions, found []catalog.Ref, rest []unit) ([]catalog.Ref, []unit) {
	word := squash(r.glued(rest))
	if word == "" {
		return found, rest
	}
	var tag, typ string
	kept := slices.DeleteFunc(slices.Clone(found), func(ref catalog.Ref) bool {
		e, _ := r.view.Entity(ref)
		if i := slices.IndexFunc(e.Tags, func(t string) bool { return squash(t) == word }); i >= 0 {
			tag = e.Tags[i]
			return false
		}
		if squash(e.Type) == word {
			typ = e.Type
			return false
		}
		return true
	})
	switch {
	case len(kept) == 0:
		return found, rest
	case tag != "":
		c.tags, c.tagged = append(c.tags, tag), len(kept)
	default:
		c.typ = typ
	}
	return kept, nil
}

// glued is what some units say, with what hangs on them: "tier-1".
func (r *run) glued(us []unit) string {
	from, to := us[0].from, us[len(us)-1].to
	for to < len(r.m.toks) && hard(r.m.toks[to].glue) {
		to++
	}
	var b strings.Builder
	for i := from; i < to; i++ {
		b.WriteString(r.m.toks[i].norm)
	}
	return b.String()
}

// list enters a list into the reading.
func (r *run) list(c *conditions, refs []catalog.Ref) {
	r.out.Kind, r.out.Topic = kindName(c.want, c.typ), r.topic(r.content(nil))
	r.out.Listed, r.out.Lacks, r.out.Has, r.out.Tags, r.out.Stage = true, c.lacks, c.has, c.tags, strings.TrimPrefix(c.stage, "stage-")
	if len(c.within) > 0 {
		r.out.Within = c.within[0]
	}
	r.out.Total = len(refs)
	r.out.Entities = refs[:min(len(refs), maxListed)]
	r.why("of %v: kind %q, stage %q, lacking %q, having %q, tags %q", c.within, r.out.Kind, c.stage, c.lacks, c.has, c.tags)
	r.sure = max(r.sure, sureIntent)
	r.finish(Search)
}

// unlistedOf are the units that say more than a kind, a stage of life, what is missing, that a list is wanted, and of
// what.
func (r *run) unlistedOf(n *mention) []unit {
	return slices.DeleteFunc(r.unlisted(), func(u unit) bool {
		return u.from >= n.from && u.to <= n.to || belongs[u.text] || r.conditionAt(u.from)
	})
}

// conditionAt reports whether a token says a condition of a list.
func (r *run) conditionAt(tok int) bool {
	return slices.ContainsFunc(lacks, func(c string) bool { return r.m.cued(c, tok) || r.m.cued("has-"+strings.TrimPrefix(c, "no-"), tok) }) || r.techAtToken(tok)
}

// techAtToken reports whether a token belongs to the name of a technology.
func (r *run) techAtToken(tok int) bool {
	return slices.ContainsFunc(r.m.techs, func(s techSpan) bool { return tok >= s.from && tok < s.to })
}

// belongs holds the words that only tie a part to a whole.
var belongs = map[string]bool{"own": true, "owns": true, "owned": true, "have": true, "has": true, "run": true, "runs": true, "inside": true, "within": true,
	"part": true, "written": true, "built": true, "build": true, "using": true, "use": true, "uses": true, "based": true, "things": true, "写": true, "用": true, "做": true, "还在": true, "又": true, "parts": true, "bit": true, "bits": true, "pieces": true, "stuff": true, "belong": true, "belongs": true, "under": true, "里面": true, "名下": true, "下面": true, "负责": true}

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
