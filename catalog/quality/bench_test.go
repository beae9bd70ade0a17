package quality_test

import (
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/quality"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
)

// BenchmarkCheck judges a whole catalog, and what one team has to mend.
func BenchmarkCheck(b *testing.B) {
	r := search.NewReader(catalog.Changes{Generation: 1, Full: true, Upserts: searchtest.Generate(20_000)}, nil, search.Options{})
	defer r.Close()
	v := r.For(catalog.Viewer{})
	b.Run("everything", func(b *testing.B) {
		for b.Loop() {
			quality.Check(v, quality.Options{})
		}
	})
	var team catalog.Ref
	for e := range v.Entities(search.Filter{Kinds: []string{"component"}}) {
		team = e.Owner
		break
	}
	b.Run("team", func(b *testing.B) {
		for b.Loop() {
			quality.Check(v, quality.Options{Owners: []catalog.Ref{team}})
		}
	})
}
