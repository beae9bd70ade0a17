package understand

import "slices"

// mostPrior bounds what prior returns.
const mostPrior = 1.4

// prior weighs kinds and types by the intent and by the words for kinds among the units.
func (r *run) prior() func(*indexed) float64 {
	var hints []*kindWord
	for i := range r.m.units {
		u := &r.m.units[i]
		if u.entry != nil && u.entry.kind > 0 && !r.m.negated[u.from] {
			if k := &r.u.lex.kinds[u.entry.kind-1]; k.kind != "group" && k.kind != "user" || r.intent == Members || r.intent == OwnedBy || r.intent == OnCall {
				hints = append(hints, k)
			}
		}
	}
	team, holder := r.teamMeant(), r.holderMeant()
	wantOld := slices.ContainsFunc(r.m.toks, func(t token) bool {
		return t.norm == "old" || t.norm == "legacy" || t.norm == "deprecated" || t.norm == "旧" || t.norm == "老"
	})
	kinds := kindPriors(r.intent)
	return func(e *indexed) float64 {
		p := kinds[known(e.ref.Kind)]
		boost := 1.0
		for _, h := range hints {
			switch {
			case h.kind != e.ref.Kind:
			case len(h.types) > 0 && slices.Contains(h.types, e.typ):
				boost = max(boost, 1.18)
			case len(h.types) == 0:
				boost = max(boost, 1.1)
			}
		}
		if team && e.ref.Kind != "group" {
			p *= 0.5
		}
		if holder != "" && e.ref.Kind != holder {
			p *= 0.3
		}
		switch {
		case e.old && !wantOld:
			boost *= 0.93
		case e.old:
			boost *= 1.15
		}
		return p * boost
	}
}

// holderMeant is the kind of what parts are asked of, where a word for a domain stands right behind what describes it:
// the parts of 支付域 are no team's. It is "" where nothing says so.
func (r *run) holderMeant() string {
	if r.intent != OwnedBy && r.intent != Search {
		return ""
	}
	for i := 1; i < len(r.m.units); i++ {
		u, before := &r.m.units[i], &r.m.units[i-1]
		if u.entry == nil || u.entry.kind == 0 || before.to != u.from || weightOf(before) < weightSoft {
			continue
		}
		if k := r.u.lex.kinds[u.entry.kind-1].kind; k == "domain" && (u.han || u.text == "domain") {
			return k
		}
	}
	return ""
}

// teamMeant reports whether a question for who is on call describes a team: "the search team", 搜索组.
func (r *run) teamMeant() bool {
	if r.intent != OnCall {
		return false
	}
	for i := 1; i < len(r.m.units); i++ {
		u, before := &r.m.units[i], &r.m.units[i-1]
		if u.entry != nil && u.entry.kind > 0 && r.u.lex.kinds[u.entry.kind-1].kind == "group" && !r.hit[u.from] && before.to == u.from && weightOf(before) >= weightSoft {
			return true
		}
	}
	return false
}
