package ingest

import "github.com/backchannel-portal/backchannel/catalog"

// Refuse returns the problem of an entity that the rules do not let in; nil lets everything in. It is for sources
// that read no descriptor files.
func Refuse(rules []Rule, e *catalog.Entity) (catalog.Problem, bool) { return refuse(rules, e) }
