// Package understand turns a question in a person's own words, English or Chinese, into an intent and the entities
// it is about. It knows a Vocabulary it is given and a View of the catalog, never an entity by itself. It does not
// guess: what fits several things equally well comes back as candidates, what fits nothing as unknown names.
package understand

import (
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Intent is what a question wants to know. The values are those of CONTRACTS section 2.
type Intent string

// The intents.
const (
	Owner        Intent = "owner"
	API          Intent = "api"
	Version      Intent = "version"
	OnCall       Intent = "oncall"
	Docs         Intent = "docs"
	Dependents   Intent = "dependents"
	Dependencies Intent = "dependencies"
	OwnedBy      Intent = "owned_by"
	Members      Intent = "members"
	Lifecycle    Intent = "lifecycle"
	Show         Intent = "show"
	Builds       Intent = "builds"
	Lighthouse   Intent = "lighthouse"
	Radar        Intent = "radar"
	Scaffold     Intent = "scaffold"
	Search       Intent = "search"
	Help         Intent = "help"
	Smalltalk    Intent = "smalltalk"
	None         Intent = "none"
)

// Question is the input.
type Question struct {
	Text    string
	Lang    lang.Lang   // "" to guess from the text
	Channel string      // the channel's name such as "#inc-2290-wms-picking-stuck", may be empty
	Thread  []Turn      // what was said before, oldest first
	Bound   catalog.Ref // the entity the channel is bound to, zero for none
	About   string      // what the channel says it is about, its topic; may be empty
	Explain bool        // fill in Reading.Why
}

// Turn is one earlier message of the conversation.
type Turn struct {
	FromBot    bool
	Text       string
	Entities   []catalog.Ref // what it was about, where that is known
	Candidates []catalog.Ref // what it offered to choose from, in order
	Intent     Intent        // of an earlier question, where that is known
}

// Reading is what a question was understood to mean.
type Reading struct {
	Intent     Intent
	Lang       lang.Lang
	Entities   []catalog.Ref   // what it is about, settled
	Candidates []catalog.Ref   // it may be one of these: ask back
	Unknown    []string        // names that nothing in the catalog is called, as the person wrote them
	Near       []catalog.Ref   // nearest to Unknown
	Tech       []TechMention   // technologies named ("spring boot", "log4j 1.x"), for version and radar
	Kind       string          // a kind or type the question asks for ("services", "apis"), lower case; ""
	All        bool            // "all", "transitively", "including indirect"
	Topic      string          // for docs, search, scaffold: the words that say what is wanted, without the phrasing
	Person     catalog.Ref     // a person the question names
	Fleet      bool            // a version question about everybody rather than about Entities
	Silent     []catalog.Ref   // for docs: what the question names, where its own docs say nothing and Docs are of others
	Docs       []search.DocHit // for docs: the sections that fit Topic best, best first; empty when none fits well
	Trait      string          // a detail asked for: "lead", "chat", "repo", "site", "secondary", "next", "until", "successor", a ring of the radar ...
	When       When            // for on-call: the time asked about, zero for now
	Confidence float64         // 0..1
	Via        Via             // what settled Entities or Candidates that the question does not name
	Alone      bool            // read from the question alone: neither the conversation nor the channel could change it
	Total      int             // for search: how many there are where Entities is cut; 0 when it is not
	Within     catalog.Ref     // for search: Entities are what belongs to this, as far as understanding can tell
	Stage      string          // for search within something: "ended", "early" or "live", the stage of life that is asked for
	Lacks      []string        // for search within something: the codes of findings that are asked for, such as "no-owner"
	Has        []string        // for search within something: the codes of findings that must not be there
	Tags       []string        // for search within something: tags that are asked for
	Listed     bool            // a list of what fits several conditions: Stage, Lacks, Has, Tags, Tech; of everything where Within is zero
	Why        []string        // which phrases and terms decided, where the question asks to explain
}

// Via is what of a channel settled what a question is about.
type Via string

// The ways in which a channel says what it is about.
const (
	ViaBinding Via = "binding"
	ViaName    Via = "name"
	ViaTopic   Via = "topic"
)

// TechMention is a technology and the versions asked about.
type TechMention struct {
	ID    string // of the vocabulary's term
	Name  string // as the person wrote it
	Range string // "2.x", "<2.17", ">=3", "" for any: the syntax of catalog/inventory's ranges
}

// Vocabulary is what the language of one company consists of beside the built-in lexicon. commands gathers it anew
// for each generation.
type Vocabulary struct {
	Phrases []Phrase
	Terms   []Term
	// Inventory is the producer of the facts whose keys end in the id of a technology that an entity uses; "" for none.
	Inventory string
	Catalog   search.View // everything there is, to index names and descriptions from; nil for an empty catalog
}

// Phrase says that a wording asks for an intent.
type Phrase struct {
	Lang    lang.Lang
	Pattern string
	Intent  Intent
}

// Term is a word or name with a meaning: class "tech", "alias" (of an entity), "kind", "synonym", "template", "radar".
type Term struct {
	Class   string
	Text    string
	Aliases []string
	Value   string
}

// Intents lists every intent.
func Intents() []Intent {
	return []Intent{
		Owner, API, Version, OnCall, Docs, Dependents, Dependencies, OwnedBy, Members, Lifecycle, Show, Builds, Lighthouse,
		Radar, Scaffold, Search, Help, Smalltalk, None,
	}
}
