package discord

import (
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// maxMentions is how many people one message may notify (allowed_mentions.users).
const maxMentions = 100

// The colours at the edge of a card that tells how a piece of work went.
const (
	colorDone   = 0x2E9E5B
	colorFailed = 0xC4373B
)

// renderer makes components of one message. It is total: whatever the message, Discord accepts the result, because
// every length and count is clamped here once more. What should be split or turned into something else was before, by
// card.Fit with limits(). It is pure but for the tokens that it asks the TokenMaker for.
type renderer struct {
	lang   lang.Lang
	tokens bot.TokenMaker
	actor  bot.Actor
	out    []component // of the container
	count  int         // components so far, the container included
	left   int         // code units left for text
	ids    int         // custom ids handed out
	color  int
	users  []string          // people who are notified
	asks   map[string]string // custom id -> the question to be asked first
}

// rendered is a message ready to be sent.
type rendered struct {
	message
	asks map[string]string
}

// render renders a message as one card.
func render(m card.Message, tokens bot.TokenMaker, to bot.Actor) rendered {
	r := &renderer{lang: m.Lang, tokens: tokens, actor: to, count: 1, left: maxText}
	for i := 0; i < len(m.Blocks); i++ {
		if text, ok := m.Blocks[i].(card.Text); ok && i+1 < len(m.Blocks) && r.section(text.Spans, m.Blocks[i+1]) {
			i++
			continue
		}
		r.block(m.Blocks[i])
	}
	if len(r.out) == 0 {
		spans := m.Summary
		if len(spans) == 0 {
			spans = []card.Span{card.T("…")}
		}
		r.text(spans)
	}
	return rendered{
		message: message{
			Flags:      flagComponents,
			Components: []component{{Type: typeContainer, AccentColor: r.color, Components: r.out}},
			Mentions:   mentions{Parse: []string{}, Users: r.users},
		},
		asks: r.asks,
	}
}

// isEmpty reports whether a message has nothing to show.
func isEmpty(m card.Message) bool { return len(m.Blocks) == 0 && len(m.Summary) == 0 }

func (r *renderer) block(b card.Block) {
	switch b := b.(type) {
	case card.Text:
		r.text(b.Spans)
	case card.Note:
		r.note(b.Spans)
	case card.Fields:
		r.fields(b.Items)
	case card.List:
		r.list(b)
	case card.Code:
		r.code(b)
	case card.Progress:
		r.progress(b)
	case card.Image:
		r.image(b)
	case card.Rule:
		r.add(component{Type: typeSeparator, Divider: new(true)}, 1)
	case card.Actions:
		r.actions(b.Items)
	case card.Table:
		r.code(card.Code{Text: tableText(b)})
	case card.Chart:
		r.text([]card.Span{card.S(b.Title)})
		r.code(card.Code{Text: card.Bars(b.Points, codeWidth)})
	}
}

// add puts a component of a size in components into the card, and reports whether there is room.
func (r *renderer) add(c component, size int) bool {
	if r.count+size > maxComponents {
		return false
	}
	r.count += size
	r.out = append(r.out, c)
	return true
}

// display adds a text display, unless there is nothing to see in it.
func (r *renderer) display(text []byte) {
	if strings.TrimSpace(string(text)) == "" || !r.add(component{Type: typeText, Content: string(text)}, 1) {
		return
	}
	r.left -= length(text)
}

func (r *renderer) text(spans []card.Span) { r.display(r.markdown(nil, spans, r.left)) }

// note adds small print. Line ends would end it.
func (r *renderer) note(spans []card.Span) {
	flat := make([]card.Span, len(spans))
	for i, s := range spans {
		s.Text = strings.ReplaceAll(s.Text, "\n", " ")
		flat[i] = s
	}
	if body := r.markdown(nil, flat, r.left-3); len(body) > 0 && r.left > 3 {
		r.display(append([]byte("-# "), body...))
	}
}

// section puts a text and the one button that belongs to it side by side. It reports false, and adds nothing, when
// what follows the text is anything else.
func (r *renderer) section(spans []card.Span, next card.Block) bool {
	row, ok := next.(card.Actions)
	if !ok || len(row.Items) != 1 || len(row.Items[0].Options) > 0 || !usable(&row.Items[0]) || r.count+3 > maxComponents {
		return false
	}
	text := r.markdown(nil, spans, r.left)
	if strings.TrimSpace(string(text)) == "" {
		return false
	}
	r.left -= length(text)
	button := r.button(&row.Items[0])
	return r.add(component{Type: typeSection, Components: []component{{Type: typeText, Content: string(text)}}, Accessory: &button}, 3)
}

// fields adds label and value pairs, a line each.
func (r *renderer) fields(items []card.Field) {
	var dst []byte
	for _, f := range items {
		if r.left-length(dst) < 16 {
			break
		}
		if len(dst) > 0 {
			dst = append(dst, '\n')
		}
		if f.Label != "" {
			dst = r.markdown(dst, card.Say(r.lang, lang.CardFieldLabels, lang.Args{"label": card.S(f.Label)}), r.left-length(dst))
		}
		dst = r.markdown(dst, f.Value, r.left-length(dst))
	}
	r.display(dst)
}

// list adds a list, an item a line.
func (r *renderer) list(l card.List) {
	var dst []byte
	number := max(l.Start, 1)
	for _, item := range l.Items {
		if r.left-length(dst) < 32 {
			break
		}
		if l.Ordered {
			dst = append(strconv.AppendInt(dst, int64(number), 10), ". "...)
			number++
		} else {
			dst = append(dst, "- "...)
		}
		flat := make([]card.Span, len(item))
		for i, s := range item {
			s.Text = strings.ReplaceAll(s.Text, "\n", " ")
			flat[i] = s
		}
		dst = append(r.markdown(dst, flat, r.left-length(dst)-1), '\n')
	}
	if l.More > 0 && r.left-length(dst) > 64 {
		dst = append(dst, "-# "...)
		dst = r.markdown(dst, card.MoreText(r.lang, l.More, l.MoreURL), r.left-length(dst))
	}
	r.display([]byte(strings.TrimRight(string(dst), "\n")))
}

func (r *renderer) code(c card.Code) {
	const fences = 32
	if r.left <= fences || strings.TrimSpace(c.Text) == "" {
		return
	}
	r.display(appendCode(nil, c.Language, clip(c.Text, r.left-fences)))
}

// progress draws a bar of a cell a step, or of ten, and says how far the work is.
func (r *renderer) progress(p card.Progress) {
	cells := p.Total
	if cells < 1 || cells > 10 {
		cells = 10
	}
	full := 0
	if p.Total > 0 {
		full = min(max(p.Done, 0), p.Total) * cells / p.Total
	}
	switch p.State {
	case card.StateDone:
		full, r.color = cells, colorDone
	case card.StateFailed:
		r.color = colorFailed
	}
	bar := strings.Repeat("▰", full) + strings.Repeat("▱", cells-full) + "  "
	r.text(append([]card.Span{card.T(bar)}, card.ProgressText(r.lang, p)...))
}

// image adds a picture, or its description where Discord cannot fetch it.
func (r *renderer) image(im card.Image) {
	alt := im.Alt
	if alt == "" {
		alt = im.Title
	}
	if !linkable(im.URL) {
		r.text([]card.Span{card.T(alt)})
		return
	}
	if im.Title != "" {
		r.text([]card.Span{card.S(im.Title)})
	}
	r.add(component{Type: typeGallery, Items: []galleryItem{{Media: media{im.URL}, Description: clip(alt, maxAlt)}}}, 1)
}

// tableText lays out a table that card.Fit has not been asked about. No cell is wider than a line: the others of its
// column are padded to it.
func tableText(t card.Table) string {
	rows := make([][]string, len(t.Rows))
	for i, r := range t.Rows {
		rows[i] = make([]string, len(t.Columns))
		for j := range min(len(r), len(t.Columns)) {
			rows[i][j] = card.CutWidth(oneLine(card.PlainText(r[j])), codeWidth)
		}
	}
	columns := make([]card.Column, len(t.Columns))
	for i, c := range t.Columns {
		columns[i] = card.Column{Title: card.CutWidth(oneLine(c.Title), codeWidth), Right: c.Right}
	}
	return card.Tabulate(columns, rows)
}
