package declared

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
)

// maxFiles bounds how many files a set has.
const maxFiles = 200

// origin is what the plugins of files belong to in a registry.
const origin = "declared"

// Set is the declared plugins of some files, which people edit while the program runs. A file that became wrong leaves
// its last good plugin in place. It is safe for concurrent use.
type Set struct {
	o     SetOptions
	mu    sync.Mutex // one look at a time; guards what follows
	files map[string]*held
	extra map[string]error // of patterns and names
}

// SetOptions configure a Set.
type SetOptions struct {
	Paths    []string // files and globs such as ./plugins/*.yaml
	Every    time.Duration
	Registry *plugins.Registry
	Start    func(context.Context, plugins.Plugin) error // starts a plugin before it is used
	Read     Options
	Log      *slog.Logger
}

// held is a file with its last good plugin.
type held struct {
	sum   [sha256.Size]byte
	entry *plugins.Entry // nil: it never was good
	err   error
}

// NewSet returns a set that has read nothing yet. Zero Every is two seconds.
func NewSet(o SetOptions) *Set {
	if o.Every <= 0 {
		o.Every = 2 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Set{o: o, files: map[string]*held{}, extra: map[string]error{}}
}

// Load looks at all files and brings what is new into the registry. The error joins what is wrong now.
func (s *Set) Load(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.look(ctx)
	var all []error
	for _, name := range slices.Sorted(maps.Keys(s.files)) {
		all = append(all, s.files[name].err)
	}
	for _, name := range slices.Sorted(maps.Keys(s.extra)) {
		all = append(all, s.extra[name])
	}
	return errors.Join(all...)
}

// Run looks at the files again every so often until ctx is done.
func (s *Set) Run(ctx context.Context) {
	tick := time.NewTicker(s.o.Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		before := s.Problems()
		_ = s.Load(ctx) // said once, below
		for name, err := range s.Problems() {
			if was := before[name]; was == nil || was.Error() != err.Error() {
				s.o.Log.Error("a declared plugin is broken, its last good version stays", "file", name, "err", err)
			}
		}
	}
}

// Problems are the files that are wrong now.
func (s *Set) Problems() map[string]error {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := maps.Clone(s.extra)
	for name, h := range s.files {
		if h.err != nil {
			out[name] = h.err
		}
	}
	return out
}

// Close implements the rest of a set: nothing is held.
func (s *Set) Close() error { return nil }

// look reads what changed and tells the registry.
func (s *Set) look(ctx context.Context) {
	clear(s.extra)
	names := s.names()
	for name := range s.files {
		if !slices.Contains(names, name) { // the file is gone, and so is its plugin
			delete(s.files, name)
		}
	}
	for _, name := range names {
		h := s.files[name]
		if h == nil {
			h = &held{}
			s.files[name] = h
		}
		s.read(ctx, name, h)
	}
	var entries []*plugins.Entry
	of := map[string]string{}
	for _, name := range names {
		if e := s.files[name].entry; e != nil {
			if first, twice := of[e.About.Name]; twice {
				s.extra[name] = fault.At(fault.Position{File: name, Field: "metadata.name"}, "%s declares the plugin %q already", first, e.About.Name)
				continue
			}
			of[e.About.Name] = name
			entries = append(entries, e)
		}
	}
	for _, taken := range s.o.Registry.Replace(origin, entries) {
		s.extra[of[taken]] = fault.At(fault.Position{File: of[taken], Field: "metadata.name"}, "there is another plugin called %q", taken)
	}
}

// names are the files that the patterns select, in order.
func (s *Set) names() []string {
	var out []string
	for _, p := range s.o.Paths {
		found, err := doublestar.FilepathGlob(filepath.ToSlash(p), doublestar.WithFilesOnly())
		if err != nil {
			s.extra[p] = fault.At(fault.Position{File: p}, "this is no pattern of files: %v", err)
			continue
		}
		if len(found) == 0 {
			if _, err := os.Stat(p); err != nil && !hasMeta(p) {
				s.extra[p] = fault.At(fault.Position{File: p}, "there is no such file")
			}
		}
		slices.Sort(found)
		for _, f := range found {
			if !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	if len(out) > maxFiles {
		s.extra[out[maxFiles]] = fault.New(fault.Invalid, "there are %d declared plugins, more than %d", len(out), maxFiles)
		out = out[:maxFiles]
	}
	return out
}

func hasMeta(p string) bool {
	for _, c := range p {
		if c == '*' || c == '?' || c == '[' || c == '{' {
			return true
		}
	}
	return false
}

// read parses a file whose content changed.
func (s *Set) read(ctx context.Context, name string, h *held) {
	data, err := readFile(name)
	if err != nil {
		h.sum, h.err = [sha256.Size]byte{}, err
		return
	}
	sum := sha256.Sum256(data)
	if sum == h.sum {
		return
	}
	h.sum = sum
	p, err := Parse(name, data, s.o.Read)
	if err != nil {
		h.err = err
		return
	}
	e, err := plugins.NewEntry(p)
	if err == nil && s.o.Start != nil {
		err = s.o.Start(ctx, p)
	}
	if h.err = err; err == nil {
		h.entry = e
	}
}

// readFile reads a regular file of at most MaxFile bytes.
func readFile(name string) ([]byte, error) {
	at := fault.Position{File: name}
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() { // opening a pipe could wait for ever
		return nil, fault.At(at, "this is not a regular file")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, &fault.Error{Kind: fault.Invalid, At: at, Message: "the file cannot be read", Err: err}
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return data, nil
}
