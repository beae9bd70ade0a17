package search

import "github.com/backchannel-portal/backchannel/catalog"

// crowded reports whether so many entities were deleted that the room they left is worth making anew.
func (s *snapshot) crowded() bool { return s.dead > 1000+s.size()/4 }

// whole returns the content of a snapshot as the change that makes it from nothing.
func (s *snapshot) whole() catalog.Changes {
	c := catalog.Changes{Generation: s.gen, Full: true, Checked: s.checked, Problems: s.problems}
	for _, id := range s.order {
		c.Upserts = append(c.Upserts, s.complete(id))
	}
	for id := range uint32(s.nodes.len()) {
		c.Facts = append(c.Facts, s.nodes.at(id).facts...)
	}
	return c
}

// complete returns an entity with the Inverse that a compact one lacks.
func (s *snapshot) complete(id uint32) *catalog.Entity {
	n := s.nodes.at(id)
	if len(n.given) == 0 || len(n.entity.Inverse) > 0 {
		return n.entity
	}
	e := *n.entity
	for _, at := range n.given {
		source := s.nodes.at(at)
		for _, x := range source.edges {
			if x.by == id {
				e.Inverse = append(e.Inverse, catalog.Edge{Source: source.ref, Type: s.relTypes[x.kind], Target: s.nodes.at(x.target).ref})
			}
		}
	}
	return &e
}
