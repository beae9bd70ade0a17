// Package search is the catalog's one read model. Live follows the store's change feed and swaps immutable Readers;
// everybody else reads through a View, which shows what one viewer may see. Names are resolved in memory, without
// touching the index; words are looked up in bleve, which this package alone imports.
package search

import (
	"github.com/backchannel-portal/backchannel/catalog"
)

// Match says by which step of the cascade a name was resolved, best first.
type Match uint8

// The steps of the resolution cascade.
const (
	MatchRef        Match = iota + 1 // a full or partial entity reference, case-insensitive
	MatchName                        // the name or title exactly, without regard to case
	MatchNormalised                  // equal once kebab, camel, snake, dot, space, width and accents are folded
	MatchTypo1                       // one edit away (insert, delete, replace, or swap of neighbours)
	MatchTypo2                       // two edits away
	MatchWords                       // every word of the query occurs in the name or title
	MatchNear                        // similar only; to suggest, never to answer
)

// Candidate is one entity a name may mean.
type Candidate struct {
	Entity *catalog.Entity
	Match  Match
	Edits  int     // edit distance for the typo steps
	Score  float64 // within one Match, higher is better
}

// ResolveOptions narrow a resolution.
type ResolveOptions struct {
	Kinds     []string // lower-case kinds to consider; empty: all but locations
	Namespace string   // preferred namespace, "" for none
	Deepest   Match    // the last step to try; zero: MatchNear
	Limit     int      // most candidates to return; zero: 10
}

// Query asks for entities or document sections by their words.
type Query struct {
	Text  string
	Kinds []string // lower-case kinds; empty: all but locations
	Types []string // spec.type, lower case; empty: all
	Any   bool     // also return hits that have only some of the words, after those with all of them
	Limit int      // zero: 10
}

// Hit is an entity found by words.
type Hit struct {
	Entity *catalog.Entity
	Score  float64 // comparable within one result only
	Terms  int     // how many of the query's distinct terms it has
	Of     int     // how many there were
}

// Doc is one section of a documentation page, as the docs package hands it over.
type Doc struct {
	Entity  catalog.Ref
	Page    string // path of the page below the site, without .md, "" for the start page
	Anchor  string // heading id, "" for the page's top
	Title   string // the page's title
	Heading string // the section's heading, "" for the page's top
	Text    string // plain text
	Lang    string // "en" or "zh", as guessed from the text
	Source  string // file or URL of the Markdown
}

// DocHit is a section found by words.
type DocHit struct {
	Doc   *Doc
	Score float64
	Terms int // how many of the query's distinct terms the section, its heading or its page's title has
	Of    int
}

// Filter selects entities by columns. Empty fields select everything; strings compare without regard to case.
type Filter struct {
	Kinds      []string
	Types      []string
	Lifecycles []string
	Tags       []string // all of them
	Owner      catalog.Ref
	Namespace  string
}
