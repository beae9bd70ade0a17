package commands_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/commands/understand"
)

// TestRankings: who has the most or the fewest of something, or how many each has, counts as a search. Found are those at
// the end that is asked for, all of them.
func TestRankings(t *testing.T) {
	t.Parallel()
	c := nordwind(t)
	for _, tt := range []struct{ text, entities, want string }{
		{"which team has the most services", "group:default/depot-crew group:default/money", "each have 3 of 9 services, the most of any team."},
		{"Who owns the most services?", "group:default/depot-crew group:default/money", "1 more belongs to no owner in the catalog."},
		{"please tell me the team with the fewest services", "group:default/tracers", "2 of 9 services, the fewest of any team that has some."},
		{"which team owns the most deprecated components", "group:default/depot-crew", "2 of 2 components (deprecated)"},
		{"which team in Money has the most services", "group:default/money", "3 of 3 services in Money"},
		{"how many services does each team own", "", "9 services, by team:"},
		{"services per team", "", "9 services, by team:"},
		{"number of components by lifecycle", "", "components, by lifecycle:"},
		{"who's got the most services", "group:default/depot-crew group:default/money", ""},
		{"which team has the most deprecated stuff", "group:default/depot-crew", "components (deprecated)"},
		{"which is the biggest team", "group:default/tracers", "people, the most of any team"},
		{"最大的团队是哪个", "group:default/tracers", ""},
		{"服务数量最多的前三个团队", "group:default/depot-crew group:default/money", ""},
		{"most used language", "", "the most of any language"},
		{"which system has the most apis", "system:default/tracing", "2 of 4 APIs, the most of any system."},
		{"rank teams by number of apis", "", "4 APIs, by team:"},
		{"哪个团队的服务最多", "group:default/depot-crew group:default/money", "各有 3 个，在各团队中最多（共 9 个服务）。"},
		{"服务最少的是哪个组？", "group:default/tracers", "在有这类对象的各团队中最少（共 9 个服务）。"},
		{"谁的接口最多", "group:default/tracers", "共 4 个 API"},
		{"每个团队各有多少个服务", "", "共 9 个服务，按团队统计："},
		{"按团队统计服务数量", "", "共 9 个服务，按团队统计："},
		{"哪种语言用得最多", "", "在各语言中最多"},
		{"how many services are there?", "", "9 services in the catalog."},
		{"so how many apis do we have in total", "", "4 APIs in the catalog."},
		{"number of deprecated components", "", "2 components (deprecated) in the catalog."},
		{"how many services without an owner are there", "", "1 service (each has no owner) in the catalog."},
		{"how many services in parcel tracing", "system:default/tracing", "1 service in Parcel Tracing"},
		{"how many services does parcel tracing have", "system:default/tracing", "1 service in Parcel Tracing"},
		{"Parcel Tracing 一共多少个服务", "system:default/tracing", ""},
		{"Parcel Tracing 几个服务", "system:default/tracing", ""},
		{"how many components are in the catalog", "", "components in the catalog."},
		{"有多少服务没有负责人", "", "目录中共有 1 个服务（每个都没有负责人）。"},
		{"how many people work here", "", "people in the catalog."},
		{"我们一共有多少个服务", "", "目录中共有 9 个服务。"},
		{"接口总数", "", "目录中共有 4 个 API。"},
	} {
		finds(t, c, tt.text, tt.entities, tt.want)
	}
}

// TestRankingsGoOn: a question after a ranking changes what of it is asked for, and nothing else.
func TestRankingsGoOn(t *testing.T) {
	t.Parallel()
	c := nordwind(t)
	said := func(texts ...string) []understand.Turn {
		var out []understand.Turn
		for _, s := range texts {
			out = append(out, understand.Turn{Text: s}, understand.Turn{FromBot: true, Text: "a table", Intent: understand.Search})
		}
		return out
	}
	for _, tt := range []struct {
		before     []understand.Turn
		text, want string
	}{
		{said("which team has the most services"), "and the fewest?", "2 of 9 services, the fewest"},
		{said("which team has the most services"), "and apis?", "2 of 4 APIs, the most of any team"},
		{said("how many apis does each team own"), "by system", "4 APIs, by system:"},
		{said("which team has the most services", "and apis?"), "and fewest?", "1 of 4 APIs, the fewest of any team"},
		{said("how many services are there"), "and by team?", "9 services, by team:"},
		{said("how many services are there"), "and apis?", "4 APIs in the catalog."},
		{said("哪个团队的服务最多"), "那最少的呢", "最少（共 9 个服务）"},
		{said("哪个团队的服务最多"), "那接口呢", "共 4 个 API"},
	} {
		_, m := c.Ask(t.Context(), commands.Question{Text: tt.text, Now: now, Thread: tt.before})
		if text := card.Plain(m); !strings.Contains(text, tt.want) {
			t.Errorf("%q after %q:\n%s", tt.text, tt.before[0].Text, text)
		}
	}
	for _, text := range []string{"and the fewest?", "and apis?"} {
		if r := c.Read(t.Context(), commands.Question{Text: text, Thread: said("who owns parcels")}); r.Intent == "ranking" {
			t.Errorf("%q after no ranking is one: %+v", text, r)
		}
	}
}

