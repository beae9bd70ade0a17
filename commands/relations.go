package commands

import (
	"slices"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// targets returns what an entity is related to by relations of the given types, each once.
func targets(v search.View, ref catalog.Ref, types ...string) []catalog.Ref {
	rels := v.Relations(ref, types...)
	if len(rels) == 0 {
		return nil
	}
	out := make([]catalog.Ref, 0, len(rels))
	if len(types) == 1 {
		for _, r := range rels {
			out = append(out, r.Target)
		}
		return slices.Compact(out)
	}
	seen := make(map[catalog.Ref]bool, len(rels))
	for _, r := range rels {
		if !seen[r.Target] {
			seen[r.Target] = true
			out = append(out, r.Target)
		}
	}
	return out
}

// maxChain bounds how far parents are followed, and how deep teams are descended into.
const maxChain = 12

// ancestors returns a group's parents, nearest first, without ever returning one twice.
func ancestors(v search.View, group catalog.Ref) []catalog.Ref {
	var out []catalog.Ref
	for at := group; len(out) < maxChain; {
		parents := v.Relations(at, "childOf")
		if len(parents) == 0 {
			break
		}
		if at = parents[0].Target; at == group || slices.Contains(out, at) {
			break
		}
		out = append(out, at)
	}
	return out
}

// maxTeams bounds how many teams below a group are looked at.
const maxTeams = 2000

// descendants returns all teams below a group, breadth first.
func descendants(v search.View, group catalog.Ref) []catalog.Ref {
	var out []catalog.Ref
	seen := map[catalog.Ref]bool{group: true}
	for queue := []catalog.Ref{group}; len(queue) > 0 && len(out) < maxTeams; queue = queue[1:] {
		for _, child := range targets(v, queue[0], "parentOf") {
			if !seen[child] {
				seen[child] = true
				out, queue = append(out, child), append(queue, child)
			}
		}
	}
	return out
}

// exampleFilters select components to use as examples, best first.
func exampleFilters() []search.Filter {
	return []search.Filter{
		{Kinds: []string{"component"}, Lifecycles: []string{"production"}},
		{Kinds: []string{"component"}},
	}
}
