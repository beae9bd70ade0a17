package understand

import (
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
)

// resolve settles one mention among the entities that share the name.
func (r *run) resolve(n *mention) outcome {
	o := r.resolveKeys(n)
	if n.key == "" || !slices.ContainsFunc(slices.Concat(o.refs, o.choices), func(ref catalog.Ref) bool { return !r.bears(ref, n.key) }) {
		return o
	}
	m := *n // the hash of the name stands for another one too
	m.keys = keep(n.keys, func(k keyRef) bool { return r.bears(r.x.ref(k.ent), n.key) })
	return r.resolveKeys(&m)
}

// bears reports whether an entity is called so as far as the viewer may see it.
func (r *run) bears(ref catalog.Ref, key string) bool {
	e, ok := r.view.Entity(ref)
	return ok && r.x.keys.bears(e, key)
}

func (r *run) resolveKeys(n *mention) outcome {
	best := bestClass(n.keys)
	tier := func(c keyClass) int {
		switch {
		case c <= keyAlias:
			return 0
		case c <= keyWords:
			return 1
		}
		return 2
	}
	keys := keep(n.keys, func(k keyRef) bool { return tier(k.class) == tier(best) })
	if exact := keep(keys, func(k keyRef) bool { return k.class == keyName }); len(exact) > 0 && best == keyName && len(exact) < len(keys) && r.x.ref(exact[0].ent).Kind != "user" {
		if same := keep(keys, func(k keyRef) bool { return k.class == keyTitle && r.x.ref(k.ent).Kind == "component" }); len(same) == 0 {
			keys = exact
		}
	}
	keys = r.inNamespace(keys)
	if n.kind != nil && len(n.kind.types) > 0 {
		if kept := keep(keys, func(k keyRef) bool { return slices.Contains(n.kind.types, r.x.ent(k.ent).typ) }); len(kept) > 0 {
			keys = kept
		}
	}
	if o := r.ofTeam(n, keys); !o.empty() {
		return o
	}
	return r.preferred(keys)
}

// ofTeam settles "the identity service" where only a team is called identity: one of its services is meant.
func (r *run) ofTeam(n *mention, keys []keyRef) outcome {
	if n.kind == nil || n.kind.kind != "component" || kindFits(r.intent, "group") {
		return outcome{}
	}
	var refs []catalog.Ref
	for _, k := range keys {
		if r.x.ref(k.ent).Kind != "group" {
			return outcome{}
		}
		for _, rel := range r.view.Relations(r.x.ref(k.ent), "ownerOf") {
			if e, ok := r.view.Entity(rel.Target); ok && e.Ref.Kind == "component" && (len(n.kind.types) == 0 || slices.Contains(n.kind.types, strings.ToLower(e.Type))) {
				refs = append(refs, e.Ref)
			}
		}
	}
	switch {
	case len(refs) == 1:
		return outcome{refs: refs}
	case len(refs) <= maxChoices:
		return outcome{choices: refs}
	}
	return outcome{}
}

// inNamespace prefers the namespace the message names.
func (r *run) inNamespace(keys []keyRef) []keyRef {
	if len(keys) < 2 {
		return keys
	}
	kept := keep(keys, func(k keyRef) bool {
		ns := r.x.ref(k.ent).Namespace
		return ns != catalog.DefaultNamespace && slices.ContainsFunc(r.m.toks, func(t token) bool { return t.norm == ns })
	})
	if len(kept) > 0 {
		return kept
	}
	return keys
}

// preferred chooses among namesakes: the kind the intent is about; where kinds are equal, or where the answer would
// differ, it asks back.
func (r *run) preferred(keys []keyRef) outcome {
	var refs []catalog.Ref
	for _, k := range keys {
		if ref := r.x.ref(k.ent); !slices.Contains(refs, ref) {
			refs = append(refs, ref)
		}
	}
	if len(refs) < 2 {
		return outcome{refs: refs}
	}
	slices.SortStableFunc(refs, func(a, b catalog.Ref) int {
		return compareFloat(kindPrior(r.intent, b.Kind), kindPrior(r.intent, a.Kind))
	})
	first := refs[0]
	same := slices.DeleteFunc(slices.Clone(refs), func(o catalog.Ref) bool { return o.Kind != first.Kind })
	if len(same) > 1 {
		return outcome{choices: same[:min(len(same), maxChoices)]}
	}
	if r.answersDiffer() && !r.sameOwner(refs) && !r.ownTeam(refs) {
		if many := slices.DeleteFunc(slices.Clone(refs), func(o catalog.Ref) bool { return kindPrior(r.intent, o.Kind) < 0.65 }); len(many) > 1 {
			return outcome{choices: many[:min(len(many), maxChoices)]}
		}
	}
	return outcome{refs: refs[:1]}
}

// answersDiffer reports whether namesakes with different owners would be answered differently.
func (r *run) answersDiffer() bool { return r.intent == Owner || r.intent == OnCall }

func (r *run) sameOwner(refs []catalog.Ref) bool {
	owner := r.owner(refs[0])
	return !slices.ContainsFunc(refs, func(o catalog.Ref) bool {
		return kindPrior(r.intent, o.Kind) >= 0.65 && r.owner(o) != owner
	})
}

// ownTeam reports whether something shares its name with the team that owns it, and with nothing else of another owner:
// whoever is on call for the service called core is so for the team of that name.
func (r *run) ownTeam(refs []catalog.Ref) bool {
	if r.intent != OnCall || refs[0].Kind != "component" && refs[0].Kind != "system" {
		return false
	}
	team := r.owner(refs[0])
	return !slices.ContainsFunc(refs, func(o catalog.Ref) bool { return o != team && r.owner(o) != team })
}

func (r *run) owner(ref catalog.Ref) catalog.Ref {
	if e, ok := r.view.Entity(ref); ok {
		return e.Owner
	}
	return catalog.Ref{}
}
