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

// quay is a small company with people of the same family name and a few technologies in use.
func quay(t *testing.T) (*understand.Understander, search.View) {
	t.Helper()
	slots := st.Entity("component:slot-finder", st.Title("Slot Finder"), st.About("Finds a place in the yard for a box"), st.Type("service"), st.Owner("group:yard"), st.Rel("providesApi", "api:slot-api"))
	r := search.NewReader(catalog.Changes{
		Generation: 1, Full: true,
		Upserts: []*catalog.Entity{
			slots,
			st.Entity("component:meter", st.Title("Meter"), st.About("Counts days that cost money"), st.Type("service"), st.Owner("group:money")),
			st.Entity("api:slot-api", st.Title("Slot API"), st.Type("graphql"), st.Owner("group:yard")),
			st.Entity("group:yard", st.Title("Yard Ops")), st.Entity("group:money", st.Title("堆场费用组"), st.About("堆存费、滞箱费和发票")),
			st.Entity("user:ye.tong", st.Person("叶彤 (Ye Tong)", "")), st.Entity("user:ye.zhou", st.Person("叶舟 (Ye Zhou)", "")),
			st.Entity("user:ouyang.jing", st.Person("欧阳静 (Ouyang Jing)", "")), st.Entity("user:karl.otto", st.Person("Karl Otto", "")),
		},
		Facts: []catalog.Fact{
			{Entity: slots.Ref, Producer: "inventory", Key: "tech/kafka-client", Value: "[]"},
			{Entity: slots.Ref, Producer: "inventory", Key: "tech/pytorch", Value: "[]"},
		},
	}, []search.Doc{
		{Entity: st.Ref("component:meter"), Page: "quota", Title: "申请机器", Text: "填写容量单，当天处理。"},
		{Entity: st.Ref("component:meter"), Page: "swap", Title: "Swapping an on-call shift", Text: "Who is on call now tells the one who takes over."},
		{Entity: st.Ref("component:meter"), Page: "leavers", Title: "When somebody leaves the company", Text: "The account is closed the same evening."},
	}, search.Options{})
	t.Cleanup(func() { _ = r.Close() })
	view := r.For(catalog.Viewer{})
	return understand.New(understand.Vocabulary{Catalog: view, Inventory: "inventory", Terms: []understand.Term{
		{Class: "tech", Text: "Kafka", Value: "kafka-client"}, {Class: "radar", Text: "Kafka", Value: "kafka"}, {Class: "radar", Text: "Rust", Value: "rust"},
	}}), view
}

func TestFamilyNames(t *testing.T) {
	u, view := quay(t)
	for _, tt := range []struct{ text, intent, about, choice string }{
		{"姓叶的是谁", "show", "", "user:default/ye.tong user:default/ye.zhou"},
		{"那个姓欧阳的同事在哪个组", "show", "user:default/ouyang.jing", ""},
		{"姓欧的是谁", "show", "", ""},
		{"姓王的在吗", "show", "", ""},
		{"what does mr otto own", "owned_by", "user:default/karl.otto", ""},
	} {
		r := u.Understand(view, understand.Question{Text: tt.text})
		if string(r.Intent) != tt.intent || strings.Join(names(r.Entities), " ") != tt.about || strings.Join(names(r.Candidates), " ") != tt.choice {
			t.Errorf("%q: %s %v, one of %v", tt.text, r.Intent, r.Entities, r.Candidates)
		}
	}
}

// TestBareOnCall: who only asks who is on call is not told of the component that has a page on being on call.
func TestBareOnCall(t *testing.T) {
	u, view := quay(t)
	for _, text := range []string{"who is on call?", "on call now?", "who's on call right now", "who is oncall today"} {
		r := u.Understand(view, understand.Question{Text: text})
		if r.Intent != understand.OnCall || len(r.Entities)+len(r.Candidates) > 0 {
			t.Errorf("%q: %s %v, one of %v", text, r.Intent, r.Entities, r.Candidates)
		}
	}
}

func TestBareTechnologies(t *testing.T) {
	u, view := quay(t)
	for _, tt := range []struct {
		text, intent, tech string
		fleet              bool
	}{
		{"kafka?", "version", "kafka-client", true},
		{"kafka 呢", "version", "kafka-client", true},
		{"rust", "radar", "rust", false},
		{"rust?", "radar", "rust", false},
		{"torch 谁在用", "version", "pytorch", true},
	} {
		r := u.Understand(view, understand.Question{Text: tt.text})
		if string(r.Intent) != tt.intent || len(r.Tech) != 1 || r.Tech[0].ID != tt.tech || r.Fleet != tt.fleet || len(r.Entities) > 0 {
			t.Errorf("%q: %s of %v, fleet %t, %v", tt.text, r.Intent, r.Tech, r.Fleet, r.Entities)
		}
	}
	for _, text := range []string{"express yourself", "flask", "who owns rust"} {
		if r := u.Understand(view, understand.Question{Text: text}); r.Intent == understand.Radar || r.Fleet {
			t.Errorf("%q: %+v", text, r)
		}
	}
}

