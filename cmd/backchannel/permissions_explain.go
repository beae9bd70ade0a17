package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/access"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

type permissionsCmd struct {
	Explain explainCmd `cmd:"" help:"Say which rule decides whether somebody may do something."`
}

type explainCmd struct {
	As       string `required:"" help:"A User of the catalog (user:default/ada), somebody in a chat (platform:workspace:id), or anybody of an audience (audience:community)." placeholder:"USER"`
	In       string `help:"Where: dm, PLATFORM:WORKSPACE, PLATFORM:WORKSPACE/#CHANNEL or PLATFORM:WORKSPACE/CHANNELID." placeholder:"PLACE"`
	Audience string `help:"The audience of a User of the catalog; staff where nothing is said." placeholder:"NAME"`
	Guest    bool   `help:"As a guest of the workspace."`
	Command  string `arg:"" help:"A command such as owner or new-service, or what it needs: read, ask, run or admin."`
	Entity   string `arg:"" optional:"" help:"What the command is about: a reference or a name."`
}

// explained is an explanation. Its JSON is what -o json prints.
type explained struct {
	Allowed  bool     `json:"allowed"`
	As       string   `json:"as"`
	User     string   `json:"user,omitempty"`
	Groups   []string `json:"groups,omitempty"`
	Audience string   `json:"audience"`
	Guest    bool     `json:"guest,omitempty"`
	In       string   `json:"in,omitempty"`
	Command  string   `json:"command"`
	Entity   string   `json:"entity,omitempty"`
	Reason   string   `json:"reason"`
	Rule     *ruled   `json:"rule,omitempty"`
	Checks   []check  `json:"checks"`
	Rules    []ruled  `json:"rules"`
}

// check is one of the things that a command needs.
type check struct {
	Act     string `json:"act"`
	Entity  string `json:"entity,omitempty"`
	Allowed bool   `json:"allowed"`
	Reason  string `json:"reason"`
	Rule    *ruled `json:"rule,omitempty"`
}

// ruled is a rule of the configuration.
type ruled struct {
	Number int    `json:"number"`
	File   string `json:"file"`
	Line   int    `json:"line"`
	Text   string `json:"text"`
	Says   string `json:"says,omitempty"` // what it says to the person at the place
}

// Run explains.
func (c *explainCmd) Run(s *session) error {
	cfg, err := s.load()
	if err != nil {
		return err
	}
	a, err := s.oneShot(cfg, s.now.clock())
	if err != nil {
		return err
	}
	defer a.close()
	policy := cfg.Policy()
	e := explainer{c: c, policy: policy, view: a.view(catalog.Viewer{}), commands: commandNames(a)}
	out, err := e.explain()
	if err != nil {
		return err
	}
	if s.Output == "json" {
		return writeLine(s.out, out)
	}
	_, err = s.out.Write([]byte(out.text()))
	return err
}

