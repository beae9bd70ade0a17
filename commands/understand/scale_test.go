package understand_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/commands/understand"
)

// big is a generated catalog and what people ask about it.
func big(b *testing.B, n int) (search.View, map[string][]understand.Question) {
	entities := searchtest.Generate(n)
	r := search.NewReader(catalog.Changes{Generation: 1, Full: true, Upserts: entities}, nil, search.Options{})
	b.Cleanup(func() { _ = r.Close() })
	qs := map[string][]understand.Question{}
	add := func(sort, text string) { qs[sort] = append(qs[sort], understand.Question{Text: text}) }
	for i := 0; i < len(entities); i += max(1, len(entities)/50) {
		name := entities[i].Name
		add("named", "who owns "+name)
		add("named", "docs for "+name[:len(name)-1])
		add("named", name+" 谁负责")
		words := strings.Fields(entities[i].Description)
		add("described", "which service "+strings.Join(words[:5], " "))
		add("described", "who is on call for the "+strings.Join(words[1:4], " ")+" service")
	}
	return r.For(catalog.Viewer{}), qs
}

// BenchmarkQuestion tells what a question costs that names something, and one that describes it, with few entities and
// with many: it has to be about the same.
func BenchmarkQuestion(b *testing.B) {
	for _, n := range []int{3_000, 100_000} {
		view, qs := big(b, n)
		u := understand.New(understand.Vocabulary{Catalog: view})
		for _, sort := range []string{"named", "described"} {
			b.Run(fmt.Sprintf("%s/%d", sort, n), func(b *testing.B) {
				for i := 0; b.Loop(); i++ {
					u.Understand(view, qs[sort][i%len(qs[sort])])
				}
			})
		}
	}
}

func BenchmarkNew(b *testing.B) {
	view, _ := big(b, 5_000)
	for b.Loop() {
		understand.New(understand.Vocabulary{Catalog: view})
	}
}
