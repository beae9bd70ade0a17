package store

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// same reports whether a reading of a file says nothing new.
func (f *file) same(n *catalog.File) bool {
	return f.goneAt == 0 && f.hash == n.Hash && n.Hash != [32]byte{} && !f.stale && slices.Equal(f.problems, n.Problems)
}

// merge decides what a file defines after a reading: what it says, and of what it said before that which it still
// means to say but cannot. An entity that says what it said stays the same one.
func merge(defs []*definition, n *catalog.File) (next []*catalog.Entity, stale bool) {
	if len(defs) == 0 { // a file that is new
		return slices.Clone(n.Entities), false
	}
	old := make(map[catalog.Ref]*catalog.Entity, len(defs))
	for _, d := range defs {
		if old[d.entity.Ref] == nil {
			old[d.entity.Ref] = d.entity
		}
	}
	next = make([]*catalog.Entity, 0, len(n.Entities))
	stated := make(map[catalog.Ref]bool, len(n.Entities))
	for _, e := range n.Entities {
		if was := old[e.Ref]; was != nil && !stated[e.Ref] && equal(was, e) {
			e = was
		}
		stated[e.Ref] = true
		next = append(next, e)
	}
	for _, d := range defs {
		e := d.entity
		keep := n.Opaque || n.Hash == [32]byte{} || slices.Contains(n.Broken, e.Ref)
		if stated[e.Ref] || !keep {
			continue
		}
		stated[e.Ref] = true
		next = append(next, marked(unmarked(e, catalog.ProblemOrphaned), catalog.ProblemStale))
		stale = true
	}
	return next, stale
}

// precedence orders the definitions of a reference: those of present files before orphans, then by the order in which
// files were first seen, then by their place in the file.
func precedence(a, b *definition) int {
	if gone := a.file.goneAt != 0; gone != (b.file.goneAt != 0) {
		if gone {
			return 1
		}
		return -1
	}
	return cmp.Or(cmp.Compare(a.file.order, b.file.order), a.position-b.position)
}

// repeats says why a definition does not count. Reading the same document by two ways is not a repetition, and what an
// orphan says is nobody's concern.
func repeats(d, first *definition) string {
	of, e := first.entity, d.entity
	if d == first || d.file.goneAt != 0 || of.Source.Location == e.Source.Location && of.Source.Line == e.Source.Line {
		return ""
	}
	at := fault.Position{File: of.Source.Location, Line: of.Source.Line}
	return fmt.Sprintf("%s is already defined at %s, which counts", e.Ref, at)
}

// repetition is the problem of a definition at a line that does not count.
func repetition(line int, why string) catalog.Problem {
	return catalog.Problem{Code: catalog.ProblemDuplicate, Field: "metadata.name", Line: line, Message: why}
}

// equal reports whether two readings of an entity say the same, so that the earlier one can stay.
func equal(a, b *catalog.Entity) bool {
	return a.Record() == b.Record()
}

// excuse says why an entity is kept although no file says so now.
func excuse(code string) string {
	if code == catalog.ProblemStale {
		return "the present descriptor cannot be used; this is its last good version"
	}
	return "no file defines it any more; it will be removed unless one does again"
}

// marked adds one of the marks to a copy of an entity that does not have it.
func marked(e *catalog.Entity, code string) *catalog.Entity {
	if slices.ContainsFunc(e.Problems, func(p catalog.Problem) bool { return p.Code == code }) {
		return e
	}
	c := *e
	c.Problems = append(slices.Clone(e.Problems), catalog.Problem{Code: code, Line: e.Source.Line, Message: excuse(code)})
	return &c
}

// unmarked takes a mark away from a copy of an entity that has it.
func unmarked(e *catalog.Entity, code string) *catalog.Entity {
	has := func(p catalog.Problem) bool { return p.Code == code }
	if !slices.ContainsFunc(e.Problems, has) {
		return e
	}
	c := *e
	c.Problems = slices.DeleteFunc(slices.Clone(e.Problems), has)
	return &c
}
