// Package picture draws what chat platforms cannot show otherwise: they take PNG, not SVG. Pictures have a fixed size and
// a bounded number of things in them, whatever they are made of.
package picture

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// canvas is a picture in the making. Coordinates are pixels from the top left.
type canvas struct {
	img   *image.RGBA
	shape *vector.Rasterizer
	faces map[face]font.Face
	fonts map[bool]*opentype.Font
}

// face is a size of the plain or the bold font.
type face struct {
	bold bool
	size float64
}

func newCanvas(width, height int, ground color.Color) (*canvas, error) {
	c := &canvas{
		img: image.NewRGBA(image.Rect(0, 0, width, height)), shape: vector.NewRasterizer(width, height),
		faces: map[face]font.Face{}, fonts: map[bool]*opentype.Font{},
	}
	for bold, ttf := range map[bool][]byte{false: goregular.TTF, true: gobold.TTF} {
		f, err := opentype.Parse(ttf)
		if err != nil {
			return nil, err
		}
		c.fonts[bold] = f
	}
	draw.Draw(c.img, c.img.Bounds(), image.NewUniform(ground), image.Point{}, draw.Src)
	return c, nil
}

// polygon paints an area with straight sides. Only the part of the picture that it covers is touched.
func (c *canvas) polygon(with color.Color, points ...point) {
	if len(points) < 3 {
		return
	}
	low, high := points[0], points[0]
	for _, p := range points {
		low, high = point{math.Min(low.x, p.x), math.Min(low.y, p.y)}, point{math.Max(high.x, p.x), math.Max(high.y, p.y)}
	}
	box := image.Rect(int(math.Floor(low.x)), int(math.Floor(low.y)), int(math.Ceil(high.x))+1, int(math.Ceil(high.y))+1)
	if !box.Overlaps(c.img.Bounds()) {
		return
	}
	if !box.In(c.img.Bounds()) { // the whole picture: what lies beyond it is left out
		box = c.img.Bounds()
	}
	c.shape.Reset(box.Dx(), box.Dy())
	at := func(p point) (float32, float32) {
		return float32(p.x - float64(box.Min.X)), float32(p.y - float64(box.Min.Y))
	}
	c.shape.MoveTo(at(points[0]))
	for _, p := range points[1:] {
		c.shape.LineTo(at(p))
	}
	c.shape.ClosePath()
	c.shape.Draw(c.img, box, image.NewUniform(with), image.Point{})
}

type point struct{ x, y float64 }

// corners is how many straight sides stand for a circle: none is seen at the sizes drawn here.
const corners = 180

// circle paints a disc.
func (c *canvas) circle(with color.Color, at point, radius float64) {
	points := make([]point, corners)
	for i := range points {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / corners)
		points[i] = point{at.x + radius*cos, at.y + radius*sin}
	}
	c.polygon(with, points...)
}

// line paints a straight stroke.
func (c *canvas) line(with color.Color, from, to point, width float64) {
	dx, dy := to.x-from.x, to.y-from.y
	length := math.Hypot(dx, dy)
	if length == 0 {
		return
	}
	ox, oy := -dy/length*width/2, dx/length*width/2
	c.polygon(with, point{from.x + ox, from.y + oy}, point{to.x + ox, to.y + oy}, point{to.x - ox, to.y - oy}, point{from.x - ox, from.y - oy})
}

func (c *canvas) face(bold bool, size float64) font.Face {
	key := face{bold, size}
	if f, ok := c.faces[key]; ok {
		return f
	}
	f, err := opentype.NewFace(c.fonts[bold], &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return nil // the size is one of ours: it does not happen
	}
	c.faces[key] = f
	return f
}

// align says which end of a text is at its place.
type align int

const (
	left align = iota
	middle
)

// text writes one line, its base line at the place, cut to a width in pixels.
func (c *canvas) text(s string, at point, how align, with color.Color, bold bool, size, most float64) {
	f := c.face(bold, size)
	if f == nil {
		return
	}
	s = cut(f, s, most)
	d := font.Drawer{Dst: c.img, Src: image.NewUniform(with), Face: f}
	if how == middle {
		at.x -= pixels(d.MeasureString(s)) / 2
	}
	d.Dot = fixed.Point26_6{X: fixed.Int26_6(at.x * 64), Y: fixed.Int26_6(at.y * 64)}
	d.DrawString(s)
}

func pixels(x fixed.Int26_6) float64 { return float64(x) / 64 }

// cut shortens a text to a width.
func cut(f font.Face, s string, most float64) string {
	if pixels(font.MeasureString(f, s)) <= most {
		return s
	}
	for r := []rune(s); len(r) > 0; r = r[:len(r)-1] {
		if short := string(r) + "…"; pixels(font.MeasureString(f, short)) <= most {
			return short
		}
	}
	return ""
}

// writes reports whether the font has every character of a text: it is Latin, Greek and Cyrillic.
func (c *canvas) writes(s string) bool {
	var b sfnt.Buffer
	for _, r := range s {
		if i, err := c.fonts[false].GlyphIndex(&b, r); err != nil || i == 0 {
			return false
		}
	}
	return s != ""
}
