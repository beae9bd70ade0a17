package web

import (
	"fmt"
	"math"

	"github.com/backchannel-portal/backchannel/bot/card"
)

// The measures of charts, in the units of their view boxes.
const (
	chartRow  = 30.0
	chartBar  = 16.0
	chartWide = 320.0
	pieSize   = 100.0
	pieColors = 8 // classes s0 to s7 of the style sheet
)

// chart draws a chart as SVG with its numbers as text beside it, so that nothing is told by length or colour alone.
func (r *renderer) chart(b card.Chart) {
	if len(b.Points) == 0 {
		return
	}
	r.put(`<figure class="chart">` + "\n")
	if b.Title != "" || b.Unit != "" {
		r.put("<figcaption>?", b.Title)
		if b.Unit != "" {
			r.put(` <span class="unit">?</span>`, b.Unit)
		}
		r.put("</figcaption>\n")
	}
	if b.Kind == card.ChartPie {
		r.pie(b)
	} else {
		r.bars(b)
	}
	r.put("</figure>\n")
}

func (r *renderer) bars(b card.Chart) {
	top := 0.0
	for _, p := range b.Points {
		top = max(top, p.Value)
	}
	r.put(`<table class="bars"><tbody>` + "\n")
	for _, p := range b.Points {
		w := 0.0
		if top > 0 {
			w = p.Value / top * chartWide
		}
		r.put(`<tr><th scope="row">?</th><td><svg viewBox="0 0 ? ?" preserveAspectRatio="none" aria-hidden="true"><rect class="bar" width="?" height="?" rx="2"/></svg></td><td class="right">?</td></tr>`+"\n",
			p.Label, num(chartWide), num(chartBar), num(w), num(chartBar), card.Value(p.Value))
	}
	r.put("</tbody></table>\n")
}

func (r *renderer) pie(b card.Chart) {
	total := 0.0
	for _, p := range b.Points {
		total += p.Value
	}
	r.put(`<div class="pie"><svg viewBox="-? -? ? ?" aria-hidden="true">`, num(pieSize/2), num(pieSize/2), num(pieSize), num(pieSize))
	from := 0.0
	for i, p := range b.Points {
		share := p.Value / total
		if share > 0.999 {
			r.put(`<circle class="s?" r="?"/>`, num(float64(i%pieColors)), num(pieSize/2))
		} else {
			r.put(`<path class="s?" d="?"/>`, num(float64(i%pieColors)), slice(from, from+share))
		}
		from += share
	}
	r.put("</svg><ul>\n")
	for i, p := range b.Points {
		r.put(`<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="s?" width="10" height="10" rx="2"/></svg>? <b>?</b> <span class="unit">?</span></li>`+"\n",
			num(float64(i%pieColors)), p.Label, card.Value(p.Value), fmt.Sprintf("%.0f%%", p.Value/total*100))
	}
	r.put("</ul></div>\n")
}

// slice is the path of a slice between two shares of the circle, clockwise from the top.
func slice(from, to float64) string {
	at := func(share float64) (x, y float64) {
		a := 2*math.Pi*share - math.Pi/2
		return math.Cos(a) * pieSize / 2, math.Sin(a) * pieSize / 2
	}
	x1, y1 := at(from)
	x2, y2 := at(to)
	large := 0
	if to-from > 0.5 {
		large = 1
	}
	return fmt.Sprintf("M0 0L%.2f %.2fA%.0f %.0f 0 %d 1 %.2f %.2fZ", x1, y1, pieSize/2, pieSize/2, large, x2, y2)
}

// num writes a measure briefly.
func num(v float64) string { return fmt.Sprintf("%.4g", v) }
