package web

import (
	"html/template"
	"math"
	"strconv"

	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// The measures of the radar, in units of its picture.
const (
	radarRadius = 400
	radarMargin = 30
	blipRadius  = 11
	radarColors = 6 // of quadrants, in the style sheet
)

// blip is an entry in the picture.
type blip struct {
	number, quadrant, ring int
	title, href            string
	moved                  plugins.RadarMove
	x, y                   float64
}

// drawRadar draws rings, quadrants and numbered entries, each a link to its line in the list. The first quadrant is at
// the top right, the others follow clockwise. Any number of quadrants is drawn.
func drawRadar(l lang.Lang, shape plugins.RadarShape, blips []blip) template.HTML {
	if len(shape.Rings) == 0 || len(shape.Quadrants) == 0 {
		return ""
	}
	size := 2 * (radarRadius + radarMargin)
	w := &markup{}
	w.put(`<svg class="radar" viewBox="? ? ? ?" role="group" aria-label="?">`+"\n", px(-size/2), px(-size/2), px(size), px(size), lang.Text(l, lang.SiteRadar, nil))
	for i := len(shape.Rings); i > 0; i-- {
		w.put(`<circle class="ring r?" r="?"/>`, px(i-1), coord(ringEdge(i, len(shape.Rings))))
	}
	for i := range shape.Quadrants {
		sin, cos := math.Sincos(angle(float64(i), len(shape.Quadrants)))
		w.put(`<path class="axis" d="M0 0L? ?"/>`, coord(radarRadius*cos), coord(radarRadius*sin))
	}
	for i, ring := range shape.Rings {
		y := (ringEdge(i, len(shape.Rings)) + ringEdge(i+1, len(shape.Rings))) / 2
		w.put(`<text class="ringname" y="?" text-anchor="middle">?</text>`, coord(-y+5), fitted(ring.Name, 14))
	}
	w.put("\n")
	place(blips, len(shape.Quadrants), len(shape.Rings))
	for _, b := range blips {
		w.put(`<a href="?"><g class="blip q?"><title>?. ?</title>`, b.href, px(b.quadrant%radarColors), px(b.number), b.title)
		x, y := coord(b.x), coord(b.y)
		switch b.moved {
		case plugins.RadarMovedInto:
			w.put(`<path d="M? ?m0 -14l13 23h-26z"/>`, x, y)
		case plugins.RadarMovedOut:
			w.put(`<path d="M? ?m0 14l13 -23h-26z"/>`, x, y)
		default:
			w.put(`<circle cx="?" cy="?" r="?"/>`, x, y, px(blipRadius))
		}
		w.put(`<text x="?" y="?" text-anchor="middle">?</text></g></a>`+"\n", x, coord(b.y+4), px(b.number))
	}
	w.put("</svg>")
	return template.HTML(w.String())
}

// ringEdge is the radius at which a ring ends. Inner rings are wider, so that there is room for as many entries.
func ringEdge(ring, rings int) float64 {
	return radarRadius * math.Sqrt(float64(ring)/float64(rings))
}

// angle is where a quadrant begins; 0 is the top, and it goes clockwise.
func angle(quadrant float64, quadrants int) float64 {
	return -math.Pi/2 + 2*math.Pi*quadrant/float64(quadrants)
}

// place spreads the entries of each field evenly over the places that there are in it, always in the same way.
func place(blips []blip, quadrants, rings int) {
	fields := map[[2]int][]*blip{}
	for i := range blips {
		f := [2]int{blips[i].quadrant, blips[i].ring}
		fields[f] = append(fields[f], &blips[i])
	}
	for f, list := range fields {
		var free []spot
		for apart := 3.4 * blipRadius; len(free) < len(list); apart *= 0.85 {
			free = spots(f[0], f[1], quadrants, rings, apart)
		}
		for i, b := range list {
			at := free[(2*i+1)*len(free)/(2*len(list))]
			b.x, b.y = at.x, at.y
		}
	}
}

type spot struct{ x, y float64 }

// spots are the places of a field: rows of arcs, the outermost first, on each as many as keep apart.
func spots(quadrant, ring, quadrants, rings int, apart float64) []spot {
	inner, outer := ringEdge(ring, rings)+blipRadius+5, ringEdge(ring+1, rings)-blipRadius-5
	if ring == 0 {
		inner = apart * float64(quadrants) / math.Pi
	}
	var out []spot
	for radius := outer; radius >= inner || len(out) == 0; radius -= apart {
		n := max(1, int(2*math.Pi*radius/float64(quadrants)/apart))
		for i := range n {
			sin, cos := math.Sincos(angle(float64(quadrant)+(float64(i)+0.5)/float64(n), quadrants))
			out = append(out, spot{radius * cos, radius * sin})
		}
	}
	return out
}

func coord(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }
