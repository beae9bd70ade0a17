package searchtest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Generate returns n entities, always the same ones for the same n: names such as payment-ledger-api and
// cartEngineWorker, about 4.5 relations each and about 0.85 kB of JSON each, which is a valid descriptor. One in ten is an API, one in twenty a
// resource, one in fifty a system, one in a hundred a group; the rest are components.
func Generate(n int) []*catalog.Entity {
	g := generator{rnd: rand.New(rand.NewPCG(11, uint64(n))), used: make(map[string]bool, n)}
	groups, systems := max(1, n/100), max(1, n/50)
	for i := range n {
		switch {
		case i < groups:
			g.add("Group", "team", g.rnd.IntN(groups), 0)
		case i < groups+systems:
			g.add("System", "", g.rnd.IntN(groups), 1)
		case i%10 == 0:
			g.add("API", [...]string{"openapi", "grpc", "asyncapi"}[g.rnd.IntN(3)], g.rnd.IntN(groups), 2)
		case i%20 == 1:
			g.add("Resource", [...]string{"database", "cache", "queue"}[g.rnd.IntN(3)], g.rnd.IntN(groups), 2)
		default:
			g.add("Component", [...]string{"service", "library", "website"}[g.rnd.IntN(3)], g.rnd.IntN(groups), 4)
		}
	}
	return g.out
}

type generator struct {
	rnd  *rand.Rand
	used map[string]bool
	out  []*catalog.Entity

	systems   []catalog.Ref
	relations []catalog.Relation // of the entity in the making
}

// Words of generated names and texts.
const (
	subjects = "payment cart order invoice ledger search catalog shipping customer account pricing promo coupon loyalty refund fraud risk identity session profile address tax currency wallet payout settlement dispute review rating media image video content banner layout theme locale message email push sms webhook event stream batch report metric alert trace log audit policy consent privacy vault secret config feature flag experiment segment audience campaign partner vendor supplier warehouse stock picking packing label route courier tracking returns billing subscription plan usage quota meter gateway edge proxy cache index ranking recommend forecast demand"
	roles    = "engine ledger router planner builder mapper reader writer keeper broker relay bridge monitor checker loader exporter importer resolver matcher scorer planner scheduler dispatcher collector aggregator validator renderer optimizer simulator registry archive mirror"
	ends     = "api service worker web job lib client server db ui gateway proxy consumer producer sync"
	prose    = "handles keeps sends reads writes checks plans serves every customer order and the rest of our shops with care for late night peaks in all regions while teams watch numbers that matter to people who buy sell pack move count refund or ask about things"
)

