// Package gitlabtest is a GitLab for tests: an HTTP server that speaks the parts of the REST API that are read, with
// both kinds of paging, ETags, rate limits and webhooks, as docs.gitlab.com describes them. It is not GitLab: what it
// refuses, GitLab refuses, but not the other way round.
package gitlabtest

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/outbound/outboundtest"
)

// Server is a GitLab.
type Server struct {
	*httptest.Server

	merges  []*Merge
	readers bool // the token reads only

	mu       sync.Mutex
	now      func() time.Time
	token    string
	projects []*project
	groups   []Group
	users    []User
	paged    int
	limit    int
	used     int
	reset    time.Time
	down     map[string]int
	requests map[string]int
	made     []string
}

type project struct {
	Project
	id       int64
	activity time.Time
	branches map[string]*commit
	commits  map[string]*commit
	blobs    map[string][]byte

	description, branch string // branch: the default one, "" for main
	executable          []string
	protected           []string
	variables           map[string]string
	owners              []int64
}

type commit struct {
	id      string
	files   map[string]string // path -> blob
	message string
}

// Project describes a project to be made. Files are those of its default branch main; without any it is empty.
type Project struct {
	Path       string // with its groups
	Files      map[string]string
	Topics     []string
	Archived   bool
	Fork       bool
	Visibility string // empty: private
}

// Group is a group; Members are direct ones.
type Group struct {
	Path, Name, Description string
	Members                 []string
}

// User is somebody with an account.
type User struct{ Login, Name, PublicEmail, State string }

// Options configure a Server.
type Options struct {
	Token string           // that is accepted
	Now   func() time.Time // nil: time.Now
}

// New starts a server; Close ends it.
func New(o Options) *Server {
	s := &Server{now: o.Now, token: o.Token, paged: 100, limit: 2000, down: map[string]int{}, requests: map[string]int{}}
	if s.now == nil {
		s.now = time.Now
	}
	s.Server = httptest.NewServer(s.routes())
	return s
}

// Host is the host and port in the addresses of projects.
func (s *Server) Host() string { return strings.TrimPrefix(s.URL, "http://") }

// Add makes a project.
func (s *Server) Add(p Project) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(p)
}

func (s *Server) add(p Project) *project {
	if p.Visibility == "" {
		p.Visibility = "private"
	}
	x := &project{Project: p, id: 1, branches: map[string]*commit{}, commits: map[string]*commit{}, blobs: map[string][]byte{}}
	for _, o := range s.projects {
		x.id = max(x.id, o.id+1)
	}
	if len(p.Files) > 0 {
		x.push("main", p.Files)
	}
	x.activity = s.now()
	s.projects = append(s.projects, x)
	return x
}

// Push makes the files the content of a branch. As on GitLab, the project's activity shows it only once an hour.
func (s *Server) Push(path, branch string, files map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x := s.find(path); x != nil {
		x.push(branch, files)
		if now := s.now(); now.Sub(x.activity) >= time.Hour {
			x.activity = now
		}
	}
}

// Remove deletes a project.
func (s *Server) Remove(path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.projects = slices.DeleteFunc(s.projects, func(x *project) bool { return x.Path == path })
}

// Staff replaces the groups and users.
func (s *Server) Staff(groups []Group, users []User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.groups, s.users = groups, users
}

// Pages sets how many elements a page of a list has at most.
func (s *Server) Pages(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paged = n
}

// Limit sets how many requests a minute are answered.
func (s *Server) Limit(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limit, s.used, s.reset = n, 0, s.now().Add(time.Minute)
}

// Down answers all requests whose path has the given prefix with a status, until it is called with zero.
func (s *Server) Down(prefix string, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down[prefix] = status; status == 0 {
		delete(s.down, prefix)
	}
}

// Requests returns how many requests there were since the last Reset.
func (s *Server) Requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, k := range s.requests {
		n += k
	}
	return n
}

// Reset forgets the requests so far.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.requests)
}

func (s *Server) find(idOrPath string) *project {
	for _, x := range s.projects {
		if strings.EqualFold(x.Path, idOrPath) || strconv.FormatInt(x.id, 10) == idOrPath {
			return x
		}
	}
	return nil
}

func (x *project) push(branch string, files map[string]string) {
	c := &commit{files: map[string]string{}}
	var text []byte
	for name, content := range files {
		id := object("blob", []byte(content))
		x.blobs[id], c.files[name] = []byte(content), id
		text = fmt.Appendf(text, "%s %s\n", name, id)
	}
	c.id = object("commit", fmt.Appendf(text, "%d", len(x.commits)))
	x.branches[branch], x.commits[c.id] = c, c
}

func object(kind string, data []byte) string {
	sum := sha1.Sum(append(fmt.Appendf(nil, "%s %d\x00", kind, len(data)), data...))
	return hex.EncodeToString(sum[:])
}

// PushPayload is the body of a push hook.
func (s *Server) PushPayload(path, branch string) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.find(path)
	if x == nil || x.branches[branch] == nil {
		return nil
	}
	return map[string]any{
		"object_kind": "push", "event_name": "push", "ref": "refs/heads/" + branch, "after": x.branches[branch].id,
		"project": map[string]any{"id": x.id, "path_with_namespace": x.Path},
	}
}

// Deliver posts a webhook with its secret token and returns the status of the answer.
func Deliver(ctx context.Context, url, secret, event string, payload any) (int, error) {
	body, err := json.Marshal(payload)
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Gitlab-Event", event)
	req.Header.Set("X-Gitlab-Token", secret)
	res, err := outboundtest.Client.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	return res.StatusCode, nil
}
