package store

import (
	"fmt"
	"slices"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// origin is what one configured location has reported.
type origin struct {
	files   map[string]*file
	checked time.Time
}

// file is the state of one descriptor file: what it holds now, and what it held when it was last good.
type file struct {
	order    int // files seen earlier come first
	hash     [32]byte
	entities []*catalog.Entity // stale ones included
	stale    bool              // some are
	problems []catalog.Problem // as reported
	repeats  []catalog.Problem // definitions that do not count because another came first
}

// definition is one description of a reference.
type definition struct {
	file     *file
	location string
	entity   *catalog.Entity
}

// without returns the locations that are not among the given files.
func (o *origin) without(files []catalog.File) []string {
	present := make(map[string]bool, len(files))
	for i := range files {
		present[files[i].Location] = true
	}
	var out []string
	for location := range o.files {
		if !present[location] {
			out = append(out, location)
		}
	}
	slices.Sort(out)
	return out
}

// put takes a file's new state over under the last-good rule.
func (m *Memory) put(o *origin, n *catalog.File, c *change) {
	f := o.files[n.Location]
	if f == nil {
		m.files++
		f = &file{order: m.files}
		o.files[n.Location] = f
	} else if f.hash == n.Hash && n.Hash != [32]byte{} && !f.stale && slices.Equal(f.problems, n.Problems) {
		return
	}
	if !slices.Equal(f.problems, n.Problems) {
		c.files[n.Location] = struct{}{}
	}
	old := make(map[catalog.Ref]*catalog.Entity, len(f.entities))
	for _, e := range f.entities {
		if old[e.Ref] == nil {
			old[e.Ref] = e
		}
	}
	next := make([]*catalog.Entity, 0, len(n.Entities))
	stated := make(map[catalog.Ref]bool, len(n.Entities))
	for _, e := range n.Entities {
		if was := old[e.Ref]; was != nil && !stated[e.Ref] && equal(was, e) {
			e = was
		}
		stated[e.Ref] = true
		next = append(next, e)
	}
	stale := false
	for _, e := range f.entities {
		keep := n.Opaque || n.Hash == [32]byte{} || slices.Contains(n.Broken, e.Ref)
		if stated[e.Ref] || !keep {
			continue
		}
		stated[e.Ref] = true
		next = append(next, lastGood(e))
		stale = true
	}
	m.redefine(f, n.Location, next, c)
	c.touched[f] = n.Location
	f.hash, f.stale, f.problems = n.Hash, stale, slices.Clone(n.Problems)
}

// drop forgets a file that no longer exists.
func (m *Memory) drop(o *origin, location string, c *change) {
	f := o.files[location]
	if f == nil {
		return
	}
	if len(f.problems)+len(f.repeats) > 0 {
		c.files[location] = struct{}{}
	}
	m.redefine(f, location, nil, c)
	delete(o.files, location)
}

// redefine replaces the definitions that a file contributes.
func (m *Memory) redefine(f *file, location string, next []*catalog.Entity, c *change) {
	for _, e := range f.entities {
		c.refs[e.Ref] = struct{}{}
		m.defs[e.Ref] = slices.DeleteFunc(m.defs[e.Ref], func(d definition) bool { return d.file == f })
	}
	for _, e := range next {
		c.refs[e.Ref] = struct{}{}
		m.defs[e.Ref] = append(m.defs[e.Ref], definition{f, location, e})
	}
	f.entities = next
}

// settle decides for every reference touched which definition counts, and leaves in c only those that changed.
func (m *Memory) settle(c *change) {
	for ref := range c.refs {
		defs := m.defs[ref]
		if len(defs) == 0 {
			delete(m.defs, ref)
		}
		slices.SortStableFunc(defs, func(a, b definition) int { return a.file.order - b.file.order })
		for _, d := range defs {
			c.touched[d.file] = d.location
		}
		var first *catalog.Entity
		if len(defs) > 0 {
			first = defs[0].entity
		}
		if m.entities[ref] == first {
			delete(c.refs, ref)
			continue
		}
		if first == nil {
			delete(m.entities, ref)
		} else {
			m.entities[ref] = first
		}
	}
	for f, location := range c.touched {
		if repeats := m.repeats(f); !slices.Equal(repeats, f.repeats) {
			f.repeats = repeats
			c.files[location] = struct{}{}
		}
	}
	c.touched = nil
}

// repeats reports the definitions of a file that another one precedes. Reading the same document by two ways is
// not a repetition.
func (m *Memory) repeats(f *file) []catalog.Problem {
	var out []catalog.Problem
	for _, e := range f.entities {
		first := m.entities[e.Ref]
		if first == nil || first == e || first.Source.Location == e.Source.Location && first.Source.Line == e.Source.Line {
			continue
		}
		at := fault.Position{File: first.Source.Location, Line: first.Source.Line}
		out = append(out, catalog.Problem{
			Code: catalog.ProblemDuplicate, Field: "metadata.name", Line: e.Source.Line,
			Message: fmt.Sprintf("%s is already defined at %s, which counts", e.Ref, at),
		})
	}
	return out
}

// problems joins what is wrong with the files of one location, which several origins may share.
func (m *Memory) problems(location string) []catalog.Problem {
	out := []catalog.Problem{}
	for _, o := range m.origins {
		f := o.files[location]
		if f == nil {
			continue
		}
		for _, p := range slices.Concat(f.problems, f.repeats) {
			if !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b catalog.Problem) int { return a.Line - b.Line })
	return out
}

// equal reports whether two readings of an entity say the same, so that the earlier one can stay.
func equal(a, b *catalog.Entity) bool {
	return a.Source == b.Source && a.Document.Equal(b.Document) && slices.Equal(a.Problems, b.Problems)
}

// lastGood marks an entity whose present descriptor cannot be used.
func lastGood(e *catalog.Entity) *catalog.Entity {
	if slices.ContainsFunc(e.Problems, func(p catalog.Problem) bool { return p.Code == catalog.ProblemStale }) {
		return e
	}
	c := *e
	c.Problems = append(slices.Clone(e.Problems), catalog.Problem{
		Code: catalog.ProblemStale, Line: e.Source.Line,
		Message: "the present descriptor cannot be used; this is its last good version",
	})
	return &c
}
