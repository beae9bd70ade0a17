package inventory

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
)

// Bounds of one scan.
const (
	maxFile     = 4 << 20  // bytes of a manifest
	maxLock     = 24 << 20 // bytes of a lock file
	maxTotal    = 96 << 20 // bytes read altogether
	maxItems    = 20000    // items found altogether
	maxProblems = 50       // problems reported
)

// Options of a scan. The zero value scans the whole tree with the built-in table.
type Options struct {
	Table *Table
	// Skip are folders of the tree that belong to other components, as slash paths.
	Skip []string
}

// Result is what a scan found.
type Result struct {
	Scanned
	Items []Item
}

// Scan reads the manifests of a source tree. Manifests that cannot be read are problems of the result; an error
// means that the tree itself could not be walked, or that ctx is done.
func Scan(ctx context.Context, tree scm.Tree, o Options) (Result, error) {
	if o.Table == nil {
		o.Table = Builtin()
	}
	s := newScan(ctx, tree, o.Table)
	files, err := s.walk(o.Skip)
	if err != nil {
		return Result{Scanned: Scanned{State: StateFailed, Where: tree.Where()}}, err
	}
	r := Result{Scanned: Scanned{State: StateEmpty, Where: tree.Where(), Print: fingerprint(files)}}
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return Result{Scanned: Scanned{State: StateFailed, Where: tree.Where()}}, err
		}
		if read := readerOf(path.Base(f.name)); read != nil && s.run(read, f.name) {
			r.Manifests = append(r.Manifests, s.rel(f.name))
		}
	}
	if len(r.Manifests) > 0 {
		r.State = StateRead
	}
	r.Items, r.Problems = s.items, s.problems
	return r, nil
}

// scan is the state of one Scan. Paths inside are those of the repository.
type scan struct {
	ctx      context.Context
	fsys     fs.FS  // the repository
	dir      string // the tree's folder in it
	table    *Table
	left     int64 // bytes that may still be read
	items    []Item
	seen     map[Item]bool // what is in items
	problems []Problem
	poms     map[string]*pom
	gradles  map[string]*gradleFile
	locks    map[string]*lockFile
}

func newScan(ctx context.Context, tree scm.Tree, table *Table) *scan {
	s := &scan{ctx: ctx, fsys: tree, dir: ".", table: table, left: maxTotal, seen: map[Item]bool{},
		poms: map[string]*pom{}, gradles: map[string]*gradleFile{}, locks: map[string]*lockFile{}}
	if n, ok := tree.(scm.Nested); ok {
		s.fsys, s.dir = n.Repository()
	}
	return s
}

// run reads one manifest and hands it to its reader; it reports whether the file could be read at all.
func (s *scan) run(read reader, name string) bool {
	data, err := s.read(name, maxFile)
	if err != nil {
		s.fail(name, 0, err)
		return false
	}
	defer func() {
		if v := recover(); v != nil { // a defect, here or in a parser; the other manifests are still read
			s.fail(name, 0, fault.New(fault.Internal, "reading it failed: %v", v))
		}
	}()
	read(s, name, data)
	return true
}

// Print returns the fingerprint that a scan of the tree would have, without reading any file.
func Print(ctx context.Context, tree scm.Tree, o Options) (string, error) {
	files, err := newScan(ctx, tree, Builtin()).walk(o.Skip)
	if err != nil {
		return "", err
	}
	return fingerprint(files), nil
}

// read returns the content of a file of the repository, without a byte order mark, within the scan's budget.
func (s *scan) read(name string, most int64) ([]byte, error) {
	if !fs.ValidPath(name) {
		return nil, fault.New(fault.NotFound, "%s is outside the repository", clip(name, maxFileRef))
	}
	data, err := scm.ReadFile(s.fsys, name, min(most, s.left))
	if err != nil {
		if fault.Is(err, fault.Invalid) && s.left < most {
			return nil, fault.New(fault.Invalid, "the manifests of this tree are larger than %d bytes together", maxTotal)
		}
		return nil, err
	}
	s.left -= int64(len(data))
	return []byte(strings.TrimPrefix(string(data), "\uFEFF")), nil
}

// optional reads a file that may be absent; one that is there but cannot be read is a problem.
func (s *scan) optional(name string, most int64) ([]byte, bool) {
	data, err := s.read(name, most)
	if err == nil {
		return data, true
	}
	if !fault.Is(err, fault.NotFound) {
		s.fail(name, 0, err)
	}
	return nil, false
}

// upwards reads the nearest file of the given name in dir or a folder above it.
func (s *scan) upwards(dir, name string, most int64) (at string, data []byte, ok bool) {
	for d := range parents(dir) {
		at = path.Join(d, name)
		if _, err := fs.Stat(s.fsys, at); err != nil {
			continue
		}
		if data, ok = s.optional(at, most); ok {
			return at, data, true
		}
	}
	return "", nil, false
}

// parents iterates over dir and the folders above it, up to the repository's top.
func parents(dir string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for range maxDepth + 4 {
			if !yield(dir) || dir == "." || dir == "/" {
				return
			}
			dir = path.Dir(dir)
		}
	}
}

// rel is a repository path relative to the tree.
func (s *scan) rel(name string) string {
	if s.dir == "." {
		return clip(name, maxFileRef)
	}
	up := ""
	for d := range parents(s.dir) {
		if rest, ok := strings.CutPrefix(name, d+"/"); ok || d == "." {
			if !ok {
				rest = name
			}
			return clip(up+rest, maxFileRef)
		}
		up += "../"
	}
	return clip(name, maxFileRef)
}

// add records an item that stands in the file name. Empty packages are dropped, texts are bounded.
func (s *scan) add(name string, it Item) {
	if it.Package == "" || len(it.Package) > maxText || len(s.items) >= maxItems {
		return
	}
	it.Package = clip(it.Package, maxText)
	it.Declared, it.Resolved = clip(it.Declared, maxText), clip(it.Resolved, maxText)
	it.File = s.rel(name)
	if it.Place == PlacePin && it.Ecosystem != Runtime && it.Ecosystem != Gradle {
		it.Place = PlaceManifest
	}
	for _, it := range s.table.identify(it) {
		if it.Indirect && it.Tech == "" || s.seen[it] {
			continue
		}
		s.seen[it] = true
		s.items = append(s.items, it)
	}
}

// known reports whether a package stands for a well-known technology.
func (s *scan) known(eco Ecosystem, pkg string) bool { return len(s.table.find(eco, pkg)) > 0 }

// runtime records the version of a language, runtime or tool itself.
func (s *scan) runtime(name string, line int, tech, declared string, place Place) {
	s.add(name, Item{Ecosystem: Runtime, Package: tech, Kind: RuntimeKind, Declared: declared, Line: line, Place: place})
}

// fail records that a file, or a line of it, could not be read.
func (s *scan) fail(name string, line int, err error) {
	if len(s.problems) >= maxProblems {
		return
	}
	var f *fault.Error
	msg := err.Error()
	if errors.As(err, &f) && f.Err == nil {
		msg = f.Message
		if line == 0 {
			line = f.At.Line
		}
	}
	p := Problem{File: s.rel(name), Line: line, Message: clip(msg, maxFileRef)}
	if !slices.Contains(s.problems, p) {
		s.problems = append(s.problems, p)
	}
}
