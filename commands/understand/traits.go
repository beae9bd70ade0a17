package understand

// markHits marks the words that said what is wanted: they do not describe the entity.
func (r *run) markHits() {
	r.hit = make([]bool, len(r.m.toks))
	for _, f := range r.m.founds {
		p := &r.u.lex.phrases.all[f.phrase]
		if Intent(p.section) != r.intent || r.m.isName(f) {
			continue
		}
		for _, h := range f.hits {
			r.hit[h] = r.hit[h] || !contentVerb[r.m.toks[h].norm]
		}
		if p.weight >= 5 {
			r.why("%q", p.pattern)
		}
	}
	r.markDuty()
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
	return marked
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
		if r.m.cue(t) && traitFits(t, r.intent) {
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
