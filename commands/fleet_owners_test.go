package commands_test

import (
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	st "github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/commands"
)

// TestWhoKnowsATechnology: whose things use it is said beside where it is used.
func TestWhoKnowsATechnology(t *testing.T) {
	t.Parallel()
	c := nordwind(t)
	for _, tt := range []struct{ text, want string }{
		{"who knows spring boot", "Owned by "},
		{"谁会 spring boot", "负责。"},
	} {
		a, m := c.Ask(t.Context(), commands.Question{Text: tt.text, Now: now})
		if text := card.Plain(m); a.Intent != "version" || a.Outcome != bot.Answered || !strings.Contains(text, tt.want) {
			t.Errorf("%q: %s %s:\n%s", tt.text, a.Intent, a.Outcome, text)
		}
	}
	if _, m := c.Ask(t.Context(), commands.Question{Text: "spring boot versions", Now: now}); strings.Contains(card.Plain(m), "Owned by ") {
		t.Errorf("says whose:\n%s", card.Plain(m))
	}
}

// TestWhatATagSays: the answer whether something is what its tag says begins with that.
func TestWhatATagSays(t *testing.T) {
	t.Parallel()
	a, m := nordwind(t).Ask(t.Context(), commands.Question{Text: "is the parcel service tier-1", Now: now})
	if text := card.Plain(m); a.Intent != "show" || a.Outcome != bot.Answered || !strings.HasPrefix(text, "Parcel Service is tagged tier-1.") && !strings.HasPrefix(text, "Parcel Service (parcels) is tagged tier-1.") {
		t.Errorf("%s %s:\n%s", a.Intent, a.Outcome, text)
	}
}

// TestTechnologiesWithoutManifests: what no manifest names is told by tags, and by the resources that things depend on.
func TestTechnologiesWithoutManifests(t *testing.T) {
	t.Parallel()
	r := search.NewReader(catalog.Changes{Generation: 1, Full: true, Upserts: []*catalog.Entity{
		st.Entity("component:writer", st.Title("Writer"), st.Type("service"), st.Owner("group:press"), st.Rel("dependsOn", "resource:news")),
		st.Entity("component:stack", st.Title("Stack"), st.Type("tool"), st.Owner("group:press"), st.Tags("terraform")),
		st.Entity("component:till", st.Title("Till"), st.Type("service"), st.Owner("group:press")),
		st.Entity("resource:news", st.Title("News"), st.Type("queue"), st.About("Kafka topic of all news"), st.Owner("group:press"), st.Rel("dependencyOf", "component:writer")),
		st.Entity("group:press", st.Title("Press")),
	}}, nil, search.Options{})
	t.Cleanup(func() { _ = r.Close() })
	c := commands.New(commands.Deps{View: func(v catalog.Viewer) search.View { return r.For(v) }, Now: clock})
	for _, tt := range []struct {
		text, want string
		outcome    bot.Outcome
	}{
		{"which services use kafka", "No manifest names kafka. By tags and dependencies it is used by 1 component: Writer.", bot.Answered},
		{"who uses terraform", "No manifest names terraform. By tags and dependencies it is used by 1 component: Stack.", bot.Answered},
		{"谁在用 kafka", "没有清单文件提到 kafka。从标签或依赖看，有 1 个组件在用：Writer。", bot.Answered},
		{"who uses laravel", "", bot.NotFound},
	} {
		a, m := c.Ask(t.Context(), commands.Question{Text: tt.text, Now: now})
		if text := card.Plain(m); a.Intent != "version" || a.Outcome != tt.outcome || !strings.Contains(text, tt.want) {
			t.Errorf("%q: %s %s:\n%s", tt.text, a.Intent, a.Outcome, text)
		}
	}
}
