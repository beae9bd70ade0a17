package clone

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/gitrun"
)

// clone is one repository on disk. Its folder exists whole or not at all.
type clone struct {
	s    *Store
	name string // of the folder
	dir  string

	mu    sync.RWMutex // held for reading by those who read, for writing by those who fetch or remove
	there bool

	// The rest is guarded by Store.mu.
	used    time.Time
	size    int64
	refused error // it is too large
	until   time.Time
	batch   *gitrun.Batch
	idle    *time.Timer
}

const partial = ".part"

// load takes over the clones of an earlier process. What that was making when it ended is removed.
func (s *Store) load() error {
	entries, err := os.ReadDir(s.o.Dir)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "the folder of clones cannot be listed")
	}
	for _, e := range entries {
		dir := filepath.Join(s.o.Dir, e.Name())
		if !e.IsDir() || strings.Contains(e.Name(), partial) || !isClone(dir) {
			if err := os.RemoveAll(dir); err != nil {
				return fault.Wrap(fault.Internal, err, "the folder of clones cannot be cleared")
			}
			continue
		}
		if err := clearHalf(dir); err != nil {
			return fault.Wrap(fault.Internal, err, "the folder of clones cannot be cleared")
		}
		c := &clone{s: s, name: e.Name(), dir: dir, there: true, size: gitrun.Size(dir)}
		if info, err := e.Info(); err == nil {
			c.used = info.ModTime()
		}
		s.clones[e.Name()] = c
	}
	s.trim(0)
	return nil
}

// isClone tells a repository from what anybody else may have put there.
func isClone(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "HEAD"))
	return err == nil
}

// clearHalf removes what a fetch that was killed leaves: temporary packs and locks.
func clearHalf(dir string) error {
	var all []string
	for _, pattern := range []string{"objects/pack/tmp_*", "objects/pack/.tmp*", "*.lock", "refs/heads/*.lock"} {
		names, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return err
		}
		all = append(all, names...)
	}
	for _, name := range all {
		if err := os.RemoveAll(name); err != nil {
			return err
		}
	}
	return nil
}

// clone returns the clone of a repository, which may not be there yet.
func (s *Store) clone(r Repo) *clone {
	sum := sha256.Sum256([]byte(r.At.String()))
	name := hex.EncodeToString(sum[:16])
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.clones[name]
	if c == nil {
		c = &clone{s: s, name: name, dir: filepath.Join(s.o.Dir, name)}
		s.clones[name] = c
	}
	c.used = s.o.Clock()
	return c
}

// ready makes sure that the clone has a commit, and is called with nobody reading it. An empty commit asks only for a
// clone.
func (c *clone) ready(ctx context.Context, r Repo, commit string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.remembered(); err != nil {
		return err
	}
	if c.there {
		err := c.update(ctx, r, commit)
		if err == nil || ctx.Err() != nil || !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Internal) {
			return err
		}
		// It has grown old, or is damaged: a new one starts without what nobody needs any more.
		if err := c.remove(); err != nil {
			return err
		}
	}
	err := c.make(ctx, r)
	if err == nil && commit != "" && !c.s.o.Git.Has(ctx, c.dir, commit) {
		err = c.update(ctx, r, commit)
	}
	if fault.Is(err, fault.Invalid) {
		if gone := c.remove(); gone != nil {
			return gone
		}
		c.s.mu.Lock()
		c.refused, c.until = err, c.s.o.Clock().Add(again)
		c.s.mu.Unlock()
	}
	return err
}

// remembered is why the repository is not tried again yet.
func (c *clone) remembered() error {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if c.refused != nil && c.s.o.Clock().Before(c.until) {
		return c.refused
	}
	c.refused = nil
	return nil
}

// update fetches a commit into a clone that is there.
func (c *clone) update(ctx context.Context, r Repo, commit string) error {
	if commit == "" || c.s.o.Git.Has(ctx, c.dir, commit) {
		return nil
	}
	packs, err := filepath.Glob(filepath.Join(c.dir, "objects", "pack", "*.pack"))
	if err == nil && len(packs) > maxPacks {
		return fault.New(fault.Invalid, "the clone has been fetched into too often")
	}
	return c.bring(ctx, r, commit)
}

