package search

import (
	"iter"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Difference is what tells two states of the catalog apart, for those who keep something made from one of them.
// Facts, problems and when origins were read are no part of it.
type Difference struct {
	Entities []catalog.Ref // those that came, went or were replaced by another value, each once
	Docs     []catalog.Ref // those whose documentation was replaced, each once
}

// Diff compares two views that show everything. It takes time in proportion to what was changed between Readers that
// follow each other, and to the whole catalog otherwise. ok is false when the views cannot be compared.
func Diff(before, after View) (d Difference, ok bool) {
	a, okA := before.(*view)
	b, okB := after.(*view)
	if !okA || !okB || a.vis != nil || b.vis != nil {
		return Difference{}, false
	}
	if a.s.sharesNodes(b.s) {
		d.Entities = a.s.replaced(b.s)
	} else {
		d.Entities = merged(a, b)
	}
	d.Docs = replacedDocs(a.r, b.r)
	return d, true
}

// sharesNodes reports whether one snapshot was made from the other by edits, so that ids mean the same in both.
func (s *snapshot) sharesNodes(o *snapshot) bool {
	for i := range min(len(s.nodes.chunks), len(o.nodes.chunks)) {
		if &s.nodes.chunks[i][0] == &o.nodes.chunks[i][0] {
			return true
		}
	}
	return false
}

// replaced lists what differs from a snapshot that ids mean the same in.
func (s *snapshot) replaced(o *snapshot) []catalog.Ref {
	var out []catalog.Ref
	note := func(was, is *catalog.Entity) {
		switch {
		case was == is:
		case is != nil:
			out = append(out, is.Ref)
		default:
			out = append(out, was.Ref)
		}
	}
	for i := range max(len(s.nodes.chunks), len(o.nodes.chunks)) {
		var was, is []node
		if i < len(s.nodes.chunks) {
			was = s.nodes.chunks[i]
		}
		if i < len(o.nodes.chunks) {
			is = o.nodes.chunks[i]
		}
		if len(was) == len(is) && &was[0] == &is[0] {
			continue
		}
		for k := range max(len(was), len(is)) {
			var a, b *catalog.Entity
			if k < len(was) {
				a = was[k].entity
			}
			if k < len(is) {
				b = is[k].entity
			}
			note(a, b)
		}
	}
	return out
}

// merged walks through two catalogs side by side.
func merged(a, b View) []catalog.Ref {
	var out []catalog.Ref
	nextA, stopA := iter.Pull(a.Entities(Filter{}))
	defer stopA()
	nextB, stopB := iter.Pull(b.Entities(Filter{}))
	defer stopB()
	x, okX := nextA()
	y, okY := nextB()
	for okX || okY {
		c := 0
		switch {
		case !okX:
			c = 1
		case !okY:
			c = -1
		default:
			c = x.Ref.Compare(y.Ref)
		}
		if c < 0 || c == 0 && x != y {
			out = append(out, x.Ref)
		}
		if c > 0 {
			out = append(out, y.Ref)
		}
		if c <= 0 {
			x, okX = nextA()
		}
		if c >= 0 {
			y, okY = nextB()
		}
	}
	return out
}

// replacedDocs lists the entities whose sections differ between two Readers.
func replacedDocs(a, b *Reader) []catalog.Ref {
	if len(a.docs.shards) == len(b.docs.shards) && (len(a.docs.shards) == 0 || &a.docs.shards[0] == &b.docs.shards[0]) {
		return nil
	}
	var out []catalog.Ref
	a.docs.each(func(ref catalog.Ref, was docSet) {
		if is, _ := b.docs.get(ref); !sameSections(was, is) {
			out = append(out, ref)
		}
	})
	b.docs.each(func(ref catalog.Ref, _ docSet) {
		if _, was := a.docs.get(ref); !was {
			out = append(out, ref)
		}
	})
	return out
}

func sameSections(a, b docSet) bool {
	return len(a.sections) == len(b.sections) && (len(a.sections) == 0 || a.sections[0] == b.sections[0])
}
