package inventory

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
)

// Bounds of a pass.
const (
	workers     = 2
	treeTimeout = time.Minute     // for reading one tree
	batch       = 2000            // components whose facts are written at once: each write is a generation
	patience    = 2 * time.Second // after which fewer are written too
)

// FactWriter is the part of catalog.Store that a Runner writes to.
type FactWriter interface {
	// ApplyFacts replaces the facts of one producer about the given entities.
	ApplyFacts(ctx context.Context, producer string, entities []catalog.Ref, facts []catalog.Fact) (catalog.Generation, error)
}

// Config is what a Runner works with. Trees, Store, Components and Now are needed.
type Config struct {
	Trees scm.Trees
	Store FactWriter
	// Components iterates over the entities whose code is read, usually all of kind Component. None is held on to.
	Components func() iter.Seq[*catalog.Entity]
	// Known returns the facts KeyScan that the store has, so that a restart does not read everything again; may be nil.
	Known func() []catalog.Fact
	// Passed is told of every pass of Run; may be nil.
	Passed func(Pass)
	Table  *Table        // nil: the built-in one
	Every  time.Duration // between passes; zero: 10 minutes
	// Confirm is after how long unchanged facts are written again, so that they say they still hold; zero: an hour.
	Confirm time.Duration
	Now     func() time.Time
	Log     *slog.Logger // nil: silent
}

// Runner keeps the inventory of all components up to date. Run owns its goroutines.
type Runner struct {
	c    Config
	kick chan struct{}
	last map[catalog.Ref]seen
}

// seen is what a Runner remembers of a component between passes.
type seen struct {
	print string
	at    time.Time
}

// Pass says what one pass over all components did.
type Pass struct {
	Components int
	Scanned    int // read because new or changed
	Unchanged  int
	NoSource   int
	Failed     int
}

// NewRunner returns a Runner that has not started.
func NewRunner(c Config) *Runner {
	if c.Every == 0 {
		c.Every = 10 * time.Minute
	}
	if c.Confirm == 0 {
		c.Confirm = time.Hour
	}
	if c.Table == nil {
		c.Table = Builtin()
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Runner{c: c, kick: make(chan struct{}, 1)}
}

// Kick asks for a pass soon, for example because components were added. It never blocks.
func (r *Runner) Kick() {
	select {
	case r.kick <- struct{}{}:
	default:
	}
}

// Run makes a pass at once, then periodically and after each Kick, until ctx is done. A pass that fails is logged and
// made again at the next turn.
func (r *Runner) Run(ctx context.Context) {
	tick := time.NewTicker(r.c.Every)
	defer tick.Stop()
	for {
		start := r.c.Now()
		p, err := r.Pass(ctx)
		if ctx.Err() != nil {
			return
		}
		if r.c.Passed != nil {
			r.c.Passed(p)
		}
		if err != nil {
			r.c.Log.Warn("inventory pass failed", "error", err)
		} else {
			r.c.Log.Info("inventory pass", "components", p.Components, "scanned", p.Scanned, "unchanged", p.Unchanged,
				"nosource", p.NoSource, "failed", p.Failed, "took", r.c.Now().Sub(start))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-r.kick:
		}
	}
}

// Pass looks at every component once and writes the facts of those that are new or changed, or whose facts were last
// written before Confirm. It is not safe for concurrent use with itself or Run.
func (r *Runner) Pass(ctx context.Context) (Pass, error) {
	r.recall()
	jobs := r.plan(ctx)
	p := Pass{Components: len(jobs)}
	results := make(chan result)
	todo := make(chan job)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for j := range todo {
				results <- r.look(ctx, j)
			}
		})
	}
	go func() {
		defer close(results)
		defer wg.Wait()
		defer close(todo)
		for _, j := range jobs {
			select {
			case todo <- j:
			case <-ctx.Done():
				return
			}
		}
	}()
	var pending []result
	var failed error
	written := r.c.Now()
	for res := range results {
		p.count(res)
		if res.facts != nil {
			pending = append(pending, res)
		}
		if now := r.c.Now(); len(pending) >= batch || now.Sub(written) > patience {
			failed = firstError(failed, r.write(ctx, pending))
			pending, written = nil, now
		}
	}
	failed = firstError(failed, r.write(ctx, pending))
	r.forget(jobs)
	return p, firstError(failed, ctx.Err())
}

