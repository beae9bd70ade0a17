package descriptor

import (
	"slices"
	"strings"
	"unique"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// relationRule says that a field of spec names entities, and which relation follows in which direction.
type relationRule struct {
	kind, field       string
	relation, reverse string
	defaultKind       string // of references that name none; empty: they must
}

// relationRules is the one table of relations. Its rows are those of BuiltinKindsEntityProcessor in
// @backstage/plugin-catalog-backend 4.0.0; Template is from the scaffolder's own processor and AiResource from the
// optional AI model.
var relationRules = []relationRule{
	{"Component", "owner", "ownedBy", "ownerOf", "Group"},
	{"Component", "subcomponentOf", "partOf", "hasPart", "Component"},
	{"Component", "providesApis", "providesApi", "apiProvidedBy", "API"},
	{"Component", "consumesApis", "consumesApi", "apiConsumedBy", "API"},
	{"Component", "dependsOn", "dependsOn", "dependencyOf", ""},
	{"Component", "dependencyOf", "dependencyOf", "dependsOn", ""},
	{"Component", "system", "partOf", "hasPart", "System"},
	{"API", "owner", "ownedBy", "ownerOf", "Group"},
	{"API", "system", "partOf", "hasPart", "System"},
	{"Resource", "owner", "ownedBy", "ownerOf", "Group"},
	{"Resource", "dependsOn", "dependsOn", "dependencyOf", ""},
	{"Resource", "dependencyOf", "dependencyOf", "dependsOn", ""},
	{"Resource", "system", "partOf", "hasPart", "System"},
	{"User", "memberOf", "memberOf", "hasMember", "Group"},
	{"Group", "parent", "childOf", "parentOf", "Group"},
	{"Group", "children", "parentOf", "childOf", "Group"},
	{"Group", "members", "hasMember", "memberOf", "User"},
	{"System", "owner", "ownedBy", "ownerOf", "Group"},
	{"System", "domain", "partOf", "hasPart", "Domain"},
	{"Domain", "owner", "ownedBy", "ownerOf", "Group"},
	{"Domain", "subdomainOf", "partOf", "hasPart", "Domain"},
	{"Template", "owner", "ownedBy", "ownerOf", "Group"},
	{"AiResource", "owner", "ownedBy", "ownerOf", "Group"},
	{"AiResource", "system", "partOf", "hasPart", "System"},
	{"AiResource", "dependsOn", "dependsOn", "dependencyOf", "AiResource"},
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

// relations derives the edges that a document states, in both directions, sorted and without repetitions.
func (c *checker) relations(root *yamldoc.Node, self catalog.Ref) []catalog.Edge {
	kind, spec := root.Get("kind").Text, root.Get("spec")
	if spec == nil {
		return nil
	}
	var edges []catalog.Edge
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
				edges = c.edge(edges, r, item, self)
				c.leave()
			}
		} else {
			edges = c.edge(edges, r, targets, self)
		}
		c.leave()
	}
	c.leave()
	slices.SortFunc(edges, compareEdges)
	return slices.Compact(edges)
}

func (c *checker) edge(edges []catalog.Edge, r *relationRule, n *yamldoc.Node, self catalog.Ref) []catalog.Edge {
	target, err := reference(n, r.defaultKind, self.Namespace)
	if err != nil {
		if r.kind == "Template" { // left to another processor, which does not decide about validity
			c.warn(n.Line, "names no owner: %s", message(err))
		} else {
			c.fail(n.Line, "is not valid: %s", message(err))
		}
		return edges
	}
	if r.relation == "ownedBy" && target.Kind != "group" && target.Kind != "user" {
		c.warn(n.Line, "names %s as the owner, which is neither a group nor a user", clip(target.String()))
	}
	return append(edges,
		catalog.Edge{Source: self, Type: r.relation, Target: target},
		catalog.Edge{Source: target, Type: r.reverse, Target: self})
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

func compareEdges(a, b catalog.Edge) int {
	if c := a.Source.Compare(b.Source); c != 0 {
		return c
	}
	if c := strings.Compare(a.Type, b.Type); c != 0 {
		return c
	}
	return a.Target.Compare(b.Target)
}

// intern shares one copy of a string that many entities repeat.
func intern(s string) string { return unique.Make(s).Value() }
