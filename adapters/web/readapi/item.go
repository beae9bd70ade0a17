package readapi

import (
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// item is an entity that a question passes over. Most are decided about by their heads; the whole is unpacked only for
// those that are not.
type item struct {
	head  catalog.Head
	view  search.View
	whole *catalog.Entity
}

// itemOf is an entity whose reference is known.
func itemOf(view search.View, ref catalog.Ref) (*item, bool) {
	e, ok := view.Entity(ref)
	if !ok {
		return nil, false
	}
	return &item{head: e.Record().Head(), view: view, whole: e}, true
}

// entity is the whole entity.
func (i *item) entity() *catalog.Entity {
	if i.whole == nil {
		i.whole, _ = i.view.Entity(i.head.Ref) // a view shows the same entities all the time
	}
	return i.whole
}
