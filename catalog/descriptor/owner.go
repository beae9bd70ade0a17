package descriptor

import (
	"slices"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// inferOwner fills in the owner of a document that names none. What is written is never overridden, not even when it
// is wrong.
func inferOwner(root *yamldoc.Node, ask func() (owner, note string)) (_ *yamldoc.Node, note string) {
	spec := root.Get("spec")
	if ask == nil || spec == nil || spec.Kind != yamldoc.Map || !owned(root.Get("kind").Str()) {
		return root, ""
	}
	if slices.ContainsFunc(spec.Fields, func(f yamldoc.Field) bool { return f.Key == "owner" }) {
		return root, ""
	}
	owner, note := ask()
	if owner == "" {
		return root, ""
	}
	filled := *spec // nodes may be shared by aliases
	filled.Fields = append(slices.Clone(spec.Fields), yamldoc.Field{
		Key: "owner", Value: &yamldoc.Node{Kind: yamldoc.String, Text: owner, Line: spec.Line},
	})
	top := *root
	top.Fields = slices.Clone(root.Fields)
	for i := range top.Fields {
		if top.Fields[i].Key == "spec" {
			top.Fields[i].Value = &filled
		}
	}
	return &top, note
}

// owned reports whether entities of a kind have owners.
func owned(kind string) bool {
	return slices.ContainsFunc(relationRules, func(r relationRule) bool { return r.kind == kind && r.relation == "ownedBy" })
}
