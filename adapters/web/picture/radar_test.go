package picture

import (
	"bytes"
	"fmt"
	"image/color"
	"image/png"
	"testing"
)

func sample(n int) Radar {
	r := Radar{Rings: []Ring{{"Adopt", 230}, {"Trial", 320}, {"评估", 400}}, Quadrants: []string{"Languages", "工具", "Platforms", "Techniques"}, Radius: 400, Blip: 11}
	for i := range n {
		title := fmt.Sprintf("Thing number %d with a name that is too long for its column", i)
		if i%5 == 4 {
			title = "消息队列"
		}
		r.Entries = append(r.Entries, Entry{Number: i + 1, Title: title, Quadrant: i % 4, X: float64(i%20)*30 - 300, Y: float64(i/20)*40 - 200, Move: i%3 - 1})
	}
	return r
}

func TestRadarIsAPictureOfBoundedSize(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 40, 1000} {
		data, err := sample(n).PNG()
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(data))
		if err != nil || img.Bounds().Dx() != width || img.Bounds().Dy() != height || len(data) > 1<<20 {
			t.Errorf("%d entries: %d bytes, %v", n, len(data), err)
		}
		r, g, b, _ := img.At(2, 2).RGBA()
		if r+g+b != 3*0xffff {
			t.Errorf("%d entries: the ground is not white", n)
		}
		if same(img.At(height/2+50, height/2+60), color.White) {
			t.Errorf("%d entries: there is no disc", n)
		}
	}
	if _, err := (Radar{}).PNG(); err != nil {
		t.Errorf("nothing to draw: %v", err)
	}
}

func same(a, b color.Color) bool {
	r, g, bl, _ := a.RGBA()
	x, y, z, _ := b.RGBA()
	return r == x && g == y && bl == z
}

func TestTheFontKnowsWhatItCannotWrite(t *testing.T) {
	t.Parallel()
	c, err := newCanvas(10, 10, color.White)
	if err != nil {
		t.Fatal(err)
	}
	for s, want := range map[string]bool{"Go": true, "Über": true, "Привет": true, "消息": false, "": false} {
		if c.writes(s) != want {
			t.Errorf("%q: %v", s, !want)
		}
	}
	if got := cut(c.face(false, 19), "a long name", 40); got == "a long name" || got == "" {
		t.Errorf("cut to %q", got)
	}
}
