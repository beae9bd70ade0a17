package search

import (
	"strings"

	"github.com/blevesearch/bleve/v2/document"

	"github.com/backchannel-portal/backchannel/catalog"
)

// field is a field of an index and how much a word in it counts.
type field struct {
	name  string
	boost float64
}

// singleField holds Chinese characters one by one.
const singleField = "one"

// ownerField holds what an entity's owner is called.
const ownerField = "owner"

// entityFields and docFields are the fields of the two indexes.
func entityFields() []field {
	return []field{{"name", 4}, {"title", 3.6}, {"tags", 2}, {"desc", 1.6}, {ownerField, 0.7}}
}

func docFields() []field {
	return []field{{"title", 3}, {"head", 2.4}, {"text", 1}}
}

// descriptionLimit bounds what is indexed of one description or section, in bytes.
const descriptionLimit = 64 << 10

// entity makes the document of an entity, whose owner is nil when it is not in the catalog.
func (a *analyzer) entity(e, owner *catalog.Entity) *document.Document {
	desc := e.Description[:min(len(e.Description), descriptionLimit)]
	doc := document.NewDocument(e.Ref.String())
	addTerms(doc, "name", a.nameTerms(e.Name))
	addTerms(doc, "title", a.allTerms(e.Title, e.Profile.DisplayName, e.API.Title))
	addTerms(doc, "tags", a.terms(a.allTerms(e.Tags...), e.Type+" "+e.API.Format))
	addTerms(doc, "desc", a.terms(nil, desc))
	addTerms(doc, singleField, singles(e.Title, e.Profile.DisplayName, desc))
	if owner != nil {
		addTerms(doc, ownerField, a.allTerms(strings.Join(words(owner.Name), " "), owner.Title, owner.Profile.DisplayName))
	} else if !e.Owner.IsZero() {
		addTerms(doc, ownerField, a.terms(nil, strings.Join(words(e.Owner.Name), " ")))
	}
	return doc
}

// section makes the document of a section of documentation.
func (a *analyzer) section(id string, d *Doc) *document.Document {
	text := d.Text[:min(len(d.Text), descriptionLimit)]
	doc := document.NewDocument(id)
	addTerms(doc, "title", a.terms(nil, d.Title))
	addTerms(doc, "head", a.terms(nil, d.Heading))
	addTerms(doc, "text", a.terms(nil, text))
	addTerms(doc, singleField, singles(d.Title, d.Heading, text))
	return doc
}
