package search

import (
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
		d.Entities = merged(a.s, b.s)
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
	none := &node{}
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
			a, b := none, none
			if k < len(was) {
				a = &was[k]
			}
			if k < len(is) {
				b = &is[k]
			}
			switch {
			case a.record == b.record:
			case b.holds():
				out = append(out, b.ref())
			default:
				out = append(out, a.ref())
			}
		}
	}
	return out
}

// merged walks through two catalogs side by side.
func merged(a, b *snapshot) []catalog.Ref {
	var out []catalog.Ref
	x, y := a.order, b.order
	for len(x) > 0 || len(y) > 0 {
		c := 0
		switch {
		case len(x) == 0:
			c = 1
		case len(y) == 0:
			c = -1
		default:
			c = a.nodes.ref(x[0]).Compare(b.nodes.ref(y[0]))
		}
		if c < 0 || c == 0 && a.nodes.place(x[0]).record != b.nodes.place(y[0]).record {
			out = append(out, a.nodes.ref(x[0]))
		}
		if c > 0 {
			out = append(out, b.nodes.ref(y[0]))
		}
		if c <= 0 {
			x = x[1:]
		}
		if c >= 0 {
			y = y[1:]
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
