// Package quality judges the data of a catalog: what is wrong or missing, where it stands and whose it is to mend, and
// whether the whole is good enough to invite a company. It reads through a search.View, so that a report never names
// what its reader may not see.
package quality

import (
	"cmp"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// The codes of findings beside those of catalog.Problem. A dangling spec.owner has a code of its own: it is the one
// relation without which most questions have no answer.
const (
	DanglingOwner = "dangling-owner" // spec.owner names something that is not in the catalog
	NoOwner       = "no-owner"       // nobody is named as owner
	NoMembers     = "no-members"     // a team owns something and nobody active is in it or in a team below it
	NoSource      = "no-source"      // the descriptor of a component does not tell where its code is
	NoDocs        = "no-docs"        // a component has no documentation
	NoOnCall      = "no-on-call"     // no schedule covers a component
)

// Level says how bad a finding is.
type Level uint8

// The levels, worst first.
const (
	Wrong Level = iota // an answer is wrong, old or impossible
	Gap                // an answer is missing something
)

// String returns the level as reports spell it.
func (l Level) String() string {
	if l == Gap {
		return "gap"
	}
	return "wrong"
}

// LevelOf returns the level of a code; a code that this package does not know is Wrong.
func LevelOf(code string) Level {
	switch code {
	case NoSource, NoDocs, NoOnCall, catalog.ProblemInferredOwner, catalog.ProblemDoubtful:
		return Gap
	default:
		return Wrong
	}
}

// Finding is one thing that is wrong or missing.
type Finding struct {
	Level   Level
	Code    string
	Owner   catalog.Ref // whose it is to mend; zero: nobody's
	Entity  catalog.Ref // what it is about; zero: a file or one of its documents
	Target  catalog.Ref // what it names and is not in the catalog; zero where that is not what is wrong
	File    string      // path or URL of the descriptor
	Line    int         // 1-based, 0 when not known
	Field   string      // dotted path, may be empty
	Message string      // one plain English sentence, which may begin with the field

	rank int // of Code
}

// OnCall tells whether a schedule covers what has these PagerDuty services or, without any, belongs to the first of
// these groups that has a schedule. It must not block.
type OnCall func(services []string, groups []catalog.Ref) bool

// Options say what can be checked beside the descriptors.
type Options struct {
	OnCall OnCall        // nil: no schedules are connected, and nothing is said about them
	Owners []catalog.Ref // only what these are to mend, with the teams and people themselves; none: everything
	// FileOwners is FileOwners of the view, kept by the caller, as it looks at every entity; nil: it is found out.
	FileOwners func() map[string]catalog.Ref
}

// Report is everything that was found about a catalog at one generation. It is immutable.
type Report struct {
	Generation catalog.Generation
	Findings   []Finding // owner by owner, nobody's last; of one owner the worst first
	Kinds      []Kind    // in the order of their names
	Files      int       // descriptor files that entities or findings stand in
	OnCall     bool      // schedules were checked
	Owners     int       // teams and people that own something
	Teamless   int       // of these the teams without active members
	People     int       // active Users
}

// Kind counts the entities of one kind. Shares are of Count.
type Kind struct {
	Kind   string // as descriptors write it
	Count  int
	Owned  int // with an owner that is in the catalog
	Docs   int // with documentation
	OnCall int // covered by a schedule
	Source int // with a known place of their code
}

// Check looks at what a view shows. With Options.Owners the counts are theirs alone.
func Check(v search.View, o Options) *Report {
	c := newCheck(v, o)
	if len(o.Owners) == 0 {
		for e := range v.Entities(search.Filter{}) {
			c.entity(e)
		}
	}
	done := map[catalog.Ref]bool{}
	for _, owner := range o.Owners {
		if !done[owner] {
			done[owner] = true
			c.owned(owner)
		}
	}
	c.fileProblems()
	return c.report()
}

// owned checks an owner and what it owns. Of an owner that is in the catalog, relations tell what that is; for one that is
// not, and for nobody, with whom everything is, all entities are looked at.
func (c *check) owned(owner catalog.Ref) {
	e, ok := c.view.Entity(owner)
	if !ok {
		for e := range c.view.Entities(search.Filter{Owner: owner}) {
			c.entity(e)
		}
		return
	}
	c.entity(e)
	for _, r := range c.view.Relations(owner, "ownerOf") {
		if e, ok := c.view.Entity(r.Target); ok && e.Owner == owner && e.Ref != owner {
			c.entity(e)
		}
	}
}

// Wrong is how many findings are Wrong; the others are Gaps.
func (r *Report) Wrong() int {
	n := 0
	for _, f := range r.Findings {
		if f.Level == Wrong {
			n++
		}
	}
	return n
}

// byOwner orders owners by reference, nobody last.
func byOwner(a, b catalog.Ref) int {
	switch {
	case a == b:
		return 0
	case a.IsZero():
		return 1
	case b.IsZero():
		return -1
	}
	return a.Compare(b)
}

// compare orders findings: by owner, the worst first, then by place.
func compare(a, b Finding) int {
	return cmp.Or(byOwner(a.Owner, b.Owner), a.rank-b.rank, strings.Compare(a.File, b.File), a.Line-b.Line, strings.Compare(a.Message, b.Message))
}

// rank orders codes, worst first; one that is not known comes between what is wrong and what is missing.
func rank(code string) int {
	order := [...]string{
		catalog.ProblemUnreadable, catalog.ProblemInvalid, catalog.ProblemStale, catalog.ProblemDuplicate, DanglingOwner, NoOwner,
		NoMembers, catalog.ProblemOrphaned, catalog.ProblemDangling, catalog.ProblemUnknownKind, "",
		catalog.ProblemInferredOwner, NoOnCall, NoDocs, NoSource, catalog.ProblemDoubtful,
	}
	if i := slices.Index(order[:], code); i >= 0 {
		return i
	}
	return slices.Index(order[:], "")
}
