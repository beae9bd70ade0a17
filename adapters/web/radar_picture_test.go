package web_test

import (
	"bytes"
	"context"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/backchannel-portal/backchannel/adapters/web"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// drawnRadar is a radar that can change.
type drawnRadar struct {
	plugins.None
	titles []string
}

func (d *drawnRadar) Shape(context.Context) (plugins.RadarShape, error) {
	if d.titles == nil {
		return plugins.RadarShape{}, nil
	}
	return plugins.RadarShape{
		Source: "radar.json", Rings: []plugins.RadarName{{ID: "adopt", Name: "Adopt"}, {ID: "hold", Name: "Hold"}}, Quadrants: []plugins.RadarName{{ID: "tools", Name: "Tools"}, {ID: "langs", Name: "Languages"}},
	}, nil
}

func (d *drawnRadar) List(context.Context, plugins.RadarFilter) ([]plugins.RadarEntry, error) {
	var out []plugins.RadarEntry
	for i, t := range d.titles {
		e := plugins.RadarEntry{Title: t, Quadrant: plugins.RadarName{ID: "tools"}, Ring: plugins.RadarName{ID: "adopt"}}
		if i%2 == 1 {
			e.Quadrant.ID, e.Ring.ID, e.Moved = "langs", "hold", plugins.RadarMovedOut
		}
		out = append(out, e)
	}
	return out, nil
}

func TestPicturesOfTheRadar(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	radar := &drawnRadar{}
	tokens := bot.NewTokens([][]byte{bytes.Repeat([]byte{7}, 32)}, time.Hour, func() time.Time { return at })
	p := &web.Pictures{Radar: radar, Tokens: tokens}
	r := chi.NewRouter()
	p.Mount(r)
	get := func(path string) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		r.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
		return rec
	}
	if path := p.RadarPath(t.Context(), lang.English); path != "" {
		t.Errorf("there is no radar, and a picture at %s", path)
	}
	radar.titles = []string{"Go", "Perl", "Vim"}
	path := p.RadarPath(t.Context(), lang.English)
	rec := get(path)
	if rec.Code != http.StatusOK || rec.Header().Get("Content-Type") != "image/png" {
		t.Fatalf("%d %v", rec.Code, rec.Header())
	}
	if _, err := png.Decode(rec.Body); err != nil {
		t.Error(err)
	}
	if len(path) > 300 {
		t.Errorf("the address has %d bytes", len(path))
	}

	other := tokens.Token(card.Intent{Name: "ask", Args: []string{"radar", "en", "x"}}, bot.Actor{}, true, 400)
	for _, bad := range []string{"/pictures/x.png", "/pictures/" + strings.Repeat("a", 40) + ".png", path[:20] + "0" + path[21:], "/pictures/" + hexOf(other) + ".png"} {
		if bad != path && get(bad).Code != http.StatusNotFound {
			t.Errorf("%s is found", bad)
		}
	}
	radar.titles = append(radar.titles, "Rust")
	if get(path).Code != http.StatusOK {
		t.Error("a message that was posted loses its picture")
	}
	if next := p.RadarPath(t.Context(), lang.English); next == path || get(next).Code != http.StatusOK {
		t.Error("the radar changed, and its picture did not")
	}
	fresh := &web.Pictures{Radar: radar, Tokens: tokens}
	r = chi.NewRouter()
	fresh.Mount(r)
	if get(path).Code != http.StatusNotFound {
		t.Error("an address shows another radar than it was made for")
	}
	at = at.Add(2 * time.Hour)
	if get(p.RadarPath(t.Context(), lang.Chinese)).Code != http.StatusOK || get(path).Code != http.StatusNotFound {
		t.Error("addresses end")
	}
}

func hexOf(s string) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for _, c := range []byte(s) {
		b.WriteByte(digits[c>>4])
		b.WriteByte(digits[c&15])
	}
	return b.String()
}
