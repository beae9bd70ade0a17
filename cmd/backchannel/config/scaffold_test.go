package config

import (
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
)

func TestScaffold(t *testing.T) {
	t.Parallel()
	c, _, err := load(t, `
scaffold:
  announce: "#new"
  approvals:
    - {templates: sandbox-*, by: nobody}
    - {templates: ["*"], by: [owner, "group:security", "user:default/ada"], expires: 2d, alone: true}
`, nil)
	if err != nil {
		t.Fatal(err)
	}
	all := c.Scaffold.Approvals
	ref, _ := catalog.ParseRef("template:default/go-service", "", "")
	if len(all) != 2 || all[0].Owner || len(all[0].By) != 0 || all[0].Templates[0].Matches(ref) || !all[1].Templates[0].Matches(ref) {
		t.Fatalf("%+v", all)
	}
	if a := all[1]; !a.Owner || !a.Alone || time.Duration(a.Expires) != 48*time.Hour || len(a.By) != 2 || a.By[0].String() != "group:default/security" {
		t.Errorf("%+v", a)
	}
	c, _, err = load(t, "scaffold: {engine: backstage}\ncatalog: {locations: [{type: backstage, url: \"https://portal.acme.dev\", token: t}]}", nil)
	if err != nil || c.ScaffoldBackstage().URL != "https://portal.acme.dev" {
		t.Errorf("%v: the Backstage of a location is not taken", err)
	}
	for text, want := range map[string]string{
		"scaffold: {engine: moon}":                                             ":1: scaffold.engine: expected own or backstage",
		"scaffold: {engine: backstage}":                                        ":1: scaffold.backstage: name the Backstage",
		"scaffold: {backstage: {token: x}}":                                    ":1: scaffold.backstage.url: an address is expected",
		"scaffold: {approvals: [{by: owner}]}":                                 "scaffold.approvals[0].templates: name the templates",
		"scaffold: {approvals: [{templates: \"*\"}]}":                          "scaffold.approvals[0].by: name who approves",
		"scaffold: {approvals: [{templates: \"*\", by: [nobody, owner]}]}":     "nobody stands alone",
		"scaffold:\n  approvals: [{templates: \"*\", by: \"component:shop\"}]": ":2: scaffold.approvals[0].by[0]: expected owner",
		"scaffold: {approvals: [{templates: \"*\", by: owner, who: x}]}":       "unknown key",
	} {
		_, _, err := load(t, text, nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\n got  %v\n want %s", text, err, want)
		}
	}
}
