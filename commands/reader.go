package commands

import (
	"context"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/plugins"
)

// reader understands questions about one generation of the catalog.
type reader struct {
	generation catalog.Generation
	radar      plugins.RadarShape
	docs       uint64 // how often documentation was said to have changed
	plugins    uint64 // generation of the plugins
	understand *understand.Understander
	readings   *readings // what understand made of common questions
}

// fresh reports whether the reader still speaks the language of the catalog and the radar.
func (r *reader) fresh(g catalog.Generation, docs, plugged uint64, shape plugins.RadarShape) bool {
	return r != nil && r.generation == g && r.docs == docs && r.plugins == plugged && r.radar.Source == shape.Source && len(r.radar.Rings) == len(shape.Rings)
}

// DocsChanged says that documentation changed, which no generation of the catalog tells: its words belong to the
// language too.
func (c *Commands) DocsChanged() { c.docs.Add(1) }

// Prepare prepares the language of the catalog as it is now, so that the first question does not wait for it: that of
// those who may see everything, and that of the given viewers.
func (c *Commands) Prepare(ctx context.Context, viewers ...catalog.Viewer) {
	c.everything.rebuild(ctx, c)
	for _, v := range viewers {
		c.tongueOf(v).rebuild(ctx, c)
	}
}

// Keep brings the language up to date whenever the catalog has changed, until ctx is done; it looks every so often.
// That takes as long as much was changed, and a pause of several times as long follows. While Keep runs no question
// waits for it: those asked in between are read in the language of before, with names looked up as they are now.
func (c *Commands) Keep(ctx context.Context, every time.Duration) {
	c.kept.Store(true)
	defer c.kept.Store(false)
	const rest = 4
	tick := time.NewTicker(every)
	defer tick.Stop()
	var pause time.Time
	for {
		if start := c.deps.Now(); !start.Before(pause) {
			c.everything.rebuild(ctx, c)
			for _, t := range c.tongues.all() {
				t.rebuild(ctx, c)
			}
			end := c.deps.Now()
			pause = end.Add(rest * end.Sub(start))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// speaks reports whether the language knows a generation of the catalog. Where Keep does not run, a question brings it up
// to date.
func (c *Commands) speaks(g catalog.Generation) bool {
	r := c.everything.reader.Load()
	return !c.kept.Load() || r != nil && r.generation >= g
}

// late looks up names that a question has and the understander does not know, because they are newer than it is. What
// it took for the subject of a question is then no subject any more.
func late(view search.View, r *understand.Reading) {
	if len(r.Entities) > 0 || len(r.Candidates) > 0 {
		return
	}
	for _, name := range r.Unknown {
		found := view.Resolve(name, search.ResolveOptions{Deepest: search.MatchNormalised, Limit: 2})
		if len(found) != 1 {
			continue
		}
		r.Entities = append(r.Entities, found[0].Entity.Ref)
		if strings.EqualFold(r.Topic, name) {
			r.Topic = ""
		}
	}
	if len(r.Entities) > 0 {
		r.Unknown, r.Near = nil, nil
	}
}
