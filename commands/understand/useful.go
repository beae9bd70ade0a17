package understand

import (
	"slices"

	"github.com/backchannel-portal/backchannel/internal/lang"
)

// useful returns the mentions that count for the intent.
func (r *run) useful() []mention {
	var out []mention
	strongest := weak
	for _, n := range r.m.mentions {
		if n.negated && !r.replaced() || r.usedUp(&n) || r.intent == Version && r.techAt(&n) || r.m.toks[n.from].code && len(r.m.mentions) > 1 {
			continue
		}
		n.kind, n.kindAt = r.kindBeside(&n)
		if n.kind != nil && n.kind.kind != "api" && n.strength == weak && slices.ContainsFunc(n.keys, func(k keyRef) bool { return r.x.ref(k.ent).Kind == n.kind.kind }) {
			n.strength = medium
		}
		whole := bestClass(n.keys) < keyStripped
		n.team = slices.ContainsFunc(n.keys, func(k keyRef) bool { return k.class < keyStripped && r.x.ref(k.ent).Kind == "group" })
		n.keys = r.fitting(&n)
		if whole && n.strength == medium && !n.typo && len(n.keys) > 0 && bestClass(n.keys) >= keyStripped {
			n.strength = r.x.strengthOf(r.m.toks, &n) // what is called just so is nothing that this is asked of
		}
		if n.strength == medium && r.foreign(&n) {
			n.strength = strong
		}
		if len(n.keys) == 0 || r.insidePhrase(&n) || n.strength < strong && r.mentionPrior(&n) < 0.4 && r.intent != Show && r.intent != Scaffold {
			continue
		}
		out = append(out, n)
		strongest = max(strongest, n.strength)
	}
	out = r.dropUnwanted(out)
	if strongest == strong {
		all := slices.Clone(out)
		return slices.DeleteFunc(out, func(n mention) bool { return n.strength < strong && !r.joined(&n, all) })
	}
	return r.loose(out)
}

// replaced reports whether what stands behind "instead of" is what a successor is asked of, and not what is not meant.
func (r *run) replaced() bool { return r.intent == Lifecycle && r.m.cue("successor") }

// foreign reports whether a whole name in Latin letters stands in a Chinese message: whoever writes an English word
// there means a name.
func (r *run) foreign(n *mention) bool {
	if r.m.lang != lang.Chinese || bestClass(n.keys) >= keyStripped {
		return false
	}
	for i := n.from; i < n.to; i++ {
		if r.m.toks[i].class != word || r.hit[i] {
			return false
		}
	}
	return true
}

// plain reports whether part of a name is enough for something that a mention may be: 数据平台 for the team 数据平台组,
// but not 支付 for the database 支付库, nor for 支付接口 where no API is asked for.
func (r *run) plain(n *mention) bool {
	return slices.ContainsFunc(n.keys, func(k keyRef) bool {
		kind := r.x.ref(k.ent).Kind
		return k.class < keyStripped || kind != "resource" && (kind != "api" || r.intent == API)
	})
}

// loose chooses among mentions that are all everyday words: those in the place of a name, or those that stand alone.
func (r *run) loose(l []mention) []mention {
	if !slices.ContainsFunc(l, func(n mention) bool { return n.strength > weak }) {
		if len(l) == 1 && r.m.toks[l[0].from].class == han && !telling(r.content(&l[0])) && r.kindAgrees(&l[0]) && r.plain(&l[0]) {
			return l
		}
		return nil
	}
	l = slices.DeleteFunc(l, func(n mention) bool { return n.strength == weak })
	if len(l) < 2 {
		return l
	}
	both := slices.Clone(l)
	listed := func(n mention) bool {
		return slices.ContainsFunc(both, func(o mention) bool { return r.slot(&o) && (r.listed2(&o, &n) || r.listed2(&n, &o)) })
	}
	if placed := slices.DeleteFunc(slices.Clone(l), func(n mention) bool { return !r.slot(&n) && n.kind == nil && !listed(n) }); len(placed) > 0 {
		l = placed
	}
	all := slices.Clone(l)
	for i := range l[1:] {
		if !r.listed2(&l[i], &l[i+1]) {
			last := l[len(l)-1]
			for _, n := range all {
				if r.mentionPrior(&n) > r.mentionPrior(&last) {
					last = n
				}
			}
			return []mention{last}
		}
	}
	return l
}

// kindAgrees reports whether something called so is of the kind that is named beside it.
func (r *run) kindAgrees(n *mention) bool {
	return n.kind == nil || slices.ContainsFunc(n.keys, func(k keyRef) bool { return r.x.ref(k.ent).Kind == n.kind.kind })
}

// mentionPrior is how readily what a mention may be is meant by the intent.
func (r *run) mentionPrior(n *mention) float64 {
	p := 0.0
	for _, k := range n.keys {
		p = max(p, kindPrior(r.intent, r.x.ref(k.ent).Kind))
	}
	return p
}

// usedUp reports whether the words of a mention were what told the intent.
func (r *run) usedUp(n *mention) bool {
	if n.strength == strong {
		return false
	}
	for i := n.from; i < n.to; i++ {
		if !r.hit[i] {
			return false
		}
	}
	return true
}