// TestNoRankings: the words of rankings in questions about something keep their meaning.
func TestNoRankings(t *testing.T) {
	t.Parallel()
	c := nordwind(t)
	for _, text := range []string{
		"who owns parcels", "how many services does the team own", "how many services does money own", "what does money own", "which team owns parcels",
		"how many services use go", "which team has the most fun", "who has most of the parcels", "money 有多少个服务", "how many people are in money", "how many services are written in go", "number of replicas of parcels", "谁最近改了 parcels", "most",
		"which team " + strings.Repeat("really ", 40) + "has the most services",
	} {
		if r := c.Read(t.Context(), commands.Question{Text: text}); r.Intent == "ranking" {
			t.Errorf("%q is read as one for a ranking: %+v", text, r)
		}
	}
}

// TestRankingsAreLong: a chat shows the first rows and a way to all of them.
func TestRankingsAreLong(t *testing.T) {
	t.Parallel()
	const teams = 14
	c := crowded(t, teams)
	h := mux(t, c)
	_, _, m, a := worked(t, h, bot.Said{Text: "how many services does each team own"})
	all, ok := actions(m)["Show all"]
	if !ok || a.Intent != "search" || strings.Contains(card.Plain(m), "Team 00") || !strings.Contains(card.Plain(m), "4 more") {
		t.Fatalf("%+v\n%s", actions(m), card.Plain(m))
	}
	_, _, m, _ = worked(t, h, bot.Pressed{Intent: all.Intent})
	if text := card.Plain(m); !strings.Contains(text, "Team 00") || !strings.Contains(text, "Team 13") {
		t.Errorf("all of them:\n%s", text)
	}
}

// crowded is the company of testdata with more teams; the later one is, the more services it owns.
func crowded(t *testing.T, teams int) company {
	t.Helper()
	return nordwind(t, func(d *commands.Deps) {
		var all []*catalog.Entity
		for i := range teams {
			team := catalog.MakeRef("group", "", fmt.Sprintf("team-%02d", i))
			all = append(all, &catalog.Entity{Ref: team, Kind: "Group", Name: team.Name, Title: fmt.Sprintf("Team %02d", i), Type: "team"})
			for k := range i + 1 {
				name := fmt.Sprintf("service-%02d-%02d", i, k)
				all = append(all, &catalog.Entity{Ref: catalog.MakeRef("component", "", name), Kind: "Component", Name: name, Type: "service", Owner: team})
			}
		}
		r := search.NewReader(catalog.Changes{Generation: 1, Full: true, Upserts: all}, nil, search.Options{})
		t.Cleanup(func() { check(t, r.Close()) })
		d.View = func(v catalog.Viewer) search.View { return r.For(v) }
	})
}

// without are the rules of somebody who may not see some entities.
type without map[catalog.Ref]bool

func (without) Key() string { return "without" }

func (w without) Sees(catalog.Graph) func(catalog.Record) bool {
	return func(r catalog.Record) bool { return !w[r.Ref()] }
}

// TestRankingsCountWhatIsSeen: what may not be seen is neither counted nor counted by, nor named.
func TestRankingsCountWhatIsSeen(t *testing.T) {
	t.Parallel()
	c := nordwind(t)
	viewer := catalog.Viewer{Actor: "ada", Rules: without{ref("group:default/depot-crew"): true, ref("component:default/till"): true}}
	for _, tt := range []struct{ text, want string }{
		{"which team has the most services", "Money and Tracing Team each have 2 of 8 services"},
		{"how many services does each team own", "4 more belong to no team in the catalog."},
	} {
		_, m := c.Ask(t.Context(), commands.Question{Text: tt.text, Now: now, Viewer: viewer})
		if text := card.Plain(m); !strings.Contains(text, tt.want) || strings.Contains(strings.ToLower(text), "depot") {
			t.Errorf("%q:\n%s", tt.text, text)
		}
	}
}
