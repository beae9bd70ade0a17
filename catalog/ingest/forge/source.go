package forge

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/ingest"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
)

// Source is a catalog.Source over the repositories of an organisation or group. It is safe for concurrent use.
type Source struct {
	o      Options
	place  *place
	engine *ingest.Engine
	wake   chan struct{} // there is something in due

	dueMu sync.Mutex
	due   due

	mu       sync.Mutex // one pass at a time; guards what follows
	listed   bool       // the organisation was listed once since the start
	complete bool       // every repository was looked at once, and all that is known was given
	full     bool       // that was all there is: nothing was hidden by a failure
	round    int        // how often the organisation was listed
	people   *remote.People
	peopleAt time.Time
	savedAt  time.Time
}

// due is what webhooks asked for.
type due struct {
	list   bool            // the organisation again
	staff  bool            // teams and members
	pushed map[string]bool // repositories, by lower-case path
}

var _ catalog.Source = (*Source)(nil)

// maxDue bounds what webhooks may ask for one by one; above it everything is looked at.
const maxDue = 1000

// New returns a source. Wrong options are errors of kind fault.Invalid; whether the organisation exists is found out
// by Read.
func New(o Options) (*Source, error) {
	if err := o.settle(); err != nil {
		return nil, err
	}
	p := &place{host: o.Host, blob: o.Blob, flavor: o.Flavor, most: ingest.MaxBytes(o.Limits), repos: map[string]*repoState{}, people: map[string][]byte{}}
	s := &Source{o: o, place: p, wake: make(chan struct{}, 1)}
	s.engine = ingest.New(ingest.Options{
		Origin: o.Origin, Allow: o.Allow, Place: p, Trees: o.Trees, Limits: o.Limits, Clock: o.Clock, Parallel: o.Parallel,
		Owners: o.Owners,
	})
	if o.Users {
		p.office = "https://" + o.Host.Name() + "/" + o.Account + " (teams and members)"
		p.staff = fault.New(fault.Upstream, "they were not read yet")
	}
	was := load(o.State, o.Origin)
	for _, st := range was.Repos {
		if st != nil && st.Repo.Web != "" && st.Repo.ID != "" {
			p.set(*st)
		}
	}
	if was.People != nil && o.Users {
		s.employ(was.People)
	}
	return s, nil
}

// Origin implements catalog.Source.
func (s *Source) Origin() string { return s.o.Origin }

// Read implements catalog.Source. The delta is full unless a repository could not be read whose descriptors are not
// known from an earlier run, or Settings.Patience ended before everything was read; then nothing is taken for gone.
func (s *Source) Read(ctx context.Context) (catalog.Delta, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.complete = false
	if err := s.list(ctx, changes{}); err != nil {
		return catalog.Delta{}, err
	}
	s.staff(ctx, false, changes{})
	start := s.o.Clock()
	for {
		left, err := s.batch(ctx, nil, changes{})
		if err != nil {
			return catalog.Delta{}, err
		}
		if left != some || s.o.Patience > 0 && s.o.Clock().Sub(start) >= s.o.Patience {
			return s.report(ctx, left == none)
		}
	}
}

// report gives everything that was read so far.
func (s *Source) report(ctx context.Context, complete bool) (catalog.Delta, error) {
	d, err := s.engine.Read(ctx, s.targets())
	if err != nil {
		return d, err
	}
	d.Full = d.Full && complete
	s.complete, s.full = complete, d.Full
	s.remember(true)
	return d, nil
}

// Watch implements catalog.Source: it finishes the first load, then follows webhooks and lists the organisation again
// at every interval.
func (s *Source) Watch(ctx context.Context, emit func(catalog.Delta)) error {
	const settle = 200 * time.Millisecond // for the hooks that come with one merge
	tick := time.NewTicker(s.o.Interval)
	defer tick.Stop()
	for {
		again, err := s.pass(ctx, emit)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return err
		case again:
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			s.ask(func(d *due) { d.list = true })
		case <-s.wake:
			if pause(ctx, settle) != nil {
				return nil
			}
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// ask notes something to be done by the next pass.
func (s *Source) ask(f func(*due)) {
	s.dueMu.Lock()
	if s.due.pushed == nil {
		s.due.pushed = map[string]bool{}
	}
	f(&s.due)
	if len(s.due.pushed) > maxDue {
		s.due.list, s.due.pushed = true, map[string]bool{}
	}
	s.dueMu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *Source) taken() due {
	s.dueMu.Lock()
	defer s.dueMu.Unlock()
	d := s.due
	s.due = due{}
	return d
}

// pass does what is due, or a part of the first load. again is set when there is more of that to do at once.
func (s *Source) pass(ctx context.Context, emit func(catalog.Delta)) (again bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.taken()
	c := changes{}
	s.renew(d.pushed)
	if d.list || !s.listed {
		if err := s.list(ctx, c); err != nil {
			return false, err
		}
	}
	s.staff(ctx, d.staff, c)
	only := d.pushed
	if d.list || !s.complete {
		only = nil
	}
	left, err := s.batch(ctx, only, c)
	if err != nil {
		return false, err
	}
	delta, err := s.delta(ctx, c, d.list, left)
	if err != nil {
		return false, err
	}
	emit(delta)
	if len(c) > 0 || left == some {
		s.remember(left != some)
	}
	return left == some, nil
}

// changes are the addresses of the repositories and people that must be looked at again, lower case.
type changes map[string]bool

func (c changes) add(web string) { c[strings.ToLower(web)] = true }

func (c changes) has(address string) bool {
	return c[strings.ToLower(webOf(address))]
}

// delta is what a pass found out. The first time that everything is known it is all there is, so that what went while
// nobody looked goes as well.
func (s *Source) delta(ctx context.Context, c changes, all bool, left rest) (catalog.Delta, error) {
	if left == none && (!s.complete || all && !s.full) {
		return s.report(ctx, true)
	}
	return s.engine.Changes(ctx, s.targets(), func(address string) bool {
		return c.has(address) || all && !s.place.Has(address)
	})
}

// targets are the descriptors of every repository that was read, and of the people.
func (s *Source) targets() []string {
	var out []string
	for _, st := range s.place.all() {
		if st.settled || st.err != nil {
			out = append(out, s.o.Blob(st.Repo, st.Branch)+s.o.Path)
		}
	}
	return append(out, s.place.staffed()...)
}

// remember writes down what was read, now and then while a load goes on. That it cannot be written, as on a full
// disk, costs requests after the next start and nothing else.
func (s *Source) remember(now bool) {
	const often = 5 * time.Second
	if !now && s.o.Clock().Sub(s.savedAt) < often {
		return
	}
	s.savedAt = s.o.Clock()
	file := saved{Origin: s.o.Origin, People: s.people}
	for _, st := range s.place.all() {
		if !st.Verified.IsZero() {
			file.Repos = append(file.Repos, &st)
		}
	}
	if err := file.save(s.o.State); err != nil && s.o.Warn != nil {
		s.o.Warn(err)
	}
}

// branch is the one that is read of a repository.
func (s *Source) branch(r remote.Repo) string {
	if s.o.Branch != "" {
		return s.o.Branch
	}
	return r.Branch
}

// mine reports whether a repository's path belongs to the account.
func (s *Source) mine(path string) bool {
	return strings.HasPrefix(strings.ToLower(path), strings.ToLower(s.o.Account)+"/")
}
