package githubtest

import (
	"maps"
	"net/http"
	"strings"
)

// Login makes the credentials those of a person, who may push to their own repositories only.
func (s *Server) Login(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.login = name
}

// outside reports whether a repository is not the person's whose the credentials are.
func (s *Server) outside(x *repo) bool {
	return s.login != "" && !strings.HasPrefix(x.path, s.login+"/")
}

func (s *Server) getMe(*http.Request) (any, int) {
	if s.login == "" {
		return refusal("Resource not accessible by integration"), http.StatusForbidden
	}
	return map[string]any{"login": s.login, "type": "User"}, http.StatusOK
}

// Fork forks a repository to the person's account.
func (s *Server) Fork(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fork(s.find(s.Org + "/" + name))
}

// AddOf makes a repository of somebody.
func (s *Server) AddOf(owner string, r Repo) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(r).path = owner + "/" + r.Name
}

// postFork answers with the fork that is there, as GitHub does, or makes one.
func (s *Server) postFork(r *http.Request) (any, int) {
	x := s.of(r)
	if x == nil || s.login == "" {
		return nil, http.StatusNotFound
	}
	for _, f := range s.repos {
		if f.parent == x.path && !s.outside(f) {
			return s.repoJSON(f), http.StatusAccepted
		}
	}
	f := s.fork(x)
	s.made = append(s.made, f.path)
	return s.repoJSON(f), http.StatusAccepted
}

// fork forks a repository. Forks share the objects of what they are forks of.
func (s *Server) fork(x *repo) *repo {
	_, name, _ := strings.Cut(x.path, "/")
	for s.find(s.login+"/"+name) != nil {
		name += "-1"
	}
	f := s.add(Repo{Name: name, Private: x.private})
	f.path, f.parent, f.branch, f.branches = s.login+"/"+name, x.path, x.branch, maps.Clone(x.branches)
	f.commits, f.trees, f.blobs = x.commits, x.trees, x.blobs
	return f
}

// headOf finds the branch of a pull request: in the repository, or in a fork as "login:branch".
func (s *Server) headOf(x *repo, head string) (*commit, bool) {
	login, branch, ok := strings.Cut(head, ":")
	if !ok {
		c := x.branches[head]
		return c, c != nil
	}
	for _, f := range s.repos {
		if f.parent == x.path && strings.HasPrefix(f.path, login+"/") {
			c := f.branches[branch]
			return c, c != nil
		}
	}
	return nil, false
}

// qualified is a head as lists of pull requests are asked for it.
func (s *Server) qualified(head string) string {
	if strings.Contains(head, ":") {
		return head
	}
	return s.Org + ":" + head
}
