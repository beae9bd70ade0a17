package forge

import (
	"context"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
)

// list lists the organisation and takes note of the repositories that came and went. A list that fails changes
// nothing.
func (s *Source) list(ctx context.Context, c changes) error {
	repos, err := s.o.API.Repositories(ctx, s.o.Account)
	if err != nil {
		return err
	}
	s.o.Host.Learn(repos...)
	all := map[string]remote.Repo{}
	wanted := map[string]bool{}
	for _, r := range repos {
		all[r.ID] = r
		if s.o.Filters.takes(r) && s.branch(r) != "" {
			wanted[strings.ToLower(r.Web)] = true
		}
	}
	for _, st := range s.place.all() {
		if wanted[strings.ToLower(st.Repo.Web)] {
			continue
		}
		r, listed := all[st.Repo.ID]
		if !listed && !s.gone(ctx, st, c) {
			continue
		}
		s.place.drop(st.Repo.Web)
		c.add(st.Repo.Web)
		if listed && wanted[strings.ToLower(r.Web)] {
			s.moved(st, r)
		}
	}
	for _, r := range repos {
		if wanted[strings.ToLower(r.Web)] {
			s.note(r, c)
		}
	}
	s.listed = true
	s.round++
	return ctx.Err()
}

// gone asks whether a repository that is not in the list any more is really gone, or has only been missed: one that
// is made or removed meanwhile shifts the pages of the list. What cannot be told stays, with the reason.
func (s *Source) gone(ctx context.Context, st repoState, c changes) bool {
	r, err := s.o.API.Repository(ctx, st.Repo.Path)
	switch {
	case fault.Is(err, fault.NotFound):
		return true
	case err != nil:
		st.err, st.unlisted = err, true
		c.add(st.Repo.Web)
		s.place.set(st)
		return false
	}
	// it has another address now, or is another one, or is not wanted
	return !strings.EqualFold(r.Path, st.Repo.Path) || r.ID != st.Repo.ID || !s.o.Filters.takes(r)
}

// moved takes what is known of a repository along to its new name.
func (s *Source) moved(st repoState, r remote.Repo) {
	st.Repo = r
	s.place.set(st)
}

// note takes a listed repository over.
func (s *Source) note(r remote.Repo, c changes) {
	st, known := s.place.get(r.Web)
	branch := s.branch(r)
	if known && st.Repo.ID == r.ID && st.Branch == branch {
		st.Repo, st.unlisted = r, false
		s.place.set(st)
		return
	}
	s.place.set(repoState{Repo: r, Branch: branch})
	c.add(r.Web)
}

// stale reports whether a repository must be looked at in this round. The mark of a listing has a grain: while a
// repository was just pushed to, an equal mark proves nothing.
func (s *Source) stale(st repoState) bool {
	const grain = 5 * time.Minute
	switch {
	case st.unlisted:
		return false
	case st.err != nil:
		return st.round != s.round || !st.settled
	case st.Verified.IsZero(), st.Repo.Mark == "" && st.round != s.round, st.Repo.Mark != st.Mark && st.round != s.round, st.Mark == renewed:
		return true
	}
	if at, err := time.Parse(time.RFC3339, st.Mark); err == nil && st.Verified.Sub(at) < grain && st.round != s.round {
		return true
	}
	return s.o.Clock().Sub(st.Verified) >= s.o.Revalidate
}

// renewed is the mark of a repository that somebody says was pushed to.
const renewed = "renewed"

// renew makes repositories stale that somebody pushed to.
func (s *Source) renew(paths map[string]bool) {
	for _, st := range s.place.all() {
		if paths[strings.ToLower(st.Repo.Path)] {
			st.Mark, st.unlisted = renewed, false
			st.settled = st.settled && st.err == nil
			s.place.set(st)
		}
	}
}
