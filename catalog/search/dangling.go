package search

import (
	"fmt"
	"slices"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Problems implements View.
func (v *view) Problems(ref catalog.Ref) []catalog.Problem {
	id, e := v.s.find(ref)
	if e == nil || !v.vis.has(id) {
		return nil
	}
	out := slices.Clone(e.Problems)
	for r := range e.Relations.All() {
		if _, target := v.s.find(r.Target); target != nil {
			continue
		}
		p := catalog.Problem{
			Code:    catalog.ProblemDangling,
			Field:   relationField(e.Ref.Kind, r),
			Message: fmt.Sprintf("%s refers to %s, which is not in the catalog", r.Type, r.Target),
		}
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// relationField names the descriptor field that states a relation (backstage.io, "Well-known Relations").
func relationField(kind string, r catalog.Relation) string {
	switch r.Type {
	case "ownedBy":
		return "spec.owner"
	case "partOf":
		switch {
		case r.Target.Kind == "component":
			return "spec.subcomponentOf"
		case kind == "domain":
			return "spec.subdomainOf"
		default:
			return "spec." + r.Target.Kind
		}
	case "dependsOn", "dependencyOf", "memberOf":
		return "spec." + r.Type
	case "providesApi", "consumesApi":
		return "spec." + r.Type + "s"
	case "hasMember":
		return "spec.members"
	case "childOf":
		return "spec.parent"
	case "parentOf":
		return "spec.children"
	default:
		return ""
	}
}
