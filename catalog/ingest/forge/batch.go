package forge

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
	api "github.com/backchannel-portal/backchannel/internal/scm/rest"
)

// batchSize is how many repositories are read before what they hold is reported.
const batchSize = 64

// rest says what a batch left to be read.
type rest int

const (
	none rest = iota
	some      // that can be read now
	late      // that has to wait for the API budget
)

// batch looks at repositories that must be, up to batchSize; only restricts it to some, by lower-case path. What
// turned out to have changed is added to c.
func (s *Source) batch(ctx context.Context, only map[string]bool, c changes) (left rest, err error) {
	var todo []repoState
	p := Progress{Origin: s.o.Origin}
	for _, st := range s.place.all() {
		p.Total++
		switch {
		case only != nil && !only[strings.ToLower(st.Repo.Path)], !s.stale(st):
			if !st.settled && st.err == nil { // as an earlier run left it
				st.settled = true
				s.place.set(st)
				c.add(st.Repo.Web)
			}
		case len(todo) == batchSize:
			left = some
		default:
			todo = append(todo, st)
		}
	}
	p.Until = s.each(ctx, todo, c)
	if !p.Until.IsZero() {
		left = late
	}
	if s.o.Progress != nil && len(todo) > 0 {
		for _, st := range s.place.all() {
			if st.err != nil {
				p.Failed++
			}
			if !s.stale(st) {
				p.Done++
			}
		}
		s.o.Progress(p)
	}
	return left, ctx.Err()
}

// each looks at repositories, several at once, until the API budget is used up.
func (s *Source) each(ctx context.Context, todo []repoState, c changes) (until time.Time) {
	var mu sync.Mutex
	var g errgroup.Group
	g.SetLimit(s.o.Parallel)
	for _, st := range todo {
		g.Go(func() error {
			mu.Lock()
			over := !until.IsZero()
			mu.Unlock()
			if over || ctx.Err() != nil {
				return nil
			}
			now, changed := s.look(ctx, st)
			if ctx.Err() != nil {
				return nil
			}
			s.place.set(now)
			mu.Lock()
			defer mu.Unlock()
			if changed && s.o.Pushed != nil {
				s.o.Pushed(st.Repo.Web)
			}
			if at, ok := api.Exhausted(now.err); ok {
				until = at
			}
			if changed {
				c.add(st.Repo.Web)
			}
			return nil
		})
	}
	_ = g.Wait() // nothing returns an error
	return until
}

// look finds out the present commit of a repository, and fetches what of it is new, so that reading it later needs
// no request. changed says that readers must look again.
func (s *Source) look(ctx context.Context, st repoState) (now repoState, changed bool) {
	now = st
	c, err := s.head(ctx, st)
	if err == nil && c.ID != "" && (c != st.Commit || !st.settled) {
		err = s.fetch(ctx, st.Repo, c)
	}
	now.err = err
	if _, late := api.Exhausted(err); !late {
		now.settled, now.round = true, s.round
	}
	if err != nil {
		return now, st.err == nil || st.err.Error() != err.Error()
	}
	now.Commit, now.Mark, now.Verified = c, st.Repo.Mark, s.o.Clock()
	return now, c != st.Commit || st.err != nil || !st.settled
}

// head returns the commit of the branch; a zero one when there is no such branch. A repository whose own branches
// cannot be seen has not lost them.
func (s *Source) head(ctx context.Context, st repoState) (remote.Commit, error) {
	if st.Repo.Empty {
		return remote.Commit{}, nil
	}
	s.o.Host.Forget(st.Repo.Path)
	s.o.Host.Learn(st.Repo)
	c, err := s.o.Host.Head(ctx, st.Repo, st.Branch)
	switch {
	case errors.Is(err, remote.ErrEmpty):
		return remote.Commit{}, nil
	case !fault.Is(err, fault.NotFound):
		return c, err
	}
	if st.Branch != st.Repo.Branch && st.Repo.Branch != "" {
		if _, err := s.o.Host.Head(ctx, st.Repo, st.Repo.Branch); err == nil || errors.Is(err, remote.ErrEmpty) {
			return remote.Commit{}, nil
		}
	}
	return c, fault.Wrap(fault.Upstream, err, "the branch %s cannot be seen", st.Branch)
}

// fetch reads the list of files and the descriptors of a commit.
func (s *Source) fetch(ctx context.Context, r remote.Repo, c remote.Commit) error {
	l, err := s.o.Host.Files(ctx, r, c)
	if err != nil {
		return err
	}
	names, _ := search(l, s.o.Path, true)
	for _, name := range names {
		e, ok := l.File(name)
		if !ok || e.Kind != remote.File || e.Size > int64(s.place.most) {
			continue
		}
		if _, err := s.o.Host.Content(ctx, r, e); err != nil && fault.Is(err, fault.Upstream) {
			return err
		}
	}
	return nil
}
