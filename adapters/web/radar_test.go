package web

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

type fakeRadar struct {
	plugins.None
	entries []plugins.RadarEntry
	err     error
}

func (r fakeRadar) Shape(context.Context) (plugins.RadarShape, error) {
	return plugins.RadarShape{
		Source: "/etc/radar.json", AsOf: noon().Add(-time.Hour), Rings: []plugins.RadarName{{ID: "adopt", Name: "Adopt"}, {ID: "hold", Name: "Hold"}},
		Quadrants: []plugins.RadarName{{ID: "lang", Name: "Languages"}, {ID: "infra", Name: "Infrastructure"}, {ID: "tools", Name: "Tools"}},
	}, nil
}

func (r fakeRadar) List(context.Context, plugins.RadarFilter) ([]plugins.RadarEntry, error) {
	return r.entries, r.err
}

func TestRadar(t *testing.T) {
	ring := func(id, name string) plugins.RadarName { return plugins.RadarName{ID: id, Name: name} }
	radar := fakeRadar{entries: []plugins.RadarEntry{
		{Title: "Go", Ring: ring("adopt", "Adopt"), Quadrant: ring("lang", ""), Moved: plugins.RadarMovedInto, Previous: ring("trial", "Trial"), Since: noon(), URL: "https://go.dev", Description: "Ours"},
		{Title: "Perl", Ring: ring("hold", "Hold"), Quadrant: ring("lang", ""), Moved: plugins.RadarMovedOut},
		{Title: "<b>Kafka</b>", Ring: ring("adopt", "Adopt"), Quadrant: ring("infra", ""), Links: []plugins.RadarLink{{URL: "javascript:alert(1)", Title: "x"}}},
		{Title: "Lost", Ring: ring("nowhere", ""), Quadrant: ring("infra", "")},
	}}
	w := site(t, func(c *Config) { c.Plugins.Radar = radar })
	body := call(t, w, http.MethodGet, "/radar", "").Body.String()
	for _, s := range []string{
		"<h2>Languages</h2>", "<h3>Adopt</h3>", `<li id="radar-1" value="1"`, "was Trial", "moved out", `href="https://go.dev"`, "&lt;b&gt;Kafka&lt;/b&gt;", "radar.json · read 1 h ago", "which services use Go?", `<a href="#radar-2">`,
	} {
		if !strings.Contains(body, s) {
			t.Errorf("no %s in %s", s, clipTest(body))
		}
	}
	for _, s := range []string{"javascript:", "<b>Kafka", "Lost"} {
		if strings.Contains(body, s) {
			t.Errorf("has %s", s)
		}
	}
	if !strings.Contains(call(t, w, http.MethodGet, "/", "").Body.String(), `href="/radar"`) || strings.Contains(call(t, site(t), http.MethodGet, "/", "").Body.String(), `href="/radar"`) {
		t.Error("the navigation leads to a radar where there is one, and only there")
	}
	radar.err = errors.New("away")
	for name, c := range map[string]plugins.Radar{"none": nil, "away": radar} {
		rec := call(t, site(t, func(cfg *Config) { cfg.Plugins.Radar = c }), http.MethodGet, "/radar", "")
		if rec.Code != http.StatusOK || !strings.Contains(rec.Body.String(), "No tech radar is configured.") {
			t.Errorf("%s: %d", name, rec.Code)
		}
	}
}

// Entries stay inside their field, and off each other as long as there is room.
func TestEntriesKeepApart(t *testing.T) {
	for _, tt := range []struct{ quadrants, rings, each int }{{4, 4, 6}, {5, 4, 5}, {1, 1, 40}, {8, 6, 2}, {4, 4, 60}} {
		var all []blip
		for q := range tt.quadrants {
			for r := range tt.rings {
				for range tt.each {
					all = append(all, blip{quadrant: q, ring: r})
				}
			}
		}
		place(all, tt.quadrants, tt.rings)
		near := math.Inf(1)
		for i, a := range all {
			radius := math.Hypot(a.x, a.y)
			if inner, outer := ringEdge(a.ring, tt.rings), ringEdge(a.ring+1, tt.rings); radius < inner-1 || radius > outer+1 {
				t.Fatalf("%v: an entry of ring %d is %.0f from the middle, outside of %.0f to %.0f", tt, a.ring, radius, inner, outer)
			}
			for _, b := range all[:i] {
				near = min(near, math.Hypot(a.x-b.x, a.y-b.y))
			}
		}
		if tt.each < 10 && near < 1.7*blipRadius {
			t.Errorf("%v: two entries are %.1f apart", tt, near)
		}
	}
	svg := string(drawRadar(lang.English, plugins.RadarShape{Rings: make([]plugins.RadarName, 3), Quadrants: make([]plugins.RadarName, 4)}, make([]blip, 3)))
	if n := wellFormed(t, svg); n["circle"] != 3+3 || n["a"] != 3 {
		t.Error(fmt.Sprint(n), svg)
	}
}
