package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/access"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// guarded is the example of the handbook.
const guarded = `audiences:
  staff: {workspaces: [slack:T01ACME], guests: none}
  community: {workspaces: [discord:8190], guests: public}
permissions:
  - {allow: [read, ask], entities: {tags: [public]}, to: [audience:community]}
  - {deny: [read], entities: {owner: "group:default/security", inherited: true}, except: ["group:default/security", slack:T01ACME/C1]}
  - {allow: [run], templates: ["template:default/go-service"], to: ["group:default/engineering"], in: ["slack:T01ACME/#new-services", dm]}
  - allow: admin
    to: group:platform
    commands: [register, un*]
`

func TestAccess(t *testing.T) {
	t.Parallel()
	c, _, err := load(t, guarded, nil)
	if err != nil {
		t.Fatal(err)
	}
	audiences := Audiences{
		{Name: "staff", Workspaces: []access.Workspace{{Platform: "slack", ID: "T01ACME"}}, Guests: access.GuestsNone},
		{Name: "community", Workspaces: []access.Workspace{{Platform: "discord", ID: "8190"}}, Guests: access.GuestsPublic},
	}
	if diff := cmp.Diff(audiences, c.Audiences); diff != "" {
		t.Error(diff)
	}
	group := func(name string) catalog.Ref { return catalog.MakeRef("group", "", name) }
	template, err := access.ParsePattern("go-service", "template")
	if err != nil {
		t.Fatal(err)
	}
	rules := Permissions{
		{Allow: true, Acts: []access.Act{access.Read, access.Ask}, Entities: &access.Selector{Tags: []string{"public"}}, To: []access.Subject{{Audience: "community"}}},
		{
			Acts: []access.Act{access.Read}, Entities: &access.Selector{Owners: []catalog.Ref{group("security")}, Inherited: true},
			Except: []access.Subject{{Ref: group("security")}}, Spared: []access.Where{{Platform: "slack", Workspace: "T01ACME", Channel: "C1"}},
		},
		{
			Allow: true, Acts: []access.Act{access.Run}, Names: []access.Pattern{template}, To: []access.Subject{{Ref: group("engineering")}},
			In: []access.Where{{Platform: "slack", Workspace: "T01ACME", Channel: "new-services", ByName: true}, {Direct: true}},
		},
		{Allow: true, Acts: []access.Act{access.Admin}, To: []access.Subject{{Ref: group("platform")}}, Commands: []string{"register", "un*"}},
	}
	at := cmpopts.IgnoreFields(access.Rule{}, "At", "Text")
	if diff := cmp.Diff(rules, c.Permissions, at, cmpopts.EquateEmpty(), cmp.AllowUnexported(access.Pattern{})); diff != "" {
		t.Error(diff)
	}
	for i, line := range []int{5, 6, 7, 8} {
		if got := c.Permissions[i].At; got.Line != line || got.File != c.Path {
			t.Errorf("rule %d is at %+v", i, got)
		}
	}
	if got := c.Permissions[0].Text; got != "{allow: [read, ask], entities: {tags: [public]}, to: [audience:community]}" {
		t.Errorf("written %s", got)
	}
	if p := c.Policy(); p.Open() {
		t.Error("the policy is open")
	}
}

func TestAccessErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"audiences:":                                                ":1: audiences: expected at least one audience",
		"audiences: {}":                                             ":1: audiences: expected at least one audience",
		"audiences: [staff]":                                        ":1: audiences: expected at least one audience",
		"audiences: {staff: {}}":                                    ":1: audiences.staff.workspaces: an audience names its workspaces",
		"audiences:\n  staff: {workspaces: [T1]}":                   ":2: audiences.staff.workspaces: \"T1\" is no workspace",
		"audiences: {staff: {workspaces: [salck:T1]}}":              ":1: audiences.staff.workspaces: \"salck:T1\" is no workspace",
		"audiences: {staff: {workspace: [slack:T1]}}":               ":1: audiences.staff.workspace: unknown key",
		"audiences: {staff: {workspaces: [slack:T1], guests: all}}": ":1: audiences.staff.guests: expected none, public or members",
		"audiences:\n  a: {workspaces: [slack:T1]}\n  b: {workspaces: [slack:T2, slack:T1]}": ":3: audiences.b.workspaces: slack:T1 is in audience a already",
		"permissions: {}":                                                   ":1: permissions: expected a list",
		"permissions: [{}]":                                                 ":1: permissions[0]: a rule has either allow or deny",
		"permissions: [{allow: read, deny: read}]":                          ":1: permissions[0]: a rule has either allow or deny",
		"permissions:\n  - {deny: [red]}":                                   ":2: permissions[0].deny: \"red\" is nothing that can be allowed",
		"permissions: [{deny: []}]":                                         ":1: permissions[0].deny: an empty list",
		"permissions: [{deny: read, to: []}]":                               ":1: permissions[0].to: an empty list",
		"permissions: [{deny: read, to: [security]}]":                       ":1: permissions[0].to: ",
		"permissions: [{deny: read, to: [audience:ghosts]}]":                ":1: permissions[0].to: there is no audience \"ghosts\"; there are staff",
		"permissions: [{deny: read, except: [nowhere]}]":                    ":1: permissions[0].except: ",
		"permissions: [{deny: read, in: [\"#general\"]}]":                   ":1: permissions[0].in: ",
		"permissions: [{deny: read, in: [salck:T1]}]":                       ":1: permissions[0].in: \"salck:T1\" is no place",
		"permissions: [{deny: read, entities: {}}]":                         ":1: permissions[0].entities: this picks everything",
		"permissions: [{deny: read, entities: {tag: x}}]":                   ":1: permissions[0].entities.tag: unknown key",
		"permissions: [{deny: read, entities: {inherited: true}}]":          ":1: permissions[0].entities: this picks everything",
		"permissions: [{deny: read, entities: {tags: x, inherited: true}}]": ":1: permissions[0].entities.inherited: inherited belongs to an owner",
		"permissions: [{deny: read, entities: {owner: \"a:\"}}]":            ":1: permissions[0].entities.owner: ",
		"permissions: [{deny: read, entities: {refs: pay}}]":                ":1: permissions[0].entities.refs: ",
		"permissions: [{deny: read, entities: {system: a, domain: b}}]":     ":1: permissions[0].entities.domain: a rule picks by system or by domain",
		"permissions: [{deny: run, templates: [\"a/[\"]}]":                  ":1: permissions[0].templates: ",
		"permissions: [{deny: read, unless: x}]":                            ":1: permissions[0].unless: unknown key",
	} {
		_, dir, err := load(t, text, nil)
		if err == nil || !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := strings.TrimPrefix(err.Error(), filepath.Join(dir, "backchannel.yaml")); !strings.HasPrefix(got, want) {
			t.Errorf("%q:\n got  %s\n want %s", text, got, want)
		}
	}
}

func FuzzAccess(f *testing.F) {
	f.Add(guarded)
	f.Add("audiences: {a: {workspaces: [web, api:x]}}\npermissions: [{deny: [read], entities: {labels: {tier: '*'}, kind: API}, in: [dm, \"discord:1/#a*\"]}]")
	f.Fuzz(func(t *testing.T, text string) {
		dir := t.TempDir()
		path := filepath.Join(dir, "backchannel.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Load(path, func(string) (string, bool) { return "", false })
		if err == nil {
			c.Policy().Sight(access.Person{Audience: access.Staff}, access.Place{Platform: "slack", Workspace: "T1", Name: "a"}, true)
		}
	})
}
