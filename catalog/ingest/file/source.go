// Package file reads descriptors from the local disk: a file, a glob, or a folder, and everything that the Location
// entities found there lead to. Targets on the web are read where a mirror has them. Files whose content did not
// change are not parsed again, and edits are noticed as they happen.
package file

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/ingest"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// Rule allows entities of a kind.
type Rule = ingest.Rule

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
	// Owners finds those whom a CODEOWNERS file names; nil: ingest.OwnersByName.
	Owners ingest.OwnerLookup
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
	disk   *disk
	engine *ingest.Engine

	mu   sync.Mutex // one scan at a time
	dirs []string   // folders to watch, as of the last scan
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
	target := filepath.FromSlash(strings.TrimPrefix(o.Target, "file:"))
	if !filepath.IsAbs(target) {
		target = filepath.Join(o.Base, target)
	}
	target = filepath.Clean(target)
	if err := validPattern(target); err != nil {
		return nil, err
	}
	s := &Source{opt: o, origin: "file:" + o.Target, target: target}
	s.disk = &disk{most: ingest.MaxBytes(o.Limits)}
	s.engine = ingest.New(ingest.Options{
		Origin: s.origin, Allow: o.Allow, Place: s.disk, Trees: o.Trees, Owners: o.Owners, Limits: o.Limits, Clock: o.Clock,
	})
	return s, nil
}

// Origin implements catalog.Source.
func (s *Source) Origin() string { return s.origin }

// Read implements catalog.Source.
func (s *Source) Read(ctx context.Context) (catalog.Delta, error) {
	return s.scan(nil, func(targets []string) (catalog.Delta, error) { return s.engine.Read(ctx, targets) })
}

// changes scans again and reports what differs from the last scan. dirty are the paths known to have been touched.
func (s *Source) changes(ctx context.Context, dirty map[string]bool) (catalog.Delta, error) {
	return s.scan(dirty, func(targets []string) (catalog.Delta, error) { return s.engine.Follow(ctx, targets, nil) })
}

func (s *Source) scan(dirty map[string]bool, do func(targets []string) (catalog.Delta, error)) (catalog.Delta, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.disk.begin(dirty)
	d, err := do([]string{s.target})
	if err == nil {
		s.dirs = s.disk.watch()
	}
	return d, err
}
