package search

import "github.com/backchannel-portal/backchannel/catalog"

// roomFor is how much of what is gone may stay beside so many that are there, before all is worth making anew.
func roomFor(n int) int { return 1000 + n/4 }

// crowded reports whether more nodes are idle than may stay.
func (s *snapshot) crowded() bool { return s.dead > roomFor(s.size()) }

// crowded reports whether more labels are borne by nobody than may stay.
func (n *names) crowded() bool { return n.vacant > roomFor(n.posts.len()-n.vacant) }

// whole returns the content of a snapshot as the change that makes it from nothing.
func (s *snapshot) whole() catalog.Changes {
	c := catalog.Changes{Generation: s.gen, Mark: s.mark, Full: true, Checked: s.checked, Problems: s.problems}
	for _, id := range s.order {
		c.Upserts = append(c.Upserts, s.passing(id))
	}
	for id := range uint32(s.nodes.len()) {
		c.Facts = append(c.Facts, s.nodes.at(id).facts...)
	}
	return c
}
