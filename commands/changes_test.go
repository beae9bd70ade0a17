package commands_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// happenings is a plugin that knows what happened.
type happenings struct {
	name string
	err  error
	mu   sync.Mutex
	by   map[string][]plugins.Happening
	n    int
}

func (h *happenings) About() plugins.About {
	return plugins.About{Name: h.name, Title: strings.ToUpper(h.name), API: plugins.API}
}

func (h *happenings) Happened(_ context.Context, e *catalog.Entity, _ time.Time) ([]plugins.Happening, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.n++
	return h.by[e.Ref.Name], h.err
}

func (h *happenings) asked() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.n
}

// past is the history of the catalog.
type past map[string][]catalog.Past

func (p past) History(_ context.Context, e catalog.Ref) ([]catalog.Past, error) {
	return p[e.Name], nil
}

// changing is the company with plugins that know what happened.
func changing(t *testing.T, all ...*happenings) company {
	t.Helper()
	registry := plugins.NewRegistry()
	for _, h := range all {
		check(t, registry.Add(h))
	}
	gates := plugins.NewGates(plugins.GateOptions{})
	t.Cleanup(func() { gates.Close(time.Second) })
	return nordwind(t, func(d *commands.Deps) {
		d.Views = plugins.NewRunner(registry, gates, plugins.RunnerOptions{Now: clock})
		d.Subscriptions = &commands.Subscriptions{History: past{"parcels": {
			{Key: "owner", Value: "group:default/couriers", First: now.AddDate(0, -1, 0), Last: now.Add(-3 * time.Hour)},
			{Key: "owner", Value: "group:default/stores", First: now.Add(-3 * time.Hour)},
			{Producer: "inventory", Key: "framework/spring-boot", Value: "3.1.0", First: now.AddDate(0, -1, 0), Last: now.Add(-5 * time.Hour)},
			{Producer: "inventory", Key: "framework/spring-boot", Value: "3.2.0", First: now.Add(-5 * time.Hour)},
			{Producer: "inventory", Key: "framework/kafka", Value: "1", First: now.Add(-time.Hour)},
		}}}
	})
}

func story() *happenings {
	at := func(ago time.Duration) time.Time { return now.Add(-ago) }
	return &happenings{name: "code", by: map[string][]plugins.Happening{"parcels": {
		{Kind: plugins.HappenedMerge, Title: "Faster scans", By: "ann", URL: "https://git.example/1", At: at(2 * time.Hour)},
		{Kind: plugins.HappenedDeploy, Title: "v2", Where: "production", By: "bob", At: at(30 * time.Minute)},
		{Kind: plugins.HappenedFailed, Title: "build", Where: "main", At: at(20 * time.Minute)},
		{Kind: plugins.HappenedFixed, Title: "build", Where: "main", At: at(10 * time.Minute)},
		{Kind: plugins.HappenedUndone, Title: "v3", Where: "staging", At: at(4 * time.Hour)},
		{Kind: plugins.HappenedRelease, Title: "v2", At: at(6 * time.Hour)},
		{Kind: plugins.HappenedMerge, Title: "Too old", At: at(100 * time.Hour)},
	}}}
}

// gathered asks, waits, and returns the card without addresses.
func gathered(t *testing.T, c company, text string) string {
	t.Helper()
	a, m := c.AskWaiting(t.Context(), commands.Question{Text: text, Full: true}, time.Second)
	if a.Intent != string(understand.Show) || a.Outcome != bot.Answered {
		t.Errorf("%s: %+v", text, a)
	}
	return card.Plain(m)
}

