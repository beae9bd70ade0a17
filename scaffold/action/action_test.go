package action

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold"
)

var update = flag.Bool("update", false, "write the handbook's reference anew")

const (
	handbook = "../../docs/handbook/template-actions.md"
	begin    = "-update`. -->\n"
)

// TestHandbook keeps the reference in the handbook equal to the registry.
func TestHandbook(t *testing.T) {
	r, err := Builtin(Deps{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := Reference(r)
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(handbook)
	if err != nil {
		t.Fatal(err)
	}
	before, have, ok := strings.Cut(string(page), begin)
	if !ok {
		t.Fatal("the handbook has no place for the reference")
	}
	if *update {
		if err := os.WriteFile(handbook, []byte(before+begin+want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("go test ./scaffold/action -run TestHandbook -update writes it anew: %s", diff)
	}
}

// TestSpecs checks that every action says what it is, with an example of itself.
func TestSpecs(t *testing.T) {
	r, err := Builtin(Deps{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"fetch:plain", "fetch:plain:file", "fetch:template", "fetch:template:file", "workspace:template", "workspace:template:file",
		"fs:rename", "fs:delete", "fs:readdir", "fs:read", "fs:write", "catalog:register", "catalog:write", "catalog:fetch", "debug:log", "debug:wait",
		"publish:github", "publish:github:pull-request", "github:actions:dispatch", "github:repo:create", "github:repo:push", "github:webhook", "github:issues:label",
		"publish:gitlab", "publish:gitlab:merge-request", "publish:git", "publish:bitbucketCloud", "publish:gitea", "http:backstage:request", "http", "notification:send", "json:merge",
		"roadiehq:utils:fs:write", "roadiehq:utils:fs:append", "roadiehq:utils:fs:replace", "roadiehq:utils:fs:parse", "roadiehq:utils:merge", "roadiehq:utils:json:merge",
		"roadiehq:utils:serialize:yaml", "roadiehq:utils:serialize:json", "roadiehq:utils:sleep",
	} {
		if _, ok := r.Action(name); !ok {
			t.Errorf("there is no action %s", name)
		}
	}
	for _, name := range r.Names() {
		a, _ := r.Action(name)
		s := a.Spec()
		if !strings.HasSuffix(s.Description, ".") || s.Input == "" || len(s.Examples) == 0 {
			t.Errorf("%s: a description, an input and an example are missing", name)
		}
		for _, e := range s.Examples {
			checkExample(t, s, e)
		}
	}
}

func checkExample(t *testing.T, s scaffold.Spec, e scaffold.Example) {
	t.Helper()
	n, err := yamldoc.Parse([]byte(e.YAML), yamldoc.Limits{})
	if err != nil {
		t.Errorf("%s: %v", s.Name, err)
		return
	}
	if n.Get("action").Str() != s.Name || n.Get("id").Str() == "" || e.Description == "" {
		t.Errorf("%s: the example is one of %q", s.Name, n.Get("action").Str())
	}
	for _, f := range n.Get("input").Fields {
		if !strings.Contains(s.Input, `"`+f.Key+`":`) {
			t.Errorf("%s: the example has an input %s that the action does not know", s.Name, f.Key)
		}
	}
}
