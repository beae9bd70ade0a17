package store

import (
	"slices"

	"github.com/backchannel-portal/backchannel/catalog"
)

// model is a catalog under the rules of catalog.Store. Memory holds a whole one. The databases load the part that a
// change touches, apply the change, and write back what differs; so the rules are written once.
type model struct {
	files    map[fileKey]*file
	places   map[string][]*file            // by location, which several origins may share
	defs     map[catalog.Ref][]*definition // all of a reference, in no order
	current  map[catalog.Ref]*definition   // the one that counts
	nextFile int64                         // order of the next file
}

// fileKey names a descriptor file.
type fileKey struct{ origin, location string }

// file is the state of one descriptor file: what it holds now, and what it held when it was last good.
type file struct {
	fileKey
	order    int64 // files seen earlier come first
	hash     [32]byte
	defs     []*definition // stale ones included
	stale    bool          // some are
	problems []catalog.Problem
	goneAt   int64 // microseconds since when it is an orphan; 0: it is not
	dropped  bool  // it is one because its origin is not configured any more

	fresh   bool   // not in the database yet
	changed bool   // differs from the database
	text    []byte // new text; nil: as it was
	listed  bool   // the delta at hand speaks of it

	problemsGeneration int64 // when its problems changed last, where it is from the database
}

// definition is one description of a reference.
type definition struct {
	file     *file
	position int
	entity   *catalog.Entity
	repeated string // why it does not count, as a person reads it; empty: there is nothing to say

	counts     bool               // it is the entity
	generation catalog.Generation // when it came to count or changed since
	since      since              // while it counts

	stored  bool // it is in the database
	written bool // with what entity says
	settled bool // with everything else
}

// since says since when an entity has had its owner and its lifecycle, in microseconds.
type since struct{ owner, lifecycle int64 }

// owner is the entity's owner as a column; empty when it has none.
func owner(e *catalog.Entity) string {
	if e.Owner.IsZero() {
		return ""
	}
	return e.Owner.String()
}

// newModel returns an empty model with room for a number of files and of entities.
func newModel(files, entities int) *model {
	return &model{
		files: make(map[fileKey]*file, files), places: make(map[string][]*file, files),
		defs: make(map[catalog.Ref][]*definition, entities), current: make(map[catalog.Ref]*definition, entities), nextFile: 1,
	}
}

func (m *model) add(f *file) {
	m.files[f.fileKey] = f
	m.places[f.location] = append(m.places[f.location], f)
}

// without returns the locations of an origin's present files that are not among the given ones, in order.
func (m *model) without(origin string, files []catalog.File) []string {
	listed := make(map[string]bool, len(files))
	for i := range files {
		listed[files[i].Location] = true
	}
	var out []string
	for key, f := range m.files {
		if key.origin == origin && !listed[key.location] && f.goneAt == 0 {
			out = append(out, key.location)
		}
	}
	slices.Sort(out)
	return out
}

// apply merges a delta whose gone files are named.
func (m *model) apply(origin string, files []catalog.File, gone []string, now int64, c *change) {
	for i := range files {
		m.put(origin, &files[i], c)
	}
	for _, location := range gone {
		if f := m.files[fileKey{origin, location}]; f != nil && f.goneAt == 0 {
			m.orphan(f, now, false, c)
		}
	}
	m.settle(now, c)
}

// put takes a file's new state over under the last-good rule.
func (m *model) put(origin string, n *catalog.File, c *change) {
	f := m.files[fileKey{origin, n.Location}]
	switch {
	case f == nil:
		f = &file{fileKey: fileKey{origin, n.Location}, order: m.nextFile, fresh: true}
		m.nextFile++
		m.add(f)
	case f.same(n):
		return
	}
	if !slices.Equal(f.problems, n.Problems) {
		c.files[n.Location] = struct{}{}
	}
	next, stale := merge(f.defs, n)
	m.redefine(f, next, c)
	f.hash, f.stale, f.problems = n.Hash, stale, slices.Clone(n.Problems)
	f.goneAt, f.dropped, f.text, f.changed = 0, false, n.Text, true
}

// orphan marks a file as gone, with what it defined.
func (m *model) orphan(f *file, now int64, dropped bool, c *change) {
	if len(f.problems) > 0 {
		c.files[f.location] = struct{}{}
	}
	f.goneAt, f.dropped, f.problems, f.changed = now, dropped, nil, true
	next := make([]*catalog.Entity, len(f.defs))
	for i, d := range f.defs {
		next[i] = marked(d.entity, catalog.ProblemOrphaned)
	}
	m.redefine(f, next, c)
}

// restore takes back that a file was dropped with its origin.
func (m *model) restore(f *file, c *change) {
	f.goneAt, f.dropped, f.changed = 0, false, true
	next := make([]*catalog.Entity, len(f.defs))
	for i, d := range f.defs {
		next[i] = unmarked(d.entity, catalog.ProblemOrphaned)
	}
	m.redefine(f, next, c)
}

