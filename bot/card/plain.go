package card

import (
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/lang"
)

// plainBar is the width of bars in plain text.
const plainBar = 60

// Plain renders a message as plain text: the one form for scripts, the API, notifications and screen readers.
// Everything is in it, every row of lists and tables included; links read "text (address)"; tables are aligned;
// buttons are left out except choices, which are numbered through; notes stand at the end. Equal messages give equal
// text, without a line break at the end.
func Plain(m Message) string {
	m = Safe(m)
	p := &plainer{lang: m.Lang}
	if len(m.Summary) > 0 && !p.repeats(m) {
		p.para(PlainText(m.Summary))
	}
	var notes []string
	after := false // whether the last block was a Text too
	for _, b := range m.Blocks {
		if n, ok := b.(Note); ok {
			notes = append(notes, PlainText(n.Spans))
			continue
		}
		_, text := b.(Text)
		if s := p.block(b); text && after && s != "" { // the lines of a short answer stand together
			p.out[len(p.out)-1] += "\n" + s
		} else {
			p.para(s)
		}
		after = text && len(p.out) > 0
	}
	p.para(strings.Join(notes, "\n"))
	return strings.Join(p.out, "\n\n")
}

type plainer struct {
	lang   lang.Lang
	choice int // choices numbered so far
	out    []string
}

// repeats reports whether the summary is only the first paragraph once more, or a shorter form of it: readers of the
// whole text should not hear the fact twice.
func (p *plainer) repeats(m Message) bool {
	for _, b := range m.Blocks {
		if _, ok := b.(Text); ok {
			return true
		}
	}
	return false
}

func (p *plainer) para(s string) {
	if s = strings.Trim(s, "\n"); strings.TrimSpace(s) != "" {
		p.out = append(p.out, s)
	}
}

func (p *plainer) block(b Block) string {
	switch b := b.(type) {
	case Text:
		return PlainText(b.Spans)
	case Fields:
		lines := make([]string, len(b.Items))
		for i, f := range b.Items {
			lines[i] = PlainText(fieldLine(p.lang, f))
		}
		return strings.Join(lines, "\n")
	case List:
		return p.list(b)
	case Table:
		text, _ := tableText(b, 0)
		return p.join(b.Caption, text, p.more(b.More, b.MoreURL))
	case Chart:
		return p.join(p.chartTitle(b), Bars(b.Points, plainBar))
	case Progress:
		return PlainText(ProgressText(p.lang, b))
	case Code:
		return b.Text
	case Image:
		return PlainText([]Span{L(b.Alt, b.URL)})
	case Actions:
		return p.actions(b)
	default:
		return ""
	}
}

func (p *plainer) join(parts ...string) string {
	var out []string
	for _, s := range parts {
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, "\n")
}

func (p *plainer) more(n int, url string) string {
	if n == 0 {
		return ""
	}
	return PlainText(MoreText(p.lang, n, url))
}

func (p *plainer) chartTitle(b Chart) string {
	if b.Unit == "" || b.Title == "" {
		return b.Title + b.Unit
	}
	return b.Title + " (" + b.Unit + ")"
}

func (p *plainer) list(b List) string {
	var lines []string
	for i, it := range b.Items {
		mark := "- "
		if b.Ordered {
			mark = strconv.Itoa(max(b.Start, 1)+i) + ". "
		}
		lines = append(lines, mark+PlainText(it))
	}
	if s := p.more(b.More, b.MoreURL); s != "" {
		lines = append(lines, s)
	}
	return strings.Join(lines, "\n")
}

// actions numbers choices on through the whole message, as surfaces without buttons do.
func (p *plainer) actions(b Actions) string {
	var lines []string
	for _, o := range Choices(b) {
		p.choice++
		lines = append(lines, strconv.Itoa(p.choice)+". "+PlainText(o.spans()))
	}
	return strings.Join(lines, "\n")
}
