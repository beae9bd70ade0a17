package quality

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/scm"
)

// Annotations that say where documentation and schedules are (backstage.io, "Well-known annotations").
const (
	annotationDocs       = "backstage.io/techdocs-ref"
	annotationDocsEntity = "backstage.io/techdocs-entity"
	annotationPagerDuty  = "pagerduty.com/service-id"
)

// check is a report in the making.
type check struct {
	view     search.View
	options  Options
	people   bool // the catalog has any
	findings []Finding
	kinds    map[string]*Kind
	files    map[string]bool
	owners   map[catalog.Ref]bool // that are in the catalog, and whether they are teams without active members
	covered  map[string]bool      // by services and owner
	active   int
}

func newCheck(v search.View, o Options) *check {
	c := &check{view: v, options: o, kinds: map[string]*Kind{}, files: map[string]bool{}, owners: map[catalog.Ref]bool{}, covered: map[string]bool{}}
	for range v.Entities(search.Filter{Kinds: []string{"user"}}) {
		c.people = true
		break
	}
	return c
}

// add notes a finding about an entity, at its descriptor.
func (c *check) add(e *catalog.Entity, p catalog.Problem) {
	line := p.Line
	if line == 0 {
		line = e.Source.Line
	}
	c.findings = append(c.findings, Finding{
		Level: LevelOf(p.Code), Code: p.Code, Owner: responsible(e), Entity: e.Ref, File: e.Source.Location, Line: line,
		Field: p.Field, Message: p.Message, rank: rank(p.Code), Target: target(p),
	})
}

// target is what a dangling relation names, as the message of the view says it.
func target(p catalog.Problem) catalog.Ref {
	if p.Code != catalog.ProblemDangling && p.Code != DanglingOwner {
		return catalog.Ref{}
	}
	_, name, _ := strings.Cut(p.Message, " refers to ")
	name, _, _ = strings.Cut(name, ",")
	ref, err := catalog.ParseRef(name, "", "")
	if err != nil {
		return catalog.Ref{}
	}
	return ref
}

// responsible is who mends an entity's descriptor: its owner, or a team and a person themselves.
func responsible(e *catalog.Entity) catalog.Ref {
	if e.Ref.Kind == "group" || e.Ref.Kind == "user" {
		return e.Ref
	}
	return e.Owner
}

func (c *check) entity(e *catalog.Entity) {
	c.files[e.Source.Location] = true
	k := c.kinds[e.Ref.Kind]
	if k == nil {
		k = &Kind{Kind: e.Kind}
		c.kinds[e.Ref.Kind] = k
	}
	k.Count++
	gone := false
	for _, p := range c.view.Problems(e.Ref) {
		switch {
		case p.Code == catalog.ProblemDangling && p.Field == "spec.owner":
			p.Code = DanglingOwner
		case p.Code == catalog.ProblemOrphaned:
			gone = true
		}
		c.add(e, p)
	}
	if e.Ref.Kind == "user" && !gone {
		c.active++
	}
	c.owner(e, k)
	switch e.Ref.Kind {
	case "component":
		c.component(e, k)
	case "group":
		c.team(e)
	}
}

// owner checks who an entity belongs to. A relation to something that is not there was reported as such.
func (c *check) owner(e *catalog.Entity, k *Kind) {
	if !e.Owner.IsZero() {
		if _, ok := c.view.Entity(e.Owner); ok {
			k.Owned++
			if !c.owners[e.Owner] {
				c.owners[e.Owner] = false // it counts, and so far nothing is wrong with it
			}
		}
		return
	}
	if NeedsOwner(e.Ref.Kind) {
		c.add(e, catalog.Problem{Code: NoOwner, Field: "spec.owner", Message: "nobody owns " + e.Ref.String()})
	}
}

// NeedsOwner reports whether entities of a kind, in lower case, should belong to somebody.
func NeedsOwner(kind string) bool {
	switch kind {
	case "component", "api", "resource", "system", "domain", "template":
		return true
	default:
		return false
	}
}

