package plugins

import (
	"slices"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
)

// ToldCard returns the blocks of a card as somebody reads them who may not see everything: a word in the place of each
// entity and person that is hidden. The blocks themselves are not changed. hidden nil hides nothing.
func ToldCard(blocks []card.Block, hidden func(catalog.Ref) bool, word string) []card.Block {
	out := slices.Clone(blocks)
	if hidden == nil {
		return out
	}
	h := hider{hidden, word}
	for i, b := range out {
		switch b := b.(type) {
		case card.Text:
			out[i] = card.Text{Spans: h.spans(b.Spans)}
		case card.Note:
			out[i] = card.Note{Spans: h.spans(b.Spans)}
		case card.Fields:
			b.Items = slices.Clone(b.Items)
			for j := range b.Items {
				b.Items[j].Value = h.spans(b.Items[j].Value)
			}
			out[i] = b
		case card.List:
			b.Items = h.rows(b.Items)
			out[i] = b
		case card.Table:
			b.Rows = slices.Clone(b.Rows)
			for j := range b.Rows {
				b.Rows[j] = h.rows(b.Rows[j])
			}
			out[i] = b
		}
	}
	return out
}

type hider struct {
	hidden func(catalog.Ref) bool
	word   string
}

func (h hider) rows(in [][]card.Span) [][]card.Span {
	out := make([][]card.Span, len(in))
	for i, spans := range in {
		out[i] = h.spans(spans)
	}
	return out
}

func (h hider) spans(in []card.Span) []card.Span {
	out := slices.Clone(in)
	for i, s := range out {
		if s.Kind != card.Entity && s.Kind != card.Person {
			continue
		}
		if ref, err := catalog.ParseRef(s.Ref, "", ""); err == nil && h.hidden(ref) {
			out[i] = card.T(h.word)
		}
	}
	return out
}
