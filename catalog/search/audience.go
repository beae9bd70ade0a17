package search

import "github.com/backchannel-portal/backchannel/catalog"

// Audience names what a View shows of the entities and their relations: two views of one Live with equal audiences
// show the same. It is comparable, so that what is computed for one view can be kept for the next. Word search and
// documentation may still differ: they follow a generation later.
type Audience struct {
	Generation catalog.Generation
	visible    *bitset
}

// AudienceOf returns the audience of a view; ok is false for a View that is not of this package.
func AudienceOf(v View) (a Audience, ok bool) {
	own, ok := v.(*view)
	if !ok {
		return Audience{}, false
	}
	return Audience{own.s.gen, own.vis}, true
}
