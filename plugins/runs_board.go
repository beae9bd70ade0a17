package plugins

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"
)

// The bounds of a Board.
const (
	boardProjects = 5000
	boardRuns     = 150 // of one project
	boardPage     = 1000
	boardOverlap  = 30 * time.Second // rows of transactions that ended late, and replicas whose clocks differ
	boardKeep     = 30 * 24 * time.Hour
)

// Board is what is known of runs, in memory. It is safe for concurrent use.
type Board struct {
	store Runs
	now   func() time.Time

	mu       sync.RWMutex
	projects map[projectKey]*boardProject
	mark     time.Time // changes until then are on the board
}

type projectKey struct{ provider, project string }

type boardProject struct {
	runs   []Run     // newest first
	looked time.Time // when the provider was last asked
	asked  time.Time // when somebody last wanted to know
}

// NewBoard returns an empty board over a store.
func NewBoard(store Runs, now func() time.Time) *Board {
	return &Board{store: store, now: now, projects: map[projectKey]*boardProject{}}
}

// Follow takes over what other replicas, and this one before it began, have put into the store.
func (b *Board) Follow(ctx context.Context) error {
	b.mu.RLock()
	from := b.mark
	b.mu.RUnlock()
	if from.IsZero() {
		from = b.now().Add(-boardKeep)
	}
	for {
		runs, err := b.store.Since(ctx, from.Add(-boardOverlap), boardPage)
		if err != nil {
			return err
		}
		b.mu.Lock()
		b.take(runs)
		moved := false
		for _, r := range runs {
			if r.Kept.After(b.mark) {
				b.mark, moved = r.Kept, true
			}
		}
		b.mu.Unlock()
		if len(runs) < boardPage || !moved {
			return nil
		}
		from = runs[len(runs)-1].Kept.Add(boardOverlap)
	}
}

// RunsKeep is for how long runs are kept.
const RunsKeep = 90 * 24 * time.Hour

// Forget removes runs that are too old from the store.
func (b *Board) Forget(ctx context.Context) error {
	_, err := b.store.Sweep(ctx, b.now().Add(-RunsKeep))
	return err
}

// Put keeps runs. Where the store is away they are on this board at least, and the error says so.
func (b *Board) Put(ctx context.Context, runs []Run) error {
	for i := range runs {
		runs[i] = runs[i].Rounded()
	}
	_, err := b.store.Put(ctx, runs)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.take(runs)
	return err
}

// take is called with mu held.
func (b *Board) take(runs []Run) {
	for _, r := range runs {
		p := b.project(projectKey{r.Provider, r.Project})
		i := slices.IndexFunc(p.runs, func(o Run) bool { return o.ID == r.ID })
		if i < 0 {
			p.runs = append(slices.Clone(p.runs), r)
		} else {
			next, fresh := r.After(p.runs[i])
			if !fresh {
				continue
			}
			p.runs = slices.Clone(p.runs) // those that were handed out stay as they are
			p.runs[i] = next
		}
		slices.SortFunc(p.runs, newer)
		p.runs = p.runs[:min(len(p.runs), boardRuns)]
	}
}

// newer orders runs by when they began, the newest first.
func newer(a, b Run) int {
	return cmp.Or(b.Started.Compare(a.Started), cmp.Compare(b.Number, a.Number), cmp.Compare(b.ID, a.ID))
}

// project is called with mu held.
func (b *Board) project(k projectKey) *boardProject {
	p := b.projects[k]
	if p == nil {
		if len(b.projects) >= boardProjects {
			b.forget()
		}
		p = &boardProject{}
		b.projects[k] = p
	}
	return p
}

// forget drops the project that nobody asked for longest.
func (b *Board) forget() {
	var oldest projectKey
	var at time.Time
	for k, p := range b.projects {
		if at.IsZero() || p.asked.Before(at) {
			oldest, at = k, p.asked
		}
	}
	delete(b.projects, oldest)
}

// Of returns what is known of a project, newest first, and when its provider was last asked; nobody may change the runs.
func (b *Board) Of(provider, project string) (runs []Run, looked time.Time) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	p := b.projects[projectKey{provider, project}]
	if p == nil {
		return nil, time.Time{}
	}
	return p.runs, p.looked
}

// Looked notes that a provider told all it knows of a project.
func (b *Board) Looked(provider, project string, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.project(projectKey{provider, project})
	p.looked = at
}

// Asked notes that somebody wants to know about a project.
func (b *Board) Asked(provider, project string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.project(projectKey{provider, project}).asked = b.now()
}

// Due returns at most n of the given projects of a provider that were not looked at for a time: those somebody asked
// for since a while first, then those that were not looked at longest.
func (b *Board) Due(provider string, projects []string, rest, often time.Duration, n int) []string {
	b.mu.RLock()
	defer b.mu.RUnlock()
	now := b.now()
	type due struct {
		name   string
		wanted bool
		looked time.Time
	}
	var all []due
	for _, name := range projects {
		d := due{name: name}
		if p := b.projects[projectKey{provider, name}]; p != nil {
			d.looked, d.wanted = p.looked, now.Sub(p.asked) < 6*time.Hour
		}
		every := rest
		if d.wanted {
			every = often
		}
		if now.Sub(d.looked) >= every {
			all = append(all, d)
		}
	}
	slices.SortStableFunc(all, func(x, y due) int {
		switch {
		case x.wanted && !y.wanted:
			return -1
		case y.wanted && !x.wanted:
			return 1
		}
		return x.looked.Compare(y.looked)
	})
	out := make([]string, 0, min(n, len(all)))
	for _, d := range all[:min(n, len(all))] {
		out = append(out, d.name)
	}
	return out
}
