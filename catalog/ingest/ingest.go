// Package ingest turns descriptor files into catalog.Files, wherever they lie. An Engine knows what all sources have
// in common: it parses descriptors, follows what Locations name, fills in placeholders, keeps to the rules, and
// neither reads nor parses anything twice that did not change. A Place knows where descriptors lie: the local disk,
// an address on the web, the commit of a repository. The packages below this one are the catalog.Sources made of the
// two.
//
// Descriptors are named by their address: the path of a local file, or the URL under which a person would open it.
package ingest

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// The bounds of one scan.
const (
	MaxFiles = 200_000 // descriptors
	MaxDepth = 16      // Locations that lead to Locations
)

// PlaceholderBytes is the most that the target of one placeholder may hold.
const PlaceholderBytes = 16 << 20

// Token stands for the content of a file as it was at one time: a blob id, an ETag, the state of a file on disk. The
// empty token stands for nothing, so that the content has to be looked at.
type Token string

// Content is what reading gave.
type Content struct {
	Data  []byte
	Token Token
	Same  bool // the content is still that of the token that was handed in; Data is nil
}

// Found is what a target stands for.
type Found struct {
	Addresses []string // of descriptor files, in order
	// Pattern is set when the files were found rather than named: a glob or a folder that is empty now is no error of
	// a file.
	Pattern bool
	// Sift is set when the files were found in a folder whose other YAML files are none of the catalog's business:
	// those that hold no descriptors do not count.
	Sift bool
}

// Place is where descriptors lie. Its methods are called from several goroutines at once. An error that says that
// there is nothing (fs.ErrNotExist, fault.NotFound) differs from one that says that it cannot be looked at now.
type Place interface {
	// Has reports whether an absolute address lies in this place. Others are read through Options.Trees.
	Has(address string) bool
	// Find lists the files that an absolute address, which may be a glob or a folder, stands for. named says that
	// the configuration names it, and not a Location. A file that is named and is not there is an error.
	Find(ctx context.Context, address string, named bool) (Found, error)
	// Read reads one descriptor, unless its content is still that of have.
	Read(ctx context.Context, address string, have Token) (Content, error)
	// Beside reads, for a placeholder in the descriptor at from, the file at address, unless its content is still that
	// of have. It refuses (fault.Forbidden) what a descriptor in this place must not have read.
	Beside(ctx context.Context, from, address string, have Token) (Content, error)
}

// Options configure an Engine.
type Options struct {
	// Origin is the configured location, for example "file:./catalog/all.yaml".
	Origin string
	// Allow are the entities that may come from here; empty: all.
	Allow []Rule
	// Place is where the configured targets lie; nil: everything is read through Trees.
	Place Place
	// Trees opens targets that are not in Place; nil: they cannot be read.
	Trees scm.Trees
	// Owners finds those whom a CODEOWNERS file names; nil: OwnersByName.
	Owners OwnerLookup
	// Limits bound each descriptor file.
	Limits yamldoc.Limits
	// MaxText is how many bytes all descriptors, and what their placeholders read, may have together; zero: DefaultText.
	// A file that does not fit any more cannot be read.
	MaxText int64
	// Clock tells the time for Delta.Checked; nil: time.Now.
	Clock func() time.Time
	// Parallel is how many files are read at once; zero: as many as there are processors.
	Parallel int
}

// Scope tells which addresses may have changed. It is asked for files, for the targets of placeholders, and for
// globs and folders. A nil Scope is everything.
type Scope func(address string) bool

// Below is the scope of everything whose address starts with one of the given prefixes.
func Below(prefixes ...string) Scope {
	return func(address string) bool {
		return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(address, p) })
	}
}

// Engine reads what configured targets lead to, and remembers it. It is safe for concurrent use; one scan runs at a
// time.
type Engine struct {
	opt    Options
	trees  Place
	owners parsedOwners

	mu    sync.Mutex
	known map[string]*entry  // by address, as of the last scan
	finds map[string]finding // by target, as of the last scan
	owed  bool               // no full delta was given yet
}

