package access

import (
	"path"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Subject is whom a rule is about: an audience, a group or a person of the catalog, the guests, or everyone.
type Subject struct {
	Audience string
	Ref      catalog.Ref
	Guests   bool // else, with neither of the others: everyone
}

// ParseSubject reads "audience:NAME", "group:...", "user:...", "guests" or "everyone".
func ParseSubject(s string) (Subject, error) {
	switch {
	case s == "guests":
		return Subject{Guests: true}, nil
	case s == "everyone":
		return Subject{}, nil
	}
	if name, ok := strings.CutPrefix(s, "audience:"); ok && name != "" {
		return Subject{Audience: name}, nil
	}
	ref, err := catalog.ParseRef(s, "", "")
	if err != nil || ref.Kind != "group" && ref.Kind != "user" {
		return Subject{}, fault.New(fault.Invalid, "%q is no subject; there are audience:NAME, group:NAMESPACE/NAME, user:NAMESPACE/NAME, guests and everyone", s)
	}
	return Subject{Ref: ref}, nil
}

// String renders a subject as it is written.
func (s Subject) String() string {
	switch {
	case s.Audience != "":
		return "audience:" + s.Audience
	case !s.Ref.IsZero():
		return s.Ref.String()
	case s.Guests:
		return "guests"
	default:
		return "everyone"
	}
}

// is reports whether a person is one of the subject.
func (s Subject) is(p Person) bool {
	switch {
	case s.Audience != "":
		return p.Audience == s.Audience
	case !s.Ref.IsZero():
		return slices.Contains(p.Principals, s.Ref)
	case s.Guests:
		return p.Guest
	default:
		return true
	}
}

// concerns reports whether a rule for the subject speaks about what people like this one may do. One for another
// audience, or for guests, does not; one for groups or persons speaks about everybody.
func (s Subject) concerns(p Person) bool {
	if s.Audience != "" || s.Guests {
		return s.is(p)
	}
	return true
}

// Where is a set of places: direct messages, a workspace, or a channel of one by its id or name.
type Where struct {
	Direct    bool
	Platform  string
	Workspace string // "" is every one of the platform
	Channel   string // id or a name that began with #, which may hold *; "" is everywhere in the workspace
	ByName    bool
}

// ParseWhere reads "dm", "PLATFORM", "PLATFORM:WORKSPACE", "PLATFORM:WORKSPACE/CHANNELID" or
// "PLATFORM:WORKSPACE/#NAME".
func ParseWhere(s string) (Where, error) {
	bad := fault.New(fault.Invalid, "%q is no place; there are dm, PLATFORM:WORKSPACE, PLATFORM:WORKSPACE/#CHANNEL and PLATFORM:WORKSPACE/CHANNELID", s)
	if s == "dm" {
		return Where{Direct: true}, nil
	}
	platform, rest, colon := strings.Cut(s, ":")
	workspace, channel, slash := strings.Cut(rest, "/")
	w := Where{Platform: platform, Workspace: workspace, Channel: channel}
	w.Channel, w.ByName = strings.CutPrefix(channel, "#")
	if platform == "" || colon && workspace == "" || slash && w.Channel == "" || strings.ContainsAny(platform, "/# ") {
		return Where{}, bad
	}
	if _, err := path.Match(w.Channel, ""); err != nil {
		return Where{}, bad
	}
	return w, nil
}

// verdict is whether something holds; a channel whose name is not told may or may not be one.
type verdict uint8

const (
	no verdict = iota
	unknown
	yes
)

// holds reports whether a place is in the set. A thread is where it is itself, and where its channel is.
func (w Where) holds(at Place) verdict {
	own := w.covers(at)
	if at.Parent == "" || at.Direct {
		return own
	}
	at.Channel, at.Name = at.Parent, at.ParentName
	return max(own, w.covers(at))
}

// covers reports whether a channel is in the set.
func (w Where) covers(at Place) verdict {
	if w.Direct {
		if at.Direct {
			return yes
		}
		return no
	}
	if w.Platform != at.Platform || w.Workspace != "" && w.Workspace != at.Workspace {
		return no
	}
	switch {
	case w.Channel == "":
		return yes
	case !w.ByName && w.Channel == at.Channel:
		return yes
	case !w.ByName || at.Direct:
		return no
	case at.Name == "":
		return unknown
	}
	if ok, err := path.Match(strings.ToLower(w.Channel), strings.ToLower(at.Name)); err == nil && ok {
		return yes
	}
	return no
}

func anywhere(all []Where, at Place) verdict {
	best := no
	for _, w := range all {
		best = max(best, w.holds(at))
	}
	return best
}

// Pattern is the reference of one or, with * in its parts, of several entities.
type Pattern struct{ kind, namespace, name string }

// ParsePattern reads a reference whose parts may hold *. A missing kind takes the default one.
func ParsePattern(s, kind string) (Pattern, error) {
	ref, err := catalog.ParseRef(s, kind, "")
	if err != nil {
		return Pattern{}, err
	}
	for _, part := range []string{ref.Kind, ref.Namespace, ref.Name} {
		if _, err := path.Match(part, ""); err != nil {
			return Pattern{}, fault.New(fault.Invalid, "%q is no pattern of references", s)
		}
	}
	return Pattern{ref.Kind, ref.Namespace, ref.Name}, nil
}

// Matches reports whether a reference is of the pattern.
func (p Pattern) Matches(r catalog.Ref) bool {
	return like(p.kind, r.Kind) && like(p.namespace, r.Namespace) && like(p.name, r.Name)
}

// like compares with a pattern that is known to be one.
func like(pattern, s string) bool {
	if pattern == s {
		return true
	}
	ok, err := path.Match(pattern, s)
	return err == nil && ok
}