// TestReached: how somebody is reached is told, and is no page that explains something.
func TestReached(t *testing.T) {
	u, view := quay(t)
	for text, about := range map[string]string{
		"how do I contact Yard Ops?": "group:default/yard", "how can we reach the slot finder": "component:default/slot-finder",
		"email address of Karl Otto": "user:default/karl.otto", "contact details of the yard ops": "group:default/yard", "欧阳静的联系方式": "user:default/ouyang.jing",
	} {
		r := u.Understand(view, understand.Question{Text: text})
		if r.Intent != understand.Owner && r.Intent != understand.Show || strings.Join(names(r.Entities), " ") != about {
			t.Errorf("%q: %s %v", text, r.Intent, r.Entities)
		}
	}
	for _, text := range []string{"I need help", "we could use some help please"} {
		if r := u.Understand(view, understand.Question{Text: text}); r.Intent != understand.Help {
			t.Errorf("%q: %s", text, r.Intent)
		}
	}
}

// TestUsesTechnology: whether something uses what is also the name of a kind of thing lists nothing of a team that is called
// alike.
func TestUsesTechnology(t *testing.T) {
	cart := st.Entity("component:cart", st.Title("Cart"), st.About("Holds what somebody wants to buy"), st.Type("service"), st.Owner("group:cart-crew"), st.Rel("dependsOn", "resource:cart-redis"))
	r := search.NewReader(catalog.Changes{
		Generation: 1, Full: true,
		Upserts: []*catalog.Entity{cart, st.Entity("group:cart-crew", st.Title("Cart Crew")), st.Entity("resource:cart-redis", st.Type("cache"), st.Owner("group:cart-crew"))},
		Facts:   []catalog.Fact{{Entity: cart.Ref, Producer: "inventory", Key: "tech/redis-client", Value: "[]"}},
	}, nil, search.Options{})
	t.Cleanup(func() { _ = r.Close() })
	view := r.For(catalog.Viewer{})
	u := understand.New(understand.Vocabulary{Catalog: view, Inventory: "inventory", Terms: []understand.Term{{Class: "tech", Text: "Redis", Value: "redis-client"}}})
	for _, text := range []string{"does cart use redis", "is cart using redis?", "cart 用 redis 吗"} {
		got := u.Understand(view, understand.Question{Text: text})
		if got.Intent != understand.Version || got.Listed || len(got.Entities) != 1 || got.Entities[0] != cart.Ref {
			t.Errorf("%q: %s %v, listed %t", text, got.Intent, got.Entities, got.Listed)
		}
	}
}

// TestAboutSomethingElse: what a question says of its own is not passed over for what was talked about before.
func TestAboutSomethingElse(t *testing.T) {
	u, view := quay(t)
	thread := []understand.Turn{{Text: "who owns meter"}, {FromBot: true, Text: "Meter is owned by 堆场费用组."}}
	for _, tt := range []struct{ text, intent, about string }{
		{"link me the dashboard for slots", "show", "component:default/slot-finder"},
		{"link me its dashboard", "show", "component:default/meter"},
		{"它的仓库", "show", "component:default/meter"},
		{"宿舍怎么申请", "docs", ""},
		{"怎么请假", "docs", ""},
	} {
		r := u.Understand(view, understand.Question{Text: tt.text, Thread: thread})
		if string(r.Intent) != tt.intent || strings.Join(names(r.Entities), " ") != tt.about {
			t.Errorf("%q: %s %v", tt.text, r.Intent, r.Entities)
		}
	}
	for _, tt := range []struct{ text, intent, about string }{
		{"怎么请假", "docs", ""},
		{"swagger slot-finder", "api", "component:default/slot-finder"},
		{"is slot-api rest or graphql", "api", "api:default/slot-api"},
		{"slot finder grafana", "show", "component:default/slot-finder"},
		{"slot finder down!", "oncall", "component:default/slot-finder"},
	} {
		r := u.Understand(view, understand.Question{Text: tt.text})
		if string(r.Intent) != tt.intent || strings.Join(names(r.Entities), " ") != tt.about {
			t.Errorf("%q: %s %v", tt.text, r.Intent, r.Entities)
		}
	}
	if r := u.Understand(view, understand.Question{Text: "堆存费"}); slices.Contains(names(r.Entities), "group:default/money") {
		t.Errorf("the first of what a team does is taken for its name: %+v", r)
	}
}
