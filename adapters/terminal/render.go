// Package terminal is the command line: messages as text with or without colours, and a prompt that answers
// questions. It knows no network and keeps no state but the choices of the last message.
package terminal

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Options say what the output can show. The zero value is plain text without wrapping.
type Options struct {
	Color bool // colours and links (OSC 8); only for a terminal
	Width int  // columns; zero: lines are not wrapped
}

// Limits are what a terminal can show: everything, in full.
func Limits() card.Limits {
	return card.Limits{
		Progress: true,
		Fields:   card.FieldLimits{Items: card.Many},
		Table:    card.TableLimits{PerMessage: card.Many},
		Chart:    card.ChartLimits{PerMessage: card.Many},
		Actions:  card.ActionLimits{PerMessage: card.Many},
	}
}

// Render writes a message as text that ends in a line break. Choices are numbered in the order of Choices. Nothing of
// the content reaches the terminal as a control sequence.
func Render(m card.Message, o Options) []byte {
	m = card.Safe(m)
	r := &renderer{o: o, lang: m.Lang}
	if len(m.Blocks) == 0 && len(m.Summary) > 0 {
		m.Blocks = []card.Block{card.Text{Spans: m.Summary}}
	}
	prev := card.Block(nil)
	for _, b := range m.Blocks {
		lines := r.block(b)
		if len(lines) == 0 {
			continue
		}
		if prev != nil && !together(prev, b) {
			r.b.WriteByte('\n')
		}
		for _, l := range lines {
			r.b.WriteString(strings.TrimRight(l, " ") + "\n")
		}
		prev = b
	}
	return []byte(r.b.String())
}

// Choices returns what a reader of the message may pick by number, in order.
func Choices(m card.Message) []card.Option {
	var out []card.Option
	for _, b := range card.Safe(m).Blocks {
		if a, ok := b.(card.Actions); ok {
			out = append(out, card.Choices(a)...)
		}
	}
	return out
}

// together reports whether two blocks stand without an empty line between them: the lines of a short answer and the
// note under it.
func together(a, b card.Block) bool {
	_, text := a.(card.Text)
	switch b.(type) {
	case card.Text, card.Note:
		_, note := a.(card.Note)
		return text || note
	case card.Progress:
		_, progress := a.(card.Progress)
		return text || progress
	}
	return false
}

type renderer struct {
	o      Options
	lang   lang.Lang
	choice int
	b      strings.Builder
}

func (r *renderer) block(b card.Block) []string {
	switch b := b.(type) {
	case card.Text:
		return r.para(r.o.runs(b.Spans), "", "")
	case card.Note:
		rs := r.o.runs(b.Spans)
		for i := range rs {
			rs[i].style = dim
		}
		return r.para(rs, "", "")
	case card.Fields:
		return r.fields(b)
	case card.List:
		return r.list(b)
	case card.Table:
		return r.table(b)
	case card.Chart:
		return r.chart(b)
	case card.Progress:
		return r.progress(b)
	case card.Code:
		return r.code(b)
	case card.Image:
		return r.para(r.o.runs([]card.Span{card.L(b.Alt, b.URL)}), "", "")
	case card.Rule:
		return []string{r.o.line([]run{{text: strings.Repeat("─", r.within(60)), style: dim}})}
	case card.Actions:
		return r.actions(b)
	default:
		return nil
	}
}

// within returns n, or the terminal's width where that is less.
func (r *renderer) within(n int) int {
	if r.o.Width > 0 {
		return min(n, r.o.Width)
	}
	return n
}

// para wraps runs behind a first prefix and a hanging one.
func (r *renderer) para(rs []run, first, hang string) []string {
	if len(rs) == 0 {
		return nil
	}
	w := 0
	if r.o.Width > 0 {
		w = max(r.o.Width-card.Width(first), 10)
	}
	var out []string
	for i, l := range wrap(rs, w) {
		prefix := hang
		if i == 0 {
			prefix = first
		}
		out = append(out, prefix+r.o.line(l))
	}
	return out
}

