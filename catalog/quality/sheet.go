package quality

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Verdict says whether a company can be invited to ask.
type Verdict string

// The verdicts.
const (
	Go          Verdict = "go"
	GoWithCare  Verdict = "go with care" // most answers will be right; the reasons say which will not
	NoGo        Verdict = "no-go"        // too many answers would be wrong or missing
	worstCauses         = 10
)

// Reason is a condition for a verdict that is not met.
type Reason struct {
	Verdict Verdict // what it alone leads to: GoWithCare or NoGo
	Text    string  // one plain English sentence
}

// Cause is one thing to mend with everything that comes from it: a team that does not exist and all that names it,
// a file, or what one owner's components lack.
type Cause struct {
	Level   Level
	Code    string
	Owner   catalog.Ref // whose it is to mend, when it is one owner's
	Message string      // of the first finding
	File    string      // where the first finding stands
	Line    int
	Field   string
	Count   int // findings
}

// Sheet is a report on one page.
type Sheet struct {
	Verdict Verdict
	Reasons []Reason // the worst first; none for Go
	Codes   []Count  // findings by code, the worst first
	Worst   []Cause  // what to mend first, ten at most
	Owners  []Load   // who has most to mend, ten at most; the one with most Wrong first
}

// Count is how many findings have a code.
type Count struct {
	Code  string
	Level Level
	Count int
}

// Load is what one owner has to mend; the zero owner is nobody.
type Load struct {
	Owner       catalog.Ref
	Wrong, Gaps int
}

// The conditions, as shares. Below (or above, for what should not be) the first there is a reservation, and beyond
// the second, where there is one, it is a no.
const (
	ownedWell, ownedEnough   = 0.95, 0.80 // entities that need an owner and have one that exists
	brokenFew, brokenMany    = 0.01, 0.05 // documents and files that cannot be read, or are kept from earlier
	docsWell, onCallWell     = 0.50, 0.50 // components
	sourceWell, teamlessSome = 0.50, 0.10
)

// Sheet sums the report up.
func (r *Report) Sheet() Sheet {
	s := Sheet{Verdict: Go, Reasons: r.reasons(), Codes: r.codes(), Worst: r.worst(), Owners: r.loads()}
	for _, reason := range s.Reasons {
		if reason.Verdict == NoGo || s.Verdict == Go {
			s.Verdict = reason.Verdict
		}
	}
	return s
}

// kind returns the counts of one kind, by its lower-case name.
func (r *Report) kind(name string) Kind {
	for _, k := range r.Kinds {
		if strings.EqualFold(k.Kind, name) {
			return k
		}
	}
	return Kind{}
}

func (r *Report) reasons() []Reason {
	var out []Reason
	no := func(format string, args ...any) { out = append(out, Reason{NoGo, fmt.Sprintf(format, args...)}) }
	care := func(format string, args ...any) { out = append(out, Reason{GoWithCare, fmt.Sprintf(format, args...)}) }
	entities, need, owned := 0, 0, 0
	for _, k := range r.Kinds {
		if NeedsOwner(strings.ToLower(k.Kind)) {
			need, owned = need+k.Count, owned+k.Owned
		}
		if !strings.EqualFold(k.Kind, "location") {
			entities += k.Count
		}
	}
	if entities == 0 {
		no("the catalog is empty")
		return out
	}
	broken := 0
	for _, c := range r.codes() {
		switch c.Code {
		case catalog.ProblemInvalid, catalog.ProblemUnreadable, catalog.ProblemStale:
			broken += c.Count
		}
	}
	limit(share(broken, broken+entities), brokenFew, brokenMany, care, no, "%s of the documents cannot be read or are kept from earlier (%d)", broken)
	limit(share(need-owned, need), 1-ownedWell, 1-ownedEnough, care, no, "%s of what needs an owner has none that exists (%d)", need-owned)
	components := r.kind("component")
	if components.Count == 0 {
		care("there are no components to ask about")
	}
	if r.People == 0 {
		care("the catalog knows no people, so nobody can be named or greeted by team")
	} else {
		limit(share(r.Teamless, r.Owners), teamlessSome, 1, care, no, "%s of the owners are teams without active members (%d)", r.Teamless)
	}
	limit(share(components.Count-components.Docs, components.Count), 1-docsWell, 1, care, care, "%s of the components have no documentation (%d)", components.Count-components.Docs)
	limit(share(components.Count-components.Source, components.Count), 1-sourceWell, 1, care, care, "of %s of the components nobody says where the code is (%d)", components.Count-components.Source)
	if r.OnCall {
		limit(share(components.Count-components.OnCall, components.Count), 1-onCallWell, 1, care, care, "%s of the components are on nobody's schedule (%d)", components.Count-components.OnCall)
	} else {
		care("no on-call schedules are connected, so \"who is on call\" leads to owners only")
	}
	slices.SortStableFunc(out, func(a, b Reason) int { return strings.Compare(string(b.Verdict), string(a.Verdict)) }) // "no-go" before "go ..."
	return out
}

// limit calls care or no for a share above few or many, with the share in percent and n as arguments.
func limit(share, few, many float64, care, no func(string, ...any), format string, n int) {
	switch percent := Percent(share); {
	case share > many:
		no(format, percent, n)
	case share > few:
		care(format, percent, n)
	}
}

// share is a part of a whole, 0 of nothing.
func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// Percent renders a share; what is not quite all or nothing is not rounded to it.
func Percent(share float64) string {
	switch {
	case share > 0 && share < 0.01:
		return "under 1 %"
	case share > 0.99 && share < 1:
		return "over 99 %"
	}
	return fmt.Sprintf("%.0f %%", 100*share)
}
