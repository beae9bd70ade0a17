package search

import (
	"context"
	"io"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
)

// BenchmarkIndexBuild is the text index of 20,000 entities, BenchmarkIndexBuildFloor a bare builder that is handed
// the same texts under bleve's own English analyzer.
func BenchmarkIndexBuild(b *testing.B) {
	r := NewReader(catalog.Changes{Generation: 1, Upserts: searchtest.Generate(20000)}, nil, Options{})
	t := newText(slog.New(slog.NewTextHandler(io.Discard, nil)))
	t.dir = b.TempDir()
	for b.Loop() {
		if err := t.rebuild(context.Background(), r); err != nil {
			b.Fatal(err)
		}
	}
	if err := t.close(); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkIndexBuildFloor(b *testing.B) {
	all := searchtest.Generate(20000)
	for b.Loop() {
		if err := searchtest.BareIndex(filepath.Join(b.TempDir(), "floor"), all); err != nil {
			b.Fatal(err)
		}
	}
}
