package clone

import (
	"context"
	"path"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/gitrun"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
)

// api is remote.API over the clones of one host.
type api struct {
	s    *Store
	host string
}

func (a api) repo(path string) (Repo, error) {
	r, ok := a.s.find(a.host, path)
	if !ok {
		return Repo{}, fault.New(fault.NotFound, "no integration knows %s/%s", a.host, path)
	}
	return r, nil
}

// Repository implements remote.API.
func (a api) Repository(ctx context.Context, name string) (remote.Repo, error) {
	r, err := a.repo(name)
	if err != nil {
		return remote.Repo{}, err
	}
	head, err := a.s.o.Git.Head(ctx, r.At, r.Credential, "")
	if err != nil {
		return remote.Repo{}, err
	}
	full := r.At.Repo()
	return remote.Repo{ID: a.host + "/" + full, Path: full, Name: path.Base(full), Web: Web(r.At), Branch: head.Branch}, nil
}

// Head implements remote.API.
func (a api) Head(ctx context.Context, r remote.Repo, ref string) (remote.Commit, error) {
	if gitrun.IsID(ref) {
		return remote.Commit{ID: ref, Tree: ref}, nil
	}
	repo, err := a.repo(r.Path)
	if err != nil {
		return remote.Commit{}, err
	}
	if gitrun.CheckRef(ref) != nil && ref != "" {
		return remote.Commit{}, fault.New(fault.NotFound, "%s has no branch or tag of that name", r.Web)
	}
	head, err := a.s.o.Git.Head(ctx, repo.At, repo.Credential, ref)
	return remote.Commit{ID: head.Commit, Tree: head.Commit}, err
}

// Files implements remote.API. The clone is made, or brought up to date, whether or not the caller keeps waiting.
func (a api) Files(ctx context.Context, r remote.Repo, c remote.Commit) ([]remote.Entry, error) {
	repo, err := a.repo(r.Path)
	if err != nil {
		return nil, err
	}
	cl := a.s.clone(repo)
	if err := a.s.ready(ctx, cl, repo, c.ID); err != nil {
		return nil, err
	}
	list, err := cl.files(ctx, c.ID)
	if err != nil && ctx.Err() == nil && !fault.Is(err, fault.Invalid) {
		// The clone is damaged, or has been removed in the meantime.
		cl.mu.Lock()
		err = cl.remove()
		cl.mu.Unlock()
		if err == nil {
			err = a.s.ready(ctx, cl, repo, c.ID)
		}
		if err == nil {
			list, err = cl.files(ctx, c.ID)
		}
	}
	if err == nil {
		// Without it, reading takes longer and nothing else.
		_ = cl.eager(ctx, repo, c.ID, list)
	}
	entries := make([]remote.Entry, len(list))
	for i, e := range list {
		entries[i] = remote.Entry{Path: e.Path, ID: e.ID, Size: -1, Kind: remote.File, Exec: e.Exec}
		if e.Mode == gitrun.Link {
			entries[i].Kind = remote.Link
		}
	}
	return entries, err
}

func (c *clone) files(ctx context.Context, commit string) ([]gitrun.Entry, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if !c.there {
		return nil, fault.New(fault.Upstream, "the clone was removed while it was read")
	}
	return c.s.o.Git.Files(ctx, c.dir, commit, remote.MaxEntries)
}

// Content implements remote.API.
func (a api) Content(ctx context.Context, r remote.Repo, e remote.Entry) ([]byte, error) {
	repo, err := a.repo(r.Path)
	if err != nil {
		return nil, err
	}
	cl := a.s.clone(repo)
	const tries = 2 // the clone may be removed between the two steps
	for range tries {
		if err = a.s.ready(ctx, cl, repo, ""); err != nil {
			return nil, err
		}
		var data []byte
		var there bool
		if data, there, err = cl.content(ctx, repo, e.ID); there {
			return data, err
		}
	}
	return nil, err
}

func (c *clone) content(ctx context.Context, r Repo, id string) (data []byte, there bool, err error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if !c.there {
		return nil, false, fault.New(fault.Upstream, "the clone was removed while it was read")
	}
	data, err = c.reader(r).Read(ctx, id, remote.MaxBlob)
	return data, true, err
}

// ready makes sure that a clone has a commit, once for all who ask at the same time. The work goes on when they
// leave: the next one finds it done.
func (s *Store) ready(ctx context.Context, c *clone, r Repo, commit string) error {
	if err := c.remembered(); err != nil {
		return err
	}
	c.mu.RLock()
	there := c.there
	c.mu.RUnlock()
	if there && commit == "" {
		return nil
	}
	done := s.flight.DoChan(c.name+" "+commit, func() (any, error) {
		if !s.begin() {
			return nil, context.Canceled
		}
		defer s.work.Done()
		ctx, cancel := context.WithTimeout(s.ctx, s.o.Timeout)
		defer cancel()
		return nil, c.ready(ctx, r, commit)
	})
	select {
	case res := <-done:
		return res.Err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// begin counts work that Close waits for; it reports false once the store is closed.
func (s *Store) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return false
	}
	s.work.Add(1)
	return true
}

// Prefetch brings the contents of files of a commit into the clone with one request, where reading them would take one
// each. What cannot be fetched this way is fetched when it is read.
func (s *Store) Prefetch(ctx context.Context, host string, r remote.Repo, c remote.Commit, ids []string) error {
	repo, err := api{s, host}.repo(r.Path)
	if err != nil {
		return err
	}
	cl := s.clone(repo)
	if err := s.ready(ctx, cl, repo, c.ID); err != nil {
		return err
	}
	return cl.fetch(ctx, repo, c.ID, ids)
}
