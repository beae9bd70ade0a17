package plugins

import (
	"slices"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// The bounds of a card of a plugin.
const (
	maxBlocks  = 60
	maxParts   = 3000     // spans, labels and values
	maxText    = 60 << 10 // bytes of all texts
	maxAnyText = 16 << 10 // bytes of one text
	maxURL     = 2000     // bytes
	maxWhere   = 5        // sources
	maxArgs    = 200      // bytes of the arguments of a button
)

// Checked returns a card as it may be shown: with the language asked for, without mentions of people, without moments
// in the future, and with no other buttons than those that open a page or run one of the operations given. A card that
// is too large to be one is an error of kind Upstream.
func Checked(c Card, l lang.Lang, now time.Time, operations []Operation) (Card, error) {
	c.Message.Lang = l
	s := sizer{}
	if err := s.message(c.Message); err != nil {
		return Card{}, err
	}
	c.Message = card.Safe(c.Message)
	c.Message.Summary = plain(c.Message.Summary)
	blocks := make([]card.Block, 0, len(c.Message.Blocks))
	for _, b := range c.Message.Blocks {
		if b = checkedBlock(b, operations); b != nil {
			blocks = append(blocks, b)
		}
	}
	c.Message.Blocks = blocks
	if c.AsOf.IsZero() || c.AsOf.After(now) {
		c.AsOf = now
	}
	c.Sources = slices.Clone(c.Sources[:min(len(c.Sources), maxWhere)])
	c.Sources = slices.DeleteFunc(c.Sources, func(s bot.Source) bool { return s.Where == "" || len(s.Where) > maxURL })
	for i := range c.Sources {
		s := &c.Sources[i]
		if s.Where = card.CleanLine(s.Where); s.AsOf.IsZero() || s.AsOf.After(now) {
			s.AsOf = c.AsOf
		}
	}
	return c, nil
}

// plain takes the mentions out of spans.
func plain(in []card.Span) []card.Span {
	if !slices.ContainsFunc(in, func(s card.Span) bool { return s.User != "" }) {
		return in
	}
	out := slices.Clone(in)
	for i := range out {
		out[i].User = ""
	}
	return out
}

// checkedBlock returns a block without what a plugin may not say; nil when nothing is left.
func checkedBlock(b card.Block, operations []Operation) card.Block {
	switch b := b.(type) {
	case card.Text:
		return card.Text{Spans: plain(b.Spans)}
	case card.Note:
		return card.Note{Spans: plain(b.Spans)}
	case card.Fields:
		for i := range b.Items {
			b.Items[i].Value = plain(b.Items[i].Value)
		}
		return b
	case card.List:
		for i := range b.Items {
			b.Items[i] = plain(b.Items[i])
		}
		return b
	case card.Table:
		for _, row := range b.Rows {
			for i := range row {
				row[i] = plain(row[i])
			}
		}
		return b
	case card.Actions:
		items := slices.DeleteFunc(slices.Clone(b.Items), func(a card.Action) bool { return !mayPress(a, operations) })
		if len(items) == 0 {
			return nil
		}
		return card.Actions{Items: items}
	}
	return b
}

// mayPress reports whether a button opens a page or runs one of the operations. Menus do neither.
func mayPress(a card.Action, operations []Operation) bool {
	if len(a.Options) > 0 || a.Search != "" {
		return false
	}
	if a.URL != "" {
		return true
	}
	if a.Intent.Name != IntentOperation || len(a.Intent.Args) == 0 {
		return false
	}
	n := 0
	for _, arg := range a.Intent.Args {
		n += len(arg)
	}
	return n <= maxArgs && slices.ContainsFunc(operations, func(o Operation) bool { return o.Name == a.Intent.Args[0] })
}

// sizer adds up what is in a message.
type sizer struct{ parts, bytes, largest int }

func (s *sizer) text(texts ...string) {
	for _, t := range texts {
		s.parts++
		s.bytes += len(t)
		s.largest = max(s.largest, len(t))
	}
}

func (s *sizer) spans(spans []card.Span) {
	for _, sp := range spans {
		s.text(sp.Text)
		s.bytes += len(sp.URL) + len(sp.Ref) + len(sp.User)
	}
}

func (s *sizer) block(b card.Block) {
	switch b := b.(type) {
	case card.Text:
		s.spans(b.Spans)
	case card.Note:
		s.spans(b.Spans)
	case card.Fields:
		for _, f := range b.Items {
			s.text(f.Label)
			s.spans(f.Value)
		}
	case card.List:
		for _, it := range b.Items {
			s.spans(it)
		}
	case card.Table:
		for _, c := range b.Columns {
			s.text(c.Title)
		}
		for _, r := range b.Rows {
			for _, c := range r {
				s.spans(c)
			}
		}
	case card.Chart:
		for _, p := range b.Points {
			s.text(p.Label)
		}
	case card.Code:
		s.text(b.Text)
	case card.Image:
		s.text(b.URL, b.Alt, b.Title)
	case card.Progress:
		s.text(b.Label)
	case card.Actions:
		for _, a := range b.Items {
			s.text(a.Label, a.Confirm, a.URL)
			s.text(a.Intent.Args...)
		}
	}
}

func (s *sizer) message(m card.Message) error {
	s.spans(m.Summary)
	for _, b := range m.Blocks {
		s.block(b)
	}
	if len(m.Blocks) > maxBlocks || s.parts > maxParts || s.bytes > maxText || s.largest > maxAnyText {
		return fault.New(fault.Upstream, "the card is too large: %d blocks, %d parts, %d bytes", len(m.Blocks), s.parts, s.bytes)
	}
	return nil
}