// component checks what answers about a component need beside its owner.
func (c *check) component(e *catalog.Entity, k *Kind) {
	if len(scm.Candidates(scm.Origin{Annotation: e.Annotation, Descriptor: e.Source.Location})) > 0 {
		k.Source++
	} else {
		c.add(e, catalog.Problem{Code: NoSource, Message: "no backstage.io/source-location says where the code is"})
	}
	if e.Annotation(annotationDocs) != "" || e.Annotation(annotationDocsEntity) != "" || len(c.view.Docs(e.Ref)) > 0 {
		k.Docs++
	} else {
		c.add(e, catalog.Problem{Code: NoDocs, Message: "no backstage.io/techdocs-ref says where the documentation is"})
	}
	if c.options.OnCall == nil {
		return
	}
	if c.onCall(e) {
		k.OnCall++
	} else {
		c.add(e, catalog.Problem{Code: NoOnCall, Message: "no on-call schedule covers it or its owner"})
	}
}

func (c *check) onCall(e *catalog.Entity) bool {
	var services []string
	key := e.Owner.String()
	if id := e.Annotation(annotationPagerDuty); id != "" {
		services, key = []string{id}, key+" "+id
	}
	known, ok := c.covered[key]
	if !ok {
		known = c.options.OnCall(services, c.groups(e.Owner))
		c.covered[key] = known
	}
	return known
}

// maxChain bounds how far up or down a line of teams is followed.
const maxChain = 50

// groups are the teams whose schedules count for an owner: it and those above it, nearest first. For a person they
// are those of the person's teams.
func (c *check) groups(owner catalog.Ref) []catalog.Ref {
	var out []catalog.Ref
	switch {
	case owner.IsZero():
		return nil
	case owner.Kind == "user":
		for _, r := range c.view.Relations(owner, "memberOf") {
			out = append(out, r.Target)
		}
	default:
		out = []catalog.Ref{owner}
	}
	for i := 0; i < len(out) && len(out) < maxChain; i++ {
		for _, r := range c.view.Relations(out[i], "childOf") {
			if !slices.Contains(out, r.Target) {
				out = append(out, r.Target)
			}
		}
	}
	return out
}

// team checks that somebody is behind a team that owns something.
func (c *check) team(g *catalog.Entity) {
	owns := 0
	for _, r := range c.view.Relations(g.Ref, "ownerOf") {
		if _, ok := c.view.Entity(r.Target); ok {
			owns++
		}
	}
	if owns == 0 || c.anybody(g.Ref) {
		return
	}
	c.owners[g.Ref] = true
	p := catalog.Problem{Code: NoMembers, Field: "spec.members"}
	p.Message = fmt.Sprintf("nobody active is in the team or in one below it, and it owns %d %s", owns, plural(owns, "entity", "entities"))
	c.add(g, p)
	if !c.people { // a catalog without people lacks a source of people, not the people of this team
		c.findings[len(c.findings)-1].Level = Gap
	}
}

// maxTeams bounds how many teams below one are looked at.
const maxTeams = 2000

// Teams returns an owner and, for a team, the teams below it, breadth first, each once.
func Teams(v search.View, owner catalog.Ref) []catalog.Ref {
	out := []catalog.Ref{owner}
	seen := map[catalog.Ref]bool{owner: true}
	for i := 0; i < len(out) && len(out) < maxTeams; i++ {
		for _, r := range v.Relations(out[i], "parentOf") {
			if !seen[r.Target] {
				seen[r.Target] = true
				out = append(out, r.Target)
			}
		}
	}
	return out
}

// anybody reports whether a team or one below it has an active member.
func (c *check) anybody(team catalog.Ref) bool {
	for _, t := range Teams(c.view, team) {
		for _, r := range c.view.Relations(t, "hasMember") {
			if c.isActive(r.Target) {
				return true
			}
		}
	}
	return false
}

// isActive reports whether a person is in the catalog and still in the source that named them.
func (c *check) isActive(person catalog.Ref) bool {
	e, ok := c.view.Entity(person)
	return ok && !slices.ContainsFunc(e.Problems, func(p catalog.Problem) bool { return p.Code == catalog.ProblemOrphaned })
}

func (c *check) report() *Report {
	slices.SortFunc(c.findings, compare)
	r := &Report{
		Generation: c.view.Generation(), Findings: c.findings, Files: len(c.files), OnCall: c.options.OnCall != nil,
		Owners: len(c.owners), People: c.active,
	}
	for _, teamless := range c.owners {
		if teamless {
			r.Teamless++
		}
	}
	for _, k := range c.kinds {
		r.Kinds = append(r.Kinds, *k)
	}
	slices.SortFunc(r.Kinds, func(a, b Kind) int { return strings.Compare(a.Kind, b.Kind) })
	return r
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
