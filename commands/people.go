package commands

import (
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// ownerOf returns what owns an entity: its owner, or for a group or a person itself.
func ownerOf(e *catalog.Entity) catalog.Ref {
	if e.Ref.Kind == "group" || e.Ref.Kind == "user" {
		return e.Ref
	}
	return e.Owner
}

// belonging is the sentence that says whom to ask about an entity instead, to follow another one; none about people and
// teams, and about what nobody owns.
func (t *talk) belonging(e *catalog.Entity) []card.Span {
	owner := ownerOf(e)
	if owner.IsZero() || owner == e.Ref {
		return nil
	}
	return append([]card.Span{card.T(t.gap())}, t.say(lang.CmdBelongs, lang.Args{"owner": t.strong(owner)})...)
}

// leads returns who leads a group: whom an annotation of the group names, else the members whose own annotation says
// so. A person in several teams leads those in which nobody else is marked.
func (t *talk) leads(group *catalog.Entity) []catalog.Ref {
	if refs := t.namedLeads(group); len(refs) > 0 {
		return refs
	}
	var own, shared []catalog.Ref
	for _, ref := range targets(t.view, group.Ref, "hasMember") {
		e, ok := t.view.Entity(ref)
		if !ok || !isLead(role(e)) {
			continue
		}
		if len(targets(t.view, ref, "memberOf")) > 1 {
			shared = append(shared, ref)
			continue
		}
		own = append(own, ref)
	}
	if len(own) > 0 {
		return own
	}
	return shared
}

// namedLeads reads the annotations of a group that name a person, such as example.com/lead: user:jane.
func (t *talk) namedLeads(group *catalog.Entity) []catalog.Ref {
	var out []catalog.Ref
	for _, a := range group.Annotations {
		_, name, ok := strings.Cut(a.Key, "/")
		if !ok || !isLead(name) {
			continue
		}
		for v := range strings.SplitSeq(a.Value, ",") {
			ref, err := catalog.ParseRef(strings.TrimSpace(v), "user", group.Ref.Namespace)
			if err != nil {
				continue
			}
			if _, ok := t.view.Entity(ref); ok {
				out = append(out, ref)
			}
		}
	}
	return out
}

// role is what a person's annotations or labels say of their role, or "".
func role(e *catalog.Entity) string {
	for _, pairs := range [][]catalog.Pair{e.Annotations, e.Labels} {
		for _, p := range pairs {
			name := p.Key[strings.LastIndexByte(p.Key, '/')+1:]
			switch strings.ToLower(name) {
			case "role", "title", "job-title", "position":
				return p.Value
			}
		}
	}
	return ""
}

// isLead reports whether a role or the name of an annotation means that somebody leads a team.
func isLead(s string) bool {
	s = strings.ToLower(s)
	for w := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ' ' || r == '-' || r == '_' || r == '/' || r == '.' }) {
		switch w {
		case "lead", "leader", "manager", "head", "teamlead":
			return true
		}
	}
	for _, w := range []string{"负责人", "组长", "主管", "经理", "领导"} {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}