// New returns an engine that knows nothing yet.
func New(o Options) *Engine {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Owners == nil {
		o.Owners = OwnersByName
	}
	if o.Parallel <= 0 {
		o.Parallel = runtime.GOMAXPROCS(0)
	}
	e := &Engine{opt: o, trees: NewTrees(o.Trees, int64(MaxBytes(o.Limits))), known: map[string]*entry{}, finds: map[string]finding{}}
	if e.opt.MaxText <= 0 {
		e.opt.MaxText = DefaultText
	}
	if e.opt.Place == nil {
		e.opt.Place = nowhere{}
	}
	return e
}

// MaxBytes is how large a descriptor file may be.
func MaxBytes(l yamldoc.Limits) int {
	if l.Bytes > 0 {
		return l.Bytes
	}
	return yamldoc.DefaultLimits().Bytes
}

// Read reads all that the given targets lead to; of two that define the same entity, the earlier one counts. Files
// that were reported before with the same Hash come without their Text.
//
// A single target that cannot be looked at is an error. Of several, each that cannot be looked at is a File that says
// so, what it led to before stays, and the error comes only when there is none that can. The delta has Full set
// unless another system failed to answer and it is not known what should be there.
func (e *Engine) Read(ctx context.Context, targets []string) (catalog.Delta, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	sc, err := e.scan(ctx, targets, nil)
	if err != nil {
		return catalog.Delta{}, err
	}
	d := catalog.Delta{Origin: e.opt.Origin, Full: !sc.blind, Checked: e.opt.Clock()}
	for _, at := range sc.order {
		d.Files = append(d.Files, sc.entries[at].report())
	}
	e.keep(sc)
	e.owed = sc.blind
	return d, nil
}

// Follow is Changes, or Read for as long as that could not say what all there is.
func (e *Engine) Follow(ctx context.Context, targets []string, scope Scope) (catalog.Delta, error) {
	e.mu.Lock()
	owed := e.owed
	e.mu.Unlock()
	if owed {
		return e.Read(ctx, targets)
	}
	return e.Changes(ctx, targets, scope)
}

// Changes scans again and reports what differs from the last scan. What lies outside the scope is taken to be as it
// was, without looking.
func (e *Engine) Changes(ctx context.Context, targets []string, scope Scope) (catalog.Delta, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	sc, err := e.scan(ctx, targets, scope)
	if err != nil {
		return catalog.Delta{}, err
	}
	d := catalog.Delta{Origin: e.opt.Origin, Checked: e.opt.Clock()}
	for _, at := range sc.order {
		en := sc.entries[at]
		if was := e.known[at]; was == nil || was.nothing || !same(&was.file, &en.file) {
			d.Files = append(d.Files, en.report())
		}
	}
	for at, was := range e.known {
		if now := sc.entries[at]; !was.nothing && (now == nil || now.nothing) {
			d.Gone = append(d.Gone, at)
		}
	}
	slices.Sort(d.Gone)
	e.keep(sc)
	return d, nil
}

// Knows reports whether the last scan came across the address, as a descriptor or as the target of a placeholder.
func (e *Engine) Knows(match Scope) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	for at, en := range e.known {
		if match(at) || slices.ContainsFunc(en.deps, func(d dep) bool { return match(d.address) }) {
			return true
		}
	}
	return false
}

// keep remembers a scan: entities as bundles, which take least, and not the text of descriptors, which is of no use
// here.
func (e *Engine) keep(sc *scan) {
	e.known, e.finds = sc.entries, sc.finds
	for _, en := range e.known {
		en.file.Text, en.file.Entities = nil, nil
	}
}

// same reports whether two states of a file need not be told apart.
func same(a, b *catalog.File) bool {
	return a.Hash == b.Hash && slices.Equal(a.Problems, b.Problems)
}

// place is where an address is read.
func (e *Engine) place(address string) Place {
	if e.opt.Place.Has(address) || !IsWeb(address) {
		return e.opt.Place
	}
	return e.trees
}
