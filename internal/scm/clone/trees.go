package clone

import (
	"context"
	"net/url"
	"path"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
)

// Knows implements scm.Knower: whether target lies in an added repository, or on a configured host.
func (s *Store) Knows(target string) bool {
	_, err := s.locate(target)
	return err == nil
}

// place is where a target lies.
type place struct {
	host, repo string
	ref        []string // a branch, which may hold slashes, and the path below; empty: the top of the default branch
	path       []string // without a branch: the path
	where      string
}

// locate finds the repository of a target: an added one whose address the target starts with, or else what the
// target's own form says, on a configured host.
func (s *Store) locate(target string) (place, error) {
	a, ok, err := scm.ParseAddress(target)
	if err != nil {
		return place{}, err
	}
	if !ok {
		return place{}, fault.New(fault.NotFound, "it is no address on the web")
	}
	parts, err := elements(a.Where)
	if err != nil {
		return place{}, err
	}
	for n := len(parts); n > 0; n-- {
		repo := strings.TrimSuffix(path.Join(parts[:n]...), ".git")
		s.mu.Lock()
		r, ok := s.repos[key(a.Host, repo)]
		s.mu.Unlock()
		if ok {
			p := place{host: a.Host, repo: r.At.Repo(), where: a.Where}
			p.ref, p.path = marked(parts[n:])
			return p, nil
		}
	}
	s.mu.Lock()
	_, ok = s.hosts[a.Host]
	s.mu.Unlock()
	if !ok {
		return place{}, fault.New(fault.NotFound, "no integration knows %s", a.Where)
	}
	return place{host: a.Host, repo: a.Repo, ref: a.Ref, where: a.Where}, nil
}

func elements(where string) ([]string, error) {
	u, err := url.Parse(where)
	if err != nil {
		return nil, fault.New(fault.Invalid, "it is not a usable address")
	}
	return strings.Split(strings.Trim(u.Path, "/"), "/"), nil
}

// marked takes the rest of an address behind the repository apart. Hosts mark a branch in their own ways.
func marked(rest []string) (ref, dir []string) {
	at := rest
	if len(at) > 0 && at[0] == "-" {
		at = at[1:]
	}
	if len(at) < 2 {
		return nil, rest
	}
	switch at[0] {
	case "tree", "blob", "raw", "edit":
		return at[1:], nil
	case "src": // Bitbucket: src/BRANCH, Gitea: src/branch/BRANCH
		if len(at) > 2 && (at[1] == "branch" || at[1] == "tag" || at[1] == "commit") {
			return at[2:], nil
		}
		return at[1:], nil
	}
	return nil, rest
}

// Open implements scm.Trees.
func (s *Store) Open(ctx context.Context, target string) (scm.Tree, error) {
	p, err := s.locate(target)
	if err != nil {
		return nil, err
	}
	h := s.Host(p.host)
	ref := p.ref
	if len(ref) == 0 {
		ref = append([]string{"HEAD"}, p.path...)
	}
	return h.OpenIn(ctx, p.repo, ref, p.where)
}

var _ scm.Trees = (*Store)(nil)

var _ remote.API = api{}
