package search_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/catalog/search"
)

var update = flag.Bool("update", false, "write golden files")

// TestRankingGolden pins what questions find and in which order; a change of scoring shows as a difference of the
// golden file. "go test -update" writes it.
func TestRankingGolden(t *testing.T) {
	v := bakeryView(t)
	var b strings.Builder
	for _, q := range []string{
		"order intake", "orders", "public page that shows where my order is", "which service plans ovens",
		"用户下单后没收到小票邮件", "小票", "票", "loaf database", "counter till services", "paymentLedgerApi",
		"Mei", "unicorn order", "the of and", "",
	} {
		for _, any := range []bool{false, true} {
			fmt.Fprintf(&b, "%q any=%v\n", q, any)
			for _, h := range v.Search(search.Query{Text: q, Any: any, Limit: 4}) {
				fmt.Fprintf(&b, "  %d/%d %6.2f %s\n", h.Terms, h.Of, h.Score, h.Entity.Ref)
			}
		}
	}
	golden := filepath.Join("testdata", "ranking.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("ranking changed (-want +got):\n%s", diff)
	}
}

func TestSearchNarrowed(t *testing.T) {
	v := bakeryView(t)
	for _, c := range []struct {
		name string
		q    search.Query
		want []string
	}{
		{"kind", search.Query{Text: "order", Kinds: []string{"API"}}, []string{"api:default/order-intake"}},
		{"type", search.Query{Text: "order", Any: true, Types: []string{"website"}}, []string{"component:default/till"}},
		{"locations are left out", search.Query{Text: "intakes", Kinds: nil, Limit: 20}, []string{"component:default/order-intake", "api:default/order-intake"}},
		{"a location when asked for", search.Query{Text: "intakes", Kinds: []string{"location"}}, []string{"location:default/order-intakes"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, h := range v.Search(c.q) {
				got = append(got, h.Entity.Ref.String())
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
