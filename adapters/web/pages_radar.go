package web

import (
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

type radarData struct {
	Picture   template.HTML
	Quadrants []radarQuadrant
	Moved     bool // an entry did
	Source    string
	Age       string
}

type radarQuadrant struct {
	Name  string
	Rings []radarRing
}

type radarRing struct {
	Name    string
	Entries []radarEntry
}

// radarEntry is a technology. Its number is that in the picture.
type radarEntry struct {
	Number int
	ID     string // of the line in the page
	Title  string
	About  string
	Moved  string // in words; empty: it did not
	Since  string
	Links  []link
	Uses   string // the question which services use it
}

// radar is /radar: the tech radar as a picture and as lists.
func (w *Web) radar(rw http.ResponseWriter, r *http.Request) {
	l := tongue(r)
	p := page{Title: translate(l, string(lang.SiteRadar)), Nav: "radar", About: translate(l, string(lang.SiteAboutRadar))}
	shape, err := w.cfg.Plugins.Radar.Shape(r.Context())
	var entries []plugins.RadarEntry
	if err == nil && shape.Source != "" {
		entries, err = w.cfg.Plugins.Radar.List(r.Context(), plugins.RadarFilter{})
	}
	if err != nil {
		w.cfg.Log.Warn("the radar could not be asked", "err", err)
	}
	if err != nil || shape.Source == "" {
		w.render(rw, r, http.StatusOK, "noradar", p, nil)
		return
	}
	d := radarData{Source: shape.Source[strings.LastIndexAny(shape.Source, `/\`)+1:]}
	if !shape.AsOf.IsZero() {
		d.Age = translate(l, string(lang.WebRead), "age", lang.Age(l, w.cfg.Now().Sub(shape.AsOf)))
	}
	var blips []blip
	d.Quadrants, blips = quadrants(l, shape, entries, w.cfg.Now())
	d.Picture = drawRadar(l, shape, blips)
	d.Moved = slices.ContainsFunc(blips, func(b blip) bool { return b.moved != plugins.RadarUnmoved })
	w.render(rw, r, http.StatusOK, "radar", p, d)
}

// quadrants numbers the entries, quadrant by quadrant and ring by ring.
func quadrants(l lang.Lang, shape plugins.RadarShape, entries []plugins.RadarEntry, now time.Time) ([]radarQuadrant, []blip) {
	var out []radarQuadrant
	var blips []blip
	for qi, q := range shape.Quadrants {
		quadrant := radarQuadrant{Name: q.Name}
		for ri, ring := range shape.Rings {
			group := radarRing{Name: ring.Name}
			for _, e := range entries {
				if e.Quadrant.ID != q.ID || e.Ring.ID != ring.ID {
					continue
				}
				n := len(blips) + 1
				shown := entryOf(l, e, n, now)
				group.Entries = append(group.Entries, shown)
				blips = append(blips, blip{number: n, quadrant: qi, ring: ri, title: e.Title, moved: e.Moved, href: "#" + shown.ID})
			}
			if len(group.Entries) > 0 {
				quadrant.Rings = append(quadrant.Rings, group)
			}
		}
		out = append(out, quadrant)
	}
	return out, blips
}

func entryOf(l lang.Lang, e plugins.RadarEntry, n int, now time.Time) radarEntry {
	out := radarEntry{Number: n, ID: "radar-" + px(n), Title: e.Title, About: card.CleanLine(e.Description), Uses: translate(l, string(lang.SiteAskUses), "name", e.Title)}
	switch {
	case e.Moved != plugins.RadarUnmoved && e.Previous.Name != "":
		out.Moved = translate(l, string(lang.SiteMovedFrom), "ring", e.Previous.Name)
	case e.Moved == plugins.RadarMovedInto:
		out.Moved = translate(l, string(lang.SiteMovedIn))
	case e.Moved == plugins.RadarMovedOut:
		out.Moved = translate(l, string(lang.SiteMovedOut))
	}
	if !e.Since.IsZero() {
		out.Since = lang.Date(l, e.Since, now)
	}
	all := slices.Clone(e.Links)
	if e.URL != "" {
		all = append(all, plugins.RadarLink{URL: e.URL, Title: translate(l, string(lang.SiteRead))})
	}
	for _, to := range all {
		if card.WebURL(to.URL) && to.URL != "#" {
			out.Links = append(out.Links, link{Text: card.CleanLine(to.Title), Href: to.URL})
		}
	}
	return out
}
