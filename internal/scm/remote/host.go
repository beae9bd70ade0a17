package remote

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm/rest"
)

// HostOptions configure a Host.
type HostOptions struct {
	// Name is the host in the addresses of its repositories, with its port where it has one: github.com.
	Name string
	// API asks the host.
	API API
	// Cache keeps what was read; nil: a small one in memory.
	Cache rest.Cache
	// Fresh is how long the head of a branch is taken for granted; zero: FreshFor.
	Fresh time.Duration
	// Clock tells the time; nil: time.Now.
	Clock func() time.Time
}

// Host reads the repositories of one host. It is safe for concurrent use.
type Host struct {
	o      HostOptions
	flight singleflight.Group

	mu     sync.Mutex
	repos  map[string]knownRepo // by lower-case path
	heads  map[string]head      // by repository id and ref
	warm   *recent[*Listing]    // by repository id and tree
	epochs map[string]uint64    // by lower-case path: another one after each Forget
	last   uint64               // epoch
}

type knownRepo struct {
	repo Repo
	at   time.Time
}

type head struct {
	commit Commit
	path   string // of its repository, lower case
	at     time.Time
}

// maxKnown bounds what is remembered of repositories and branches.
const maxKnown = 100_000

// NewHost returns a host of which nothing is known yet.
func NewHost(o HostOptions) *Host {
	if o.Fresh <= 0 {
		o.Fresh = FreshFor
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Cache == nil {
		o.Cache = newShelf()
	}
	o.Name = strings.ToLower(o.Name)
	return &Host{o: o, repos: map[string]knownRepo{}, heads: map[string]head{}, epochs: map[string]uint64{}, warm: newRecent[*Listing](maxWarm)}
}

// Name is the host's name in addresses, lower case.
func (h *Host) Name() string { return h.o.Name }

// Learn takes over repositories that somebody listed, so that nobody asks for them again.
func (h *Host) Learn(repos ...Repo) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range repos {
		h.learn(r.Path, r)
	}
}

// learn keeps a repository under a path; called with the lock held.
func (h *Host) learn(path string, r Repo) {
	if len(h.repos) >= maxKnown {
		clear(h.repos)
	}
	h.repos[strings.ToLower(path)] = knownRepo{r, h.o.Clock()}
}

// together does something once for all who ask for it at the same time. When who began it gives up, another one of them
// begins anew.
func (h *Host) together(ctx context.Context, key string, do func() (any, error)) (v any, err error) {
	const attempts = 3
	for range attempts {
		var shared bool
		v, err, shared = h.flight.Do(key, do)
		theirs := errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
		if !shared || !theirs || ctx.Err() != nil {
			break
		}
	}
	return v, err
}

// Repository finds a repository by its path.
func (h *Host) Repository(ctx context.Context, path string) (Repo, error) {
	key := strings.ToLower(path)
	h.mu.Lock()
	known, ok := h.repos[key]
	epoch := h.epochs[key]
	h.mu.Unlock()
	const keep = 10 * time.Minute // a renamed repository is found under its old name as well
	if ok && h.o.Clock().Sub(known.at) < keep {
		return known.repo, nil
	}
	v, err := h.together(ctx, fmt.Sprintf("repo %d %s", epoch, key), func() (any, error) { return h.o.API.Repository(ctx, path) })
	if err != nil {
		return Repo{}, err
	}
	r := v.(Repo)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.epochs[key] == epoch {
		h.learn(r.Path, r)
		h.learn(path, r)
	}
	return r, nil
}

// Head returns the present commit of a branch, tag or commit id.
func (h *Host) Head(ctx context.Context, r Repo, ref string) (Commit, error) {
	key, path := r.ID+"\x00"+ref, strings.ToLower(r.Path)
	h.mu.Lock()
	known, ok := h.heads[key]
	epoch := h.epochs[path]
	h.mu.Unlock()
	if ok && h.o.Clock().Sub(known.at) < h.o.Fresh {
		return known.commit, nil
	}
	v, err := h.together(ctx, fmt.Sprintf("head %d %s", epoch, key), func() (any, error) { return h.o.API.Head(ctx, r, ref) })
	if err != nil {
		return Commit{}, err
	}
	c := v.(Commit)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.epochs[path] != epoch { // it was pushed to meanwhile
		return c, nil
	}
	if len(h.heads) >= maxKnown {
		clear(h.heads)
	}
	h.heads[key] = head{c, path, h.o.Clock()}
	return c, nil
}

// Forget drops what is taken for granted about a repository: it was pushed to, renamed or removed. What the host is being
// asked about it at that time is not taken for granted either.
func (h *Host) Forget(path string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	key := strings.ToLower(path)
	if len(h.epochs) >= maxKnown {
		clear(h.epochs)
	}
	h.last++
	h.epochs[key] = h.last
	known, ok := h.repos[key]
	delete(h.repos, key)
	for k, v := range h.heads {
		if v.path == key || ok && strings.HasPrefix(k, known.repo.ID+"\x00") {
			delete(h.heads, k)
		}
	}
}

// Files lists the files of a commit, from the cache where it has them.
func (h *Host) Files(ctx context.Context, r Repo, c Commit) (*Listing, error) {
	key := "files/" + h.o.Name + "/" + r.ID + "/" + c.ID
	h.mu.Lock()
	l, ok := h.warm.get(key)
	h.mu.Unlock()
	if ok {
		return l, nil
	}
	v, err := h.together(ctx, key, func() (any, error) {
		if l, ok := h.kept(key); ok {
			return l, nil
		}
		entries, err := h.o.API.Files(ctx, r, c)
		if err != nil {
			return nil, err
		}
		if len(entries) > MaxEntries {
			return nil, fault.New(fault.Invalid, "%s has more than %d files", r.Path, MaxEntries)
		}
		l := NewListing(entries)
		h.o.Cache.Put(key, l.encode())
		return l, nil
	})
	if err != nil {
		return nil, err
	}
	l = v.(*Listing)
	h.mu.Lock()
	h.warm.put(key, l, len(l.entries)+1)
	h.mu.Unlock()
	return l, nil
}

func (h *Host) kept(key string) (*Listing, bool) {
	data, ok := h.o.Cache.Get(key)
	if !ok {
		return nil, false
	}
	l, err := decodeListing(data)
	return l, err == nil
}

// Content reads a file, from the cache where it has it. A file of more than MaxBlob bytes is an error of kind
// fault.Invalid.
func (h *Host) Content(ctx context.Context, r Repo, e Entry) ([]byte, error) {
	if e.Size > MaxBlob {
		return nil, fault.New(fault.Invalid, "%s is larger than %d bytes", e.Path, MaxBlob)
	}
	key := "blob/" + h.o.Name + "/" + r.ID + "/" + e.ID
	if data, ok := h.o.Cache.Get(key); ok {
		return data, nil
	}
	v, err := h.together(ctx, key, func() (any, error) { return h.o.API.Content(ctx, r, e) })
	if err != nil {
		return nil, err
	}
	data := v.([]byte)
	if len(data) > MaxBlob {
		return nil, fault.New(fault.Invalid, "%s is larger than %d bytes", e.Path, MaxBlob)
	}
	h.o.Cache.Put(key, data)
	return data, nil
}
