package search

import "github.com/backchannel-portal/backchannel/catalog"

// crowded reports whether so many entities were deleted that the room they left is worth making anew.
func (s *snapshot) crowded() bool { return s.dead > 1000+s.size()/4 }

// whole returns the content of a snapshot as the change that makes it from nothing.
func (s *snapshot) whole() catalog.Changes {
	c := catalog.Changes{Generation: s.gen, Full: true, Checked: s.checked, Problems: s.problems}
	for _, id := range s.order {
		c.Upserts = append(c.Upserts, s.passing(id))
	}
	for id := range uint32(s.nodes.len()) {
		c.Facts = append(c.Facts, s.nodes.at(id).facts...)
	}
	return c
}