func TestChanges(t *testing.T) {
	t.Parallel()
	h := story()
	c := changing(t, h, &happenings{name: "away", err: errors.New("gone")})
	text := gathered(t, c, "what changed around parcels?")
	at := 0
	for _, part := range []string{
		"9 things changed around Parcel Service (parcels) in the last 24 hours.", "build passes on main again", "build failed on main", "v2 was deployed to production by bob", "went on call",
		"Faster scans", "was merged by ann", "the owner is", "deploying v3 to staging failed", "spring-boot is 3.2.0 now, it was 3.1.0", "v2 was released",
		"AWAY did not answer: what is known there is missing.",
	} {
		i := strings.Index(text[at:], part)
		if i < 0 {
			t.Errorf("%q is not in its place in:\n%s", part, text)
			continue
		}
		at += i
	}
	if strings.Contains(text, "Too old") || strings.Contains(text, "kafka") {
		t.Error(text)
	}
	n := h.asked()
	if gathered(t, c, "what changed in parcels in the last 24 hours"); h.asked() != n {
		t.Error("the same was asked for twice")
	}
	if text := gathered(t, c, "parcels 最近 24 小时有什么变化"); !strings.Contains(text, "最近 24 小时有 9 处变化") || !strings.Contains(text, "v2 部署到 production（bob）") {
		t.Error(text)
	}
	if text := gathered(t, c, "what changed around parcels in the last hour"); !strings.Contains(text, "4 things changed") || !strings.Contains(text, "in the last hour") {
		t.Error(text)
	}
}

