package search_test

import (
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	st "github.com/backchannel-portal/backchannel/catalog/search/searchtest"
)

// bakery is a small catalog with the traps of real ones: one name in several kinds, titles, people with names in two
// scripts, names that differ by a digit or by one short word.
func bakery() []*catalog.Entity {
	return []*catalog.Entity{
		st.Entity("group:ovens", st.Title("Oven Crew"), st.Person("Oven Crew", "")),
		st.Entity("group:counter", st.Person("Counter & Till", "")),
		st.Entity("user:mei.lin", st.Person("Mei Lin 林梅", "mlin@bakery.example"), st.Rel("memberOf", "group:ovens")),
		st.Entity("user:zhoujian", st.Person("周健 (Zhou Jian)", "jz@bakery.example")),
		st.Entity("component:order-intake", st.Title("Order Intake"), st.Owner("group:counter"), st.Type("service"),
			st.About("Takes orders from the shop counter and the web"), st.Tags("go"), st.Rel("providesApi", "api:order-intake")),
		st.Entity("api:order-intake", st.Owner("group:counter"), st.About("Place and change orders")),
		st.Entity("component:ovenScheduler", st.Owner("group:ovens"), st.Type("service"),
			st.About("Plans which loaf goes into which oven"), st.Rel("dependsOn", "resource:loaf-db"), st.Rel("consumesApi", "api:order-intake")),
		st.Entity("component:receipt-printer", st.Title("小票打印"), st.Owner("group:counter"), st.Type("service"),
			st.About("用户下单后打印小票，并发送邮件收据")),
		st.Entity("component:payment-ledger-api", st.Owner("group:counter"), st.Type("service")),
		st.Entity("component:payments-v1", st.Owner("group:counter"), st.Type("service"), st.Lifecycle("deprecated")),
		st.Entity("component:payments-v2", st.Owner("group:counter"), st.Type("service"), st.Lifecycle("production")),
		st.Entity("component:till", st.Owner("group:nobody"), st.Type("website"), st.About("The public page that shows where an order is")),
		st.Entity("component:orders-hub", st.Type("service")),
		st.Entity("resource:loaf-db", st.Type("database")),
		st.Entity("resource:orders-cache", st.Type("cache")),
		st.Entity("system:ordering", st.Title("Ordering")),
		st.Entity("component:lab/till", st.Type("service")),
		st.Entity("component:café-menu", st.Title("Café Menu")),
		st.Entity("location:order-intakes"),
	}
}

func bakeryView(t testing.TB) search.View {
	t.Helper()
	r := search.NewReader(catalog.Changes{Generation: 1, Upserts: bakery()}, nil, search.Options{})
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r.For(catalog.Viewer{})
}

func TestResolve(t *testing.T) {
	v := bakeryView(t)
	for _, c := range []struct {
		name  string
		kinds []string
		match search.Match
		want  []string // exactly these, best first
	}{
		{"component:default/order-intake", nil, search.MatchRef, []string{"component:default/order-intake"}},
		{"API:Order-Intake", nil, search.MatchRef, []string{"api:default/order-intake"}},
		{"lab/till", nil, search.MatchRef, []string{"component:lab/till"}},
		{"component:order_intake", nil, search.MatchNormalised, []string{"component:default/order-intake"}},
		{"order-intake", nil, search.MatchName, []string{"component:default/order-intake", "api:default/order-intake"}},
		{"Order Intake", nil, search.MatchName, []string{"component:default/order-intake"}},
		{"order-intake", []string{"api"}, search.MatchName, []string{"api:default/order-intake"}},
		{"Oven Crew", nil, search.MatchName, []string{"group:default/ovens"}},
		{"orderIntake", nil, search.MatchNormalised, []string{"component:default/order-intake", "api:default/order-intake"}},
		{"oven-scheduler", nil, search.MatchNormalised, []string{"component:default/ovenscheduler"}},
		{"ＯＶＥＮ scheduler", nil, search.MatchNormalised, []string{"component:default/ovenscheduler"}},
		{"cafe menu", nil, search.MatchNormalised, []string{"component:default/café-menu"}},
		{"林梅", nil, search.MatchNormalised, []string{"user:default/mei.lin"}},
		{"mei lin", nil, search.MatchNormalised, []string{"user:default/mei.lin"}},
		{"mlin", nil, search.MatchNormalised, []string{"user:default/mei.lin"}},
		{"Zhou Jian", nil, search.MatchNormalised, []string{"user:default/zhoujian"}},
		{"周健", nil, search.MatchNormalised, []string{"user:default/zhoujian"}},
		{"小票打印", nil, search.MatchName, []string{"component:default/receipt-printer"}},
		{"order-intkae", nil, search.MatchTypo1, []string{"component:default/order-intake", "api:default/order-intake"}},
		{"paymentledgr-api", nil, search.MatchTypo1, []string{"component:default/payment-ledger-api"}},
		{"oven schedulers", nil, search.MatchTypo1, []string{"component:default/ovenscheduler"}},
		{"paymnet ledgr api", nil, search.MatchTypo2, []string{"component:default/payment-ledger-api"}},
		{"tlil", nil, search.MatchTypo1, []string{"component:default/till", "component:lab/till"}},
		{"ledger", nil, search.MatchWords, []string{"component:default/payment-ledger-api"}},
		{"the printer for receipts", []string{"component"}, search.MatchNear, []string{"component:default/receipt-printer"}},
		{"小票", nil, search.MatchWords, []string{"component:default/receipt-printer"}},
		{"打印", nil, search.MatchWords, []string{"component:default/receipt-printer"}},
		{"jian", nil, search.MatchWords, []string{"user:default/zhoujian"}},
		{"payments-v3", nil, search.MatchNear, []string{"component:default/payments-v1", "component:default/payments-v2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := v.Resolve(c.name, search.ResolveOptions{Kinds: c.kinds})
			check(t, got, c.match, c.want)
		})
	}
}

func check(t *testing.T, got []search.Candidate, match search.Match, want []string) {
	t.Helper()
	for i, g := range got {
		t.Logf("%d: %s match %d edits %d score %.3f", i, g.Entity.Ref, g.Match, g.Edits, g.Score)
		if g.Match != match {
			t.Errorf("match of %s is %d, want %d", g.Entity.Ref, g.Match, match)
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%d candidates, want %v", len(got), want)
	}
	for i, g := range got {
		if g.Entity.Ref.String() != want[i] {
			t.Errorf("candidate %d is %s, want %s", i, g.Entity.Ref, want[i])
		}
	}
}
