package commands_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// about is a reading of a question about entities.
func about(i understand.Intent, refs ...string) understand.Reading {
	r := understand.Reading{Intent: i}
	for _, s := range refs {
		r.Entities = append(r.Entities, ref(s))
	}
	return r
}

// with changes a reading.
func with(r understand.Reading, change func(*understand.Reading)) understand.Reading {
	change(&r)
	return r
}

func tech(id, rng string) func(*understand.Reading) {
	return func(r *understand.Reading) {
		r.Tech = append(r.Tech, understand.TechMention{ID: id, Name: id, Range: rng})
	}
}

func trait(s string) func(*understand.Reading) { return func(r *understand.Reading) { r.Trait = s } }
func kind(s string) func(*understand.Reading)  { return func(r *understand.Reading) { r.Kind = s } }
func topic(s string) func(*understand.Reading) { return func(r *understand.Reading) { r.Topic = s } }
func all(r *understand.Reading)                { r.All = true }

type goldenCase struct {
	name string
	r    understand.Reading
}

// readings are the cases of every command, with every outcome it has.
func readings() map[string][]goldenCase {
	u := func(names ...string) func(*understand.Reading) {
		return func(r *understand.Reading) { r.Unknown = names }
	}
	refs := func(ss ...string) (out []catalog.Ref) {
		for _, s := range ss {
			out = append(out, ref(s))
		}
		return out
	}
	return map[string][]goldenCase{
		"owner": {
			{"a service", about(understand.Owner, "parcels")},
			{"two", about(understand.Owner, "till", "resource:parcel-db")},
			{"lead", with(about(understand.Owner, "till"), trait("lead"))},
			{"a team", about(understand.Owner, "group:tracers")},
			{"a team without a lead", about(understand.Owner, "group:depot-crew")},
			{"teams in a circle", about(understand.Owner, "group:ghosts")},
			{"a person", about(understand.Owner, "user:lin")},
			{"dangling owner", about(understand.Owner, "orphan")},
			{"no such entity", about(understand.Owner, "gone")},
			{"nothing named", about(understand.Owner)},
			{"unknown", with(about(understand.Owner), u("parcl hub"))},
			{"unknown, near", with(about(understand.Owner), func(r *understand.Reading) {
				r.Unknown, r.Near = []string{"parcl hub"}, refs("parcels", "api:parcel-api")
			})},
			{"choose", with(about(understand.Owner), func(r *understand.Reading) {
				r.Candidates = refs("report", "finance/report", "robots")
			})},
			{"choose by name", with(about(understand.Owner), func(r *understand.Reading) {
				r.Unknown, r.Candidates = []string{"zhao yun"}, refs("user:zhao", "user:zhao2")
			})},
		},
		"api": {
			{"an API", about(understand.API, "api:parcel-api")},
			{"provider of several", about(understand.API, "parcels")},
			{"provider of one", about(understand.API, "till")},
			{"system", about(understand.API, "system:tracing")},
			{"team", about(understand.API, "group:tracers")},
			{"orphan", about(understand.API, "api:lost-api")},
			{"none", about(understand.API, "shopfront")},
		},
		"version": {
			{"one", with(about(understand.Version, "parcels"), tech("spring-boot", ""))},
			{"range", with(about(understand.Version, "ledgerd"), tech("spring-boot", ">=3"))},
			{"declared only", with(about(understand.Version, "shopfront"), tech("react", ""))},
			{"resolved by a lock file", with(about(understand.Version, "oldshop"), tech("react", ""))},
			{"two components", with(about(understand.Version, "parcels", "till"), tech("java", ""))},
			{"not used", with(about(understand.Version, "parcels"), tech("react", ""))},
			{"no manifest", with(about(understand.Version, "robots"), tech("react", ""))},
			{"unread", with(about(understand.Version, "report"), tech("react", ""))},
			{"all of one", about(understand.Version, "shopfront")},
			{"all of a system", about(understand.Version, "system:tracing")},
			{"all of a team", with(about(understand.Version, "group:money"), tech("spring-boot", ""))},
			{"nothing known", about(understand.Version, "report")},
			{"fleet", with(about(understand.Version), tech("spring-boot", ""))},
			{"fleet of one version", with(about(understand.Version), tech("typescript", ""))},
			{"fleet range", with(about(understand.Version), tech("spring-boot", "<3"))},
			{"fleet range, nobody", with(about(understand.Version), tech("spring-boot", "<1"))},
			{"fleet of a kind", with(with(about(understand.Version), tech("react", "")), kind("website"))},
			{"fleet, who is behind", with(with(about(understand.Version), tech("spring-boot", "")), trait("behind"))},
			{"fleet, a package", with(about(understand.Version), tech("left-pad", ""))},
			{"fleet, a package by name", with(about(understand.Version), u("left-pad"))},
			{"fleet, unused", with(about(understand.Version), tech("elixir", ""))},
			{"fleet, everything", about(understand.Version)},
		},
		"oncall": {
			{"by service", about(understand.OnCall, "parcels")},
			{"by owner, overridden", about(understand.OnCall, "till")},
			{"by owner of an API", about(understand.OnCall, "api:parcel-api")},
			{"team", about(understand.OnCall, "group:money")},
			{"division", about(understand.OnCall, "group:logistics")},
			{"none", about(understand.OnCall, "shopfront")},
			{"none, team", about(understand.OnCall, "group:ghosts")},
			{"none, dangling owner", about(understand.OnCall, "orphan")},
			{"person", about(understand.OnCall, "user:lin")},
			{"person, never", about(understand.OnCall, "user:loner")},
			{"no second line", with(about(understand.OnCall, "till"), trait("secondary"))},
			{"second line", with(about(understand.OnCall, "parcels"), trait("secondary"))},
			{"next", with(about(understand.OnCall, "till"), trait("next"))},
			{"everybody", about(understand.OnCall)},
		},
		"docs": {
			{"site", about(understand.Docs, "parcels")},
			{"page", with(about(understand.Docs, "parcels"), topic("rebuilding index"))},
			{"how-to", with(about(understand.Docs), topic("restart the scanner"))},
			{"how-to, nothing", with(about(understand.Docs), topic("bake a cake"))},
			{"of an API's provider", about(understand.Docs, "api:parcel-api")},
			{"none", about(understand.Docs, "till")},
			{"none, team", about(understand.Docs, "group:money")},
		},
		"dependents": {
			{"direct", about(understand.Dependents, "parcels")},
			{"all", with(about(understand.Dependents, "parcels"), all)},
			{"kind", with(about(understand.Dependents, "parcels"), kind("website"))},
			{"kind, none", with(about(understand.Dependents, "parcels"), kind("library"))},
			{"API", about(understand.Dependents, "api:parcel-api")},
			{"system", about(understand.Dependents, "system:tracing")},
			{"none", about(understand.Dependents, "robots")},
		},
		"dependencies": {
			{"direct", about(understand.Dependencies, "till")},
			{"all, a circle", with(about(understand.Dependencies, "till"), all)},
			{"dangling", about(understand.Dependencies, "oldshop")},
			{"none", about(understand.Dependencies, "robots")},
		},
		"owned_by": {
			{"team", about(understand.OwnedBy, "group:tracers")},
			{"kind", with(about(understand.OwnedBy, "group:depot-crew"), kind("website"))},
			{"kind, none", with(about(understand.OwnedBy, "group:money"), kind("website"))},
			{"division", about(understand.OwnedBy, "group:logistics")},
			{"division, all", with(about(understand.OwnedBy, "group:nordwind"), all)},
			{"person", about(understand.OwnedBy, "user:zhao")},
			{"nothing", about(understand.OwnedBy, "group:phantoms")},
			{"system", about(understand.OwnedBy, "system:tracing")},
			{"component", about(understand.OwnedBy, "till")},
		},
		"members": {
			{"team", about(understand.Members, "group:tracers")},
			{"lead", with(about(understand.Members, "group:money"), trait("lead"))},
			{"no lead", with(about(understand.Members, "group:depot-crew"), trait("lead"))},
			{"division", about(understand.Members, "group:logistics")},
			{"of a component", about(understand.Members, "till")},
			{"person", about(understand.Members, "user:lin")},
			{"person without a team", about(understand.Members, "user:loner")},
		},
		"lifecycle": {
			{"production", about(understand.Lifecycle, "parcels")},
			{"deprecated", about(understand.Lifecycle, "oldshop")},
			{"deprecated, in Chinese", about(understand.Lifecycle, "robots")},
			{"own word", about(understand.Lifecycle, "orphan")},
			{"none", about(understand.Lifecycle, "resource:parcel-db")},
		},
		"show": {
			{"component", about(understand.Show, "parcels")},
			{"deprecated", about(understand.Show, "oldshop")},
			{"API", about(understand.Show, "api:parcel-api")},
			{"system", about(understand.Show, "system:tracing")},
			{"group", about(understand.Show, "group:tracers")},
			{"person", about(understand.Show, "user:ada")},
			{"hostile", about(understand.Show, "evil")},
			{"repository", with(about(understand.Show, "parcels"), trait("repo"))},
			{"no repository", with(about(understand.Show, "report"), trait("repo"))},
			{"a team without a chat", with(about(understand.Show, "group:money"), trait("chat"))},
			{"site", with(about(understand.Show, "shopfront"), trait("site"))},
			{"dashboard", with(about(understand.Show, "parcels"), trait("dashboard"))},
			{"no dashboard", with(about(understand.Show, "till"), trait("dashboard"))},
			{"chat", with(about(understand.Show, "parcels"), trait("chat"))},
			{"no mail", with(about(understand.Show, "till"), trait("mail"))},
		},
		"builds": {
			{"one", about(understand.Builds, "parcels")},
			{"only a repository", about(understand.Builds, "till")},
			{"none", about(understand.Builds, "depots")},
		},
		"lighthouse": {
			{"one", about(understand.Lighthouse, "shopfront")},
			{"none", about(understand.Lighthouse, "till")},
		},
		"radar": {
			{"entry", with(about(understand.Radar), tech("java", ""))},
			{"moved", with(about(understand.Radar), tech("react", ""))},
			{"not on it", with(about(understand.Radar), tech("elixir", ""))},
			{"not on it, unknown", with(about(understand.Radar), u("perll"))},
			{"ring", with(about(understand.Radar), topic("hold"))},
			{"quadrant", with(about(understand.Radar), topic("languages"))},
			{"everything", about(understand.Radar)},
		},
		"search": {
			{"words", with(about(understand.Search), topic("double-entry books"))},
			{"found", about(understand.Search, "parcels", "till")},
			{"kind", with(about(understand.Search), kind("api"))},
			{"type", with(about(understand.Search), kind("website"))},
			{"nothing", with(about(understand.Search), topic("earthquakes"))},
		},
		"scaffold": {
			{"named", about(understand.Scaffold, "template:react-site")},
			{"words", with(about(understand.Scaffold), topic("java web service"))},
			{"any", about(understand.Scaffold)},
		},
		"problems": {
			{"everybody", about("problems")},
			{"a team", about("problems", "group:tracers")},
			{"a division", about("problems", "group:nordwind")},
			{"a team without people", about("problems", "group:ghosts")},
			{"a person", about("problems", "user:lin")},
			{"a component", about("problems", "orphan")},
			{"a team above one without people", about("problems", "group:phantoms")},
			{"nothing wrong with one", about("problems", "system:tracing")},
		},
		"talk": {
			{"help", about(understand.Help)},
			{"smalltalk", about(understand.Smalltalk)},
			{"none", about(understand.None)},
		},
	}
}

