package slack

import (
	"strings"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// renderer writes one message as Block Kit JSON. It is total: whatever the message, Slack accepts the result, because
// every length and count is clamped here once more. What should be split or turned into something else was before,
// by card.Fit with limits(). It is pure but for the tokens that it asks the TokenMaker for.
type renderer struct {
	dst     []byte
	starts  []int // where each block begins in dst; each ends before the comma or bracket
	ends    []int
	lang    lang.Lang
	tokens  bot.TokenMaker
	actor   bot.Actor
	scratch []byte
	left    int // characters left of the message's total
	tables  int
	charts  int
	ids     int    // action ids handed out
	marks   []mark // of tokens
	mixed   bool   // a token stands where it is not marked
}

// rendered is a message ready to be sent. Blocks alias one buffer.
type rendered struct {
	text   string
	blocks [][]byte
}

// start makes the renderer ready for a message, keeping its buffers.
func (r *renderer) start(l lang.Lang, tokens bot.TokenMaker, to bot.Actor) {
	*r = renderer{
		dst: r.dst[:0], starts: r.starts[:0], ends: r.ends[:0], scratch: r.scratch[:0], marks: r.marks[:0],
		lang: l, tokens: tokens, actor: to, left: maxTotal - 500, // room for what a block must have when all is used up
	}
}

// message appends the members "text" and "blocks" of a message object, without the braces.
func (r *renderer) message(m card.Message) {
	r.dst = append(r.dst, `"text":`...)
	r.dst = appendJSON(r.dst, r.summary(m))
	r.dst = append(r.dst, `,"blocks":`...)
	r.blocks(m)
}

// blocks appends the array of blocks.
func (r *renderer) blocks(m card.Message) {
	r.dst = append(r.dst, '[')
	for _, b := range m.Blocks {
		r.block(b)
	}
	r.dst = append(r.dst, ']')
}

// summary is the top-level text: the notification, and what screen readers read. Slack reads it as mrkdwn.
func (r *renderer) summary(m card.Message) string {
	r.scratch = r.scratch[:0]
	spans := headline(m)
	for i := range spans {
		r.scratch = appendEntities(r.scratch, spans[i].Text)
	}
	if len(r.scratch) == 0 {
		r.scratch = appendEntities(r.scratch, strings.TrimSpace(card.Plain(m)))
	}
	return clip(string(r.scratch), maxSummary)
}

// isEmpty reports whether a message has nothing to show; Slack refuses such.
func isEmpty(m card.Message) bool { return len(m.Blocks) == 0 && len(m.Summary) == 0 }

// headline is the summary, or the first text of a message that has none.
func headline(m card.Message) []card.Span {
	if len(m.Summary) > 0 {
		return m.Summary
	}
	for _, b := range m.Blocks {
		if t, ok := b.(card.Text); ok {
			return t.Spans
		}
	}
	return nil
}

// block appends one block, or several, or nothing where there is nothing to show.
func (r *renderer) block(b card.Block) {
	switch b := b.(type) {
	case card.Text:
		r.text(b.Spans)
	case card.Fields:
		r.fields(b.Items)
	case card.List:
		r.list(b)
	case card.Table:
		r.table(b)
	case card.Chart:
		r.chart(b)
	case card.Progress:
		r.progress(b)
	case card.Code:
		r.code(b.Text)
	case card.Image:
		r.image(b)
	case card.Rule:
		if r.open() {
			r.dst = append(r.dst, `{"type":"divider"}`...)
			r.close()
		}
	case card.Actions:
		r.actions(b.Items)
	case card.Note:
		r.note(b.Spans)
	}
}

// open begins a block and reports whether there is room for one.
func (r *renderer) open() bool {
	if len(r.starts) == maxBlocks || r.left <= 0 {
		return false
	}
	if len(r.starts) > 0 {
		r.dst = append(r.dst, ',')
	}
	r.starts = append(r.starts, len(r.dst))
	return true
}

func (r *renderer) close() { r.ends = append(r.ends, len(r.dst)) }

// str appends a string of at most limit characters and counts it against the message's total.
func (r *renderer) str(s string, limit int) {
	r.dst = append(r.dst, '"')
	r.inner(s, limit)
	r.dst = append(r.dst, '"')
}

// inner is str inside of a string that is open already.
func (r *renderer) inner(s string, limit int) {
	s = clip(s, min(limit, max(r.left, 1)))
	r.left -= utf8.RuneCountInString(s)
	r.dst = appendJSONText(r.dst, s)
}

// plain appends a plain_text object. Shortcodes in it stay as they are.
func (r *renderer) plain(s string, limit int) {
	r.dst = append(r.dst, `{"type":"plain_text","emoji":false,"text":`...)
	r.str(orBlank(s), limit)
	r.dst = append(r.dst, '}')
}

// orBlank replaces the empty text, which Slack refuses.
func orBlank(s string) string {
	if s == "" {
		return " "
	}
	return s
}

// say is a sentence of the catalogue in the message's language.
func (r *renderer) say(k lang.Key, args lang.Args) string { return lang.Text(r.lang, k, args) }

// take returns the blocks one by one, copied out of the renderer's buffer.
func (r *renderer) take() [][]byte {
	out := make([][]byte, len(r.starts))
	all := append([]byte(nil), r.dst...)
	for i := range out {
		out[i] = all[r.starts[i]:r.ends[i]:r.ends[i]]
	}
	return out
}

// render renders a message into separate blocks, for the Web API.
func render(m card.Message, tokens bot.TokenMaker, to bot.Actor) rendered {
	var r renderer
	r.start(m.Lang, tokens, to)
	text := r.summary(m)
	r.blocks(m)
	return rendered{text: text, blocks: r.take()}
}