// commandNames are the commands that there are when everything is configured.
func commandNames(a *app) []string {
	names := []string{"question", "new-service", "oncall", "whoami", "link", "unlink"}
	for name := range acts {
		names = append(names, name)
	}
	for _, c := range a.commands.SubCommands() {
		names = append(append(names, c.Name), c.Aliases...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

type explainer struct {
	c        *explainCmd
	policy   *access.Policy
	view     search.View
	commands []string
	who      access.Person
	at       access.Place
}

func (e *explainer) explain() (*explained, error) {
	if err := e.place(); err != nil {
		return nil, err
	}
	if err := e.person(); err != nil {
		return nil, err
	}
	needs, err := e.needs()
	if err != nil {
		return nil, err
	}
	object, err := e.object()
	if err != nil {
		return nil, err
	}
	out := &explained{
		Allowed: true, As: e.c.As, Audience: e.who.Audience, Guest: e.who.Guest, In: e.c.In, Command: e.c.Command, Checks: []check{}, Rules: []ruled{},
	}
	if !e.who.User.IsZero() {
		out.User = e.who.User.String()
	}
	for _, g := range e.who.Principals {
		if g != e.who.User {
			out.Groups = append(out.Groups, g.String())
		}
	}
	if object != nil {
		out.Entity = object.Ref.String()
	}
	for _, act := range needs {
		e.check(out, act, object)
	}
	for _, r := range e.policy.Rules() {
		one := newRuled(r)
		for _, act := range needs { // the last thing that it has anything to say to
			if says := r.Speaks(e.request(act, object)); one.Says == "" || says != access.SomethingElse {
				one.Says = says
			}
		}
		out.Rules = append(out.Rules, one)
	}
	return out, nil
}

// check asks for one decision. The first that denies is what the whole rests on, else the last.
func (e *explainer) check(out *explained, act access.Act, object *catalog.Entity) {
	q := e.request(act, object)
	d := e.policy.Decide(q)
	one := check{Act: string(act), Allowed: d.Allowed, Reason: reasons[d.Reason]}
	if !q.Object.IsZero() {
		one.Entity = q.Object.Ref().String()
	}
	if d.Rule != nil {
		r := newRuled(d.Rule)
		one.Rule = &r
	}
	out.Checks = append(out.Checks, one)
	if out.Allowed {
		out.Allowed, out.Reason, out.Rule = d.Allowed, one.Reason, one.Rule
	}
}

// request is one thing that the command needs.
func (e *explainer) request(act access.Act, object *catalog.Entity) access.Request {
	q := access.Request{Who: e.who, At: e.at, Act: act, In: e.view}
	if object != nil {
		q.Object = object.Record()
	}
	if act != access.Read && !slices.Contains(access.Acts(), access.Act(e.c.Command)) && e.c.Command != "question" {
		q.Command = e.c.Command // what may be seen is the same for all commands
	}
	return q
}

// reasons are what decisions rest on, in words.
var reasons = map[access.Reason]string{
	access.ByRule:     "the rule says so",
	access.ByNaming:   "the rule allows it to others, or elsewhere, and no rule allows it here",
	access.ByStaff:    "no rule names it, and it is allowed to staff",
	access.ByDefault:  "no rule names it, and it is denied to everybody but staff",
	access.NoAudience: "the workspace is in no audience, and sees nothing",
	access.NoGuests:   "the audience lets its guests see nothing",
}

func newRuled(r *access.Rule) ruled {
	return ruled{Number: r.Number, File: r.At.File, Line: r.At.Line, Text: r.Text}
}

// needs is what a command needs, in the order in which it is asked for.
func (e *explainer) needs() ([]access.Act, error) {
	name := e.c.Command
	act := access.Act(name)
	switch about := e.c.Entity != ""; {
	case slices.Contains(access.Acts(), act) && act == access.Ask && about:
		return []access.Act{access.Read, access.Ask}, nil
	case slices.Contains(access.Acts(), act):
		return []access.Act{act}, nil
	case !slices.Contains(e.commands, name):
		return nil, fault.New(fault.Invalid, "there is no command %q; there are read, ask, run, admin, %s", name, strings.Join(e.commands, ", "))
	default:
		needs := []access.Act{access.Ask}
		if about {
			needs = []access.Act{access.Read, access.Ask}
		}
		if act := actOf(name); act != access.Ask {
			needs = append(needs, act)
		}
		return needs, nil
	}
}

// object finds the entity by its reference or its name.
func (e *explainer) object() (*catalog.Entity, error) {
	if e.c.Entity == "" {
		return nil, nil
	}
	o := search.ResolveOptions{Deepest: search.MatchNormalised}
	if e.c.Command == "new-service" || e.c.Command == "run" && !strings.Contains(e.c.Entity, ":") {
		o.Kinds = []string{"template"}
	}
	found := e.view.Resolve(e.c.Entity, o)
	switch {
	case len(found) == 0:
		return nil, fault.New(fault.NotFound, "nothing in the catalog is called %q", e.c.Entity)
	case len(found) > 1:
		var refs []string
		for _, f := range found {
			refs = append(refs, f.Entity.Ref.String())
		}
		return nil, fault.New(fault.Invalid, "%q may mean %s; name one of them", e.c.Entity, strings.Join(refs, ", "))
	default:
		return found[0].Entity, nil
	}
}

// text is an explanation as people read it.
func (x *explained) text() string {
	var b strings.Builder
	verdict := "denied"
	if x.Allowed {
		verdict = "allowed"
	}
	fmt.Fprintf(&b, "%s: %s\n", verdict, strings.TrimSpace(x.Command+" "+x.Entity))
	fmt.Fprintf(&b, "because  %s\n", x.Reason)
	if x.Rule != nil {
		fmt.Fprintf(&b, "rule     %d, %s:%d: %s\n", x.Rule.Number, x.Rule.File, x.Rule.Line, x.Rule.Text)
	}
	audience := x.Audience
	if audience == "" {
		audience = "none"
	}
	if x.Guest {
		audience += ", as a guest"
	}
	fmt.Fprintf(&b, "as       %s, audience %s\n", x.As, audience)
	if len(x.Groups) > 0 {
		fmt.Fprintf(&b, "groups   %s\n", strings.Join(x.Groups, ", "))
	}
	if x.In != "" {
		fmt.Fprintf(&b, "in       %s\n", x.In)
	}
	for _, c := range x.Checks {
		word := "no "
		if c.Allowed {
			word = "yes"
		}
		line := strings.TrimSpace(c.Act + " " + c.Entity)
		if c.Rule != nil {
			fmt.Fprintf(&b, "  %s  %s: rule %d, line %d\n", word, line, c.Rule.Number, c.Rule.Line)
		} else {
			fmt.Fprintf(&b, "  %s  %s: %s\n", word, line, c.Reason)
		}
	}
	for _, r := range x.Rules {
		fmt.Fprintf(&b, "  rule %d, line %d, %s\n", r.Number, r.Line, r.Says)
	}
	return b.String()
}