func (r *renderer) fields(b card.Fields) []string {
	w := 0
	for _, f := range b.Items {
		w = max(w, card.Width(f.Label))
	}
	w = min(w, r.within(60)/2)
	var out []string
	for _, f := range b.Items {
		label := card.CutWidth(f.Label, w)
		pad := strings.Repeat(" ", w-card.Width(label)+2)
		lines := r.para(r.o.runs(f.Value), strings.Repeat(" ", w+2), strings.Repeat(" ", w+2))
		if len(lines) == 0 {
			lines = []string{""}
		}
		lines[0] = r.o.line([]run{{text: label, style: dim}}) + pad + strings.TrimPrefix(lines[0], strings.Repeat(" ", w+2))
		out = append(out, lines...)
	}
	return out
}

func (r *renderer) list(b card.List) []string {
	var out []string
	for i, it := range b.Items {
		mark := "• "
		if b.Ordered {
			mark = fmt.Sprintf("%*d. ", len(strconv.Itoa(max(b.Start, 1)+len(b.Items)-1)), max(b.Start, 1)+i)
		}
		lines := r.para(r.o.runs(it), mark, strings.Repeat(" ", card.Width(mark)))
		if len(lines) == 0 {
			lines = []string{mark}
		}
		out = append(out, lines...)
	}
	return append(out, r.more(b.More, b.MoreURL)...)
}

func (r *renderer) more(n int, url string) []string {
	if n == 0 {
		return nil
	}
	rs := r.o.runs(card.MoreText(r.lang, n, url))
	for i := range rs {
		rs[i].style = dim
	}
	return r.para(rs, "", "")
}

func (r *renderer) title(s, unit string) []string {
	if s == "" && unit == "" {
		return nil
	}
	rs := []run{{text: s, style: bold}}
	if unit != "" {
		rs = append(rs, run{text: strings.Repeat(" ", min(len(s), 1)) + "(" + unit + ")", style: dim})
	}
	return r.para(rs, "", "")
}

func (r *renderer) chart(b card.Chart) []string {
	out := r.title(b.Title, b.Unit)
	if len(b.Points) == 0 {
		return out
	}
	for l := range strings.SplitSeq(card.Bars(b.Points, r.within(72)), "\n") {
		text, bar := l, ""
		if i := strings.LastIndex(l, "  "); i >= 0 && strings.Trim(l[i+2:], "█▉▊▋▌▍▎▏") == "" {
			text, bar = l[:i+2], l[i+2:]
		}
		out = append(out, r.o.line([]run{{text: text}, {text: bar, style: accent}}))
	}
	return out
}

func (r *renderer) progress(b card.Progress) []string {
	rs := r.o.runs(card.ProgressText(r.lang, b))
	if b.Total > 0 {
		const room = 20
		bar := card.Bar(float64(b.Done), float64(b.Total), room)
		rs = append([]run{{text: bar, style: accent}, {text: strings.Repeat("░", room-card.Width(bar)), style: dim}, {text: "  "}}, rs...)
	}
	return r.para(rs, "", "")
}

// code keeps lines whole: what is copied must not have breaks that are not there.
func (r *renderer) code(b card.Code) []string {
	if b.Text == "" {
		return nil
	}
	var out []string
	for l := range strings.SplitSeq(strings.ReplaceAll(b.Text, "\t", "    "), "\n") {
		out = append(out, "  "+r.o.line([]run{{text: l, style: accent}}))
	}
	return out
}

// actions numbers what may be chosen and shows links; other buttons are questions that can be typed.
func (r *renderer) actions(b card.Actions) []string {
	var out []string
	for _, c := range card.Choices(b) {
		r.choice++
		mark := fmt.Sprintf("%3d  ", r.choice)
		rs := []run{{text: c.Label}}
		if c.Hint != "" {
			rs = append(rs, run{text: "  " + c.Hint, style: dim})
		}
		lines := r.para(rs, mark, "     ")
		lines[0] = r.o.line([]run{{text: mark, style: accent}}) + strings.TrimPrefix(lines[0], mark)
		out = append(out, lines...)
	}
	for _, a := range b.Items {
		if a.URL != "" {
			out = append(out, r.para(r.o.runs([]card.Span{card.L(a.Label, a.URL)}), "", "")...)
		}
	}
	return out
}
