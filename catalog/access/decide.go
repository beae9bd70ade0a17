package access

import (
	"slices"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Reason says what a decision rests on.
type Reason string

// The reasons.
const (
	ByRule     Reason = "rule"        // Decision.Rule allows or denies it
	ByNaming   Reason = "others-only" // Decision.Rule allows it to others, or elsewhere, and nothing allows it here
	ByStaff    Reason = "staff"       // no rule names it, and it is allowed to staff
	ByDefault  Reason = "not-staff"   // no rule names it, and it is denied to everybody but staff
	NoAudience Reason = "no-audience" // the workspace is in no audience
	NoGuests   Reason = "no-guests"   // the audience lets its guests see nothing
)

// Decision is an answer to a Request.
type Decision struct {
	Allowed bool
	Reason  Reason
	Rule    *Rule // nil unless a rule decided
}

// Request asks whether somebody may do something.
type Request struct {
	Who     Person
	At      Place
	Act     Act
	Command string         // "" when it is not about a command
	Object  catalog.Record // zero: nothing in particular
	In      catalog.Graph  // where Object is; needed with it
}

// Decide answers a request.
func (p *Policy) Decide(q Request) Decision {
	if d, settled := p.outside(q.Who); settled {
		return d
	}
	var allowed, named *Rule
	for _, r := range p.rules {
		if !slices.Contains(r.Acts, q.Act) || !r.by(q.Command) {
			continue
		}
		role := r.role(q.Who, q.At)
		if role == silent || !r.covers(q, role) {
			continue
		}
		switch {
		case role == denies:
			return Decision{Reason: ByRule, Rule: r}
		case role == allows && allowed == nil:
			allowed = r
		case role == names && named == nil:
			named = r
		}
	}
	switch {
	case allowed != nil:
		return Decision{Allowed: true, Reason: ByRule, Rule: allowed}
	case named != nil:
		return Decision{Reason: ByNaming, Rule: named}
	case staff(q.Who):
		return Decision{Allowed: true, Reason: ByStaff}
	default:
		return Decision{Reason: ByDefault}
	}
}

// outside decides what no rule can change.
func (p *Policy) outside(who Person) (Decision, bool) {
	a, ok := p.Audience(who.Audience)
	switch {
	case !ok:
		return Decision{Reason: NoAudience}, true
	case who.Guest && (a.Guests == GuestsNone || a.Guests == ""):
		return Decision{Reason: NoGuests}, true
	default:
		return Decision{}, false
	}
}

// staff reports whether somebody may do what no rule names.
func staff(who Person) bool { return who.Audience == Staff && !who.Guest }

// role is what a rule has to say to somebody at a place about what it covers.
type role uint8

const (
	silent role = iota
	denies
	allows
	names // it allows to others what it does not allow to these
)

func (r *Rule) role(who Person, at Place) role {
	to := len(r.To) == 0 || slices.ContainsFunc(r.To, func(s Subject) bool { return s.is(who) })
	here := yes
	if len(r.In) > 0 {
		here = anywhere(r.In, at)
	}
	spared := slices.ContainsFunc(r.Except, func(s Subject) bool { return s.is(who) }) || anywhere(r.Spared, at) == yes
	if !r.Allow {
		if to && here != no && !spared { // a channel that may be the one counts as it
			return denies
		}
		return silent
	}
	if to && here == yes && !spared {
		return allows
	}
	if len(r.To) == 0 || slices.ContainsFunc(r.To, func(s Subject) bool { return s.concerns(who) }) {
		return names
	}
	return silent
}

// SomethingElse is what Speaks says of a rule about other acts or commands.
const SomethingElse = "is about something else"

// Speaks says in words what a rule has to say to a request.
func (r *Rule) Speaks(q Request) string {
	as := r.role(q.Who, q.At)
	switch {
	case !slices.Contains(r.Acts, q.Act) || !r.by(q.Command):
		return SomethingElse
	case as == silent:
		return "is for others, or elsewhere"
	case !r.covers(q, as):
		return "is about other entities"
	case as == denies:
		return "denies it"
	case as == allows:
		return "allows it"
	default:
		return "allows it to others, or elsewhere"
	}
}

// by reports whether the rule is about what a command does.
func (r *Rule) by(command string) bool {
	return len(r.Commands) == 0 || slices.ContainsFunc(r.Commands, func(c string) bool { return like(c, command) })
}

// covers reports whether a rule is about the object of a request. Where there is none, as before a question is read, a
// rule that picks entities allows some of them, and neither denies nor names all.
func (r *Rule) covers(q Request, as role) bool {
	picks := r.Entities != nil || len(r.Names) > 0
	if !picks {
		return true
	}
	if q.Object.IsZero() {
		return as == allows
	}
	return r.picks(q.In)(q.Object)
}

// picks returns the rule's test of the entities of one state of the catalog.
func (r *Rule) picks(g catalog.Graph) func(catalog.Record) bool {
	if r.Entities == nil && len(r.Names) == 0 {
		return func(catalog.Record) bool { return true }
	}
	fits := func(catalog.Record) bool { return false }
	if r.Entities != nil {
		fits = r.Entities.in(g)
	}
	return func(e catalog.Record) bool {
		return fits(e) || len(r.Names) > 0 && slices.ContainsFunc(r.Names, func(p Pattern) bool { return p.Matches(e.Ref()) })
	}
}
