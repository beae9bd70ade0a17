package commands_test

import (
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands"
)

// lacking is the company of testdata with a service and an API that nobody owns.
func lacking(t *testing.T) company {
	t.Helper()
	return nordwind(t, func(d *commands.Deps) {
		was := d.View(catalog.Viewer{})
		c := catalog.Changes{Generation: was.Generation() + 1, Full: true}
		for e := range was.Entities(search.Filter{}) {
			c.Upserts = append(c.Upserts, e)
		}
		stray := &catalog.Entity{Ref: ref("component:default/stray"), Kind: "Component", Name: "stray", Type: "service"}
		ghost := &catalog.Entity{Ref: ref("api:default/ghost"), Kind: "API", Name: "ghost", Type: "openapi"}
		c.Upserts = append(c.Upserts, stray, ghost)
		r := search.NewReader(c, nil, search.Options{})
		t.Cleanup(func() { check(t, r.Close()) })
		d.View = func(v catalog.Viewer) search.View { return r.For(v) }
	})
}

// finds asks what is answered with a search: for some entities, joined by spaces, in a text with some words.
func finds(t *testing.T, c company, question, entities, words string) {
	t.Helper()
	a, m := c.Ask(t.Context(), commands.Question{Text: question, Now: now})
	text := card.Plain(m)
	if a.Intent != "search" || a.Outcome != bot.Answered || strings.Join(a.Entities, " ") != entities || !strings.Contains(text, words) {
		t.Errorf("%q: %s %s %v:\n%s", question, a.Intent, a.Outcome, a.Entities, text)
	}
}

// TestQuestionsAboutTheData: what is asked about the data in a person's own words is answered as "problems" is, and
// counts as a search.
func TestQuestionsAboutTheData(t *testing.T) {
	t.Parallel()
	c := lacking(t)
	for _, tt := range []struct{ text, entities, want string }{
		{"which services have no owner", "component:default/orphan component:default/stray", "2 services. Each has no owner."},
		{"Which services don’t have an owner?", "component:default/orphan component:default/stray", "\n- stray"},
		{"which services have no docs", "component:default/robots component:default/depots component:default/labels component:default/till component:default/ledgerd component:finance/report component:default/orphan component:default/report component:default/stray", "\n- Till · Money · catalog.yaml:100\n"},
		{"services without an owner", "component:default/orphan component:default/stray", ""},
		{"are there any services without owners?", "component:default/orphan component:default/stray", ""},
		{"list all apis without owner", "api:default/ghost", "- ghost"},
		{"哪些服务没有负责人？", "component:default/orphan component:default/stray", "每个都没有负责人"},
		{"没有负责人的接口有哪些", "api:default/ghost", ""},
		{"services that nobody owns", "component:default/orphan component:default/stray", ""},
		{"are there any orphaned services?", "component:default/orphan component:default/stray", ""},
		{"没人认领的服务", "component:default/orphan component:default/stray", ""},
		{"哪些接口没人管", "api:default/ghost", ""},
		{"which websites have no owner", "", "I looked at 2 websites and found none that has no owner."},
		{"what is wrong with the catalog?", "", "problems in the catalog"},
		{"problems with the catalog", "", "problems in the catalog"},
		{"What's wrong with our software catalog data", "", "problems in the catalog"},
		{"are there any problems in the catalog", "", ""},
		{"what problems are there in our catalog", "", ""},
		{"目录有什么问题", "", "目录"},
		{"数据有什么问题", "", "目录"},
		{"我们的服务目录哪里有问题？", "", "目录"},
	} {
		finds(t, c, tt.text, tt.entities, tt.want)
	}
}

// TestQuestionsThatOnlySoundSo: the same words in questions about something keep their meaning.
func TestQuestionsThatOnlySoundSo(t *testing.T) {
	t.Parallel()
	c := lacking(t)
	for _, text := range []string{
		"who owns parcels", "what is wrong with parcels", "does parcels have no owner", "which services use redis", "docs of parcels", "no owner",
		"which services have no owner and no docs and a long list of other things that nobody would ever ask for in one sentence, really nobody at all",
	} {
		if r := c.Read(t.Context(), commands.Question{Text: text}); r.Intent == "problems" {
			t.Errorf("%q is read as one about the data: %+v", text, r)
		}
	}
}

// TestNobodyIsOnCallAnywhere: without schedules, nothing is said of what has none.
func TestNobodyIsOnCallAnywhere(t *testing.T) {
	t.Parallel()
	for _, connected := range []bool{true, false} {
		c := nordwind(t, func(d *commands.Deps) {
			if !connected {
				d.Plugins.OnCall = nil
			}
		})
		a, m := c.Ask(t.Context(), commands.Question{Text: "which services have no on-call?", Now: now})
		if (a.Outcome == bot.Answered) != connected || a.Intent != "search" {
			t.Errorf("connected %t: %s %s\n%s", connected, a.Intent, a.Outcome, card.Plain(m))
		}
	}
}

// TestGapsPages: a long list is turned without losing what was asked.
func TestGapsPages(t *testing.T) {
	t.Parallel()
	c := nordwind(t)
	h := mux(t, c)
	_, _, m, a := worked(t, h, bot.Said{Text: "which components have no docs"})
	next, ok := actions(m)["Next"]
	if !ok || len(a.Entities) <= 10 {
		t.Fatalf("%d entities:\n%s", len(a.Entities), card.Plain(m))
	}
	_, _, m, _ = worked(t, h, bot.Pressed{Intent: next.Intent})
	if !strings.Contains(card.Plain(m), "11 to") || !strings.Contains(card.Plain(m), "Each has no docs.") {
		t.Errorf("the next page:\n%s", card.Plain(m))
	}
}
