package understand_test

import (
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/commands/understand"
)

// big is a generated catalog and what people ask about it.
func big(b *testing.B, n int) (search.View, []understand.Question) {
	entities := searchtest.Generate(n)
	r := search.NewReader(catalog.Changes{Generation: 1, Full: true, Upserts: entities}, nil, search.Options{})
	b.Cleanup(func() { _ = r.Close() })
	var qs []understand.Question
	for i := 0; i < len(entities); i += max(1, len(entities)/50) {
		name := entities[i].Name
		for _, q := range []string{"who owns " + name, "docs for " + name[:len(name)-1], name + " 谁负责", "which service sends receipts to customers", "who is on call for the payments service"} {
			qs = append(qs, understand.Question{Text: q})
		}
	}
	return r.For(catalog.Viewer{}), qs
}

func BenchmarkLargeCatalog(b *testing.B) {
	view, qs := big(b, 100_000)
	u := understand.New(understand.Vocabulary{Catalog: view})
	for i := 0; b.Loop(); i++ {
		u.Understand(view, qs[i%len(qs)])
	}
}

func BenchmarkNew(b *testing.B) {
	view, _ := big(b, 5_000)
	for b.Loop() {
		understand.New(understand.Vocabulary{Catalog: view})
	}
}
