package ingest

import (
	"fmt"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Rule allows entities of a kind, or with Type set only those with that spec.type (Backstage's catalog.rules). The
// kind "*" is any.
type Rule struct {
	Kind string // without regard to case
	Type string // exactly; empty: any
}

func (r Rule) allows(e *catalog.Entity) bool {
	return (r.Kind == "*" || strings.EqualFold(r.Kind, e.Kind)) && (r.Type == "" || r.Type == e.Type)
}

// refuse returns the problem of an entity that the rules do not let in. Rules that were not given (nil) let everything
// in, an empty list nothing.
func refuse(rules []Rule, e *catalog.Entity) (catalog.Problem, bool) {
	for _, r := range rules {
		if r.allows(e) {
			return catalog.Problem{}, false
		}
	}
	return catalog.Problem{
		Code: catalog.ProblemInvalid, Field: "kind", Line: e.Source.Line,
		Message: fmt.Sprintf("%s is of a kind that the catalog's rules do not allow here", e.Ref),
	}, rules != nil
}
