package understand

// markHits marks the words that said what is wanted: they do not describe the entity.
func (r *run) markHits() {
	r.hit = make([]bool, len(r.m.toks))
	for _, f := range r.m.founds {
		p := &r.u.lex.phrases.all[f.phrase]
		if in := Intent(p.section); in != r.intent && !(in == Owner && r.guessed == OnCall) || r.m.isName(f) { // who looks at it is asked either way
			continue
		}
		for _, h := range f.hits {
			r.hit[h] = r.hit[h] || !contentVerb[r.m.toks[h].norm]
		}
		if p.weight >= 5 {
			r.why("%q", p.pattern)
		}
	}
	for _, f := range r.m.cues["reported"] {
		for _, h := range f.hits {
			r.hit[h] = true
		}
	}
	r.markDuty()
	r.tail = r.secondQuestion()
}

// markDuty marks the words that say which of those on call is wanted. A single word may say for what as well: the
// backup service has somebody on call, too. It reports whether there are any.
func (r *run) markDuty() (marked bool) {
	if r.intent != OnCall {
		return false
	}
	for _, cue := range [...]string{"secondary", "next", "until"} {
		for _, f := range r.m.cues[cue] {
			if len(f.hits) < 2 {
				continue
			}
			for _, h := range f.hits {
				r.hit[h], marked = true, true
			}
		}
	}
	w, timed := r.m.when()
	for _, i := range r.m.told {
		r.hit[i] = true
	}
	if !r.timeAsked(timed) {
		for i := range timed { // when it happened is no part of what it happened to
			r.hit[i] = r.hit[i] || timed[i] && !r.inMention(i)
		}
		return marked
	}
	r.out.When = w
	if !w.IsZero() {
		for i := range timed {
			r.hit[i], marked = r.hit[i] || timed[i], marked || timed[i]
		}
		r.why("asks about a time: %s", w)
	}
	return marked
}

// timeAsked reports whether a time stands where somebody on call is asked for, and not in the story before it: "checkout
// broke last night, whom do I page?" A part that is nothing but a time belongs to the question.
func (r *run) timeAsked(timed []bool) bool {
	anyHit := false
	for from, i := 0, 0; i < len(r.m.toks); i++ {
		if i+1 < len(r.m.toks) && !endsClause(&r.m.toks[i]) {
			continue
		}
		time, hit, other := false, false, false
		for k := from; k <= i; k++ {
			if r.m.toks[k].norm == "now" || r.m.toks[k].norm == "现" && k < i && r.m.toks[k+1].norm == "在" {
				return false // whoever is on call now is asked for as well
			}
			time, hit = time || timed[k], hit || r.hit[k]
			other = other || !timed[k] && r.m.toks[k].class != punct
		}
		if time && (hit || !other) {
			return true
		}
		anyHit, from = anyHit || hit, i+1
	}
	return !anyHit
}

// contentVerb holds verbs of phrases that also say what the thing asked for does.
var contentVerb = map[string]bool{"sends": true, "keeps": true, "stores": true, "verifies": true, "checks": true, "processes": true, "ships": true,
	"scans": true, "edited": true, "edit": true, "stored": true, "configured": true, "calculated": true, "computed": true, "predicts": true,
	"prints": true, "tracks": true, "recognises": true, "collects": true, "cleans": true, "loads": true, "detects": true, "prevents": true,
	"generates": true, "calculates": true, "computes": true, "reads": true, "writes": true, "decides": true, "determines": true, "pulls": true, "contains": false,
	"manage": true, "managed": true, "configure": true, "browse": true, "schedule": true, "administers": true, "controls": true, "serves": true}

// traits notes the details asked for.
func (r *run) traits() {
	for _, t := range []string{"lead", "successor", "secondary", "next", "until", "repo", "site", "dashboard", "chat", "contact", "behind", "hold", "trial", "assess", "adopt"} {
		if r.m.cue(t) && traitFits(t, r.intent) && (t != "dashboard" || r.dashboardAsked()) {
			if t == "next" && !r.out.When.IsZero() { // a day is named
				continue
			}
			r.out.Trait = t
			break
		}
	}
	r.out.All = r.m.cue("all")
	for i := range r.m.units {
		u := &r.m.units[i]
		if u.entry == nil || u.entry.kind == 0 || r.inMention(u.from) {
			continue
		}
		if k := &r.u.lex.kinds[u.entry.kind-1]; k.kind != "user" && (r.out.Kind == "" || k.kind != "group") {
			r.out.Kind = k.kind
			if k.kind == "system" && u.han {
				r.out.Kind = "" // 系统 is whatever runs
			}
			if k.kind == "component" && len(k.types) > 0 {
				r.out.Kind = k.types[0]
			}
			break
		}
	}
}

func traitFits(t string, in Intent) bool {
	switch t {
	case "lead":
		return in == Members || in == Owner || in == Show
	case "successor":
		return in == Lifecycle
	case "secondary", "next", "until":
		return in == OnCall
	case "behind":
		return in == Version
	case "hold", "trial", "assess", "adopt":
		return in == Radar
	case "contact":
		return in == Owner || in == OnCall
	}
	return in == Show || in == Owner
}
