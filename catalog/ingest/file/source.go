// Package file reads descriptors from the local disk: a file, a glob, or a folder, and everything that the Location
// entities found there lead to. Targets on the web are read where a mirror has them. Files whose content did not
// change are not parsed again, and edits are noticed as they happen.
package file

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// Options configure a Source.
type Options struct {
	// Target is what to read: a file, a glob with * ? [] {} and **, or a folder. A relative one is taken from Base.
	Target string
	// Base is the folder that Target is relative to; empty: the working directory.
	Base string
	// Allow are the entities that may come from here; empty: all.
	Allow []Rule
	// Trees opens targets on the web; nil: they cannot be read.
	Trees scm.Trees
	// Interval is how often Watch looks at every file although no change was signalled; zero: two minutes.
	Interval time.Duration
	// Settle is how long Watch waits for an editor to finish; zero: 100 ms.
	Settle time.Duration
	// Clock tells the time for Delta.Checked; nil: time.Now.
	Clock func() time.Time
	// Limits bound each descriptor file.
	Limits yamldoc.Limits
}

// Source is a catalog.Source over files. It is safe for concurrent use.
type Source struct {
	opt    Options
	origin string
	target string // Options.Target below Base, cleaned
	folder string // the folder of the location: placeholders reach no further

	mu    sync.Mutex
	known map[string]*entry // by location, as of the last scan
	dirs  []string          // folders to watch, as of the last scan
}

var _ catalog.Source = (*Source)(nil)

// New returns a source. A target that is not a valid pattern is an error of kind fault.Invalid; whether it exists is
// found out by Read.
func New(o Options) (*Source, error) {
	if strings.TrimSpace(o.Target) == "" {
		return nil, fault.New(fault.Invalid, "a file location needs a target")
	}
	if o.Interval <= 0 {
		o.Interval = 2 * time.Minute
	}
	if o.Settle <= 0 {
		o.Settle = 100 * time.Millisecond
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	target := filepath.FromSlash(strings.TrimPrefix(o.Target, "file:"))
	if !filepath.IsAbs(target) {
		target = filepath.Join(o.Base, target)
	}
	s := &Source{opt: o, origin: "file:" + o.Target, target: filepath.Clean(target), known: map[string]*entry{}}
	if err := validPattern(s.target); err != nil {
		return nil, err
	}
	return s, nil
}

// Origin implements catalog.Source.
func (s *Source) Origin() string { return s.origin }

// Read implements catalog.Source.
func (s *Source) Read(ctx context.Context) (catalog.Delta, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.scan(ctx, nil)
	if err != nil {
		return catalog.Delta{}, err
	}
	d := catalog.Delta{Origin: s.origin, Full: true, Checked: s.opt.Clock()}
	for _, e := range found.entries {
		d.Files = append(d.Files, e.file)
	}
	s.keep(found)
	return d, nil
}

// changes scans again and reports what differs from the last scan. dirty are the paths known to have been touched.
func (s *Source) changes(ctx context.Context, dirty map[string]bool) (catalog.Delta, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.scan(ctx, dirty)
	if err != nil {
		return catalog.Delta{}, err
	}
	d := catalog.Delta{Origin: s.origin, Checked: s.opt.Clock()}
	present := make(map[string]bool, len(found.entries))
	for _, e := range found.entries {
		present[e.file.Location] = true
		if was := s.known[e.file.Location]; was == nil || !same(&was.file, &e.file) {
			d.Files = append(d.Files, e.file)
		}
	}
	for location := range s.known {
		if !present[location] {
			d.Gone = append(d.Gone, location)
		}
	}
	slices.Sort(d.Gone)
	s.keep(found)
	return d, nil
}

func (s *Source) keep(found *scan) {
	s.known = make(map[string]*entry, len(found.entries))
	for _, e := range found.entries {
		s.known[e.file.Location] = e
	}
	s.dirs = found.watch()
}

// same reports whether two states of a file need not be told apart.
func same(a, b *catalog.File) bool {
	return a.Hash == b.Hash && slices.Equal(a.Problems, b.Problems)
}
