package card

import (
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Fit makes a message safe (Safe) and fits it to a platform: long texts are split between sentences, words or
// graphemes, lists and tables are cut with an honest count of what is left out, and what the platform cannot draw
// becomes something it can: a table fields, preformatted text or a list; a chart a table or bars of text; progress
// a sentence; a picture a link. Nothing goes without a mark: cuts end in an ellipsis, a count or a note. What is too
// much for one message becomes several, in order. Fit never fails; Check holds for every message it returns. It
// returns at least one message, and Summary is set in each that has any text.
func Fit(m Message, l Limits) []Message {
	l = l.normal()
	if unchanged(&m, &l) {
		m.Summary = m.Headline()
		return []Message{m}
	}
	return fit(m, l)
}

// fit is Fit for any message; the limits are normal.
func fit(m Message, l Limits) []Message {
	c := &cleaner{lang: m.Lang, maxURL: l.URL, length: l.Len}
	m = c.message(m)
	f := &fitter{l: l, lang: m.Lang}
	blocks := make([]Block, 0, len(m.Blocks)+2)
	for _, b := range m.Blocks {
		blocks = append(blocks, f.block(b)...)
	}
	out := pack(l, m, blocks)
	for i := range out {
		if i > 0 || len(out[i].Summary) == 0 {
			out[i].Summary = c.line(out[i].Headline())
		}
		out[i].Summary = l.cutSpans(out[i].Summary, l.Summary)
	}
	return out
}

// pack distributes blocks over messages. It opens a new one when the next block would be too much for the last.
func pack(l Limits, m Message, blocks []Block) []Message {
	out := []Message{{Lang: m.Lang, Summary: m.Summary}}
	var used usage
	left := 0
	for i, b := range blocks {
		next := used.plus(l, m.Lang, b)
		if next.over(l) && len(out[len(out)-1].Blocks) > 0 {
			if l.Messages > 0 && len(out) == l.Messages {
				left = len(blocks) - i
				break
			}
			out = append(out, Message{Lang: m.Lang})
			used = usage{}
			next = used.plus(l, m.Lang, b)
		}
		used = next
		last := &out[len(out)-1]
		last.Blocks = append(last.Blocks, b)
	}
	if left > 0 {
		out[len(out)-1] = closeCut(l, out[len(out)-1], left)
	}
	return out
}

// closeCut ends the last allowed message with a note about the blocks left out, taking blocks away until it fits.
func closeCut(l Limits, m Message, left int) Message {
	for {
		note := Note{l.cutSpans(Say(m.Lang, lang.CardCut, lang.Args{"n": left}), l.Note)}
		var used usage
		for _, b := range m.Blocks {
			used = used.plus(l, m.Lang, b)
		}
		if n := len(m.Blocks); n > 0 && used.plus(l, m.Lang, note).over(l) {
			m.Blocks = m.Blocks[:n-1]
			left++
			continue
		}
		m.Blocks = append(m.Blocks, note)
		return m
	}
}

// usage is what the blocks of one message take of the limits.
type usage struct{ blocks, total, rows, actions int }

func (u usage) over(l Limits) bool {
	return l.Blocks > 0 && u.blocks > l.Blocks || l.Total > 0 && u.total > l.Total ||
		l.Actions.Rows > 0 && u.rows > l.Actions.Rows || u.actions > l.Actions.PerMessage
}

func (u usage) plus(l Limits, tongue lang.Lang, b Block) usage {
	u.blocks++
	u.total += blockLen(l, tongue, b)
	if a, ok := b.(Actions); ok {
		u.rows++
		u.actions += len(a.Items)
	}
	return u
}

// blockLen is how much of Total a block takes.
func blockLen(l Limits, tongue lang.Lang, b Block) int {
	n := 0
	switch b := b.(type) {
	case Text:
		n = l.SpansLen(b.Spans)
	case Note:
		n = l.SpansLen(b.Spans)
	case Fields:
		for _, f := range b.Items {
			n += l.Len(f.Label) + l.SpansLen(f.Value)
		}
	case List:
		n = listLen(l, tongue, b)
	case Table:
		n = tableLen(l, tongue, b)
	case Chart:
		n = l.Len(b.Title) + l.Len(b.Unit)
		for _, p := range b.Points {
			n += l.Len(p.Label)
		}
	case Progress:
		n = l.SpansLen(ProgressText(tongue, b))
	case Code:
		n = l.Len(b.Text)
	case Image:
		n = l.Len(b.Alt) + l.Len(b.Title)
	case Actions:
		for i := range b.Items {
			n += actionLen(l, &b.Items[i])
		}
	}
	return n
}

func listLen(l Limits, tongue lang.Lang, b List) int {
	n := 0
	for _, it := range b.Items {
		n += l.SpansLen(it)
	}
	if b.More > 0 {
		n += l.SpansLen(MoreText(tongue, b.More, b.MoreURL))
	}
	return n
}

func tableLen(l Limits, tongue lang.Lang, b Table) int {
	n := l.Len(b.Caption)
	for _, c := range b.Columns {
		n += l.Len(c.Title)
	}
	for _, r := range b.Rows {
		for _, cell := range r {
			n += l.SpansLen(cell)
		}
	}
	if b.More > 0 {
		n += l.SpansLen(MoreText(tongue, b.More, b.MoreURL))
	}
	return n
}

func actionLen(l Limits, a *Action) int {
	n := l.Len(a.Label) + l.Len(a.Confirm)
	for _, o := range a.Options {
		n += l.Len(o.Label) + l.Len(o.Hint)
	}
	return n
}
