package file

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// scan is one pass over everything that the source's target leads to.
type scan struct {
	s       *Source
	ctx     context.Context
	dirty   map[string]bool
	entries []*entry
	seen    map[string]bool // locations, so that cycles end
	dirs    map[string]bool
}

// scan looks at every file. It fails when the configured target itself is not there.
func (s *Source) scan(ctx context.Context, dirty map[string]bool) (*scan, error) {
	sc := &scan{s: s, ctx: ctx, dirty: dirty, seen: map[string]bool{}, dirs: map[string]bool{}}
	m, err := expand(s.target, true)
	if err != nil {
		return nil, fault.New(kindOf(err), "the catalog location %s cannot be read: %s", s.target, reason(err))
	}
	if !m.pattern {
		if _, err := os.Stat(s.target); err != nil && s.known[s.target] == nil {
			return nil, fault.New(kindOf(err), "the catalog location %s cannot be read: %s", s.target, reason(err))
		}
	}
	s.folder = s.target
	if !m.sift {
		s.folder = filepath.Dir(s.target)
		if m.pattern {
			s.folder = m.dirs[0]
		}
	}
	sc.files(m, 0)
	return sc, ctx.Err()
}

func kindOf(err error) fault.Kind {
	if missing(err) {
		return fault.NotFound
	}
	return fault.Invalid
}

// watch lists the folders whose changes matter, in order.
func (sc *scan) watch() []string {
	return slices.Sorted(maps.Keys(sc.dirs))
}

// files visits local descriptors and returns how many there were.
func (sc *scan) files(m match, depth int) int {
	for _, dir := range m.dirs {
		sc.dirs[dir] = true
	}
	n := 0
	for _, name := range m.files {
		d := descriptorFile{location: name, explicit: !m.pattern, base: sc.s.localBase(name)}
		d.info, _ = os.Stat(name)
		d.read = func() ([]byte, error) { return readLocal(name, sc.s.most()) }
		if m.sift {
			d.read = sifted(name, d.read)
		}
		if sc.visit(&d, depth) {
			n++
		}
	}
	return n
}

// sifted makes files without descriptors look empty to visit.
func sifted(name string, read func() ([]byte, error)) func() ([]byte, error) {
	return func() ([]byte, error) {
		data, err := read()
		if err == nil && !holdsEntities(name, data) {
			return nil, errNoDescriptors
		}
		return data, err
	}
}

var errNoDescriptors = fault.New(fault.NotFound, "no descriptors in it")

func (s *Source) most() int {
	if s.opt.Limits.Bytes > 0 {
		return s.opt.Limits.Bytes
	}
	return yamldoc.DefaultLimits().Bytes
}

func (s *Source) localBase(name string) base {
	folder := s.folder
	if rel, err := filepath.Rel(folder, name); err != nil || !filepath.IsLocal(rel) {
		folder = filepath.Dir(name)
	}
	return base{trees: s.opt.Trees, file: name, folder: folder}
}

// visit reads one descriptor and then what its Locations name. It reports whether the file counts as found.
func (sc *scan) visit(d *descriptorFile, depth int) bool {
	if sc.seen[d.location] {
		return true
	}
	if sc.ctx.Err() != nil || len(sc.entries) >= maxFiles {
		return false
	}
	sc.seen[d.location] = true
	was := sc.s.known[d.location]
	var e *entry
	if was != nil && was.fresh(d, sc.dirty[d.location]) {
		kept := *was
		kept.file.Problems = kept.own
		e = &kept
	} else {
		data, err := d.read()
		if err == errNoDescriptors {
			return false
		}
		once := *d
		once.read = func() ([]byte, error) { return data, err }
		e = sc.s.load(&once, was)
	}
	sc.entries = append(sc.entries, e)
	for _, dep := range e.deps {
		if d.base.file != "" && !isWeb(dep.target) {
			sc.dirs[filepath.Dir(filepath.Join(filepath.Dir(d.base.file), filepath.FromSlash(dep.target)))] = true
		}
	}
	problems := slices.Clone(e.own)
	for _, t := range e.targets {
		if err := sc.follow(d, t, depth+1); err != nil {
			problems = append(problems, catalog.Problem{
				Code: catalog.ProblemUnreadable, Field: t.field, Line: t.line,
				Message: fmt.Sprintf("the target %s cannot be read: %s", t.text, reason(err)),
			})
		}
	}
	if len(e.targets) > 0 {
		e.file.Problems = problems
	}
	return e.file.Hash != [32]byte{} || d.explicit
}

// follow visits what a Location's target stands for; an optional target may be missing.
func (sc *scan) follow(from *descriptorFile, t target, depth int) error {
	if depth > maxDepth {
		return fault.New(fault.Invalid, "Locations lead to Locations more than %d deep", maxDepth)
	}
	text := strings.TrimPrefix(strings.TrimPrefix(t.text, "url:"), "file:")
	n, err := 0, error(nil)
	switch {
	case isWeb(text):
		n, err = sc.web(text, depth)
	case from.base.url != "":
		var address string
		if address, err = joinURL(from.base.url, text); err == nil {
			n, err = sc.web(address, depth)
		}
	default:
		n, err = sc.local(from, text, t.optional, depth)
	}
	switch {
	case t.optional && (err == nil || missing(err)):
		return nil
	case err != nil:
		return err
	case n == 0:
		return fault.New(fault.NotFound, "nothing is there")
	}
	return nil
}

func (sc *scan) local(from *descriptorFile, text string, optional bool, depth int) (int, error) {
	name := filepath.FromSlash(text)
	if !filepath.IsAbs(name) {
		name = filepath.Join(filepath.Dir(from.base.file), name)
	}
	m, err := expand(name, false)
	if err != nil {
		return 0, err
	}
	if !m.pattern {
		if _, err := os.Stat(name); err != nil {
			sc.dirs[filepath.Dir(name)] = true
			if !optional || !missing(err) {
				sc.hollow(name)
			}
			return 0, err
		}
	}
	return sc.files(m, depth), nil
}

// hollow reports a file that should be there and is not: the Location says what is wrong, and what the file held
// before stays in the catalog.
func (sc *scan) hollow(location string) {
	if !sc.seen[location] {
		sc.seen[location] = true
		sc.entries = append(sc.entries, &entry{file: catalog.File{Location: location, Opaque: true}})
	}
}

func (sc *scan) web(address string, depth int) (int, error) {
	folder, pattern := splitWeb(address)
	tree, _, err := openWeb(sc.s.opt.Trees, folder)
	if err != nil {
		for _, location := range slices.Sorted(maps.Keys(sc.s.known)) {
			if strings.HasPrefix(location, folder) {
				sc.hollow(location)
			}
		}
		return 0, err
	}
	defer tree.Close()
	names, err := expandWeb(tree, pattern)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, name := range names {
		location := folder + name
		d := descriptorFile{
			location: location, explicit: !hasMeta(pattern),
			base: base{trees: sc.s.opt.Trees, url: location},
			read: func() ([]byte, error) { return scm.ReadFile(tree, name, int64(sc.s.most())) },
		}
		if !hasMeta(pattern) {
			if _, err := d.read(); err != nil {
				sc.hollow(location)
				return 0, err
			}
		}
		if sc.visit(&d, depth) {
			n++
		}
	}
	return n, nil
}
