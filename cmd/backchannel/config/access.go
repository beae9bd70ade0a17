package config

import (
	"slices"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/access"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// Audiences are who the people of each workspace are. Without any, everybody is staff.
type Audiences []access.Audience

// platforms are those that a workspace may be of. The last three are what is not a chat's: pages and their chat,
// programs that ask, and the prompt of demo.
var platforms = []string{"slack", "discord", "web", "api", "terminal"}

// UnmarshalNode implements yamldoc.Unmarshaler.
func (a *Audiences) UnmarshalNode(n *yamldoc.Node, field string, d yamldoc.Decoder) error {
	if n.Kind != yamldoc.Map || len(n.Fields) == 0 {
		return d.Errorf(n, field, "expected at least one audience, such as staff: {workspaces: [slack:T01ACME]}; without the block everybody is staff")
	}
	taken := map[access.Workspace]string{}
	for _, f := range n.Fields {
		at := field + "." + f.Key
		var read struct {
			Workspaces []string
			Guests     string
		}
		if err := d.DecodeAt(f.Value, &read, at); err != nil {
			return err
		}
		one := access.Audience{Name: f.Key, Guests: access.Guests(read.Guests)}
		switch one.Guests {
		case "":
			one.Guests = access.GuestsNone
		case access.GuestsNone, access.GuestsPublic, access.GuestsMembers:
		default:
			return d.Errorf(f.Value.Get("guests"), at+".guests", "expected none, public or members, found %q", read.Guests)
		}
		if len(read.Workspaces) == 0 {
			return d.Errorf(f.Value, at+".workspaces", "an audience names its workspaces, such as slack:T01ACME or discord:8190")
		}
		for i, text := range read.Workspaces {
			w, err := workspace(text)
			if err == nil && taken[w] != "" {
				err = fault.New(fault.Invalid, "%s is in audience %s already", text, taken[w])
			}
			if err != nil {
				return d.Errorf(f.Value.Get("workspaces").Items[i], at+".workspaces", "%v", err)
			}
			taken[w] = f.Key
			one.Workspaces = append(one.Workspaces, w)
		}
		*a = append(*a, one)
	}
	return nil
}

// workspace reads PLATFORM:ID, or PLATFORM for all of it.
func workspace(text string) (access.Workspace, error) {
	platform, id, colon := strings.Cut(strings.TrimSpace(text), ":")
	if !slices.Contains(platforms, platform) || colon && id == "" || strings.ContainsAny(id, "/ #") {
		return access.Workspace{}, fault.New(fault.Invalid, "%q is no workspace; write PLATFORM:ID with a platform among %s", text, strings.Join(platforms, ", "))
	}
	return access.Workspace{Platform: platform, ID: id}, nil
}

// Permissions are the rules, in the order of the file.
type Permissions []access.Rule

// words is a text or a list of texts.
type words []string

// UnmarshalNode implements yamldoc.Unmarshaler.
func (w *words) UnmarshalNode(n *yamldoc.Node, field string, d yamldoc.Decoder) error {
	if n.Kind != yamldoc.List {
		var one string
		err := d.DecodeAt(n, &one, field)
		*w = words{one}
		return err
	}
	var all []string
	if err := d.DecodeAt(n, &all, field); err != nil {
		return err
	}
	if len(all) == 0 || slices.Contains(all, "") {
		return d.Errorf(n, field, "an empty list picks nothing; leave %s out, or name something", field[strings.LastIndexByte(field, '.')+1:])
	}
	*w = all
	return nil
}

// permission is a rule as it is written.
type permission struct {
	Allow, Deny words
	Entities    *selector
	Templates   words
	Commands    words
	To, Except  words
	In          words
}

// selector is a rule's choice of entities as it is written.
type selector struct {
	Refs        words
	Kind        words
	Namespace   words
	Type        words
	Lifecycle   words
	Tags        words
	Owner       words
	Inherited   bool
	System      words
	Domain      words
	Labels      map[string]string
	Annotations map[string]string
}

// UnmarshalNode implements yamldoc.Unmarshaler.
func (p *Permissions) UnmarshalNode(n *yamldoc.Node, field string, d yamldoc.Decoder) error {
	var read []permission
	if err := d.DecodeAt(n, &read, field); err != nil {
		return err
	}
	for i := range read {
		item := n.Items[i]
		c := ruleReader{node: item, field: field + "[" + strconv.Itoa(i) + "]", d: d}
		rule, err := c.rule(&read[i])
		if err != nil {
			return err
		}
		rule.At = fault.Position{File: d.File, Line: item.Line, Field: c.field}
		rule.Text = written(item)
		*p = append(*p, rule)
	}
	return nil
}

// ruleReader turns one rule as it is written into one that can be applied.
type ruleReader struct {
	node  *yamldoc.Node
	field string
	d     yamldoc.Decoder
}

func (c ruleReader) errorf(key, format string, args ...any) error {
	at := c.node.Get(key)
	if at == nil {
		at = c.node
	}
	return c.d.Errorf(at, c.field+"."+key, format, args...)
}

func (c ruleReader) rule(p *permission) (access.Rule, error) {
	r := access.Rule{Allow: len(p.Allow) > 0, Commands: p.Commands}
	if r.Allow == (len(p.Deny) > 0) {
		return r, c.d.Errorf(c.node, c.field, "a rule has either allow or deny")
	}
	key := "deny"
	if r.Allow {
		key = "allow"
	}
	for _, a := range append(p.Allow, p.Deny...) {
		if !slices.Contains(access.Acts(), access.Act(a)) {
			return r, c.errorf(key, "%q is nothing that can be allowed; there are read, ask, run and admin", a)
		}
		r.Acts = append(r.Acts, access.Act(a))
	}
	var err error
	if p.Entities != nil {
		if r.Entities, err = c.selector(p.Entities); err != nil {
			return r, err
		}
	}
	if r.Names, err = read(c, "templates", p.Templates, func(s string) (access.Pattern, error) { return access.ParsePattern(s, "template") }); err != nil {
		return r, err
	}
	if r.To, err = read(c, "to", p.To, access.ParseSubject); err != nil {
		return r, err
	}
	if r.In, err = read(c, "in", p.In, where); err != nil {
		return r, err
	}
	for _, s := range p.Except {
		subject, notSubject := access.ParseSubject(s)
		place, notPlace := where(s)
		switch {
		case notSubject == nil:
			r.Except = append(r.Except, subject)
		case notPlace == nil:
			r.Spared = append(r.Spared, place)
		default:
			return r, c.errorf("except", "%v", notSubject)
		}
	}
	return r, nil
}

// where reads a place of a platform that there is.
func where(s string) (access.Where, error) {
	w, err := access.ParseWhere(s)
	if err == nil && !w.Direct && !slices.Contains(platforms, w.Platform) {
		err = fault.New(fault.Invalid, "%q is no place; there is no platform %q", s, w.Platform)
	}
	return w, err
}

// read parses each of some texts.
func read[T any](c ruleReader, key string, from words, parse func(string) (T, error)) (out []T, err error) {
	for _, s := range from {
		v, err := parse(s)
		if err != nil {
			return nil, c.errorf(key, "%v", err)
		}
		out = append(out, v)
	}
	return out, nil
}

func (c ruleReader) selector(s *selector) (*access.Selector, error) {
	inner := ruleReader{node: c.node.Get("entities"), field: c.field + ".entities", d: c.d}
	if len(inner.node.Fields) == 0 || s.Inherited && len(inner.node.Fields) == 1 {
		return nil, c.errorf("entities", "this picks everything; leave entities out, or name something")
	}
	if s.Inherited && len(s.Owner) == 0 {
		return nil, inner.errorf("inherited", "inherited belongs to an owner")
	}
	out := &access.Selector{
		Kinds: s.Kind, Namespaces: s.Namespace, Types: s.Type, Lifecycles: s.Lifecycle, Tags: s.Tags, Inherited: s.Inherited,
		Labels: pairs(s.Labels), Annotations: pairs(s.Annotations),
	}
	var err error
	if out.Refs, err = read(inner, "refs", s.Refs, func(t string) (access.Pattern, error) { return access.ParsePattern(t, "") }); err != nil {
		return nil, err
	}
	if out.Owners, err = read(inner, "owner", s.Owner, refOf("group")); err != nil {
		return nil, err
	}
	systems, err := read(inner, "system", s.System, refOf("system"))
	if err != nil {
		return nil, err
	}
	domains, err := read(inner, "domain", s.Domain, refOf("domain"))
	if len(systems) > 0 && len(domains) > 0 {
		return nil, inner.errorf("domain", "a rule picks by system or by domain, not by both")
	}
	out.PartOf = append(systems, domains...)
	return out, err
}

func refOf(kind string) func(string) (catalog.Ref, error) {
	return func(s string) (catalog.Ref, error) { return catalog.ParseRef(s, kind, "") }
}

// pairs are the entries of a map; * is any value.
func pairs(m map[string]string) (out []catalog.Pair) {
	for k, v := range m {
		if v == "*" {
			v = ""
		}
		out = append(out, catalog.Pair{Key: k, Value: v})
	}
	slices.SortFunc(out, func(a, b catalog.Pair) int { return strings.Compare(a.Key, b.Key) })
	return out
}

// written is a node on one line, as people would write it.
func written(n *yamldoc.Node) string {
	var b strings.Builder
	write(&b, n)
	return b.String()
}

func write(b *strings.Builder, n *yamldoc.Node) {
	switch n.Kind {
	case yamldoc.List:
		b.WriteByte('[')
		for i, item := range n.Items {
			if i > 0 {
				b.WriteString(", ")
			}
			write(b, item)
		}
		b.WriteByte(']')
	case yamldoc.Map:
		b.WriteByte('{')
		for i, f := range n.Fields {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(f.Key + ": ")
			write(b, f.Value)
		}
		b.WriteByte('}')
	default:
		b.WriteString(n.Text)
	}
}

// checkAccess refuses what no single key can tell: rules for audiences that nobody defined.
func (c *Config) checkAccess(root *yamldoc.Node, d yamldoc.Decoder) error {
	if n := root.Get("audiences"); n != nil && n.Kind == yamldoc.Null {
		return d.Errorf(n, "audiences", "expected at least one audience; leave the key out, and everybody is staff")
	}
	known := []string{}
	for _, a := range c.Audiences {
		known = append(known, a.Name)
	}
	if len(known) == 0 {
		known = []string{access.Staff}
	}
	for i, r := range c.Permissions {
		for key, list := range map[string][]access.Subject{"to": r.To, "except": r.Except} {
			for _, s := range list {
				if s.Audience != "" && !slices.Contains(known, s.Audience) {
					n := root.Get("permissions").Items[i].Get(key)
					return d.Errorf(n, r.At.Field+"."+key, "there is no audience %q; there are %s", s.Audience, strings.Join(known, ", "))
				}
			}
		}
	}
	return nil
}

// Policy is what audiences and permissions come to.
func (c *Config) Policy() *access.Policy { return access.New(c.Audiences, c.Permissions) }
