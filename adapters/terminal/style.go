package terminal

import (
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
)

// Style is how text is set off. The plain renderer has none.
type style string

// The styles, as SGR parameters (ECMA-48 8.3.117).
const (
	normal style = ""
	bold   style = "1"
	dim    style = "2"
	accent style = "36"
	under  style = "4"
)

// run is text in one style, on one line.
type run struct {
	text  string
	style style
	url   string // an OSC 8 link where there are colours
}

// runs turns spans into runs. Without colours a link's address stands behind its text.
func (o Options) runs(spans []card.Span) []run {
	out := make([]run, 0, len(spans))
	for _, s := range spans {
		r := run{text: s.Text}
		switch s.Kind {
		case card.Strong, card.Person:
			r.style = bold
		case card.Mono:
			r.style = accent
		case card.Link:
			r.style, r.url = under, s.URL
			if !o.Color {
				r.text = card.PlainText([]card.Span{s})
			}
		case card.Entity:
			r.style, r.url = bold, s.URL
		}
		out = append(out, r)
	}
	return out
}

// paint writes a run.
func (o Options) paint(b *strings.Builder, r run) {
	if !o.Color || r.text == "" {
		b.WriteString(r.text)
		return
	}
	if r.url != "" {
		b.WriteString("\x1b]8;;" + r.url + "\x1b\\")
	}
	if r.style != normal {
		b.WriteString("\x1b[" + string(r.style) + "m" + r.text + "\x1b[0m")
	} else {
		b.WriteString(r.text)
	}
	if r.url != "" {
		b.WriteString("\x1b]8;;\x1b\\")
	}
}

// line writes runs as one line, without a line break.
func (o Options) line(rs []run) string {
	var b strings.Builder
	for _, r := range rs {
		o.paint(&b, r)
	}
	return b.String()
}

func width(rs []run) int {
	w := 0
	for _, r := range rs {
		w += card.Width(r.text)
	}
	return w
}
