package catalog

import (
	"context"
	"time"
)

// Generation numbers the states of a catalog. It grows with every change and starts at 1.
type Generation uint64

// File is the unit in which sources report: one descriptor file and all it holds.
type File struct {
	Location string    // unique within its origin
	Hash     [32]byte  // SHA-256 of what was read, placeholder targets included; zero when it could not be read
	Entities []*Entity // the valid ones
	Broken   []Ref     // documents that are invalid now but whose reference can still be told
	Opaque   bool      // a document is broken and its reference cannot be told: nothing missing here may be dropped
	Problems []Problem // of the file as a whole and of its broken documents
	Text     []byte    // the descriptor as read; nil when it could not be, and when Hash is the one reported before
}

// Delta is a change that a source reports.
type Delta struct {
	Origin  string    // the configured location
	Full    bool      // Files are all there are: whatever else the origin reported before is gone
	Files   []File    // new or changed files
	Gone    []string  // locations of files that no longer exist
	Checked time.Time // when the source was read or confirmed unchanged
}

// Source reads descriptors from somewhere and reports what it finds.
type Source interface {
	// Origin names the configured location, for example "file:./catalog/all.yaml".
	Origin() string
	// Read reads everything once and reports it with Full set. What cannot be read is a Problem of its File, not an
	// error; an error means that the origin itself could not be looked at, and the last good state stays.
	Read(ctx context.Context) (Delta, error)
	// Watch reports changes after a Read until ctx is done. It calls emit from one goroutine at a time and sends a
	// Delta without files when it has confirmed that nothing changed.
	Watch(ctx context.Context, emit func(Delta)) error
}

// Changes is what happened in a store after a generation.
type Changes struct {
	Generation Generation
	Full       bool // Upserts and Facts are the whole content
	Upserts    []*Entity
	Deletes    []Ref
	Facts      []Fact               // new, changed and (with an empty Value) withdrawn facts
	Problems   map[string][]Problem // per file location, for files that changed; empty slice: no more problems
	Checked    map[string]time.Time // per origin: when it was last read or confirmed unchanged
	Mark       string               // no other state of any store has it; "" where the store does not tell (see Marked)
}

// Store keeps the catalog. Implementations are in internal/store; catalogtest holds their conformance suite.
// All methods are safe for concurrent use.
type Store interface {
	// Apply merges a delta under the last-good rule: an entity whose descriptor became invalid stays, with
	// ProblemStale; of several descriptors for one reference the first stays and the later ones are reported with
	// ProblemDuplicate. The entities of a file that is gone stay as orphans until Sweep removes them. It returns the
	// generation that contains the change.
	Apply(ctx context.Context, d Delta) (Generation, error)
	// ApplyFacts replaces the facts of one producer about the given entities.
	ApplyFacts(ctx context.Context, producer string, entities []Ref, facts []Fact) (Generation, error)
	// Changes returns what happened after a generation; after 0 it returns everything, with Full set.
	Changes(ctx context.Context, after Generation) (Changes, error)
	// Wait blocks until the store is past the given generation, a Checked time moved, or ctx is done.
	Wait(ctx context.Context, after Generation) error
	// Sweep ends what nobody reports any more. origins are all that are configured or registered. The files of other
	// origins become orphans, as those do that a Delta reports as gone: their entities stay with ProblemOrphaned. An
	// entity that has been an orphan for the grace period is removed; one that another, present file defines is
	// removed at once, without Sweep. An origin that is configured again has its files back.
	Sweep(ctx context.Context, origins []string, grace time.Duration) (Generation, error)
}

// Marked is a Store that tells its states from those of other stores, and from states with the same number that a
// store had before it was restored.
type Marked interface {
	// ChangesSince is Changes after a state that was kept outside of the store, known by its generation and its mark. A
	// store that has not been in it, or no longer remembers, returns everything.
	ChangesSince(ctx context.Context, after Generation, mark string) (Changes, error)
}

// Historian is a Store that remembers what was.
type Historian interface {
	// History returns the values that the facts, the owner and the lifecycle of an entity have had and have, by
	// producer and key, oldest first. The entity need not exist any more.
	History(ctx context.Context, entity Ref) ([]Past, error)
}

// Past is a value that something had for a time.
type Past struct {
	Producer string // of the fact; empty for the entity's own "owner" and "lifecycle"
	Key      string
	Value    string
	Source   string    // as of its last reading
	First    time.Time // when it was first seen
	Last     time.Time // when it was found changed or gone; zero: it still is so
}

// Location is a location that was registered at run time, beside those of the configuration.
type Location struct {
	Origin string // names it, as Source.Origin does
	Type   string // of the source, for example "github"
	Target string
	By     string // who registered it; opaque
	At     time.Time
}

// Locations keeps registered locations.
type Locations interface {
	// Locations returns all, by origin.
	Locations(ctx context.Context) ([]Location, error)
	// Register adds a location. One that is registered already stays as it is; added is false then.
	Register(ctx context.Context, l Location) (added bool, err error)
	// Unregister removes a location; its entities become orphans at the next Sweep. It is an error of kind NotFound
	// when there is no such location.
	Unregister(ctx context.Context, origin string) error
}

// Texts is a Store that keeps descriptors as they were read.
type Texts interface {
	// Text returns the descriptor at a File's location with its hash. It is an error of kind NotFound when there is
	// none, or it has never been readable.
	Text(ctx context.Context, origin, location string) (text []byte, hash [32]byte, err error)
}
