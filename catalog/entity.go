// Package catalog is the vocabulary of the software catalog: entities, references, relations and facts in the
// Backstage descriptor format, and the interfaces through which they are read from sources and kept in a store.
// It knows no file format (catalog/descriptor), no index (catalog/search) and no SQL (internal/store).
package catalog

import "time"

// Entity is one catalog entity. It is immutable once published: readers share it without locks.
// Fields that answers use are columns; everything else is in Document.
type Entity struct {
	Ref        Ref    // lower case; the identity
	APIVersion string // as written
	Kind       string // as written, for example Component
	Namespace  string // as written, DefaultNamespace when left out
	Name       string // as written

	Title       string // metadata.title
	Description string // metadata.description
	Type        string // spec.type
	Lifecycle   string // spec.lifecycle
	Owner       Ref    // spec.owner resolved; zero when there is none
	Tags        []string
	Labels      []Pair // sorted by key
	Annotations []Pair // sorted by key
	Links       []Link
	Profile     Profile // Users and Groups
	API         API     // APIs

	Document  Document   // the whole entity, canonical: placeholders and namespace filled in; no relations, status, uid, etag
	Relations Relations  // what this descriptor states, seen from this entity; sorted. Inverse gives the other ends'
	Source    Provenance // where it was read
	Problems  []Problem
}

// Pair is a label or an annotation.
type Pair struct{ Key, Value string }

// Link is an element of metadata.links.
type Link struct{ URL, Title, Icon, Type string }

// Profile is spec.profile of a User or a Group.
type Profile struct{ DisplayName, Email, Picture string }

// API is what the head of an API definition says of itself.
type API struct {
	Format  string // for example "OpenAPI 3.0", "AsyncAPI 2.6", "GraphQL", "gRPC"; empty when it cannot be told
	Title   string // info.title
	Version string // info.version
}

// Provenance says where an entity was read.
type Provenance struct {
	Origin   string // the configured location that led here; key of AsOf
	Location string // file path or URL of the descriptor, as a person would open it
	Line     int    // first line of its document, 1-based
}

// Relation is one directed relation of an entity. Types are Backstage's: ownedBy, ownerOf, partOf, hasPart, ...
type Relation struct {
	Type   string
	Target Ref
}

// Edge is a relation together with the entity it belongs to.
type Edge struct {
	Source Ref
	Type   string
	Target Ref
}

// Problem is something wrong with the data of an entity or a file. It never hides the rest.
type Problem struct {
	Code    string // stable, for example unknown-kind, dangling-owner, stale, duplicate
	Field   string // dotted path, may be empty
	Line    int    // 1-based, 0 when not known
	Message string // one plain English sentence
}

// The codes of problems.
const (
	ProblemUnknownKind = "unknown-kind" // the kind is not one of Backstage's; the entity is kept
	ProblemStale       = "stale"        // the present descriptor is invalid or cannot be read; this is its last good version
	ProblemInvalid     = "invalid"      // a document that is not in the catalog
	ProblemUnreadable  = "unreadable"   // a file or target that could not be read
	ProblemDuplicate   = "duplicate"    // another descriptor already defines this reference
	ProblemDoubtful    = "doubtful"     // valid, but hardly what was meant
	ProblemOrphaned    = "orphaned"     // no file defines the entity any more; it is removed after a while
	ProblemDangling    = "dangling"     // a relation points at an entity that does not exist

	ProblemInferredOwner = "owner-from-codeowners" // the descriptor names no owner; this one is from CODEOWNERS
)

// Annotation returns the value of an annotation, or "".
func (e *Entity) Annotation(key string) string { return pair(e.Annotations, key) }

// Label returns the value of a label, or "".
func (e *Entity) Label(key string) string { return pair(e.Labels, key) }

func pair(ps []Pair, key string) string {
	for _, p := range ps {
		if p.Key == key {
			return p.Value
		}
	}
	return ""
}

// DisplayName is what people call the entity: its title, a person's or group's display name, or its name.
func (e *Entity) DisplayName() string {
	switch {
	case e.Title != "":
		return e.Title
	case e.Profile.DisplayName != "":
		return e.Profile.DisplayName
	default:
		return e.Name
	}
}

// Fact is something a producer (inventory, docs, a plugin) found out about an entity. A fact with an empty Value
// withdraws the fact of the same entity, producer and key.
type Fact struct {
	Entity   Ref
	Producer string // for example "inventory"
	Key      string // for example "framework/spring-boot"
	Value    string // producer-defined; JSON where it is more than one scalar
	Source   string // where it stands, for example "pom.xml:12"
	AsOf     time.Time
}
