package commands

import (
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/inventory"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// chartFrom is how many versions need a chart beside the table.
const chartFrom = 6

// fleet says which versions of a technology are in use, and who is behind.
func (t *talk) fleet(m understand.TechMention) {
	uses := t.fleetUses(m)
	if len(uses) == 0 {
		if m.Range == "" && t.fleetTagged(m) {
			return
		}
		t.no()
		t.line(lang.FleetNone, lang.Args{"tech": t.techName(m)})
		t.coverage()
		return
	}
	t.yes()
	t.manifests(uses)
	t.coverage()
	if m.Range == "" && t.r.Trait == "behind" {
		m.Range = belowNewest(uses)
	}
	rng, err := inventory.ParseRange(m.Range)
	if m.Range != "" && err == nil && !rng.IsZero() {
		t.fleetRange(m, uses, rng)
		return
	}
	groups := byVersion(uses)
	t.fleetHead(m, uses, groups)
	if t.r.Trait == understand.Knows {
		t.fleetOwners(entitiesOf(uses))
	}
	t.fleetTable(groups)
	t.bounds(uses)
}

// belowNewest is the range of everything older than the newest release line, "" where there is but one.
func belowNewest(uses []inventory.Use) string {
	newest := inventory.Series(uses[0].Version())
	for _, u := range uses {
		if s := inventory.Series(u.Version()); newest != "" && s != "" && s != newest {
			return "<" + newest
		}
	}
	return ""
}

// fleetUses are the uses that the viewer may see, of the kind the question asks for where there are any.
func (t *talk) fleetUses(m understand.TechMention) []inventory.Use {
	all := inventory.Fleet(t.view, t.factKey(m))
	if t.r.Kind == "" || t.r.Kind == "component" {
		return all
	}
	var some []inventory.Use
	for _, u := range all {
		if e, ok := t.view.Entity(u.Entity); ok && ofKind(e, t.r.Kind) {
			some = append(some, u)
		}
	}
	if len(some) == 0 {
		return all
	}
	return some
}

// version is one version and who uses it.
type version struct {
	text string // "" when it is not stated
	uses []inventory.Use
}

// byVersion groups uses that are ordered by version.
func byVersion(uses []inventory.Use) []version {
	var out []version
	for _, u := range uses {
		v := u.Version()
		if n := len(out); n > 0 && out[n-1].text == v {
			out[n-1].uses = append(out[n-1].uses, u)
			continue
		}
		out = append(out, version{v, []inventory.Use{u}})
	}
	return out
}

// fleetHead is the sentence: how many on how many versions, the most used, who is behind the newest release line.
func (t *talk) fleetHead(m understand.TechMention, uses []inventory.Use, groups []version) {
	count := t.usersCount(uses)
	if len(groups) == 1 {
		key := lang.FleetOne
		if len(uses) == 1 {
			key = lang.FleetSingle
		}
		t.line(key, lang.Args{"tech": t.techName(m), "count": count, "version": t.versionSpan(groups[0].text)})
		return
	}
	most := groups[0]
	for _, g := range groups {
		if len(g.uses) > len(most.uses) {
			most = g
		}
	}
	spans := t.say(lang.FleetIs, lang.Args{"tech": t.techName(m), "count": count, "versions": t.text(lang.CountVersion, lang.Args{"n": len(groups)})})
	sentence := func(s []card.Span) { spans = append(append(spans, card.T(t.gap())), s...) }
	if len(most.uses) > 1 {
		sentence(t.say(lang.FleetMost, lang.Args{"version": t.versionSpan(most.text), "n": len(most.uses)}))
	}
	if behind := t.behind(groups); behind != nil {
		sentence(t.say(lang.FleetBehind, lang.Args{"list": behind}))
	}
	t.add(card.Text{Spans: spans})
}

// behind counts those on release lines older than the newest, newest first.
func (t *talk) behind(groups []version) []card.Span {
	type line struct {
		series string
		n      int
	}
	var lines []line
	for _, g := range groups {
		s := inventory.Series(g.text)
		if s == "" {
			continue
		}
		if n := len(lines); n > 0 && lines[n-1].series == s {
			lines[n-1].n += len(g.uses)
			continue
		}
		lines = append(lines, line{s, len(g.uses)})
	}
	if len(lines) < 2 {
		return nil
	}
	var items [][]card.Span
	for _, l := range lines[1:min(len(lines), 6)] {
		items = append(items, t.say(lang.FleetStillOn, lang.Args{"n": l.n, "series": card.M(l.series + ".x")}))
	}
	return t.join(items, max(0, len(lines)-6))
}

// fleetTable lists versions with how many and who, and draws them when they are many.
func (t *talk) fleetTable(groups []version) {
	table := card.Table{
		Columns: t.columns(lang.VersionColVersion, lang.VersionColCount, lang.VersionColWhere),
		MoreURL: t.c.links.own("catalog"),
	}
	table.Columns[1].Right = true
	chart := card.Chart{Kind: card.ChartBar, Title: t.text(lang.FleetChart, nil)}
	for _, g := range groups {
		table.Rows = append(table.Rows, [][]card.Span{
			{t.versionSpan(g.text)}, {card.T(lang.Number(len(g.uses)))}, t.refs(entitiesOf(g.uses), t.inline()),
		})
		chart.Points = append(chart.Points, card.Point{Label: t.versionSpan(g.text).Text, Value: float64(len(g.uses))})
	}
	t.add(table)
	if len(groups) >= chartFrom {
		t.add(chart)
	}
}

// shownRange writes a range as people do: a bare number is a series.
func shownRange(r string) string {
	version, exact := strings.CutPrefix(r, "=")
	if exact && !strings.ContainsAny(version, ".xX<>=") {
		return version + ".x"
	}
	return version
}

// fleetRange lists who is within the versions asked about.
func (t *talk) fleetRange(m understand.TechMention, uses []inventory.Use, rng inventory.Range) {
	var in []inventory.Use
	for _, u := range uses {
		if rng.Contains(u.Version()) {
			in = append(in, u)
		}
	}
	args := lang.Args{"tech": t.techName(m), "range": card.M(shownRange(m.Range)), "total": len(entitiesOf(uses)), "count": t.usersCount(in)}
	if len(in) == 0 {
		t.line(lang.FleetRangeNone, args)
		t.fleetTable(byVersion(uses))
		t.bounds(uses)
		return
	}
	t.line(lang.FleetRange, args)
	table := card.Table{
		Columns: t.columns(lang.VersionColComponent, lang.VersionColVersion, lang.VersionColOwner, lang.VersionColFile),
		MoreURL: t.c.links.own("catalog"),
	}
	for _, u := range in {
		var owner []card.Span
		if e, ok := t.view.Entity(u.Entity); ok && !e.Owner.IsZero() {
			owner = []card.Span{card.T(t.nameOf(e.Owner))}
		}
		table.Rows = append(table.Rows, [][]card.Span{t.refs([]catalog.Ref{u.Entity}, 1), {t.versionSpan(u.Version())}, owner, {card.T(u.File)}})
	}
	t.add(table)
	t.bounds(in)
}

// bounds says of how many the version is only what they ask for.
func (t *talk) bounds(uses []inventory.Use) {
	n := 0
	for _, u := range uses {
		if !u.Exact() && u.Version() != "" && u.Version() != u.Declared {
			n++
		}
	}
	if n > 0 {
		t.line(lang.FleetBounds, lang.Args{"n": n})
	}
}

func entitiesOf(uses []inventory.Use) []catalog.Ref {
	out := make([]catalog.Ref, 0, len(uses))
	seen := make(map[catalog.Ref]bool, len(uses))
	for _, u := range uses {
		if !seen[u.Entity] {
			seen[u.Entity] = true
			out = append(out, u.Entity)
		}
	}
	return out
}

// usersCount is "25 services": services when all of them are, else components.
func (t *talk) usersCount(uses []inventory.Use) string {
	refs := entitiesOf(uses)
	word := "service"
	for _, r := range refs {
		if e, ok := t.view.Entity(r); !ok || !strings.EqualFold(e.Type, "service") {
			word = "component"
			break
		}
	}
	return t.count(word, len(refs))
}

func (t *talk) versionSpan(v string) card.Span {
	if v == "" {
		return card.T(t.text(lang.FleetUnknownVersion, nil))
	}
	return card.M(v)
}

// manifests notes where the versions stand.
func (t *talk) manifests(uses []inventory.Use) {
	for _, u := range uses {
		t.useSource(u)
	}
}

// coverage notes on how many components the answer rests.
func (t *talk) coverage() {
	c := inventory.Cover(t.view, nil)
	total := t.view.Count(search.Filter{Kinds: []string{"component"}})
	if total == 0 {
		return
	}
	if len(t.sources) == 0 && !c.Oldest.IsZero() {
		t.remark(card.T(t.text(lang.CmdRead, lang.Args{"age": lang.Age(t.l, t.now.Sub(c.Oldest))})))
	}
	t.remark(card.T(t.text(lang.CmdCoverage, lang.Args{"n": c.Read, "total": lang.Number(total)})))
}