// Words returns those that generated names are made of, each once.
func Words() []string {
	var out []string
	for _, w := range strings.Fields(subjects + " " + roles + " " + ends) {
		if !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

func pick(r *rand.Rand, words []string) string { return words[r.IntN(len(words))] }

// name makes a new unique name of three or four words, kebab case or camel case.
func (g *generator) name() string {
	s, ro, en := strings.Fields(subjects), strings.Fields(roles), strings.Fields(ends)
	for {
		parts := []string{pick(g.rnd, s), pick(g.rnd, ro), pick(g.rnd, en)}
		if g.rnd.IntN(2) == 0 {
			parts = append([]string{pick(g.rnd, s)}, parts...)
		}
		name := strings.Join(parts, "-")
		if g.rnd.IntN(4) == 0 {
			for i := 1; i < len(parts); i++ {
				parts[i] = strings.ToUpper(parts[i][:1]) + parts[i][1:]
			}
			name = strings.Join(parts, "")
		}
		if key := strings.ToLower(strings.ReplaceAll(name, "-", "")); !g.used[key] {
			g.used[key] = true
			return name
		}
	}
}

func (g *generator) text(n int) string {
	p, s := strings.Fields(prose), strings.Fields(subjects)
	out := make([]string, n)
	for i := range out {
		if out[i] = pick(g.rnd, p); i%3 == 0 {
			out[i] = pick(g.rnd, s)
		}
	}
	return strings.Join(out, " ")
}

func (g *generator) add(kind, typ string, owner, links int) {
	name := g.name()
	r := catalog.MakeRef(kind, "", name)
	e := &catalog.Entity{
		Ref: r, APIVersion: "backstage.io/v1alpha1", Kind: kind, Namespace: "default", Name: name,
		Description: g.text(14), Type: typ, Lifecycle: "production", Tags: []string{pick(g.rnd, strings.Fields(ends)), "tier-" + fmt.Sprint(1+g.rnd.IntN(3))},
		Annotations: []catalog.Pair{{Key: "github.com/project-slug", Value: "acme/" + name}},
		Source:      catalog.Provenance{Origin: "generated", Location: "generated/" + name + ".yaml", Line: 1},
	}
	if g.rnd.IntN(2) == 0 {
		e.Title = strings.ToUpper(name[:1]) + name[1:] + " " + pick(g.rnd, strings.Fields(roles))
	}
	if kind != "Group" {
		e.Owner = g.out[min(owner, len(g.out)-1)].Ref
		g.relate("ownedBy", e.Owner)
	}
	for i := range links {
		switch {
		case i == 0 && kind != "System":
			g.relate("partOf", g.systems[g.rnd.IntN(len(g.systems))])
		case kind == "Component" || kind == "Resource":
			g.relate("dependsOn", g.out[g.rnd.IntN(len(g.out))].Ref)
		}
	}
	if kind == "System" {
		g.systems = append(g.systems, r)
	}
	e.Relations = catalog.NewRelations(g.relations...)
	g.relations = g.relations[:0]
	e.Document = catalog.NewDocument(g.json(e))
	g.out = append(g.out, catalog.Lean(e))
}

func (g *generator) relate(relation string, target catalog.Ref) {
	g.relations = append(g.relations, catalog.Relation{Type: relation, Target: target})
}

// json is the entity's canonical form with enough prose for its usual size.
func (g *generator) json(e *catalog.Entity) json.RawMessage {
	metadata := map[string]any{
		"name": e.Name, "namespace": e.Namespace, "description": e.Description, "tags": e.Tags,
		"annotations": map[string]string{"github.com/project-slug": "acme/" + e.Name, "example.com/notes": g.text(30)},
		"links":       []map[string]string{{"url": "https://metrics.example/d/" + e.Name, "title": "Metrics board", "icon": "dashboard"}},
	}
	if e.Title != "" {
		metadata["title"] = e.Title
	}
	raw, _ := json.Marshal(map[string]any{"apiVersion": e.APIVersion, "kind": e.Kind, "metadata": metadata, "spec": spec(e)})
	return raw
}

// spec states what the columns and relations of an entity say.
func spec(e *catalog.Entity) map[string]any {
	if e.Kind == "Group" {
		return map[string]any{"type": e.Type, "children": []string{}}
	}
	spec := map[string]any{"type": e.Type, "lifecycle": e.Lifecycle, "owner": e.Owner.String()}
	switch e.Kind {
	case "System":
		delete(spec, "type")
	case "API":
		spec["definition"] = "openapi: 3.0.3\ninfo: {title: " + e.Name + ", version: 1.0.0}\npaths: {}\n"
	}
	for r := range e.Relations.All() {
		switch r.Type {
		case "partOf":
			spec["system"] = r.Target.String()
		case "dependsOn":
			deps, _ := spec["dependsOn"].([]string)
			spec["dependsOn"] = append(deps, r.Target.String())
		}
	}
	return spec
}

// Typo returns s with that many random edits: a letter inserted, left out, replaced or swapped with its neighbour.
func Typo(r *rand.Rand, s string, edits int) string {
	b := []byte(s)
	for range edits {
		i := r.IntN(len(b))
		letter := byte('a' + r.IntN(26))
		switch op := r.IntN(4); {
		case op == 0:
			b = append(b[:i], append([]byte{letter}, b[i:]...)...)
		case op == 1 && len(b) > 1:
			b = append(b[:i], b[i+1:]...)
		case op == 2:
			b[i] = letter
		case i+1 < len(b):
			b[i], b[i+1] = b[i+1], b[i]
		}
	}
	return string(b)
}
