package search

import (
	"iter"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
)

// View is the catalog as one viewer may see it, at one generation. What the viewer may not see cannot be named,
// suggested or counted through it. Its methods never block and are safe for concurrent use; slices they return
// belong to the caller, entities and docs do not and must not be changed.
type View interface {
	// Generation is the state of the catalog this view shows.
	Generation() catalog.Generation
	// Entity looks up one reference.
	Entity(ref catalog.Ref) (*catalog.Entity, bool)
	// Entities iterates over what the filter selects, ordered by reference.
	Entities(f Filter) iter.Seq[*catalog.Entity]
	// Count counts what the filter selects.
	Count(f Filter) int
	// Relations returns the relations of an entity of the given types (all when none is named), in both directions,
	// ordered by type and target. Targets that do not exist are included; look them up with Entity.
	Relations(ref catalog.Ref, types ...string) []catalog.Relation
	// Resolve finds what a name may mean, best first, through the cascade of Match. It returns the candidates of the
	// first step that has any; near names (MatchNear) only when no step before has.
	Resolve(name string, o ResolveOptions) []Candidate
	// Search finds entities by words in names, titles, descriptions, tags, types and owners, in English and Chinese.
	Search(q Query) []Hit
	// SearchDocs finds sections of documentation by words. A non-empty scope limits it to these entities' docs.
	SearchDocs(q Query, scope ...catalog.Ref) []DocHit
	// Docs returns the sections of an entity's documentation in reading order.
	Docs(ref catalog.Ref) []*Doc
	// Facts returns the facts about an entity whose producer is the given one and whose key starts with prefix,
	// ordered by key.
	Facts(ref catalog.Ref, producer, prefix string) []catalog.Fact
	// FactsByKey returns the facts of all entities with exactly this producer and key, ordered by entity.
	FactsByKey(producer, key string) []catalog.Fact
	// FactKeys returns the distinct keys of a producer's facts that start with prefix, with the number of entities
	// that have each, ordered by key.
	FactKeys(producer, prefix string) []KeyCount
	// AsOf is when the origin of an entity was last read or confirmed unchanged; zero when not known.
	AsOf(origin string) time.Time
	// Problems returns the problems of an entity, those of relations (ProblemDangling) included.
	Problems(ref catalog.Ref) []catalog.Problem
	// FileProblems returns the problems that belong to files rather than to entities, ordered by file.
	FileProblems() []FileProblem
}

// KeyCount is a fact key and how many entities have it.
type KeyCount struct {
	Key   string
	Count int
}

// FileProblem is a problem of a descriptor file.
type FileProblem struct {
	File string
	catalog.Problem
}
