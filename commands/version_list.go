package commands

import (
	"cmp"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/inventory"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// versionsOf lists what a component is built with; for what has several components, what each is built with.
func (t *talk) versionsOf(e *catalog.Entity) {
	refs := t.components(e)
	if len(refs) == 1 && refs[0] != e.Ref {
		if c, ok := t.view.Entity(refs[0]); ok {
			e = c
		}
	}
	if len(refs) > 1 {
		t.versionsIn(e, refs)
		return
	}
	uses := inventory.All(t.view, e.Ref)
	if len(uses) == 0 {
		t.noVersions(e)
		return
	}
	t.yes()
	names := make([][]card.Span, 0, 3)
	for _, u := range uses[:min(len(uses), 3)] {
		names = append(names, versioned(u))
	}
	t.line(lang.VersionAll, lang.Args{"what": t.named(e), "list": t.join(names, len(uses)-len(names))})
	for _, u := range uses {
		t.useSource(u)
	}
	if len(uses) > len(names) {
		t.usesTable(uses)
	}
}

// versioned is "Spring Boot 3.3.4".
func versioned(u inventory.Use) []card.Span {
	out := []card.Span{card.T(u.Name)}
	if v := u.Version(); v != "" {
		out = append(out, card.T(" "), card.M(v))
	}
	return out
}

func (t *talk) usesTable(uses []inventory.Use) {
	table := card.Table{Columns: t.columns(lang.VersionColTech, lang.VersionColVersion, lang.VersionColDeclared, lang.VersionColFile)}
	for _, u := range uses {
		table.Rows = append(table.Rows, [][]card.Span{
			{card.T(u.Name)}, {card.M(t.resolved(u))}, {card.M(u.Declared)}, {card.T(u.File)},
		})
	}
	t.add(table)
}

// resolved is the version in use, marked as a lower bound where no lock file tells it.
func (t *talk) resolved(u inventory.Use) string {
	v := u.Version()
	switch {
	case v == "":
		return t.text(lang.FleetUnknownVersion, nil)
	case u.Exact() || u.Declared == v:
		return v
	default:
		return "≥" + v
	}
}

// noVersions says why nothing is known about what a component is built with.
func (t *talk) noVersions(e *catalog.Entity) {
	t.no()
	t.from(e)
	scan, asOf, ok := inventory.ScanOf(t.view, e.Ref)
	if ok && (scan.State == inventory.StateRead || scan.State == inventory.StateEmpty) {
		t.scanSources(e, scan, asOf)
		t.line(lang.VersionEmpty, lang.Args{"what": t.named(e)})
		return
	}
	t.line(lang.VersionUnread, lang.Args{"what": t.named(e)})
}

// versionsIn is a table of the components of a system or team, with the technologies asked about or all.
func (t *talk) versionsIn(e *catalog.Entity, refs []catalog.Ref) {
	var uses []inventory.Use
	for _, r := range refs {
		if len(t.r.Tech) == 0 {
			uses = append(uses, inventory.All(t.view, r)...)
		}
		for _, m := range t.r.Tech {
			uses = append(uses, inventory.Of(t.view, r, t.factKey(m))...)
		}
	}
	if len(uses) == 0 {
		if len(t.r.Tech) > 0 {
			t.notUsed(e, t.r.Tech[0])
			return
		}
		t.noVersions(e)
		return
	}
	t.yes()
	t.from(e)
	t.line(lang.VersionAll, lang.Args{"what": t.named(e), "list": t.usedNames(uses)})
	table := card.Table{Columns: t.columns(lang.VersionColComponent, lang.VersionColTech, lang.VersionColVersion, lang.VersionColFile)}
	for _, u := range uses {
		t.useSource(u)
		table.Rows = append(table.Rows, [][]card.Span{
			t.refs([]catalog.Ref{u.Entity}, 1), {card.T(u.Name)}, {card.M(t.resolved(u))}, {card.T(u.File)},
		})
	}
	t.add(table)
}

// usedNames are the names of the technologies in uses, each once.
func (t *talk) usedNames(uses []inventory.Use) []card.Span {
	var items [][]card.Span
	seen := map[string]bool{}
	for _, u := range uses {
		if !seen[u.Name] {
			seen[u.Name] = true
			items = append(items, []card.Span{card.T(u.Name)})
		}
	}
	most := min(len(items), maxInline)
	return t.join(items[:most:most], len(items)-most)
}

// technologies lists the technologies that most components use.
func (t *talk) technologies() {
	keys := t.view.FactKeys(inventory.Producer, inventory.PrefixTech)
	if len(keys) == 0 {
		t.no()
		t.line(lang.VersionNoTech, lang.Args{"name": clip(t.q.Text)})
		return
	}
	slices.SortStableFunc(keys, func(a, b search.KeyCount) int { return cmp.Compare(b.Count, a.Count) })
	t.line(lang.FleetMany, lang.Args{"n": len(keys)})
	table := card.Table{Columns: t.columns(lang.VersionColTech, lang.VersionColCount)}
	table.Columns[1].Right = true
	for _, k := range keys {
		id := strings.TrimPrefix(k.Key, inventory.PrefixTech)
		name := t.techName(understand.TechMention{ID: id})
		table.Rows = append(table.Rows, [][]card.Span{{name}, {card.T(lang.Number(k.Count))}})
	}
	t.add(table)
	t.coverage()
}