func TestGoldens(t *testing.T) {
	t.Parallel()
	c := nordwind(t)
	zone, err := time.LoadLocation("Europe/Berlin")
	check(t, err)
	for name, cases := range readings() {
		for _, l := range lang.Languages() {
			t.Run(name+"."+string(l), func(t *testing.T) {
				var b strings.Builder
				for _, g := range cases {
					g.r.Lang = l
					q := commands.Question{Full: true, Private: true, Zone: zone}
					a, m := c.Answer(t.Context(), q, g.r)
					fmt.Fprintf(&b, "=== %s\n%s\n%s\n%s\n", g.name, head(a), card.Plain(m), buttons(m))
				}
				compare(t, filepath.Join("testdata", "golden", name+"."+string(l)+".txt"), b.String())
			})
		}
	}
}

// head is the machine-readable side of an answer on one line.
func head(a bot.Answer) string {
	s := a.Intent + " " + string(a.Outcome) + " " + strings.Join(a.Entities, " ")
	if len(a.Candidates) > 0 {
		s += " | " + strings.Join(a.Candidates, " ")
	}
	return "--- " + strings.TrimSpace(s)
}

// buttons are the labels of a message's buttons with what they mean.
func buttons(m card.Message) string {
	var out []string
	for _, b := range m.Blocks {
		if a, ok := b.(card.Actions); ok {
			for _, i := range a.Items {
				out = append(out, fmt.Sprintf("[%s: %s%s %s]", i.Label, i.URL, i.Intent.Name, strings.Join(i.Intent.Args, " ")))
			}
		}
	}
	return strings.Join(out, " ") + "\n"
}

func compare(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		check(t, os.WriteFile(path, []byte(got), 0o600))
		return
	}
	want, err := os.ReadFile(path)
	check(t, err)
	if string(want) != got {
		t.Errorf("%s differs; run go test ./commands -update and look at the change\n%s", path, firstDifference(string(want), got))
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return fmt.Sprintf("line %d\n want %s\n got  %s", i+1, w[i], g[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(g), len(w))
}
