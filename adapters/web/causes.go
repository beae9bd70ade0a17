package web

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// The rhythm of looking for the worst problems.
const (
	causesFor      = 5 * time.Minute        // they are shown for so long before they are looked for again in a catalog that changed
	causesPatience = 300 * time.Millisecond // a page waits for those that were never found; then it shows none
)

// keptAudiences bounds for how many groups of people who see different things something is kept.
const keptAudiences = 16

// causeCache keeps the worst problems. To find them every entity is looked at, which pages do not wait for: Web.Run looks,
// and pages show what was found last. It is safe for concurrent use.
type causeCache struct {
	mu    sync.Mutex
	kept  map[search.Audience]keptCauses // by audience, whatever the generation
	wish  map[search.Audience]*causeWish // that are not fulfilled
	asked chan *causeWish                // to Run; nil: it does not run, and whoever asks looks
}

type keptCauses struct {
	at         time.Time
	generation catalog.Generation
	causes     []Cause
}

// causeWish is a view whose worst problems are to be found.
type causeWish struct {
	audience   search.Audience // with the generation 0
	generation catalog.Generation
	view       search.View
	done       chan struct{} // closed when they are found
}

// Run looks for what pages show and do not wait for, and hands forms in again that a process left behind, until ctx is
// done. It is to be called once at most; without it,
// pages wait.
func (w *Web) Run(ctx context.Context) error {
	var more sync.WaitGroup
	defer more.Wait()
	if w.cfg.Forms != nil {
		more.Go(func() { w.cfg.Forms().Run(ctx) })
	}
	asked := make(chan *causeWish, keptAudiences)
	w.causes.listen(asked)
	defer w.causes.listen(nil)
	for {
		select {
		case <-ctx.Done():
			return nil
		case wish := <-asked:
			w.find(ctx, wish)
		}
	}
}

func (c *causeCache) listen(asked chan *causeWish) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked, c.wish = asked, nil
}

// worst are the worst problems that a view shows, which may be some minutes old.
func (w *Web) worst(ctx context.Context, view search.View) []Cause {
	if w.cfg.Worst == nil {
		return nil
	}
	wish := &causeWish{view: view, done: make(chan struct{})}
	wish.audience, _ = search.AudienceOf(view)
	wish.generation, wish.audience.Generation = wish.audience.Generation, 0
	kept, known, waiting := w.causes.wanted(wish, w.cfg.Now())
	switch {
	case known:
		return kept
	case waiting == nil:
		w.find(ctx, wish)
	default:
		limit := time.NewTimer(causesPatience)
		defer limit.Stop()
		select {
		case <-waiting:
		case <-limit.C:
		case <-ctx.Done():
		}
	}
	w.causes.mu.Lock()
	defer w.causes.mu.Unlock()
	return w.causes.kept[wish.audience].causes
}

// wanted returns what was found last, and asks for it to be found again where it is too old. waiting ends once it is
// found; nil: the caller is to find it.
func (c *causeCache) wanted(wish *causeWish, now time.Time) (causes []Cause, known bool, waiting <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, known := c.kept[wish.audience]
	fresh := known && (k.generation == wish.generation || now.Sub(k.at) < causesFor)
	if fresh || c.asked == nil {
		return k.causes, fresh, nil
	}
	if before, ok := c.wish[wish.audience]; ok {
		return k.causes, known, before.done
	}
	select {
	case c.asked <- wish:
	default: // there are more than can be looked at; the next page asks again
		return k.causes, true, nil
	}
	if c.wish == nil {
		c.wish = map[search.Audience]*causeWish{}
	}
	c.wish[wish.audience] = wish
	return k.causes, known, wish.done
}

// find looks for the worst problems.
func (w *Web) find(ctx context.Context, wish *causeWish) {
	now := w.cfg.Now()
	all := w.cfg.Worst(ctx, wish.view)
	c := &w.causes
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.kept) >= keptAudiences || c.kept == nil {
		c.kept = map[search.Audience]keptCauses{}
	}
	c.kept[wish.audience] = keptCauses{now, wish.generation, slices.Clone(all[:min(len(all), homeCauses)])}
	if c.wish[wish.audience] == wish {
		delete(c.wish, wish.audience)
	}
	close(wish.done)
}
