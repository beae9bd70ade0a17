package bot

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"
)

// Dispute is what people say is not so: one fact of one entity.
type Dispute struct {
	Fact   string    // as Feedback has it
	People int       // who say so, each once
	Since  time.Time // the first of them
}

// Disputes is what every replica knows of open feedback, so that an answer can say what is disputed without a wait.
type Disputes struct {
	store FeedbackStore
	health
	known atomic.Pointer[map[string][]Dispute] // by entity
}

// The rhythm of looking for what other replicas heard.
const (
	disputesEvery = 5 * time.Second
	disputesRetry = 15 * time.Second
)

// NewDisputes returns one that knows nothing before Run runs.
func NewDisputes(store FeedbackStore, log *slog.Logger) *Disputes {
	d := &Disputes{store: store, health: newHealth("answers do not say what is newly disputed", log)}
	d.known.Store(&map[string][]Dispute{})
	return d
}

// Of returns what is disputed about an entity, by its full reference, oldest first. It does not wait. The slice must
// not be changed.
func (d *Disputes) Of(entity string) []Dispute { return (*d.known.Load())[entity] }

// Open returns the open feedback, as FeedbackStore.Open does.
func (d *Disputes) Open(ctx context.Context) ([]Feedback, error) { return d.store.Open(ctx) }

// Get returns feedback by its id, as FeedbackStore.Get does.
func (d *Disputes) Get(ctx context.Context, id string) (Feedback, error) { return d.store.Get(ctx, id) }

// Put keeps feedback, as FeedbackStore.Put does, and answers here know of it at once.
func (d *Disputes) Put(ctx context.Context, f Feedback) (bool, error) {
	fresh, err := d.store.Put(ctx, f)
	if err == nil {
		err = d.look(ctx)
	}
	return fresh, err
}

// Close ends feedback, as FeedbackStore.Close does, and answers here know of it at once.
func (d *Disputes) Close(ctx context.Context, f Feedback) (bool, error) {
	closed, err := d.store.Close(ctx, f)
	if err == nil {
		err = d.look(ctx)
	}
	return closed, err
}

// look reads what is open.
func (d *Disputes) look(ctx context.Context) error {
	open, err := d.store.Open(ctx)
	if err != nil {
		return err
	}
	known, counted := map[string][]Dispute{}, map[[3]string]bool{}
	for _, f := range open {
		who := [3]string{f.Entity, f.Fact, f.By.Key()}
		if f.Disputes() && !counted[who] {
			counted[who] = true
			known[f.Entity] = disputed(known[f.Entity], f)
		}
	}
	for _, all := range known {
		slices.SortFunc(all, func(a, b Dispute) int { return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Fact, b.Fact)) })
	}
	d.known.Store(&known)
	return nil
}

// disputed adds what one person says to the disputes of an entity.
func disputed(all []Dispute, f Feedback) []Dispute {
	i := slices.IndexFunc(all, func(d Dispute) bool { return d.Fact == f.Fact })
	if i < 0 {
		return append(all, Dispute{Fact: f.Fact, People: 1, Since: f.At})
	}
	all[i].People++
	if f.At.Before(all[i].Since) {
		all[i].Since = f.At
	}
	return all
}

// Run looks for what other replicas heard, until ctx is done.
func (d *Disputes) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		limited, cancel := context.WithTimeout(ctx, storeTimeout)
		err := d.look(limited)
		cancel()
		pause := disputesEvery
		if d.report(err); err != nil {
			pause = disputesRetry
		}
		Sleep(ctx, pause)
	}
	return nil
}
