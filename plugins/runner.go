package plugins

import (
	"container/list"
	"context"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Runner shows the views of plugins: at once what is known of them, and anew when somebody waits. A card that fails is
// not asked for again for a while, each time longer, and the last one that was good stays with its age. It is safe for
// concurrent use.
type Runner struct {
	Registry *Registry
	Gates    *Gates
	o        RunnerOptions

	mu      sync.Mutex
	known   map[cardKey]*list.Element // of *knownCard
	order   *list.List                // the longest unused last
	flights map[cardKey]*flight
	told    map[subject]time.Time // when a plugin said that its cards of an entity are old
}

// RunnerOptions configure a Runner. The zero value is usable.
type RunnerOptions struct {
	Now   func() time.Time // nil: time.Now
	Store CardStore        // keeps good cards for other replicas and after a restart; nil: nothing does
	Most  int              // cards in memory; zero: 5000
}

// The pauses after a card failed: the first, doubling up to the longest.
const (
	firstPause   = 20 * time.Second
	longestPause = 10 * time.Minute
)

// ViewRef names a view.
type ViewRef struct{ Plugin, View string }

type cardKey struct {
	ViewRef
	entity catalog.Ref
	lang   lang.Lang
}

// subject is what Forget is about.
type subject struct {
	plugin string
	entity catalog.Ref
}

func (k cardKey) subject() subject { return subject{k.Plugin, k.entity} }

// flight is a card that is being asked for.
type flight struct {
	over chan struct{} // closed when it came
	old  bool          // the plugin has something new since; guarded by Runner.mu
}

// knownCard is what memory has of a card. Its fields are guarded by Runner.mu.
type knownCard struct {
	key    cardKey
	entry  *Entry // whose card it is: another version's is asked for anew
	card   Card
	seen   bool      // card was made once
	made   time.Time // when it was
	err    error     // of the last attempt
	failed int       // attempts in a row
	next   time.Time // no attempt before
}

// Known is what is known of a card.
type Known struct {
	ViewRef
	About About
	Title string // of the view, in the language asked for
	Card  Card   // the last good one
	Seen  bool   // there is one; it may be empty
	Fresh bool   // and it is as good as new
	Err   error  // why there is no newer one; nil when nothing failed
	Due   bool   // asking for a newer one is worth the while now
}

// NewRunner returns a runner of what a registry holds.
func NewRunner(registry *Registry, gates *Gates, o RunnerOptions) *Runner {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Most <= 0 {
		o.Most = 5000
	}
	return &Runner{Registry: registry, Gates: gates, o: o, known: map[cardKey]*list.Element{}, order: list.New(), flights: map[cardKey]*flight{}, told: map[subject]time.Time{}}
}

// Select returns the views of all plugins that choose chooses and that there is something of an entity for; a nil
// entity selects those about everything. It waits for nothing but the plugins' own Has.
func (r *Runner) Select(e *catalog.Entity, choose func(View) bool) []ViewRef {
	if r == nil {
		return nil
	}
	var out []ViewRef
	for _, entry := range r.Registry.All() {
		for _, v := range entry.Views {
			if v.Fleet == (e == nil) && choose(v) && r.has(entry, v, e) {
				out = append(out, ViewRef{entry.About.Name, v.Name})
			}
		}
	}
	return out
}

// has asks a view whether it has something of an entity. A panic is no.
func (r *Runner) has(entry *Entry, v View, e *catalog.Entity) (yes bool) {
	if e == nil || v.Has == nil {
		return true
	}
	defer func() {
		if p := recover(); p != nil {
			r.Gates.o.Log.Error("a plugin panicked", "plugin", entry.About.Name, "in", "has "+v.Name, "panic", p)
			yes = false
		}
	}()
	return v.Has(e)
}

// Known returns what is known of a view's card, from memory.
func (r *Runner) Known(ref ViewRef, q Query) Known {
	entry := r.Registry.Get(ref.Plugin)
	v, ok := entry.View(ref.View)
	if !ok {
		return Known{ViewRef: ref, Err: fault.New(fault.NotFound, "there is no view %s of plugin %s", ref.View, ref.Plugin)}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stateOf(entry, v, r.at(keyOf(ref, q)), q.Lang)
}

func keyOf(ref ViewRef, q Query) cardKey {
	key := cardKey{ViewRef: ref, lang: q.Lang}
	if q.Entity != nil {
		key.entity = q.Entity.Ref
	}
	return key
}

// at returns what memory has of a card, which may be nothing; mu is held.
func (r *Runner) at(key cardKey) *knownCard {
	el := r.known[key]
	if el == nil {
		return &knownCard{key: key}
	}
	r.order.MoveToFront(el)
	return el.Value.(*knownCard)
}

func (r *Runner) stateOf(entry *Entry, v View, k *knownCard, l lang.Lang) Known {
	now := r.o.Now()
	same := k.entry == entry
	out := Known{
		ViewRef: k.key.ViewRef, About: entry.About, Title: v.Title.In(l), Card: k.card, Seen: k.seen,
		Fresh: k.seen && same && now.Sub(k.made) < v.fresh(), Err: k.err,
	}
	out.Due = !out.Fresh && (!same || !now.Before(k.next))
	return out
}

// Refresh asks a view for its card, unless that is fresh or failed a moment ago, and returns what is known then. Those
// who ask for the same card at the same time wait for one call. The context bounds the wait, not the call.
func (r *Runner) Refresh(ctx context.Context, ref ViewRef, q Query) Known {
	before := r.Known(ref, q)
	if !before.Due {
		return before
	}
	select {
	case <-r.begin(ref, q):
	case <-ctx.Done():
		known := r.Known(ref, q)
		if known.Err == nil && !known.Fresh {
			known.Err = fault.Wrap(fault.Upstream, ErrLate, "%s, view %s", ref.Plugin, ref.View)
		}
		return known
	}
	return r.Known(ref, q)
}

// Soon has a card asked for behind the caller's back, unless it is fresh or failed a moment ago, and returns what is
// known now.
func (r *Runner) Soon(ref ViewRef, q Query) Known {
	k := r.Known(ref, q)
	if k.Due {
		r.begin(ref, q)
	}
	return k
}

// begin has a card asked for, unless it is being asked for, and returns what is closed when that is over.
func (r *Runner) begin(ref ViewRef, q Query) <-chan struct{} {
	key := keyOf(ref, q)
	r.mu.Lock()
	defer r.mu.Unlock()
	if f := r.flights[key]; f != nil {
		return f.over
	}
	f := &flight{over: make(chan struct{})}
	entry := r.Registry.Get(ref.Plugin)
	v, ok := entry.View(ref.View)
	if !ok {
		close(f.over)
		return f.over
	}
	r.flights[key] = f
	go func() {
		defer func() {
			r.mu.Lock()
			delete(r.flights, key)
			r.mu.Unlock()
			close(f.over)
		}()
		r.ask(entry, v, key, q, f)
	}()
	return f.over
}

// ask makes a card anew and remembers what came of it. It ends at the latest when the call does.
func (r *Runner) ask(entry *Entry, v View, key cardKey, q Query, f *flight) {
	ctx, cancel := context.WithTimeout(context.Background(), v.wait()+keepWait)
	defer cancel()
	if c, made, ok := r.kept(ctx, entry, key); ok {
		r.note(entry, key, func(k *knownCard) {
			if !made.After(r.told[key.subject()]) {
				made = time.Time{} // it is shown until there is a newer one
			}
			if !k.seen || k.made.Before(made) {
				k.card, k.seen, k.made = c, true, made
			}
		})
		if r.o.Now().Sub(made) < v.fresh() {
			r.note(entry, key, func(k *knownCard) { k.err, k.failed, k.next = nil, 0, time.Time{} })
			return
		}
	}
	q.Now = r.o.Now()
	c, err := Call(ctx, r.Gates, entry.About.Name, "view "+v.Name, v.wait(), func(ctx context.Context) (Card, error) {
		c, err := v.Show(ctx, q)
		if err != nil {
			return c, err
		}
		return Checked(c, q.Lang, r.o.Now(), entry.Operations)
	})
	now := r.o.Now()
	if err != nil {
		r.note(entry, key, func(k *knownCard) {
			k.err, k.next = err, now.Add(min(firstPause<<min(k.failed, 10), longestPause))
			k.failed++
		})
		return
	}
	old := false
	r.note(entry, key, func(k *knownCard) {
		k.card, k.seen, k.made, k.err, k.failed, k.next = c, true, now, nil, 0, time.Time{}
		if old = f.old; old { // it may be from before what the plugin has told of since
			k.made = time.Time{}
		}
	})
	if !old {
		r.keep(ctx, entry, key, c, now)
	}
}

// note changes what memory has of a card.
func (r *Runner) note(entry *Entry, key cardKey, change func(*knownCard)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := r.at(key)
	if r.known[key] == nil {
		r.known[key] = r.order.PushFront(k)
		if r.order.Len() > r.o.Most {
			last := r.order.Back()
			delete(r.known, last.Value.(*knownCard).key)
			r.order.Remove(last)
		}
	}
	if k.entry != entry {
		k.entry, k.failed, k.err, k.next = entry, 0, nil, time.Time{}
	}
	change(k)
}

// Forget makes the cards of an entity old, so that the next who asks has them made anew: a webhook said that they are. So
// are those that are being asked for and those that the store has.
func (r *Runner) Forget(plugin string, entity catalog.Ref) {
	r.mu.Lock()
	defer r.mu.Unlock()
	about := subject{plugin, entity}
	for key, el := range r.known {
		if k := el.Value.(*knownCard); key.subject() == about {
			k.made, k.next = time.Time{}, time.Time{}
		}
	}
	for key, f := range r.flights {
		f.old = f.old || key.subject() == about
	}
	if len(r.told) >= r.o.Most {
		clear(r.told) // what the store has of these counts until it is old by itself
	}
	r.told[about] = r.o.Now()
}

// RefreshAll refreshes several cards at once and returns them in order.
func (r *Runner) RefreshAll(ctx context.Context, refs []ViewRef, q Query) []Known {
	out := make([]Known, len(refs))
	var wg sync.WaitGroup
	for i, ref := range refs {
		wg.Go(func() { out[i] = r.Refresh(ctx, ref, q) })
	}
	wg.Wait()
	return out
}

// Every lists the views of all plugins that choose chooses, whatever they are about.
func (r *Runner) Every(choose func(View) bool) []ViewRef {
	if r == nil {
		return nil
	}
	var out []ViewRef
	for _, entry := range r.Registry.All() {
		for _, v := range entry.Views {
			if choose(v) {
				out = append(out, ViewRef{entry.About.Name, v.Name})
			}
		}
	}
	return out
}

// View returns a view by its name; false where there is none.
func (r *Runner) View(ref ViewRef) (View, bool) {
	if r == nil {
		return View{}, false
	}
	return r.Registry.Get(ref.Plugin).View(ref.View)
}
