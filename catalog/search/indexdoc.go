package search

import (
	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/mapping"
	api "github.com/blevesearch/bleve_index_api"
)

// termsField is a field of a document whose terms are known. The index takes them as they are, so that text is
// analysed once, and while the index works on other documents.
type termsField struct {
	name   string
	length int // in terms, repeated ones counted
	counts api.TokenFrequencies
}

var _ document.Field = (*termsField)(nil)

// addTerms adds a field to a document unless it is empty.
func addTerms(doc *document.Document, name string, terms []string) {
	if len(terms) == 0 {
		return
	}
	f := &termsField{name: name, length: len(terms), counts: make(api.TokenFrequencies, len(terms))}
	room := make([]api.TokenFreq, 0, len(terms))
	for _, term := range terms {
		known := f.counts[term]
		if known == nil {
			room = append(room, api.TokenFreq{Term: []byte(term)})
			known = &room[len(room)-1]
			f.counts[term] = known
		}
		known.SetFrequency(known.Frequency() + 1)
	}
	doc.AddField(f)
}

// Name implements api.Field.
func (f *termsField) Name() string { return f.name }

// Value implements api.Field: nothing is stored.
func (f *termsField) Value() []byte { return nil }

// ArrayPositions implements api.Field.
func (f *termsField) ArrayPositions() []uint64 { return nil }

// EncodedFieldType implements api.Field: it is text.
func (f *termsField) EncodedFieldType() byte { return 't' }

// Analyze implements api.Field; it has happened.
func (f *termsField) Analyze() {}

// Options implements api.Field: no doc values, no term vectors.
func (f *termsField) Options() api.FieldIndexingOptions { return api.IndexField }

// AnalyzedLength implements api.Field.
func (f *termsField) AnalyzedLength() int { return f.length }

// AnalyzedTokenFrequencies implements api.Field.
func (f *termsField) AnalyzedTokenFrequencies() api.TokenFrequencies { return f.counts }

// NumPlainTextBytes implements api.Field.
func (f *termsField) NumPlainTextBytes() uint64 { return 0 }

// Size implements document.Field: a rough number of bytes in memory.
func (f *termsField) Size() int { return 64 + 96*len(f.counts) }

// analysed is the mapping of an index whose documents come with their terms. Its JSON is that of the mapping it is
// made of, which is what the index keeps.
type analysed struct{ *mapping.IndexMappingImpl }

// MapDocument implements mapping.IndexMapping: data is the document.
func (analysed) MapDocument(doc *document.Document, data any) error {
	doc.Fields = data.(*document.Document).Fields
	return nil
}
