package web

import (
	"strconv"

	"github.com/backchannel-portal/backchannel/internal/lang"
)

// The measures of a graph, in units of its picture, which are pixels at full size.
const (
	boxHeight   = 44
	boxGap      = 8
	labelHeight = 24
	bundleGap   = 10
	wideWidth   = 940
	wideBox     = 250
	wideRoom    = 28 // columns of text in a box
	tallWidth   = 360
	tallIndent  = 28
	tallRoom    = 38
)

// graphWriter draws graphs. What comes from the catalog is escaped by markup.put.
type graphWriter struct {
	markup
	l     lang.Lang
	title string
}

func px(n int) string { return strconv.Itoa(n) }

func (w *graphWriter) open(class string, width, height int) {
	w.put(`<svg class="graph ?" viewBox="-2 -2 ? ?" width="?" height="?" role="group" aria-label="?">`+"\n",
		class, px(width+4), px(height+4), px(width+4), px(height+4), w.title)
}

// heightOf is the room a side needs.
func heightOf(bundles []bundle) int {
	h := 0
	for i, b := range bundles {
		if i > 0 {
			h += bundleGap
		}
		h += labelHeight + len(b.Nodes)*(boxHeight+boxGap)
	}
	return h
}

// wide puts what comes before at the left, what follows at the right.
func (w *graphWriter) wide(n neighbourhood) {
	left, right := heightOf(n.Left), heightOf(n.Right)
	height := max(left, right, boxHeight+2*boxGap)
	w.open("wide", wideWidth, height)
	mid := height / 2
	center := (wideWidth - wideBox) / 2
	w.wideSide(n.Left, 0, (height-left)/2, func(y int) { w.curve(wideBox, y, center, mid) })
	w.wideSide(n.Right, wideWidth-wideBox, (height-right)/2, func(y int) { w.curve(center+wideBox, mid, wideWidth-wideBox, y) })
	w.box(n.Self, center, mid-boxHeight/2, wideBox, wideRoom, "self")
	w.put("</svg>\n")
}

func (w *graphWriter) wideSide(bundles []bundle, x, y int, edge func(y int)) {
	for i, b := range bundles {
		if i > 0 {
			y += bundleGap
		}
		w.label(b, x+2, y)
		y += labelHeight
		for _, n := range b.Nodes {
			edge(y + boxHeight/2)
			w.box(n, x, y, wideBox, wideRoom, "")
			y += boxHeight + boxGap
		}
	}
}

// tall puts the entity on top and everything below it.
func (w *graphWriter) tall(n neighbourhood) {
	height := boxHeight + bundleGap + heightOf(n.Left) + heightOf(n.Right) + bundleGap
	w.open("tall", tallWidth, height)
	y, last := boxHeight+bundleGap, boxHeight
	all := append(n.Left[:len(n.Left):len(n.Left)], n.Right...)
	for i, b := range all {
		if i > 0 {
			y += bundleGap
		}
		w.label(b, tallIndent+2, y)
		y += labelHeight
		for _, to := range b.Nodes {
			last = y + boxHeight/2
			w.put(`<path class="edge" d="M12 ?H?"/>`, px(last), px(tallIndent))
			w.box(to, tallIndent, y, tallWidth-tallIndent, tallRoom, "")
			y += boxHeight + boxGap
		}
	}
	w.put(`<path class="edge" d="M12 ?V?"/>`, px(boxHeight), px(last))
	w.box(n.Self, 0, 0, tallWidth, tallRoom+3, "self")
	w.put("</svg>\n")
}

func (w *graphWriter) label(b bundle, x, y int) {
	text := b.Label
	if b.More > 0 {
		text += " · " + lang.Text(w.l, lang.WebMore, lang.Args{"n": b.More})
	}
	w.put(`<text class="label" x="?" y="?">?</text>`+"\n", px(x), px(y+16), text)
}

// box is an entity, and a link to its page where it has one.
func (w *graphWriter) box(n node, x, y, width, room int, class string) {
	if n.Gone {
		class = "lost"
	}
	if n.Href != "" {
		w.put(`<a href="?">`, n.Href)
	}
	w.put(`<g class="box ?"><title>? (?)</title><rect x="?" y="?" width="?" height="?" rx="8"/>`, class, n.Name, n.Kind, px(x), px(y), px(width), px(boxHeight))
	w.put(`<text class="name" x="?" y="?">?</text><text class="kind" x="?" y="?">?</text></g>`,
		px(x+12), px(y+19), fitted(n.Name, room), px(x+12), px(y+35), fitted(n.Kind, room+4))
	if n.Href != "" {
		w.put("</a>")
	}
	w.put("\n")
}

// curve leads from one point to another at its right.
func (w *graphWriter) curve(x1, y1, x2, y2 int) {
	bend := (x1 + x2) / 2
	w.put(`<path class="edge" d="M? ?C? ? ? ? ? ?"/>`+"\n", px(x1), px(y1), px(bend), px(y1), px(bend), px(y2), px(x2), px(y2))
}
