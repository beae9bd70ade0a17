package commands

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
)

// tongue is the language in which some people are understood: made of what they may see and of nothing else, so that
// a name which they may not see is as unknown as one that does not exist.
type tongue struct {
	viewer catalog.Viewer

	reading sync.Mutex // held by whoever rebuilds reader
	reader  atomic.Pointer[reader]

	used uint64 // the number of its last use; tongues.mu guards it
}

// current returns what reads questions, and whether it knows the present state. The first question of all waits for it;
// so does, where Keep does not run, whoever asks first after a change.
func (t *tongue) current(ctx context.Context, c *Commands) (r *reader, fresh bool) {
	now := t.reader.Load()
	shape, _ := c.cap.Radar.Shape(ctx) // a radar that does not answer adds no words
	if now.fresh(c.deps.View(catalog.Viewer{}).Generation(), c.docs.Load(), c.plugged(), shape) {
		return now, true
	}
	if now != nil && (c.kept.Load() || !t.reading.TryLock()) {
		return now, false
	}
	if now != nil {
		t.reading.Unlock()
	}
	return t.rebuild(ctx, c), true
}

// rebuild returns a reader of the present state, made from the one before where there is one.
func (t *tongue) rebuild(ctx context.Context, c *Commands) *reader {
	t.reading.Lock()
	defer t.reading.Unlock()
	docs, plugged := c.docs.Load(), c.plugged()
	view := c.deps.View(t.viewer)
	shape, _ := c.cap.Radar.Shape(ctx)
	now := t.reader.Load()
	if now.fresh(view.Generation(), docs, plugged, shape) {
		return now
	}
	r := &reader{generation: view.Generation(), radar: shape, docs: docs, plugins: plugged, readings: new(readings)}
	if v := c.Vocabulary(ctx, view); now == nil {
		r.understand = understand.New(v)
	} else {
		r.understand = now.understand.Next(v)
	}
	t.reader.Store(r)
	return r
}

// tongues are the languages of those who may not see everything, by what they may see. There are few: as many as there
// are sets of rules that hide different things. The one that was not used for longest is forgotten.
type tongues struct {
	mu   sync.Mutex
	of   map[string]*tongue
	uses uint64
}

// maxTongues bounds them: each takes as much memory as the names that it knows.
const maxTongues = 16

// tongueOf returns the language of a viewer.
func (c *Commands) tongueOf(v catalog.Viewer) *tongue {
	if v.Rules == nil {
		return &c.everything
	}
	ts := &c.tongues
	ts.mu.Lock()
	defer ts.mu.Unlock()
	ts.uses++
	t := ts.of[v.Rules.Key()]
	if t == nil {
		if ts.of == nil {
			ts.of = map[string]*tongue{}
		}
		if len(ts.of) >= maxTongues {
			ts.forget()
		}
		t = &tongue{viewer: catalog.Viewer{Rules: v.Rules}}
		ts.of[v.Rules.Key()] = t
	}
	t.used = ts.uses
	return t
}

func (ts *tongues) forget() {
	oldest := ""
	for key, t := range ts.of {
		if oldest == "" || t.used < ts.of[oldest].used {
			oldest = key
		}
	}
	delete(ts.of, oldest)
}

// all are the languages that are in use.
func (ts *tongues) all() []*tongue {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	var out []*tongue
	for _, t := range ts.of {
		out = append(out, t)
	}
	return out
}
