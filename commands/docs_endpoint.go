package commands

import (
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/docs"
)

// endpoint answers "where is the refund endpoint?" with the operation of an API that fits every word of the topic. It is
// asked where what the question seems to be about has no API itself.
func (t *talk) endpoint() bool {
	hit := t.operation()
	if hit == nil {
		return false
	}
	site, ok := t.view.Entity(hit.Entity)
	if !ok {
		return false
	}
	t.entities = []catalog.Ref{site.Ref}
	t.yes()
	t.page(site, []search.DocHit{{Doc: hit, Terms: 1, Of: 1}})
	return true
}

// atOperation adds the operation of an API that the topic speaks of.
func (t *talk) atOperation(e *catalog.Entity) { t.showOperation(t.operation(e.Ref)) }

// operationOf adds the operation of some APIs that a question for an endpoint speaks of.
func (t *talk) operationOf(apis []catalog.Ref) {
	if t.asksEndpoint() {
		t.showOperation(t.operation(apis...))
	}
}

func (t *talk) showOperation(hit *search.Doc) {
	if hit == nil {
		return
	}
	spans := []card.Span{t.section(hit)}
	if x := docs.Excerpt(hit.Text, strings.Fields(t.r.Topic)); x != "" {
		spans = append(spans, card.T(": "+x))
	}
	t.add(card.Text{Spans: spans})
}

// operation is the best section of an API's definition that is an operation and has every word of the topic, in the given
// APIs or in all; nil when there is none.
func (t *talk) operation(apis ...catalog.Ref) *search.Doc {
	if t.r.Topic == "" {
		return nil
	}
	for _, h := range t.view.SearchDocs(search.Query{Text: t.r.Topic, Any: true, Limit: 20}, apis...) {
		if h.Doc.Entity.Kind == "api" && h.Terms == h.Of && docs.IsOperation(h.Doc.Heading) && (t.asksEndpoint() || speaksOf(h.Doc, t.r.Topic)) {
			return h.Doc
		}
	}
	return nil
}

// asksEndpoint reports a question for an operation rather than for an interface.
func (t *talk) asksEndpoint() bool {
	text := strings.ToLower(t.q.Text)
	return strings.Contains(text, "endpoint") || strings.Contains(text, "端点")
}

// speaksOf reports whether a section itself, not only the name of its API, has a word of the topic.
func speaksOf(d *search.Doc, topic string) bool {
	own := strings.ToLower(d.Heading + " " + d.Text)
	api := strings.ToLower(d.Title + " " + d.Entity.Name)
	for word := range strings.FieldsSeq(strings.ToLower(topic)) {
		stem := strings.TrimSuffix(word, "s")
		if !strings.Contains(api, stem) && strings.Contains(own, stem) {
			return true
		}
	}
	return false
}
