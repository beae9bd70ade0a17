package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/backchannel-portal/backchannel/adapters/web/picture"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// Pictures draws what messages show, for platforms that fetch it from here without signing in: who has the address, which
// nobody can guess and which ends, sees the picture as it was. It is safe for concurrent use.
type Pictures struct {
	Radar  plugins.Radar
	Tokens *bot.Tokens

	mu    sync.Mutex
	drawn map[string][]byte // by version
	order []string          // the oldest first
}

// picturePath is where pictures are; the path goes on with a token and ends in .png.
const picturePath = "/pictures/"

// maxDrawn bounds the pictures that are kept: those of the last versions.
const maxDrawn = 8

// intentPicture is what a token of a picture carries. It is no intent of a button: nobody handles it.
const intentPicture = "picture"

// maxPictureToken bounds what an address carries, in bytes.
const maxPictureToken = 400

// RadarPath returns the path of the picture of the radar as it is now, "" where there is none.
func (p *Pictures) RadarPath(ctx context.Context, l lang.Lang) string {
	version, _, err := p.radar(ctx, l)
	if err != nil || version == "" {
		return ""
	}
	in := card.Intent{Name: intentPicture, Args: []string{"radar", string(l), version}}
	return picturePath + hex.EncodeToString([]byte(p.Tokens.Token(in, bot.Actor{}, true, maxPictureToken))) + ".png"
}

// radar is the radar as it is to be drawn, and what tells it from other versions.
func (p *Pictures) radar(ctx context.Context, l lang.Lang) (version string, out picture.Radar, err error) {
	shape, err := p.Radar.Shape(ctx)
	if err != nil || shape.Source == "" || len(shape.Rings) == 0 || len(shape.Quadrants) == 0 {
		return "", out, err
	}
	entries, err := p.Radar.List(ctx, plugins.RadarFilter{})
	if err != nil {
		return "", out, err
	}
	_, blips := quadrants(l, shape, entries, shape.AsOf)
	place(blips, len(shape.Quadrants), len(shape.Rings))
	out = picture.Radar{Radius: radarRadius, Blip: blipRadius}
	for i, r := range shape.Rings {
		out.Rings = append(out.Rings, picture.Ring{Name: r.Name, Edge: ringEdge(i+1, len(shape.Rings))})
	}
	for _, q := range shape.Quadrants {
		out.Quadrants = append(out.Quadrants, q.Name)
	}
	for _, b := range blips {
		e := picture.Entry{Number: b.number, Title: b.title, Quadrant: b.quadrant, X: b.x, Y: b.y}
		switch b.moved {
		case plugins.RadarMovedInto:
			e.Move = 1
		case plugins.RadarMovedOut:
			e.Move = -1
		}
		out.Entries = append(out.Entries, e)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%v", out))
	return hex.EncodeToString(sum[:8]), out, nil
}

// Mount serves the pictures.
func (p *Pictures) Mount(r chi.Router) {
	r.Get(picturePath+"{token}.png", p.serve)
	r.Head(picturePath+"{token}.png", p.serve)
}

// serve answers with a picture. What is not ours, has ended, or is of a version that is gone, is not found.
func (p *Pictures) serve(rw http.ResponseWriter, r *http.Request) {
	token, err := hex.DecodeString(chi.URLParam(r, "token"))
	if err != nil {
		http.NotFound(rw, r)
		return
	}
	in, err := p.Tokens.Open(string(token), bot.Actor{})
	if err != nil || in.Name != intentPicture || len(in.Args) != 3 || in.Args[0] != "radar" {
		http.NotFound(rw, r)
		return
	}
	data, err := p.draw(r.Context(), lang.Parse(in.Args[1]), in.Args[2])
	if err != nil || data == nil {
		http.NotFound(rw, r)
		return
	}
	h := rw.Header()
	h.Set("Content-Type", "image/png")
	h.Set("Cache-Control", "public, max-age=86400, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'")
	http.ServeContent(rw, r, "", time.Time{}, bytes.NewReader(data))
}

// draw returns the picture of a version; nil where that is neither the present one nor kept.
func (p *Pictures) draw(ctx context.Context, l lang.Lang, version string) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock() // one is drawn at a time: it costs a processor
	if data, ok := p.drawn[version]; ok {
		return data, nil
	}
	now, radar, err := p.radar(ctx, l)
	if err != nil || now != version {
		return nil, err
	}
	data, err := radar.PNG()
	if err != nil {
		return nil, err
	}
	if p.drawn == nil {
		p.drawn = map[string][]byte{}
	}
	if p.drawn[version] = data; len(p.order) >= maxDrawn {
		delete(p.drawn, p.order[0])
		p.order = p.order[1:]
	}
	p.order = append(p.order, version)
	return data, nil
}
