package searchtest

import (
	"errors"

	"github.com/blevesearch/bleve/v2"

	"github.com/backchannel-portal/backchannel/catalog"
)

// BareIndex builds an index of entities in a folder that does not exist yet, as plainly as bleve's builder can: static
// text fields under its own English analyzer, nothing stored. Benchmarks take it as the floor of the text index.
func BareIndex(dir string, entities []*catalog.Entity) error {
	m := bleve.NewIndexMapping()
	doc := bleve.NewDocumentStaticMapping()
	for _, name := range []string{"Name", "Title", "Tags", "Description", "Type"} {
		f := bleve.NewTextFieldMapping()
		f.Analyzer = "en"
		f.Store, f.DocValues, f.IncludeInAll, f.IncludeTermVectors = false, false, false, false
		doc.AddFieldMappingsAt(name, f)
	}
	m.DefaultMapping = doc
	builder, err := bleve.NewBuilder(dir, m, map[string]any{"batchSize": 5000})
	if err != nil {
		return err
	}
	for _, e := range entities {
		fields := map[string]any{"Name": e.Name, "Title": e.Title, "Tags": e.Tags, "Description": e.Description, "Type": e.Type}
		if err := builder.Index(e.Ref.String(), fields); err != nil {
			return errors.Join(err, builder.Close())
		}
	}
	return builder.Close()
}
