package understand_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	st "github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/commands/understand"
)

// inn is a small company with tags, an API that is not finished, and names made of everyday words.
func inn(t *testing.T) (*understand.Understander, search.View) {
	t.Helper()
	tokens := st.Entity("component:card-tokens", st.Title("Card Tokens"), st.About("Keeps card numbers away"), st.Type("service"), st.Owner("group:pay"), st.Tags("pci"))
	bank := st.Entity("component:bank-link", st.Title("Bank Link"), st.About("Talks to banks"), st.Type("service"), st.Owner("group:pay"), st.Tags("pci"))
	keys := st.Entity("component:door-keys", st.Title("Door Keys"), st.About("Opens doors"), st.Type("service"), st.Owner("group:doors"), st.Rel("consumesApi", "api:room-api"))
	r := search.NewReader(catalog.Changes{
		Generation: 1, Full: true,
		Upserts: []*catalog.Entity{
			tokens, bank, keys,
			st.Entity("component:one-id", st.Title("统一账号"), st.About("员工登录"), st.Type("service"), st.Owner("group:pay")),
			st.Entity("component:menu-board", st.Title("Menu Board"), st.About("A dashboard of menus"), st.Type("website"), st.Owner("group:doors")),
			st.Entity("api:room-api", st.Title("房间接口"), st.About("房间干净还是脏"), st.Type("grpc"), st.Owner("group:doors"), st.Lifecycle("experimental")),
			st.Entity("group:pay", st.Title("Payments")), st.Entity("group:doors", st.Title("Doors and Keys")),
		},
		Facts: []catalog.Fact{{Entity: keys.Ref, Producer: "inventory", Key: "tech/rust", Value: "[]"}, {Entity: bank.Ref, Producer: "inventory", Key: "tech/kotlin", Value: "[]"}},
	}, nil, search.Options{})
	t.Cleanup(func() { _ = r.Close() })
	view := r.For(catalog.Viewer{})
	return understand.New(understand.Vocabulary{Catalog: view, Inventory: "inventory", Terms: []understand.Term{
		{Class: "tech", Text: "Rust", Value: "rust"}, {Class: "tech", Text: "Kotlin", Value: "kotlin"}, {Class: "radar", Text: "Scala", Value: "scala"},
	}}), view
}

func TestWhoKnows(t *testing.T) {
	u, view := inn(t)
	for _, tt := range []struct{ text, intent, tech string }{
		{"who knows kotlin", "version", "kotlin"},
		{"谁会 rust", "version", "rust"},
		{"会 rust 的找谁", "version", "rust"},
		{"who knows scala", "radar", "scala"},
		{"anyone here good with rust?", "version", "rust"},
		{"有谁懂 kotlin", "version", "kotlin"},
		{"kotlin 谁比较熟", "version", "kotlin"},
	} {
		r := u.Understand(view, understand.Question{Text: tt.text})
		if string(r.Intent) != tt.intent || len(r.Tech) != 1 || r.Tech[0].ID != tt.tech || len(r.Entities) > 0 || (tt.intent == "version") != (r.Trait == understand.Knows) {
			t.Errorf("%q: %s of %v, %q, %v", tt.text, r.Intent, r.Tech, r.Trait, r.Entities)
		}
	}
	for _, text := range []string{"who knows the door keys", "who owns the kotlin thing"} {
		if r := u.Understand(view, understand.Question{Text: text}); r.Trait == understand.Knows || r.Intent != understand.Owner {
			t.Errorf("%q: %+v", text, r)
		}
	}
}

func TestTagsAskedFor(t *testing.T) {
	u, view := inn(t)
	for _, tt := range []struct{ text, intent, about, topic string }{
		{"is card tokens pci relevant", "show", "component:default/card-tokens", "pci"},
		{"card-tokens 是不是 pci", "show", "component:default/card-tokens", "pci"},
		{"card-tokens 涉及 pci 吗", "show", "component:default/card-tokens", "pci"},
	} {
		r := u.Understand(view, understand.Question{Text: tt.text})
		if string(r.Intent) != tt.intent || strings.Join(names(r.Entities), " ") != tt.about || r.Trait != understand.Says || r.Topic != tt.topic {
			t.Errorf("%q: %+v", tt.text, r)
		}
	}
	for _, text := range []string{"is door-keys pci relevant", "who owns card-tokens, the pci one"} {
		if r := u.Understand(view, understand.Question{Text: text}); r.Trait == understand.Says {
			t.Errorf("%q: %+v", text, r)
		}
	}
	for _, text := range []string{"which of our things handle pci stuff", "pci 相关的有哪些"} {
		r := u.Understand(view, understand.Question{Text: text})
		if got := strings.Join(names(r.Entities), " "); r.Intent != understand.Search || got != "component:default/bank-link component:default/card-tokens" {
			t.Errorf("%q: %s %s", text, r.Intent, got)
		}
	}
}

// TestOfWhatWasTalkedAbout: what names nothing goes on about the thing before; a question about everything does not.
func TestOfWhatWasTalkedAbout(t *testing.T) {
	u, view := inn(t)
	before := func(text string) []understand.Turn { return []understand.Turn{{Text: text}} }
	for _, tt := range []struct{ past, text, intent, about string }{
		{"who owns door-keys", "and its dashboard?", "show", "component:default/door-keys"},
		{"who owns door-keys", "dashboard?", "show", "component:default/door-keys"},
		{"who owns door-keys", "which rust", "version", "component:default/door-keys"},
		{"what does Doors and Keys own", "are there experimental apis", "search", "api:default/room-api"},
		{"what does Payments own", "are there experimental apis", "search", "api:default/room-api"},
		{"what does Payments own", "那有没有实验性的接口", "search", "api:default/room-api"},
	} {
		r := u.Understand(view, understand.Question{Text: tt.text, Thread: before(tt.past)})
		if string(r.Intent) != tt.intent || strings.Join(names(r.Entities), " ") != tt.about {
			t.Errorf("%q, then %q: %s %v", tt.past, tt.text, r.Intent, r.Entities)
		}
	}
}

