package commands_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/store"
	"github.com/backchannel-portal/backchannel/plugins"
)

// meter is a plugin that measures.
type meter struct {
	name, title string
	measures    []plugins.Measure
	about       []string // names of entities that its card is about
}

func (m *meter) About() plugins.About {
	return plugins.About{Name: m.name, Title: m.title, API: plugins.API}
}
func (m *meter) Measures() []plugins.Measure { return m.measures }
func (m *meter) Views() []plugins.View {
	return []plugins.View{{
		Name: "card", Title: plugins.Text{lang.English: m.title}, Card: true,
		Has: func(e *catalog.Entity) bool { return strings.Contains(strings.Join(m.about, " "), e.Name) },
		Show: func(context.Context, plugins.Query) (plugins.Card, error) {
			return plugins.Card{}, nil
		},
	}}
}

// measured is the company with builds of one plugin, the state of another one's deployments, and scores.
func measured(t *testing.T) company {
	t.Helper()
	ctx := t.Context()
	st := store.NewMemory(clock)
	apply(t, st, "testdata/catalog.yaml")
	write := func(plugin, key string, values map[string]string) {
		for name, v := range values {
			e := ref(name)
			_, err := st.ApplyFacts(ctx, plugins.Producer(plugin), []catalog.Ref{e}, []catalog.Fact{{
				Entity: e, Producer: plugins.Producer(plugin), Key: key, Value: v, Source: "https://" + plugin + ".example/" + name, AsOf: now.Add(-20 * time.Minute),
			}})
			check(t, err)
		}
	}
	write("ci", "state/main", map[string]string{"parcels": "passed", "till": "failed", "labels": "failed", "shopfront": "passed"})
	write("other-ci", "state/trunk", map[string]string{"robots": "failed"})
	write("lamp", "performance", map[string]string{"shopfront": "41", "oldshop": "88"})
	write("rollout", "state", map[string]string{"depots": "OutOfSync", "parcels": "ok"})
	all, err := st.Changes(ctx, 0)
	check(t, err)
	reader := search.NewReader(all, nil, search.Options{Logger: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { check(t, reader.Close()) })

	r := plugins.NewRegistry()
	words := func(en, zh string) map[lang.Lang][]string {
		return map[lang.Lang][]string{lang.English: strings.Split(en, ","), lang.Chinese: strings.Split(zh, ",")}
	}
	for _, m := range []*meter{
		{name: "ci", title: "CI", measures: []plugins.Measure{plugins.BranchMeasure("build")}, about: []string{"parcels", "till", "labels", "ledgerd"}},
		{name: "other-ci", title: "Other CI", measures: []plugins.Measure{plugins.BranchMeasure("build")}},
		{name: "lamp", title: "Lamp", measures: []plugins.Measure{{
			Name: "performance", Fact: "performance", Title: plugins.Text{lang.English: "performance score", lang.Chinese: "性能评分"}, Number: true,
			Words: words("lamp score,performance,performance score", "性能,性能评分,lamp 评分"),
		}}},
		{name: "rollout", title: "Rollout", measures: []plugins.Measure{{
			Name: "state", Fact: "state", Title: plugins.Text{lang.English: "deployment", lang.Chinese: "部署"}, Good: []string{"ok"}, Bad: []string{"OutOfSync", "*"}, Broken: true,
			Words: words("deployment,deployments", "部署"),
		}}},
	} {
		check(t, r.Add(m))
	}
	gates := plugins.NewGates(plugins.GateOptions{})
	t.Cleanup(func() { gates.Close(time.Second) })
	return nordwind(t, func(d *commands.Deps) {
		d.View = func(v catalog.Viewer) search.View { return reader.For(v) }
		d.Views = plugins.NewRunner(r, gates, plugins.RunnerOptions{Now: clock})
	})
}

func TestFactsOfEverything(t *testing.T) {
	t.Parallel()
	c := measured(t)
	for _, tt := range []struct {
		text  string
		names string // of the entities of the answer, sorted; "-": none
		has   []string
	}{
		{"which services have no green build?", "labels robots till", []string{"3 services without a green build.", "🔴 failed", "The build is known of 4 of"}},
		{"Which services have a red build", "labels robots till", []string{"3 services where the build is red.", "CI"}},
		{"which of depot crew's services are red", "depots labels robots", []string{"3 services where", "OutOfSync", "deployment of 1 of"}},
		{"which of the Depot Crew team's services are failing?", "depots labels robots", nil},
		{"which money services have failing builds", "till", []string{"1 service where the build is red."}},
		{"services in logistics without a build", "depots report", nil},
		{"what is broken right now?", "depots labels robots till", []string{"4 components with something broken", "Known are: build of 5 of"}},
		{"is anything broken in tracing", "", []string{"Nothing is broken, as far as is known."}},
		{"which websites have a lamp score below 50", "shopfront", []string{"1 website where the performance score is below 50.", "41"}},
		{"which websites score above 50 in performance", "oldshop", []string{"above 50"}},
		{"which sites have a performance score of at least 88", "oldshop", []string{"at least 88"}},
		{"which website has the worst performance?", "oldshop shopfront", []string{"Lowest performance score, of 2 that are known"}},
		{"which services are OutOfSync", "depots", []string{"OutOfSync"}},
		{"show me failing builds", "labels robots till", nil},
		{"any red builds in money?", "till", nil},
		{"what is failing in depot crew", "depots labels robots", nil},
		{"哪些服务没有绿色构建", "labels robots till", []string{"3 个服务没有绿色的构建。", "已知构建的有 4 个"}},
		{"哪些服务的构建失败了？", "labels robots till", []string{"3 个服务的构建为红色。"}},
		{"哪些网站的性能评分低于 50", "shopfront", []string{"1 个网站的性能评分 低于 50。"}},
		{"性能评分在50分以下的网站有哪些", "shopfront", nil},
		{"现在什么坏了", "depots labels robots till", []string{"处于异常状态"}},
		{"Depot Crew 有哪些服务是红的", "depots labels robots", nil},
		{"没有构建的网站", "oldshop", []string{"1 个网站没有已知的构建。"}},
		{"哪个网站性能最差", "oldshop shopfront", nil},
	} {
		a, m := c.Ask(t.Context(), commands.Question{Text: tt.text, Full: true})
		text := card.Plain(m)
		if a.Intent != string(understand.Search) || a.Outcome != bot.Answered {
			t.Errorf("%s: %s %s\n%s", tt.text, a.Intent, a.Outcome, text)
			continue
		}
		for _, n := range strings.Fields(tt.names) {
			if !strings.Contains(strings.Join(a.Entities, " ")+" ", "/"+n+" ") {
				t.Errorf("%s: %s is missing in %v\n%s", tt.text, n, a.Entities, text)
			}
		}
		if want := strings.Fields(tt.names); len(want) != len(a.Entities) {
			t.Errorf("%s: %v, want %v\n%s", tt.text, a.Entities, want, text)
		}
		for _, part := range tt.has {
			if !strings.Contains(text, part) {
				t.Errorf("%s: %q is missing in\n%s", tt.text, part, text)
			}
		}
	}
}

func TestFactsThatAreSetUpAreNotMissing(t *testing.T) {
	t.Parallel()
	c := measured(t)
	a, m := c.Ask(t.Context(), commands.Question{Text: "services without a build", Full: true})
	text := card.Plain(m)
	if strings.Contains(strings.Join(a.Entities, " "), "ledgerd") || !strings.Contains(text, "1 more is set up for it, and nothing was heard of it yet.") {
		t.Errorf("%v\n%s", a.Entities, text)
	}
	a, m = c.Ask(t.Context(), commands.Question{Text: "which services have a lamp score below 50", Full: true})
	if a.Outcome != bot.NotFound || !strings.Contains(card.Plain(m), "The performance score is not known of any of") {
		t.Errorf("%+v\n%s", a, card.Plain(m))
	}
}

// What names one component, or nothing that plugins measure, has another answer.
func TestFactsLeaveOtherQuestions(t *testing.T) {
	t.Parallel()
	c := measured(t)
	for _, text := range []string{
		"is the build of parcels green", "show me failed builds of till", "what is wrong with till", "which services use the till api", "which services have no owner",
		"why is the till build failing", "till 的构建", "哪些服务用了 spring boot", "who owns the build of till", "which components are deprecated", "which services are down in the list",
	} {
		if r := c.Read(t.Context(), commands.Question{Text: text}); r.Intent == "facts" {
			t.Errorf("%s: %+v", text, r)
		}
	}
	plain := nordwind(t)
	if r := plain.Read(t.Context(), commands.Question{Text: "which services have no green build"}); r.Intent == "facts" {
		t.Error("nobody measures anything")
	}
	talked := commands.Question{Text: "any red builds?", Thread: []understand.Turn{{Text: "who owns till"}}}
	if r := c.Read(t.Context(), talked); r.Intent == "facts" {
		t.Error("it goes on about till")
	}
}

// Where nothing is connected, what descriptors say is told, and that the rest is not known.
func TestFactsThatNothingMeasures(t *testing.T) {
	t.Parallel()
	c, _ := gauged(t)
	a, m := c.Ask(t.Context(), commands.Question{Text: "which services have no green build", Full: true})
	text := card.Plain(m)
	if a.Outcome != bot.NotFound || !strings.Contains(text, "The build is not known of any of") || !strings.Contains(text, "not connected") {
		t.Errorf("%+v\n%s", a, text)
	}
	a, m = c.Ask(t.Context(), commands.Question{Text: "没有构建的服务", Full: true})
	if a.Outcome != bot.Answered || strings.Contains(card.Plain(m), "Parcel Service") {
		t.Errorf("%+v\n%s", a, card.Plain(m))
	}
}

// The button behind an answer asks what it says.
func TestFactsButton(t *testing.T) {
	t.Parallel()
	c := measured(t)
	_, m := c.Ask(t.Context(), commands.Question{Text: "which services have no green build", Private: true})
	for _, b := range m.Blocks {
		a, ok := b.(card.Actions)
		if !ok {
			continue
		}
		for _, one := range a.Items {
			if one.Label != "Without any" {
				continue
			}
			reply, err := c.Intents()[one.Intent.Name].Handle(t.Context(), &bot.Event{Locale: lang.English, Input: bot.Pressed{Intent: one.Intent}})
			check(t, err)
			said, _ := reply.(bot.Say)
			if !strings.Contains(card.Plain(said.Message), "without a known build") {
				t.Errorf("%s", card.Plain(said.Message))
			}
			return
		}
	}
	t.Error("there is no such button")
}