func firstError(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// recall takes over what an earlier process wrote, once.
func (r *Runner) recall() {
	if r.last != nil {
		return
	}
	r.last = map[catalog.Ref]seen{}
	if r.c.Known == nil {
		return
	}
	for _, f := range r.c.Known() {
		if s, err := DecodeScan(f); err == nil && s.Print != "" {
			r.last[f.Entity] = seen{s.Print, f.AsOf}
		}
	}
}

// forget drops what is remembered of components that no longer exist.
func (r *Runner) forget(jobs []job) {
	alive := make(map[catalog.Ref]bool, len(jobs))
	for _, j := range jobs {
		alive[j.ref] = true
	}
	for ref := range r.last {
		if !alive[ref] {
			delete(r.last, ref)
		}
	}
}

// result is what looking at a component gave.
type result struct {
	ref   catalog.Ref
	state State
	facts []catalog.Fact // nil when nothing is to be written
	seen  seen
}

func (p *Pass) count(res result) {
	switch {
	case res.state == StateNoSource:
		p.NoSource++
	case res.state == StateFailed:
		p.Failed++
	case res.facts == nil:
		p.Unchanged++
	default:
		p.Scanned++
	}
}

// look reads one component's tree unless it is unchanged.
func (r *Runner) look(ctx context.Context, j job) result {
	ctx, cancel := context.WithTimeout(ctx, treeTimeout)
	defer cancel()
	now := r.c.Now().UTC()
	fresh := now.Sub(j.last.at) < r.c.Confirm
	scanned, err := Result{Scanned: Scanned{State: StateNoSource, Print: "none"}}, error(nil)
	if j.target != "" {
		scanned, err = r.scan(ctx, j, fresh)
	}
	res := result{ref: j.ref, state: scanned.State, seen: seen{scanned.Print, now}}
	switch {
	case errors.Is(err, context.Canceled):
		res.state = StateFailed // the program ends; nothing is wrong with the component
		return res
	case err != nil:
		r.c.Log.Warn("inventory", "entity", j.ref.String(), "error", err)
		res.state = StateFailed
		if j.last.print != "" {
			return res // the last good facts stay
		}
		scanned.Problems = []Problem{{Message: clip(err.Error(), maxFileRef)}}
	case scanned.Print == j.last.print && fresh, scanned.State == StateNoSource && j.last.print == "":
		return res // nothing is known, or nothing new
	}
	res.facts = scanned.Facts(j.ref, now)
	return res
}

// scan reads the tree; when its fingerprint is the last one and fresh is set, it reads no file.
func (r *Runner) scan(ctx context.Context, j job, fresh bool) (Result, error) {
	tree, err := r.c.Trees.Open(ctx, j.target)
	if err != nil {
		return Result{Scanned: Scanned{State: StateFailed, Where: j.target}}, err
	}
	defer tree.Close()
	o := Options{Table: r.c.Table, Skip: j.skip}
	if fresh {
		if p, err := Print(ctx, tree, o); err == nil && p == j.last.print {
			return Result{Scanned: Scanned{State: StateRead, Print: p}}, nil
		}
	}
	return Scan(ctx, tree, o)
}

// write stores the facts of some components and remembers that they are.
func (r *Runner) write(ctx context.Context, done []result) error {
	if len(done) == 0 {
		return nil
	}
	slices.SortFunc(done, func(a, b result) int { return a.ref.Compare(b.ref) })
	var refs []catalog.Ref
	var facts []catalog.Fact
	for _, d := range done {
		refs = append(refs, d.ref)
		facts = append(facts, d.facts...)
	}
	if _, err := r.c.Store.ApplyFacts(ctx, Producer, refs, facts); err != nil {
		return fault.Wrap(fault.KindOf(err), err, "the inventory of %d components could not be stored", len(done))
	}
	for _, d := range done {
		r.last[d.ref] = d.seen
	}
	return nil
}