func TestNamesOfEverydayWords(t *testing.T) {
	u, view := inn(t)
	for _, tt := range []struct{ text, intent, about string }{
		{"who is on call for one id", "oncall", "component:default/one-id"},
		{"one-id 挂了会影响谁", "dependents", "component:default/one-id"},
		{"查房间干不干净的接口", "api", "api:default/room-api"},
		{"whos card tokens", "owner", "component:default/card-tokens"},
	} {
		r := u.Understand(view, understand.Question{Text: tt.text})
		if string(r.Intent) != tt.intent || strings.Join(names(r.Entities), " ") != tt.about {
			t.Errorf("%q: %s %v, unknown %v", tt.text, r.Intent, r.Entities, r.Unknown)
		}
	}
}

// TestNumbersThatAreNoVersions: a number belongs to the word before it only where it can be a version.
func TestNumbersThatAreNoVersions(t *testing.T) {
	u, view := inn(t)
	if r := u.Understand(view, understand.Question{Text: "refund room 204 please"}); len(r.Tech) > 0 {
		t.Errorf("%v", r.Tech)
	}
	r := u.Understand(view, understand.Question{Text: "go below 1.21"})
	if r.Intent != understand.Version || len(r.Tech) != 1 || r.Tech[0].ID != "go" || r.Tech[0].Range != "<1.21" {
		t.Errorf("%s %v", r.Intent, r.Tech)
	}
	for _, text := range []string{"帮我退一下房费", "给我取消一下预订", "帮我充值一百块"} {
		if r := u.Understand(view, understand.Question{Text: text}); r.Intent != understand.None {
			t.Errorf("%q: %s %v", text, r.Intent, r.Entities)
		}
	}
}

// TestSharedWord: a word that ends several names asks back which of them.
func TestSharedWord(t *testing.T) {
	at := func(name, title string) *catalog.Entity {
		return st.Entity("component:"+name, st.Title(title), st.Type("service"), st.Owner("group:shop"))
	}
	r := search.NewReader(catalog.Changes{Generation: 1, Full: true, Upserts: []*catalog.Entity{
		at("taobao-link", "淘宝对接"), at("pdd-link", "拼多多对接"), at("till", "收银"), st.Entity("group:shop", st.Title("Shop")),
	}}, nil, search.Options{})
	t.Cleanup(func() { _ = r.Close() })
	view := r.For(catalog.Viewer{})
	u := understand.New(understand.Vocabulary{Catalog: view})
	got := u.Understand(view, understand.Question{Text: "对接是谁的"})
	if c := strings.Join(names(got.Candidates), " "); !strings.Contains(c, "pdd-link") || !strings.Contains(c, "taobao-link") || strings.Contains(c, "till") {
		t.Errorf("one of %v, unknown %v", got.Candidates, got.Unknown)
	}
	if got := u.Understand(view, understand.Question{Text: "who owns the zeppelin"}); len(got.Candidates) > 0 || len(got.Unknown) != 1 {
		t.Errorf("%v, unknown %v", got.Candidates, got.Unknown)
	}
}

// TestHalfOfAName: of what is said in two words, and fits one thing by one of them and another by the other, the asker chooses.
func TestHalfOfAName(t *testing.T) {
	at := func(name, title, about string) *catalog.Entity {
		return st.Entity("component:"+name, st.Title(title), st.About(about), st.Type("service"), st.Owner("group:shop"))
	}
	r := search.NewReader(catalog.Changes{Generation: 1, Full: true, Upserts: []*catalog.Entity{
		at("gateway", "统一网关", "所有请求从这里进来"), at("till", "支付中心", "收钱和付款"), at("pay-page", "支付页面", "付款的页面"), at("lamp", "灯", "开灯"), at("mail", "邮件", "发邮件"), st.Entity("group:shop", st.Title("Shop")),
	}}, nil, search.Options{})
	t.Cleanup(func() { _ = r.Close() })
	view := r.For(catalog.Viewer{})
	got := understand.New(understand.Vocabulary{Catalog: view}).Understand(view, understand.Question{Text: "支付网关谁负责"})
	if c := names(got.Candidates); len(c) != 3 || c[0] != "component:default/gateway" || !slices.Contains(c, "component:default/till") || !slices.Contains(c, "component:default/pay-page") {
		t.Errorf("%v, one of %v", got.Entities, got.Candidates)
	}
}

// TestBoardsThatAreNone: a word for a dashboard that is part of a name asks for none.
func TestBoardsThatAreNone(t *testing.T) {
	u, view := inn(t)
	if r := u.Understand(view, understand.Question{Text: "does the menu board have docs"}); r.Intent != understand.Docs || r.Trait == "dashboard" {
		t.Errorf("%s %q", r.Intent, r.Trait)
	}
	if r := u.Understand(view, understand.Question{Text: "dashboard of card-tokens"}); r.Intent != understand.Show || r.Trait != "dashboard" {
		t.Errorf("%s %q", r.Intent, r.Trait)
	}
}