// make clones next to the clone's place and moves the whole into it.
func (c *clone) make(ctx context.Context, r Repo) error {
	for _, slots := range []chan struct{}{c.s.making(r.At.Host), c.s.slots} {
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	c.s.trim(int64(len(c.s.slots)) * c.s.o.MaxRepo)
	tmp := c.dir + partial
	if err := os.RemoveAll(tmp); err != nil {
		return fault.Wrap(fault.Internal, err, "the folder of clones cannot be cleared")
	}
	err := c.s.o.Git.Clone(ctx, r.At, r.Credential, "", tmp, c.s.o.MaxRepo)
	if err == nil {
		err = fault.Wrap(fault.Internal, os.Rename(tmp, c.dir), "a clone cannot be put in its place")
	}
	if err != nil {
		return cmp.Or(err, os.RemoveAll(tmp))
	}
	c.there = true
	c.measure()
	return nil
}

// making are the slots of one host.
func (s *Store) making(host string) chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy[host] == nil {
		s.busy[host] = make(chan struct{}, maxOfHost)
	}
	return s.busy[host]
}

// remove takes the clone off the disk; c.mu is held.
func (c *clone) remove() error {
	c.rest()
	c.s.mu.Lock()
	c.size = 0
	c.s.mu.Unlock()
	c.there = false
	return fault.Wrap(fault.Internal, os.RemoveAll(c.dir), "a clone cannot be removed")
}

// measure notes how large the clone is, and when it was used, for the next process too.
func (c *clone) measure() {
	size, now := gitrun.Size(c.dir), time.Now()
	// Only the order in which clones are removed after a restart depends on it.
	_ = os.Chtimes(c.dir, now, now)
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.size, c.used = size, c.s.o.Clock()
}

// trim removes the clones used least recently until room bytes are free.
func (s *Store) trim(room int64) {
	s.mu.Lock()
	var total int64
	all := make([]*clone, 0, len(s.clones))
	for _, c := range s.clones {
		total += c.size
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b *clone) int { return a.used.Compare(b.used) })
	s.mu.Unlock()
	for _, c := range all {
		if total <= max(0, s.o.MaxTotal-room) {
			return
		}
		if !c.mu.TryLock() {
			continue // in use
		}
		s.mu.Lock()
		size := c.size
		s.mu.Unlock()
		if c.there && c.remove() == nil {
			total -= size
		}
		c.mu.Unlock()
	}
}

// reader returns the process that reads the clone; c.mu is held for reading.
func (c *clone) reader(r Repo) *gitrun.Batch {
	s := c.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.batch == nil {
		c.batch = s.o.Git.NewBatch(c.dir, r.At, r.Credential, s.o.MaxRepo)
		c.idle = time.AfterFunc(idleAfter, c.rest)
	}
	c.idle.Reset(idleAfter)
	s.open = append(slices.DeleteFunc(s.open, func(o *clone) bool { return o == c }), c)
	if len(s.open) > maxOpen {
		if old := s.open[0].detach(); old != nil {
			s.work.Go(func() { old.Close() }) // which waits for a read that is going on
		}
	}
	return c.batch
}

// rest ends the process of a clone that nobody read for a while.
func (c *clone) rest() {
	c.s.mu.Lock()
	b := c.detach()
	c.s.mu.Unlock()
	if b != nil {
		b.Close() //nolint:errcheck // it has none
	}
}

// detach takes the process away from the clone, to be closed once Store.mu, which is held, is free.
func (c *clone) detach() *gitrun.Batch {
	b := c.batch
	if b != nil {
		c.idle.Stop()
		c.batch = nil
		c.s.open = slices.DeleteFunc(c.s.open, func(o *clone) bool { return o == c })
	}
	return b
}
