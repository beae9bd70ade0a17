package picture

import (
	"bytes"
	"image/color"
	"image/png"
	"math"
	"strconv"
)

// Radar is a tech radar to be drawn: a disc of rings and quadrants with numbered entries, and their names beside it.
type Radar struct {
	Rings     []Ring   // from the middle
	Quadrants []string // clockwise from the top
	Entries   []Entry
	Radius    float64 // of the disc, in the units of rings and entries
	Blip      float64 // of an entry, in the same units
}

// Ring is the name of a ring and the radius at which it ends.
type Ring struct {
	Name string
	Edge float64
}

// Entry is a technology, at a place relative to the middle of the disc.
type Entry struct {
	Number   int
	Title    string
	Quadrant int
	X, Y     float64
	Move     int // towards the middle: 1; away from it: -1; else 0
}

// The measures of the picture, in pixels. It is as large as platforms show it when somebody opens it.
const (
	width, height = 1600, 1000
	disc          = 460.0 // radius
	legend        = 1010.0
	lineHeight    = 25.0
	maxNames      = 150 // entries that are named
	maxEntries    = 400 // entries that are drawn
)

// RGB of the ground, the rings from the middle, what is written, and the quadrants.
func ground() color.Color { return color.RGBA{255, 255, 255, 255} }
func ink() color.Color    { return color.RGBA{33, 37, 41, 255} }
func faint() color.Color  { return color.RGBA{108, 117, 125, 255} }
func rule() color.Color   { return color.RGBA{255, 255, 255, 255} }

func ringColor(i, n int) color.Color {
	shade := uint8(218 + 26*i/max(1, n-1))
	return color.RGBA{shade, shade + 3, shade + 8, 255}
}

func quadrantColor(i int) color.Color {
	all := []color.RGBA{{31, 111, 235, 255}, {26, 127, 55, 255}, {188, 76, 0, 255}, {130, 80, 223, 255}, {191, 57, 137, 255}, {9, 105, 118, 255}}
	return all[i%len(all)]
}

// PNG draws the radar. Names in letters that the font does not have are left to the list that the numbers refer to.
func (r Radar) PNG() ([]byte, error) {
	c, err := newCanvas(width, height, ground())
	if err != nil {
		return nil, err
	}
	scale := disc / math.Max(r.Radius, 1)
	at := point{height / 2, height / 2}
	for i := len(r.Rings) - 1; i >= 0; i-- {
		c.circle(rule(), at, r.Rings[i].Edge*scale)
		c.circle(ringColor(i, len(r.Rings)), at, r.Rings[i].Edge*scale-3)
	}
	for i := range r.Quadrants {
		sin, cos := math.Sincos(-math.Pi/2 + 2*math.Pi*float64(i)/float64(len(r.Quadrants)))
		c.line(rule(), at, point{at.x + disc*cos, at.y + disc*sin}, 4)
	}
	inner := 0.0
	for _, ring := range r.Rings {
		y := at.y - (inner+ring.Edge)/2*scale
		inner = ring.Edge
		if c.writes(ring.Name) {
			c.text(ring.Name, point{at.x, y + 7}, middle, faint(), true, 22, 170)
		}
	}
	for _, e := range r.Entries[:min(len(r.Entries), maxEntries)] {
		c.entry(e, point{at.x + e.X*scale, at.y + e.Y*scale}, r.Blip*scale)
	}
	c.names(r)
	var out bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestSpeed}
	err = enc.Encode(&out, c.img)
	return out.Bytes(), err
}

// entry draws a number on a disc, or on a triangle that points the way the entry has moved.
func (c *canvas) entry(e Entry, at point, radius float64) {
	with := quadrantColor(e.Quadrant)
	if e.Move == 0 {
		c.circle(rule(), at, radius+2)
		c.circle(with, at, radius)
	} else {
		side, up := radius*1.35, -radius*1.5*float64(e.Move)
		c.polygon(with, point{at.x, at.y + up}, point{at.x + side, at.y - up*0.65}, point{at.x - side, at.y - up*0.65})
	}
	c.text(strconv.Itoa(e.Number), point{at.x, at.y + radius*0.36}, middle, rule(), true, radius*1.05, 4*radius)
}

// names lists the entries beside the disc, quadrant by quadrant, in as many columns as they need.
func (c *canvas) names(r Radar) {
	type row struct {
		text string
		head bool
		q    int
	}
	var rows []row
	for q, name := range r.Quadrants {
		if !c.writes(name) {
			name = strconv.Itoa(q + 1)
		}
		rows = append(rows, row{name, true, q})
		for _, e := range r.Entries[:min(len(r.Entries), maxNames)] {
			if e.Quadrant != q {
				continue
			}
			title := e.Title
			if !c.writes(title) {
				title = "–"
			}
			rows = append(rows, row{strconv.Itoa(e.Number) + "  " + title, false, q})
		}
	}
	const most = 37 // lines of the height
	perColumn := most
	columns := max(2, (len(rows)+perColumn-1)/perColumn)
	perColumn = (len(rows) + columns - 1) / columns
	wide := (width - legend - 20) / float64(columns)
	size := math.Min(19, wide/9)
	for i, one := range rows {
		at := point{legend + wide*float64(i/perColumn), 56 + lineHeight*float64(i%perColumn)}
		with := ink()
		if one.head {
			with = quadrantColor(one.q)
		}
		c.text(one.text, at, left, with, one.head, size, wide-14)
	}
}