// fitting keeps the entities of a mention that the viewer may see and that the kind word or the intent allows.
func (r *run) fitting(n *mention) []keyRef {
	var out []keyRef
	for _, k := range n.keys {
		ref := r.x.ref(k.ent)
		if r.visible(ref) && (ref.Kind != "template" || r.intent == Scaffold || r.intent == Show || r.intent == Owner) {
			out = append(out, k)
		}
	}
	if n.kind != nil {
		if kept := keep(out, func(k keyRef) bool { return r.x.ref(k.ent).Kind == n.kind.kind }); len(kept) > 0 {
			out = kept
		}
	}
	if kept := keep(out, func(k keyRef) bool { return kindFits(r.intent, r.x.ref(k.ent).Kind) }); len(kept) > 0 {
		out = kept
	}
	return out
}

func keep(l []keyRef, f func(keyRef) bool) []keyRef {
	var out []keyRef
	for _, k := range l {
		if f(k) {
			out = append(out, k)
		}
	}
	return out
}

// kindFits reports whether an intent is normally asked of a kind.
func kindFits(in Intent, kind string) bool {
	switch in {
	case Members:
		return kind == "group" || kind == "user"
	case OwnedBy:
		return kind == "group" || kind == "user"
	case Docs, Builds, Version, Lighthouse:
		return kind == "component"
	case API:
		return kind == "component" || kind == "api"
	case Lifecycle:
		return kind == "component" || kind == "api"
	case Owner, Dependencies, Dependents:
		return kind != "group" && kind != "user"
	}
	return true
}

// dropUnwanted leaves out mentions of other sorts of things than the intent is about: the team in "is X with Y".
func (r *run) dropUnwanted(l []mention) []mention {
	fits := func(n mention) bool {
		return slices.ContainsFunc(n.keys, func(k keyRef) bool { return kindFits(r.intent, r.x.ref(k.ent).Kind) })
	}
	if len(l) > 1 && slices.ContainsFunc(l, func(n mention) bool { return fits(n) && n.strength >= medium }) {
		l = slices.DeleteFunc(l, func(n mention) bool { return !fits(n) })
	}
	if r.intent != Owner || len(l) < 2 {
		return l
	}
	all := slices.Clone(l)
	return slices.DeleteFunc(l, func(n mention) bool { // a team that has a system of its own name, in "does Billing own X"
		return n.team && slices.ContainsFunc(all, func(o mention) bool {
			return !o.team && o.strength >= medium && !r.listed2(&n, &o) && !r.listed2(&o, &n)
		})
	})
}

// joined reports whether a mention is listed together with another ("A and B").
func (r *run) joined(n *mention, l []mention) bool {
	for i := range l {
		o := &l[i]
		if o.strength < strong {
			continue
		}
		if n.to <= o.from && r.listed2(n, o) || o.to <= n.from && r.listed2(o, n) {
			return true
		}
	}
	return false
}

// listed2 reports whether nothing but "and" stands between two mentions.
func (r *run) listed2(a, b *mention) bool {
	const apart = 6
	if b.from-a.to > apart {
		return false
	}
	joined := false
	for k := a.to; k < b.from; k++ {
		switch r.m.toks[k].norm {
		case "the", "还", "有", "以", "service", "服", "务", "as", "for":
		case "same": // "is it the same for A as for B"
			joined = true
		default:
			if !and(r.m.toks[k]) && !r.repeats(k) {
				return false
			}
			joined = joined || and(r.m.toks[k])
		}
	}
	return joined
}

// repeats reports whether a token between two names is what both are asked for: "A's go version and B's go version".
func (r *run) repeats(tok int) bool {
	return r.intent == Version && (r.hit[tok] || r.techAtToken(tok))
}

// kindBeside finds a word for a kind right behind or in front of a mention: "X team", "team X", "X 服务".
func (r *run) kindBeside(n *mention) (*kindWord, int) {
	for i := range r.m.units {
		u := &r.m.units[i]
		if u.entry == nil || u.entry.kind == 0 {
			continue
		}
		k := &r.u.lex.kinds[u.entry.kind-1]
		if u.from == n.to || u.from == n.to+1 && r.m.toks[n.to].norm == "的" && k.kind != "api" {
			if k.kind == "group" && !r.hit[u.from] || k.kind != "group" || r.intent == Members || r.intent == OwnedBy || r.intent == OnCall {
				return k, u.from
			}
		}
		if u.to == n.from && k.kind == "group" && !r.hit[u.from] {
			return k, u.from
		}
	}
	return nil, -1
}

// slot reports whether a mention stands where the intent's phrase expects a name.
func (r *run) slot(n *mention) bool {
	i := n.from - 1
	for i >= 0 && (r.m.toks[i].norm == "the" || r.m.toks[i].norm == "our" || r.m.toks[i].norm == "a") {
		i--
	}
	if i >= 0 && (r.hit[i] || preposition[r.m.toks[i].norm]) {
		return true
	}
	j := n.to
	if n.kindAt == j {
		j++
	}
	for j < len(r.m.toks) && (r.m.toks[j].norm == "的" || r.m.toks[j].norm == "'s" || r.m.toks[j].norm == "is" || r.m.toks[j].norm == "现" || r.m.toks[j].norm == "在") {
		j++
	}
	return j < len(r.m.toks) && r.hit[j]
}

var preposition = map[string]bool{"of": true, "for": true, "on": true, "in": true, "to": true, "with": true, "from": true, "through": true, "about": true, "is": true, "does": true, "owns": true}
