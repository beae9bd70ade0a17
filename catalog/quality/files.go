package quality

import (
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// fileProblems adds what is wrong with files and with documents that are not in the catalog. Whose they are is told by
// what else stands in the file.
func (c *check) fileProblems() {
	problems := c.view.FileProblems()
	if len(problems) == 0 {
		return
	}
	var owners map[string]catalog.Ref
	if c.options.FileOwners != nil {
		owners = c.options.FileOwners()
	} else {
		owners = FileOwners(c.view)
	}
	for _, p := range problems {
		owner := owners[p.File]
		if first, ok := c.repeated(p.Problem); ok && owner.IsZero() {
			owner = responsible(first)
		}
		if len(c.options.Owners) > 0 && !slices.Contains(c.options.Owners, owner) {
			continue
		}
		c.files[p.File] = true
		c.findings = append(c.findings, Finding{
			Level: LevelOf(p.Code), Code: p.Code, Owner: owner, File: p.File, Line: p.Line, Field: p.Field, Message: p.Message, rank: rank(p.Code),
		})
	}
}

// FileOwners tells, for the files of a view that have problems, whose they are: the owner of all that else is in the file.
// A file with entities of several owners is nobody's.
func FileOwners(v search.View) map[string]catalog.Ref {
	problems := v.FileProblems()
	owners := make(map[string]catalog.Ref, len(problems))
	seen := make(map[string]bool, len(problems))
	for _, p := range problems {
		seen[p.File] = false
	}
	for e := range v.Entities(search.Filter{}) {
		known, asked := seen[e.Source.Location]
		owner := responsible(e)
		switch {
		case !asked || e.Ref.Kind == "location":
		case !known:
			seen[e.Source.Location], owners[e.Source.Location] = true, owner
		case owners[e.Source.Location] != owner:
			owners[e.Source.Location] = catalog.Ref{}
		}
	}
	return owners
}

// repeated is the definition that counts, for a problem about another one of the same reference. The store's message
// begins with the reference.
func (c *check) repeated(p catalog.Problem) (*catalog.Entity, bool) {
	if p.Code != catalog.ProblemDuplicate {
		return nil, false
	}
	name, _, _ := strings.Cut(p.Message, " ")
	ref, err := catalog.ParseRef(name, "", "")
	if err != nil {
		return nil, false
	}
	return c.view.Entity(ref)
}
