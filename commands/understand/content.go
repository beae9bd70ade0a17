package understand

import (
	"slices"
	"strings"
)

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
		if t := &r.m.toks[u.from]; hard(t.glue) && environment[t.norm] { // "cart-prod" is the cart
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
