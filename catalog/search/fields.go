package search

import (
	"strings"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/whitespace"
	"github.com/blevesearch/bleve/v2/mapping"

	"github.com/backchannel-portal/backchannel/catalog"
)

// field is a field of an index and how much a word in it counts.
type field struct {
	name  string
	boost float64
}

// singleField holds Chinese characters one by one.
const singleField = "one"

// entityFields and docFields are the fields of the two indexes.
func entityFields() []field {
	return []field{{"name", 4}, {"title", 3.6}, {"tags", 2}, {"desc", 1.6}, {"owner", 0.7}}
}

func docFields() []field {
	return []field{{"title", 3}, {"head", 2.4}, {"text", 1}}
}

// entityText is what the index holds of an entity: analysed terms by field.
type entityText struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Tags  string `json:"tags"`
	Desc  string `json:"desc"`
	Owner string `json:"owner"`
	One   string `json:"one"`
}

// docText is what the index holds of a section of documentation.
type docText struct {
	Title string `json:"title"`
	Head  string `json:"head"`
	Text  string `json:"text"`
	One   string `json:"one"`
}

// descriptionLimit bounds what is indexed of one description or section, in bytes.
const descriptionLimit = 64 << 10

func (a *analyzer) entity(e, owner *catalog.Entity) entityText {
	desc := e.Description[:min(len(e.Description), descriptionLimit)]
	t := entityText{
		Name:  a.joinName(e.Name),
		Title: a.join(e.Title, e.Profile.DisplayName, e.API.Title),
		Tags:  a.join(e.Type, strings.Join(e.Tags, " "), e.API.Format),
		Desc:  a.join(desc),
		One:   singles(e.Title, e.Profile.DisplayName, desc),
	}
	if owner != nil {
		t.Owner = a.join(strings.Join(words(owner.Name), " "), owner.Title, owner.Profile.DisplayName)
	} else if !e.Owner.IsZero() {
		t.Owner = a.join(strings.Join(words(e.Owner.Name), " "))
	}
	return t
}

func (a *analyzer) doc(d *Doc) docText {
	text := d.Text[:min(len(d.Text), descriptionLimit)]
	return docText{
		Title: a.join(d.Title),
		Head:  a.join(d.Heading),
		Text:  a.join(text),
		One:   singles(d.Title, d.Heading, text),
	}
}

// newMapping returns the lean static mapping of an index: nothing stored, no doc values, no term vectors, no _all.
func newMapping(fields []field) (mapping.IndexMapping, error) {
	m := bleve.NewIndexMapping()
	const analyzed = "analyzed"
	err := m.AddCustomAnalyzer(analyzed, map[string]any{"type": custom.Name, "tokenizer": whitespace.Name})
	if err != nil {
		return nil, err
	}
	doc := bleve.NewDocumentStaticMapping()
	for _, f := range append(fields, field{name: singleField}) {
		t := bleve.NewTextFieldMapping()
		t.Analyzer = analyzed
		t.Store, t.DocValues, t.IncludeInAll, t.IncludeTermVectors = false, false, false, false
		doc.AddFieldMappingsAt(f.name, t)
	}
	m.DefaultMapping = doc
	m.DefaultAnalyzer = analyzed
	return m, nil
}