// remove forgets a file.
func (m *model) remove(f *file, c *change) {
	m.redefine(f, nil, c)
	if !f.fresh {
		c.removed = append(c.removed, f)
	}
	delete(m.files, f.fileKey)
	m.places[f.location] = slices.DeleteFunc(m.places[f.location], func(o *file) bool { return o == f })
	if len(m.places[f.location]) == 0 {
		delete(m.places, f.location)
	}
}

// sweep ends orphans; see catalog.Store.
func (m *model) sweep(configured func(origin string) bool, now, grace int64, c *change) {
	for _, f := range m.inOrder() {
		switch known := configured(f.origin); {
		case !known && f.goneAt == 0:
			m.orphan(f, now, true, c)
		case known && f.dropped:
			m.restore(f, c)
		}
		if f.goneAt > now { // the clock was ahead
			f.goneAt, f.changed = now, true
		}
		if f.goneAt != 0 && now-f.goneAt >= grace {
			m.remove(f, c)
		}
	}
	m.settle(now, c)
}

// inOrder returns the files, first seen first.
func (m *model) inOrder() []*file {
	out := make([]*file, 0, len(m.files))
	for _, f := range m.files {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b *file) int { return int(a.order - b.order) })
	return out
}

// redefine replaces what a file defines. A definition that says what the one at its place said keeps its row.
func (m *model) redefine(f *file, next []*catalog.Entity, c *change) {
	was := f.defs
	for _, d := range was {
		c.refs[d.entity.Ref] = struct{}{}
		m.forget(d)
	}
	f.defs = make([]*definition, 0, len(next))
	for i, e := range next {
		d := &definition{file: f, position: i, entity: e}
		if i < len(was) && was[i].position == i && was[i].entity.Ref == e.Ref {
			*d = *was[i]
			d.entity, d.written = e, d.written && d.entity == e
			if was[i].entity.Source.Line != e.Source.Line && d.repeated != "" {
				c.files[f.location] = struct{}{} // the problem moved
			}
			was[i] = nil
		}
		c.refs[e.Ref] = struct{}{}
		m.defs[e.Ref] = append(m.defs[e.Ref], d)
		f.defs = append(f.defs, d)
	}
	for _, d := range was {
		if d == nil {
			continue
		}
		if d.repeated != "" {
			c.files[f.location] = struct{}{}
		}
		c.drop(d)
	}
}

func (m *model) forget(d *definition) {
	ref := d.entity.Ref
	m.defs[ref] = slices.DeleteFunc(m.defs[ref], func(o *definition) bool { return o == d })
	if len(m.defs[ref]) == 0 {
		delete(m.defs, ref)
	}
}

// settle decides for every reference touched which definition counts, and leaves in c only those that changed.
func (m *model) settle(now int64, c *change) {
	for ref := range c.refs {
		defs := m.dropBeaten(ref, c)
		var first *definition
		if len(defs) > 0 {
			slices.SortFunc(defs, precedence)
			first = defs[0]
		}
		for _, d := range defs {
			why := repeats(d, first)
			if why != d.repeated {
				c.files[d.file.location] = struct{}{}
			}
			if counts := d == first; why != d.repeated || counts != d.counts {
				d.repeated, d.counts, d.settled = why, counts, false
			}
		}
		if !m.succeed(ref, first, now, c) {
			delete(c.refs, ref)
		}
	}
}

// succeed makes a definition the one that counts, or none; it reports whether the entity changed by that.
func (m *model) succeed(ref catalog.Ref, first *definition, now int64, c *change) bool {
	was := m.current[ref]
	if first == nil {
		delete(m.current, ref)
		if was != nil {
			c.ended(was, nil, now)
		}
		return was != nil
	}
	m.current[ref] = first
	switch {
	case was == nil:
		first.since = since{now, now}
	case was.entity == first.entity:
		first.generation, first.since = was.generation, was.since
		return false
	default:
		first.since = c.ended(was, first, now)
	}
	first.settled = false
	return true
}

// dropBeaten removes the orphans of a reference that a present file defines, and returns the definitions that are left.
// The file of an orphan is read anew should it return.
func (m *model) dropBeaten(ref catalog.Ref, c *change) []*definition {
	defs := m.defs[ref]
	orphan := func(d *definition) bool { return d.file.goneAt != 0 }
	present := func(d *definition) bool { return d.file.goneAt == 0 }
	if !slices.ContainsFunc(defs, orphan) || !slices.ContainsFunc(defs, present) {
		return defs
	}
	for _, d := range slices.Clone(defs) {
		if d.file.goneAt == 0 {
			continue
		}
		m.forget(d)
		d.file.defs = slices.DeleteFunc(d.file.defs, func(o *definition) bool { return o == d })
		d.file.hash, d.file.changed = [32]byte{}, true
		if d.repeated != "" {
			c.files[d.file.location] = struct{}{}
		}
		c.drop(d)
	}
	return m.defs[ref]
}

// problems joins what is wrong with the files of one location, which several origins may share.
func (m *model) problems(location string) []catalog.Problem {
	out := []catalog.Problem{}
	for _, f := range m.places[location] {
		for _, p := range f.problems {
			if !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
		for _, d := range f.defs {
			if p := repetition(d.entity.Source.Line, d.repeated); d.repeated != "" && !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b catalog.Problem) int { return a.Line - b.Line })
	return out
}
