// Package clone reads any git repository without the API of its host: through bare clones of the newest commit, kept in
// a folder, that hold the contents of files only once these are read. It implements remote.API over such clones, so that
// trees, docs and inventory are read from them as from hosts with an API.
//
// The folder may be lost at any time. However large a repository is, it takes no more than its bound, and all of them no
// more than theirs: what was used least recently goes first.
package clone

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/gitrun"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
	"github.com/backchannel-portal/backchannel/internal/scm/rest"
)

// Host says how the repositories of a host are read.
type Host struct {
	// Name is the host in addresses on the web, with its port where it has one: "git.acme.dev".
	Name string
	// Scheme is https, ssh or http; empty: https. SSHUser is that of ssh; empty: "git".
	Scheme, SSHUser string
	Credential      gitrun.Credential
}

// Repo is a repository that is read whether or not its host is configured.
type Repo struct {
	At         gitrun.Address
	Credential gitrun.Credential
}

// Options configure a Store.
type Options struct {
	// Dir is the folder of the clones; it is made where it is missing, and belongs to one process.
	Dir string
	Git *gitrun.Runner
	// Hosts may be read, all their repositories. Those of other hosts have to be added with Add.
	Hosts []Host
	// MaxRepo and MaxTotal bound one clone and all of them, in bytes; zero: 256 MB and 4 GB.
	MaxRepo, MaxTotal int64
	// Eager reports whether a file, by its path, is fetched together with its commit; nil: Reading.
	Eager func(name string) bool
	// Cache keeps lists of files and contents; nil: they are read from the clones each time.
	Cache rest.Cache
	// Fresh is how long a branch is taken to stand where it did; zero: remote.FreshFor.
	Fresh time.Duration
	// Timeout bounds the making of one clone; zero: 10 min.
	Timeout time.Duration
	// Clock tells the time; nil: time.Now.
	Clock func() time.Time
}

// Store keeps clones. It is safe for concurrent use; Close ends its processes.
type Store struct {
	o      Options
	ctx    context.Context
	stop   context.CancelFunc
	flight singleflight.Group
	work   sync.WaitGroup
	slots  chan struct{} // clones being made

	mu     sync.Mutex
	busy   map[string]chan struct{} // clones being made, by host
	hosts  map[string]Host          // by name
	repos  map[string]Repo          // added ones, by key
	remote map[string]*remote.Host
	clones map[string]*clone // by folder name
	open   []*clone          // with a process, the one used last at the end
}

// The bounds of a store.
const (
	maxMaking = 8 // clones at once
	maxOfHost = 2 // of these, from one host, so that one that hangs does not keep the others waiting
	maxOpen   = 8 // processes that read
	maxPacks  = 64
	idleAfter = 20 * time.Second
	again     = time.Hour // after which a repository that was too large is tried again
)

// New opens a store and clears away what an earlier process left half done.
func New(o Options) (*Store, error) {
	if o.MaxRepo <= 0 {
		o.MaxRepo = 256 << 20
	}
	if o.MaxTotal <= 0 {
		o.MaxTotal = 4 << 30
	}
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Minute
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Eager == nil {
		o.Eager = Reading
	}
	dir, err := filepath.Abs(o.Dir) // git runs in other folders
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the folder of clones cannot be found")
	}
	o.Dir = dir
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the folder of clones cannot be made")
	}
	s := &Store{
		o: o, hosts: map[string]Host{}, repos: map[string]Repo{}, remote: map[string]*remote.Host{}, clones: map[string]*clone{},
		busy: map[string]chan struct{}{}, slots: make(chan struct{}, maxMaking),
	}
	for _, h := range o.Hosts {
		h.Name = strings.ToLower(h.Name)
		s.hosts[h.Name] = h
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	if err := s.load(); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

// Close ends everything that runs. The clones stay.
func (s *Store) Close() error {
	s.mu.Lock()
	s.stop()
	s.mu.Unlock()
	s.work.Wait()
	s.mu.Lock()
	all := slices.Collect(maps.Values(s.clones))
	s.mu.Unlock()
	for _, c := range all {
		c.rest()
	}
	return nil
}

// Add makes a repository readable.
func (s *Store) Add(r Repo) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.repos[key(WebHost(r.At), r.At.Repo())] = r
}

func key(host, path string) string { return host + "/" + strings.ToLower(path) }

// WebHost is the name that a repository's host has in addresses on the web.
func WebHost(a gitrun.Address) string {
	if a.Scheme == "ssh" {
		return a.Hostname()
	}
	return strings.TrimSuffix(strings.TrimSuffix(a.Host, ":443"), ":80")
}

// Web is the address of a repository on the web.
func Web(a gitrun.Address) string {
	scheme := "https"
	if a.Scheme == "http" {
		scheme = "http"
	}
	return scheme + "://" + WebHost(a) + "/" + a.Repo()
}

// find returns the repository of a path on a host.
func (s *Store) find(host, path string) (Repo, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.repos[key(host, path)]; ok {
		return r, true
	}
	h, ok := s.hosts[host]
	if !ok || path == "" {
		return Repo{}, false
	}
	scheme, user := h.Scheme, ""
	switch scheme {
	case "":
		scheme = "https"
	case "ssh":
		user = "git@"
		if h.SSHUser != "" {
			user = h.SSHUser + "@"
		}
	}
	at, err := gitrun.ParseAddress(scheme + "://" + user + host + "/" + path + ".git")
	return Repo{At: at, Credential: h.Credential}, err == nil
}

// Host returns the reader of a host's repositories.
func (s *Store) Host(name string) *remote.Host {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h, ok := s.remote[name]; ok {
		return h
	}
	h := remote.NewHost(remote.HostOptions{Name: name, API: api{s, name}, Cache: s.o.Cache, Fresh: s.o.Fresh, Clock: s.o.Clock})
	s.remote[name] = h
	return h
}
