package search

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.etcd.io/bbolt"
)

// home is the directory of one process's index files. They are a cache: all but what is kept (see keptHome) are made
// anew by every process and removed at its end. A lock tells the homes of crashed processes, which are swept, from those in use.
type home struct {
	dir  string
	lock *bbolt.DB
}

const (
	homePrefix = "text-"
	lockFile   = "lock"
	lockWait   = 100 * time.Millisecond
)

// openHome makes a home below parent, or below the system's temporary directory when parent is "".
func openHome(parent string) (*home, error) {
	if parent != "" {
		if err := os.MkdirAll(parent, 0o755); err != nil {
			return nil, err
		}
		if err := sweep(parent); err != nil {
			return nil, err
		}
	}
	dir, err := os.MkdirTemp(parent, homePrefix)
	if err != nil {
		return nil, err
	}
	lock, err := bbolt.Open(filepath.Join(dir, lockFile), 0o600, &bbolt.Options{Timeout: lockWait, NoSync: true})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return &home{dir, lock}, nil
}

// close removes the home.
func (h *home) close() error { return errors.Join(h.lock.Close(), os.RemoveAll(h.dir)) }

// sweep removes the homes that no process holds.
func sweep(parent string) error {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), homePrefix) {
			continue
		}
		dir := filepath.Join(parent, e.Name())
		lock, err := bbolt.Open(filepath.Join(dir, lockFile), 0o600, &bbolt.Options{Timeout: lockWait, NoSync: true})
		if err != nil {
			continue // in use, or not ours to judge
		}
		if err := errors.Join(lock.Close(), os.RemoveAll(dir)); err != nil {
			return err
		}
	}
	return nil
}
