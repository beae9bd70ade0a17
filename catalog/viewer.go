package catalog

// Viewer is on whose behalf the catalog is read. The zero value may see everything.
type Viewer struct {
	Actor      string // opaque
	Principals []Ref  // the user and the groups it belongs to
	Rules      Rules  // what may be seen; nil: everything
}

// Rules say which entities may be seen. catalog/access makes them.
type Rules interface {
	// Key names the rules: those with equal keys let the same be seen, so that what is computed for one viewer serves
	// the next.
	Key() string
	// Sees returns the test that the rules make of the entities of one state of the catalog. It must depend on
	// nothing but the key, the entity and that state.
	Sees(in Graph) func(Record) bool
}

// Graph is one state of the catalog, all of it.
type Graph interface {
	Entity(ref Ref) (*Entity, bool)
	Relations(ref Ref, types ...string) []Relation
}
