package understand

import "github.com/backchannel-portal/backchannel/catalog/search"

// Understander reads questions. It is immutable and safe for concurrent use.
type Understander struct{}

// New prepares the language of one company at one generation of its catalog. It indexes v.Catalog; what a viewer may
// not see is left out of readings when a question is read through that viewer's View.
func New(v Vocabulary) *Understander { return &Understander{} }

// Understand reads a question on behalf of whom the view shows the catalog to. It never blocks and never fails: what
// it cannot read has the intent None.
func (u *Understander) Understand(view search.View, q Question) Reading {
	return Reading{Intent: None}
}
