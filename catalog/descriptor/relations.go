package descriptor

import (
	"slices"
	"strings"
	"unique"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// relationRule says that a field of spec names entities, and which relation follows.
type relationRule struct {
	kind, field string
	relation    string // the other direction is catalog.Opposite
	defaultKind string // of references that name none; empty: they must
}

// relationRules is the one table of relations. Its rows are those of BuiltinKindsEntityProcessor in
// @backstage/plugin-catalog-backend 4.0.0; Template is from the scaffolder's own processor and AiResource from the
// optional AI model.
var relationRules = []relationRule{
	{"Component", "owner", "ownedBy", "Group"},
	{"Component", "subcomponentOf", "partOf", "Component"},
	{"Component", "providesApis", "providesApi", "API"},
	{"Component", "consumesApis", "consumesApi", "API"},
	{"Component", "dependsOn", "dependsOn", ""},
	{"Component", "dependencyOf", "dependencyOf", ""},
	{"Component", "system", "partOf", "System"},
	{"API", "owner", "ownedBy", "Group"},
	{"API", "system", "partOf", "System"},
	{"Resource", "owner", "ownedBy", "Group"},
	{"Resource", "dependsOn", "dependsOn", ""},
	{"Resource", "dependencyOf", "dependencyOf", ""},
	{"Resource", "system", "partOf", "System"},
	{"User", "memberOf", "memberOf", "Group"},
	{"Group", "parent", "childOf", "Group"},
	{"Group", "children", "parentOf", "Group"},
	{"Group", "members", "hasMember", "User"},
	{"System", "owner", "ownedBy", "Group"},
	{"System", "domain", "partOf", "Domain"},
	{"Domain", "owner", "ownedBy", "Group"},
	{"Domain", "subdomainOf", "partOf", "Domain"},
	{"Template", "owner", "ownedBy", "Group"},
	{"AiResource", "owner", "ownedBy", "Group"},
	{"AiResource", "system", "partOf", "System"},
	{"AiResource", "dependsOn", "dependsOn", "AiResource"},
}

// sortedFields are put in order before anything else, as Backstage does, when all their elements are strings.
var sortedFields = []string{"providesApis", "consumesApis", "dependsOn", "dependencyOf", "memberOf", "children", "members"}

func sortReferences(root *yamldoc.Node) {
	spec := root.Get("spec")
	if spec == nil {
		return
	}
	for _, name := range sortedFields {
		n := spec.Get(name)
		if n == nil || n.Kind != yamldoc.List || slices.ContainsFunc(n.Items, func(i *yamldoc.Node) bool { return i.Kind != yamldoc.String }) {
			continue
		}
		slices.SortStableFunc(n.Items, func(a, b *yamldoc.Node) int { return strings.Compare(a.Text, b.Text) })
	}
}

// relations derives the relations that a document states, seen from the entity it describes, sorted and without
// repetitions.
func (c *checker) relations(root *yamldoc.Node, self catalog.Ref) []catalog.Relation {
	kind, spec := root.Get("kind").Text, root.Get("spec")
	if spec == nil {
		return nil
	}
	var relations []catalog.Relation
	c.enter("spec")
	for i := range relationRules {
		r := &relationRules[i]
		if r.kind != kind {
			continue
		}
		targets := spec.Get(r.field)
		if !truthy(targets) {
			continue
		}
		c.enter(r.field)
		if targets.Kind == yamldoc.List {
			for at, item := range targets.Items {
				c.steps = append(c.steps, step{index: at})
				relations = c.relation(relations, r, item, self)
				c.leave()
			}
		} else {
			relations = c.relation(relations, r, targets, self)
		}
		c.leave()
	}
	c.leave()
	slices.SortFunc(relations, compareRelations)
	return slices.Compact(relations)
}

func (c *checker) relation(relations []catalog.Relation, r *relationRule, n *yamldoc.Node, self catalog.Ref) []catalog.Relation {
	target, err := reference(n, r.defaultKind, self.Namespace)
	if err != nil {
		if r.kind == "Template" { // left to another processor, which does not decide about validity
			c.warn(n.Line, "names no owner: %s", message(err))
		} else {
			c.fail(n.Line, "is not valid: %s", message(err))
		}
		return relations
	}
	if r.relation == "ownedBy" && target.Kind != "group" && target.Kind != "user" {
		c.warn(n.Line, "names %s as the owner, which is neither a group nor a user", clip(target.String()))
	}
	relations = append(relations, catalog.Relation{Type: r.relation, Target: target})
	if back, ok := catalog.Opposite(r.relation); ok && target == self {
		relations = append(relations, catalog.Relation{Type: back, Target: self})
	}
	return relations
}

// reference is parseEntityRef of @backstage/catalog-model, the object form {kind, namespace, name} included.
func reference(n *yamldoc.Node, defaultKind, namespace string) (catalog.Ref, error) {
	if n.Kind == yamldoc.String {
		ref, err := catalog.ParseRef(n.Text, defaultKind, namespace)
		if err != nil {
			return ref, err
		}
		ref.Kind, ref.Namespace = intern(ref.Kind), intern(ref.Namespace)
		return ref, nil
	}
	parts := [3]string{defaultKind, namespace, ""}
	for i, name := range [3]string{"kind", "namespace", "name"} {
		if v := n.Get(name); v != nil && v.Kind != yamldoc.Null {
			parts[i] = v.Str()
		}
	}
	if n.Kind != yamldoc.Map || parts[0] == "" || parts[1] == "" || parts[2] == "" {
		return catalog.Ref{}, fault.New(fault.Invalid, "an entity reference must be a string such as component:default/name")
	}
	return catalog.MakeRef(parts[0], parts[1], parts[2]), nil
}

func message(err error) string { return found(err).Message }

// truthy is JavaScript's view of a value.
func truthy(n *yamldoc.Node) bool {
	if n == nil {
		return false
	}
	switch n.Kind {
	case yamldoc.Null:
		return false
	case yamldoc.Bool:
		return n.Text == "true"
	case yamldoc.Number:
		return n.Text != "0" && n.Text != "NaN"
	case yamldoc.String:
		return n.Text != ""
	default:
		return true
	}
}

func compareRelations(a, b catalog.Relation) int {
	if c := strings.Compare(a.Type, b.Type); c != 0 {
		return c
	}
	return a.Target.Compare(b.Target)
}

// intern shares one copy of a string that many entities repeat.
func intern(s string) string { return unique.Make(s).Value() }