// TestChangesOfMeasures: what a plugin measures is told when it changes, but for numbers; that nothing tells of merges
// is said.
func TestChangesOfMeasures(t *testing.T) {
	t.Parallel()
	registry := plugins.NewRegistry()
	words := map[lang.Lang][]string{lang.English: {"rollout"}, lang.Chinese: {"发布状态"}}
	title := plugins.Text{lang.English: "rollout", lang.Chinese: "发布状态"}
	check(t, registry.Add(&meter{name: "ship", title: "Ship It", measures: []plugins.Measure{
		{Name: "state", Fact: "state/", Title: title, Words: words, Good: []string{"Healthy"}, Bad: []string{"*"}},
		{Name: "pods", Fact: "pods", Title: title, Words: words, Number: true},
	}}))
	gates := plugins.NewGates(plugins.GateOptions{})
	t.Cleanup(func() { gates.Close(time.Second) })
	c := nordwind(t, func(d *commands.Deps) {
		d.Views = plugins.NewRunner(registry, gates, plugins.RunnerOptions{Now: clock})
		before, since := now.AddDate(0, -1, 0), now.Add(-2*time.Hour)
		d.Subscriptions = &commands.Subscriptions{History: past{"parcels": {
			{Producer: "plugin:ship", Key: "state/eu", Value: "Healthy", First: before, Last: since}, {Producer: "plugin:ship", Key: "state/eu", Value: "Degraded", First: since},
			{Producer: "plugin:ship", Key: "pods", Value: "3", First: before, Last: since}, {Producer: "plugin:ship", Key: "pods", Value: "4", First: since},
			{Producer: "plugin:gone", Key: "state/eu", Value: "1", First: before, Last: since}, {Producer: "plugin:gone", Key: "state/eu", Value: "2", First: since},
		}}}
	})
	text := gathered(t, c, "what changed around parcels?")
	for _, want := range []string{"2 things changed", "Ship It: rollout eu is Degraded now, it was Healthy", "went on call", "Merges, deployments and builds are missing here"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if text := gathered(t, c, "parcels 最近有什么变化"); !strings.Contains(text, "Ship It：发布状态 eu 由 Healthy 变为 Degraded") || !strings.Contains(text, "这里不含合并、部署和构建") {
		t.Error(text)
	}
}

func TestChangesPrivately(t *testing.T) {
	t.Parallel()
	c := changing(t, story())
	ev := &bot.Event{Time: now, Address: bot.Address{Platform: "p", Workspace: "w", Channel: "c"}, Channel: bot.Channel{Name: "general"}, Input: bot.Said{Text: "what changed around parcels"}}
	r, err := c.Handler().Handle(t.Context(), ev)
	check(t, err)
	work, ok := r.(bot.Work)
	if !ok || !strings.Contains(card.Plain(work.Note), "Looking what changed") {
		t.Fatalf("%#v", r)
	}
	r, err = work.Run(t.Context())
	check(t, err)
	w, ok := r.(bot.Whisper)
	if !ok || !strings.Contains(card.Plain(w.Message), "things changed") {
		t.Fatalf("%#v", r)
	}
	last, _ := w.Message.Blocks[len(w.Message.Blocks)-1].(card.Actions)
	shared := false
	for _, a := range last.Items {
		shared = shared || a.Intent.Name == "share"
	}
	if !shared {
		t.Errorf("%+v", last)
	}
}

func TestChangeWords(t *testing.T) {
	t.Parallel()
	c := changing(t)
	for text, hours := range map[string]string{
		"what changed around parcels?": "24", "What's changed in the parcel service today": "24", "what changed with parcels in the last 3 hours": "3",
		"any changes to parcels since yesterday?": "48", "what did we deploy to parcels over the past 2 days": "48", "recent changes in parcels": "24",
		"anything new with parcels this week": "168", "did anything change in parcels in the last hour": "1", "so what happened to parcels": "24",
		"parcels 最近有什么变化": "24", "parcels 最近 6 小时有哪些变更": "6", "看看 parcels 今天改了什么": "24", "parcels 近 3 天的变更": "", "parcels最近的变化": "24",
		"what did parcels change last week": "168", "what has the parcel service changed today": "24", "what changed in Java 21": "", "what is new": "", "who owns parcels": "", "parcels api": "", "what happened to the thing that nobody knows": "",
		"what changed around parcels in the last 900 days": "168", "what changed in the last 2 hours around parcels": "2", "what's going on with parcels": "24",
		"is anything broken around parcels since yesterday?": "48", "anything deployed to parcels today": "24", "who broke parcels": "24", "who last deployed parcels": "24",
		"parcels 昨晚出了什么事": "48", "parcels 怎么了": "24", "parcels 最近上线了什么": "24", "谁动了 parcels": "24", "parcels 今天部署了什么": "24",
		"what broke in parcels yesterday": "48", "what went wrong with parcels overnight": "24", "what failed last night around parcels": "24",
		"what changed in parcels yesterday": "48", "when was parcels last deployed?": "168", "when was the last release of parcels": "168",
		"when did parcels last change": "168", "parcels 上次是什么时候发布的": "168", "when was the last deployment": "", "when was Java last updated": "", "what was deployed yesterday in parcels": "48",
		"what is broken right now": "", "who changed Java": "", "parcels 是什么": "", "who released the kraken": "",
	} {
		r := c.Read(t.Context(), commands.Question{Text: text})
		got := ""
		if r.Intent == "changes" {
			got = r.Topic
		}
		if got != hours {
			t.Errorf("%q: %s %v, want %q", text, r.Intent, r.Topic, hours)
		}
	}
}

// TestChangesOfNothing: what changed, without a word of what, is about what was spoken of; where nothing was, one is asked.
func TestChangesOfNothing(t *testing.T) {
	t.Parallel()
	c := changing(t, story(), &happenings{name: "quiet"})
	for _, text := range []string{"what changed since yesterday?", "what happened in the last 3 hours", "what did we deploy today", "what changed yesterday", "what's going on", "anything deployed today?", "has anything been released here?", "any recent changes?", "昨天以来有什么变化", "最近有什么变化"} {
		r, m := c.Ask(t.Context(), commands.Question{Text: text})
		if said := card.Plain(m); r.Outcome != bot.NotFound || !strings.Contains(said, "/backchannel changes payments") {
			t.Errorf("%s: %+v\n%s", text, r, said)
		}
		thread := []understand.Turn{{Text: "who owns parcels"}, {FromBot: true, Text: "Couriers", Entities: []catalog.Ref{ref("component:default/parcels")}}}
		a, m := c.AskWaiting(t.Context(), commands.Question{Text: text, Thread: thread, Full: true}, time.Second)
		if said := card.Plain(m); a.Outcome != bot.Answered || !strings.Contains(said, "Parcel Service") {
			t.Errorf("%s, of parcels: %+v\n%s", text, a, said)
		}
	}
	for _, text := range []string{"what changed in Java 21", "what is new", "what happened to Atlantis"} {
		if _, m := c.Ask(t.Context(), commands.Question{Text: text}); strings.Contains(card.Plain(m), "/backchannel changes payments") {
			t.Errorf("%s is read as a question about changes", text)
		}
	}
}
