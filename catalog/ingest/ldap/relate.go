package ldap

import (
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// directoryIndex finds members by whatever entries call each other: DN, the value of their RDN, id or reference.
type directoryIndex map[string]*member

func (x directoryIndex) put(m *member) {
	for _, key := range []string{normalDN(m.dn), strings.ToLower(m.rdn), strings.ToLower(m.id), m.ref().String(), strings.ToLower(m.name)} {
		if _, taken := x[key]; key != "" && !taken {
			x[key] = m
		}
	}
}

func (x directoryIndex) find(name string) *member {
	if m := x[strings.ToLower(name)]; m != nil {
		return m
	}
	return x[normalDN(name)]
}

// normalDN writes a DN in one way: attribute types and values in lower case, without optional space (RFC 4514; the
// attributes that DNs are made of compare without regard to case). What is no DN stays as it is, in lower case.
func normalDN(s string) string {
	dn, err := ldap.ParseDN(s)
	if err != nil || !strings.Contains(s, "=") {
		return strings.ToLower(s)
	}
	var b strings.Builder
	for _, rdn := range dn.RDNs {
		parts := make([]string, 0, len(rdn.Attributes))
		for _, a := range rdn.Attributes {
			parts = append(parts, strings.ToLower(a.Type)+"="+strings.ToLower(strings.Join(strings.Fields(a.Value), " ")))
		}
		slices.Sort(parts)
		b.WriteString(strings.Join(parts, "+") + "\x00")
	}
	return b.String()
}

// relate turns memberships into relations, whichever end states them, as resolveRelations of Backstage's provider does.
func (o *org) relate() {
	people, groups := directoryIndex{}, directoryIndex{}
	for _, m := range o.members {
		switch {
		case m.problem != "":
		case m.kind == "User":
			people.put(m)
		default:
			groups.put(m)
		}
	}
	for _, m := range o.members {
		if m.problem != "" {
			continue
		}
		for _, name := range m.memberOf {
			join(m, groups.find(name))
		}
		for _, name := range m.members {
			if p := people.find(name); p != nil {
				join(p, m)
			} else {
				join(groups.find(name), m)
			}
		}
	}
	for _, m := range o.members {
		m.parents, m.children = tidy(m.parents), tidy(m.children)
	}
	o.hierarchy()
}

// join puts a person or a group into a group.
func join(m, group *member) {
	if m == nil || group == nil || m == group {
		return
	}
	m.parents = append(m.parents, group)
	if m.kind == "Group" {
		group.children = append(group.children, m)
	}
}

// tidy sorts members by reference, without repetitions.
func tidy(list []*member) []*member {
	slices.SortFunc(list, func(a, b *member) int { return a.ref().Compare(b.ref()) })
	return slices.Compact(list)
}

// hierarchy gives every group that is in others one parent: the first that does not lead back to the group.
func (o *org) hierarchy() {
	groups := tidy(slices.DeleteFunc(slices.Clone(o.members), func(m *member) bool { return m.kind != "Group" || m.problem != "" }))
	for _, g := range groups {
		for _, p := range g.parents {
			if !leadsTo(p, g) {
				g.parent = p
				break
			}
		}
	}
}

func leadsTo(from, to *member) bool {
	for m := from; m != nil; m = m.parent {
		if m == to {
			return true
		}
	}
	return false
}
