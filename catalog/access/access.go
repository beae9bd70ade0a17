// Package access decides who may do what, with which entity, and where. A Policy holds the audiences and the rules of
// the configuration; it knows no platform and no store. Entities are decided about before names are resolved: Sight
// makes the catalog.Rules of a View.
package access

import (
	"slices"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Act is something that needs a permission.
type Act string

// The acts.
const (
	Read  Act = "read"  // see an entity at all
	Ask   Act = "ask"   // ask the bot, and be answered about an entity
	Run   Act = "run"   // run a template, or a command with an effect outside of the chat
	Admin Act = "admin" // change what everybody sees: locations, aliases, bindings
)

// Acts are all acts.
func Acts() []Act { return []Act{Read, Ask, Run, Admin} }

// Staff is the audience to which everything is allowed that no rule names. Without any audience everybody is staff.
const Staff = "staff"

// Guests says what becomes of the guests of a workspace: people whom the platform marks as such, and people of other
// organisations in shared channels.
type Guests string

// The values of Guests.
const (
	GuestsNone    Guests = "none"    // they see nothing
	GuestsPublic  Guests = "public"  // they may what a rule allows to their audience or to everyone, and nothing else
	GuestsMembers Guests = "members" // they are like everybody else there
)

// Audience is the people of some workspaces.
type Audience struct {
	Name       string
	Workspaces []Workspace
	Guests     Guests // "" is GuestsNone
}

// Workspace is a tenant of a platform. An ID of "" is all of the platform.
type Workspace struct{ Platform, ID string }

// Person is who asks, as far as it matters to rules.
type Person struct {
	Audience   string // "": in none, and nothing may be seen
	Guest      bool
	Nobody     bool          // everybody at a place together rather than one person
	User       catalog.Ref   // zero when not known
	Principals []catalog.Ref // the User and the groups it belongs to, with their ancestors
}

// Place is where somebody asks. The zero value is nowhere in particular, such as a command line.
type Place struct {
	Platform, Workspace, Channel string
	Name                         string // of the channel, without #; "" when the platform does not say
	Parent, ParentName           string // the channel that a thread with an id of its own belongs to, "" for none
	Direct                       bool   // a conversation with one person
}

// Policy is the audiences and rules of a configuration. It is immutable.
type Policy struct {
	audiences []Audience
	rules     []*Rule
	sights    sights
}

// New returns a policy. Nil rules and audiences let everybody do everything.
func New(audiences []Audience, rules []Rule) *Policy {
	p := &Policy{audiences: audiences}
	for i := range rules {
		r := rules[i]
		r.Number = i + 1
		p.rules = append(p.rules, &r)
	}
	return p
}

// Open reports whether everybody may do everything.
func (p *Policy) Open() bool { return len(p.audiences) == 0 && len(p.rules) == 0 }

// Rules are the rules, in their order.
func (p *Policy) Rules() []*Rule { return p.rules }

// AudienceOf returns the audience of a workspace. Where there are audiences and none names the workspace, ok is false.
func (p *Policy) AudienceOf(platform, workspace string) (a Audience, ok bool) {
	if len(p.audiences) == 0 {
		return Audience{Name: Staff, Guests: GuestsMembers}, true
	}
	for _, whole := range []bool{false, true} { // a workspace by its id goes before a whole platform
		for _, a := range p.audiences {
			if slices.ContainsFunc(a.Workspaces, func(w Workspace) bool {
				return w.Platform == platform && (whole && w.ID == "" || !whole && w.ID == workspace && w.ID != "")
			}) {
				return a, true
			}
		}
	}
	return Audience{}, false
}

// Workspaces are the workspaces of a platform that audiences name by their id, those of staff first.
func (p *Policy) Workspaces(platform string) []Workspace {
	var staff, others []Workspace
	for _, a := range p.audiences {
		for _, w := range a.Workspaces {
			switch {
			case w.Platform != platform || w.ID == "":
			case a.Name == Staff:
				staff = append(staff, w)
			default:
				others = append(others, w)
			}
		}
	}
	return append(staff, others...)
}

// Audience returns an audience by its name.
func (p *Policy) Audience(name string) (Audience, bool) {
	if len(p.audiences) == 0 && name == Staff {
		return Audience{Name: Staff, Guests: GuestsMembers}, true
	}
	i := slices.IndexFunc(p.audiences, func(a Audience) bool { return a.Name == name })
	if i < 0 {
		return Audience{}, false
	}
	return p.audiences[i], true
}

// Rule allows or denies.
type Rule struct {
	Number   int // from 1, in the order of the configuration; New sets it
	Allow    bool
	Acts     []Act
	Entities *Selector // nil: all, unless Templates names some
	Names    []Pattern // templates
	Commands []string  // only by these commands; nil: by all
	To       []Subject // nil: everybody
	Except   []Subject
	Spared   []Where // places that Except names
	In       []Where // nil: everywhere
	At       fault.Position
	Text     string // as it was written, on one line
}
