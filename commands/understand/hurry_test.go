package understand_test

import (
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	st "github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/commands/understand"
)

// lendery is a small library with a domain, a system and pages about what goes wrong.
func lendery(t *testing.T) (*understand.Understander, search.View) {
	t.Helper()
	r := search.NewReader(catalog.Changes{Generation: 1, Full: true, Upserts: []*catalog.Entity{
		st.Entity("component:desk", st.Title("Lending Desk"), st.About("Lends and takes back books"), st.Type("service"), st.Owner("group:counter"),
			st.Rel("providesApi", "api:loan-api"), st.Rel("partOf", "system:lending")),
		st.Entity("component:desk-old", st.Title("Old Desk"), st.About("The desk of before"), st.Type("service"), st.Lifecycle("deprecated"), st.Owner("group:counter")),
		st.Entity("component:coffee-shop", st.Title("Cafe Till"), st.About("Sells coffee and cake in the lobby"), st.Type("service"), st.Owner("group:counter")),
		st.Entity("component:pay-gate", st.Title("Pay Gate"), st.About("Takes cards"), st.Type("service"), st.Owner("group:counter")),
		st.Entity("component:edge-gate", st.Title("Edge Gate"), st.About("Lets traffic in"), st.Type("service"), st.Owner("group:counter")),
		st.Entity("api:loan-api", st.Title("Loan API"), st.About("借书、还书"), st.Type("openapi"), st.Owner("group:counter"), st.Rel("apiProvidedBy", "component:desk")),
		st.Entity("system:lending", st.Title("Lending"), st.Owner("group:counter"), st.Rel("partOf", "domain:reading")),
		st.Entity("domain:reading", st.Title("阅览域"), st.About("读者"), st.Owner("group:counter")),
		st.Entity("group:counter", st.Title("Counter Crew"), st.About("阅览")),
	}}, []search.Doc{
		{Entity: st.Ref("component:desk"), Page: "stains", Title: "Stains on a cover", Text: "Wipe the cover, then charge the reader."},
		{Entity: st.Ref("component:desk"), Page: "offline", Title: "断网怎么还书", Text: "写在纸上，之后补录。"},
		{Entity: st.Ref("component:edge-gate"), Page: "keys", Title: "Where an API key goes", Text: "Keep it in the locker."},
	}, search.Options{})
	t.Cleanup(func() { _ = r.Close() })
	view := r.For(catalog.Viewer{})
	return understand.New(understand.Vocabulary{Catalog: view}), view
}

// asked reads a question in a conversation and says what came of it.
func asked(u *understand.Understander, view search.View, text string, thread ...understand.Turn) (intent, about, choice string) {
	r := u.Understand(view, understand.Question{Text: text, Thread: thread})
	return string(r.Intent), strings.Join(names(r.Entities), " "), strings.Join(names(r.Candidates), " ")
}

// TestHurried: questions of people who leave out half of it, and mean no less.
func TestHurried(t *testing.T) {
	u, view := lendery(t)
	for _, tt := range []struct{ text, intent, about string }{
		{"there are ugly stains on the cover, who do i tell", "owner", "component:default/desk"}, // only a page tells of that
		{"there are ugly stains on the moon, who do i tell", "owner", ""},
		{"who owns the coffee rocket", "owner", ""}, // a rocket is not what sells coffee
		{"who owns the coffee", "owner", "component:default/coffee-shop"},
		{"counter crew services?", "owned_by", "group:default/counter"},
		{"阅览域有哪些服务", "owned_by", "domain:default/reading"}, // and not of the team that is described so
		{"阅览域有几个服务", "owned_by", "domain:default/reading"},
		{"没网了怎么还书", "docs", "component:default/desk"}, // the definition of the API that is described so tells nobody how
		{"where do i put an api key", "docs", "component:default/edge-gate"},
	} {
		if in, about, _ := asked(u, view, tt.text); in != tt.intent || about != tt.about {
			t.Errorf("%q: %s of %q, want %s of %q", tt.text, in, about, tt.intent, tt.about)
		}
	}
}

// TestPickFromSentence: what a sentence offers can be chosen from as what a numbered list does.
func TestPickFromSentence(t *testing.T) {
	u, view := lendery(t)
	for _, tt := range []struct{ offer, text, about string }{
		{"Which one: Pay Gate (service), Edge Gate (service)?", "the second one", "component:default/edge-gate"},
		{"Which one: **pay-gate** (service) or **edge-gate** (service)?", "first", "component:default/pay-gate"},
		{"你指的是哪一个：Pay Gate（服务）、Edge Gate（服务）？", "第二个", "component:default/edge-gate"},
	} {
		in, about, _ := asked(u, view, tt.text, understand.Turn{Text: "who owns the gate"}, understand.Turn{FromBot: true, Text: tt.offer})
		if in != "owner" || about != tt.about {
			t.Errorf("%q of %q: %s of %q", tt.text, tt.offer, in, about)
		}
	}
	if _, about, _ := asked(u, view, "the second one", understand.Turn{Text: "who owns the gate"}, understand.Turn{FromBot: true, Text: "Pay Gate: ask Edge Gate, Pay Gate."}); about == "component:default/pay-gate" {
		t.Error("what no sentence asks was chosen from")
	}
}

// TestRestOfList: a stage of life alone narrows what was listed before, and is about everything elsewhere.
func TestRestOfList(t *testing.T) {
	u, view := lendery(t)
	before := []understand.Turn{{Text: "what does the counter crew own"}, {FromBot: true, Text: "Counter Crew owns 5 components."}}
	for _, text := range []string{"已弃用的有哪些", "which are deprecated"} {
		r := u.Understand(view, understand.Question{Text: text, Thread: before})
		if r.Intent != understand.Search || r.Within.Name != "counter" || strings.Join(names(r.Entities), " ") != "component:default/desk-old" {
			t.Errorf("%q: %s of %v within %s", text, r.Intent, r.Entities, r.Within)
		}
	}
}
