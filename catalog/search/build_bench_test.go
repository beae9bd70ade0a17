package search

import (
	"context"
	"io"
	"log/slog"
	"testing"

	"github.com/blevesearch/bleve/v2"

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
		m := bleve.NewIndexMapping()
		doc := bleve.NewDocumentStaticMapping()
		for _, name := range []string{"Name", "Title", "Tags", "Description", "Type"} {
			f := bleve.NewTextFieldMapping()
			f.Analyzer = "en"
			f.Store, f.DocValues, f.IncludeInAll, f.IncludeTermVectors = false, false, false, false
			doc.AddFieldMappingsAt(name, f)
		}
		m.DefaultMapping = doc
		builder, err := bleve.NewBuilder(b.TempDir()+"/floor", m, map[string]any{"batchSize": buildBatch})
		if err != nil {
			b.Fatal(err)
		}
		for _, e := range all {
			fields := map[string]any{"Name": e.Name, "Title": e.Title, "Tags": e.Tags, "Description": e.Description, "Type": e.Type}
			if err := builder.Index(e.Ref.String(), fields); err != nil {
				b.Fatal(err)
			}
		}
		if err := builder.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
