package config

import (
	"slices"
	"strconv"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/access"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// Scaffold says how new things are made from templates.
type Scaffold struct {
	Engine    string // own, the default, or backstage
	Backstage *ScaffoldBackstage
	Announce  string // channel in which results are told besides, by its name; "" for none
	Approvals []ScaffoldApproval
}

// ScaffoldBackstage is the Backstage that runs templates; nil: the one that catalog.locations reads.
type ScaffoldBackstage struct {
	URL   string
	Token string
}

// ScaffoldApproval says whose word runs of some templates need. The first that names a template counts.
type ScaffoldApproval struct {
	Templates []access.Pattern
	Owner     bool          // the owner of the template
	By        []catalog.Ref // groups and users
	Alone     bool          // who asks may approve it
	Expires   Span          // how long it is waited for; 0 for the default
}

// The engines.
const (
	EngineOwn       = "own"
	EngineBackstage = "backstage"
)

// UnmarshalNode implements yamldoc.Unmarshaler.
func (a *ScaffoldApproval) UnmarshalNode(n *yamldoc.Node, field string, d yamldoc.Decoder) error {
	var read struct {
		Templates, By words
		Alone         bool
		Expires       Span
	}
	if err := d.DecodeAt(n, &read, field); err != nil {
		return err
	}
	at := func(key string) *yamldoc.Node {
		if v := n.Get(key); v != nil {
			return v
		}
		return n
	}
	if len(read.Templates) == 0 {
		return d.Errorf(n, field+".templates", `name the templates, such as go-service or "*"`)
	}
	if len(read.By) == 0 {
		return d.Errorf(n, field+".by", "name who approves: groups, users, or owner for the owner of the template; nobody for nobody")
	}
	for i, text := range read.Templates {
		p, err := access.ParsePattern(text, "template")
		if err != nil {
			return d.Errorf(at("templates"), field+".templates["+strconv.Itoa(i)+"]", "%v", err)
		}
		a.Templates = append(a.Templates, p)
	}
	if slices.Contains(read.By, "nobody") && len(read.By) > 1 {
		return d.Errorf(at("by"), field+".by", "nobody stands alone")
	}
	for i, text := range read.By {
		switch text {
		case "owner":
			a.Owner = true
			continue
		case "nobody":
			continue
		}
		ref, err := catalog.ParseRef(text, "group", "")
		if err != nil || ref.Kind != "group" && ref.Kind != "user" {
			return d.Errorf(at("by"), field+".by["+strconv.Itoa(i)+"]", "expected owner, nobody, a group or a user, found %q", text)
		}
		a.By = append(a.By, ref)
	}
	a.Alone, a.Expires = read.Alone, read.Expires
	return nil
}

// checkScaffold refuses what no single key can tell.
func (c *Config) checkScaffold(root *yamldoc.Node, d yamldoc.Decoder) error {
	s := c.Scaffold
	switch s.Engine {
	case "", EngineOwn:
	case EngineBackstage:
		if c.ScaffoldBackstage() == nil {
			return d.Errorf(root.Get("scaffold"), "scaffold.backstage", "name the Backstage that runs the templates: {url, token}")
		}
	default:
		return d.Errorf(root.At("scaffold", "engine"), "scaffold.engine", "expected own or backstage, found %q", s.Engine)
	}
	if s.Backstage != nil && s.Backstage.URL == "" {
		return d.Errorf(root.At("scaffold", "backstage"), "scaffold.backstage.url", "an address is expected, such as https://portal.example.com")
	}
	return nil
}

// ScaffoldBackstage is the Backstage that runs templates where the engine is one: the named one, else that of a location.
func (c *Config) ScaffoldBackstage() *ScaffoldBackstage {
	if c.Scaffold.Backstage != nil {
		return c.Scaffold.Backstage
	}
	for _, l := range c.Catalog.Locations {
		if l.Backstage != nil {
			return &ScaffoldBackstage{URL: l.Backstage.URL, Token: l.Backstage.Token}
		}
	}
	return nil
}
