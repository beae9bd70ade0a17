//go:build corpus

package scaffold_test

import (
	"cmp"
	"context"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action"
	"github.com/backchannel-portal/backchannel/scaffold/action/fetch"
	"github.com/backchannel-portal/backchannel/scaffold/action/host"
	"github.com/backchannel-portal/backchannel/scaffold/form"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// TestCorpusPlans: how many real templates are planned to their end, and why the others are not. Their skeletons are
// not in the corpus: whatever they fetch is a small repository that has every file.
func TestCorpusPlans(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(os.Getenv("SHARED"), "corpus", "templates", "*.y*ml"))
	least, err := strconv.Atoi(os.Getenv("PLANS_MIN"))
	if err != nil {
		t.Fatal("PLANS_MIN: ", err)
	}
	registry, err := action.Builtin(action.Deps{
		Fetch: fetch.Sources{Trees: everywhere{}, As: func(string) scm.Trees { return everywhere{} }},
		Host:  host.Options{Hosts: []host.Host{{Kind: host.GitHub, Name: "github.com"}, {Kind: host.GitLab, Name: "gitlab.com"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	runner := scaffold.New(scaffold.Config{
		Actions: registry, Dir: t.TempDir(),
		Engine: template.New(template.Config{Hosts: map[string]template.HostType{
			"github.com": template.GitHub, "gitlab.com": template.GitLab, "dev.azure.com": template.Azure, "bitbucket.org": template.BitbucketCloud,
		}}),
	})
	full, effects, warnings := 0, 0, 0
	missing, why := map[string]int{}, map[string]int{}
	for _, file := range files {
		r, err := corpusPlan(t, runner, registry, file, missing)
		switch {
		case err != nil:
			why["cannot be read: "+err.Error()]++
		case r.Err != nil:
			why[reason(r.Err)]++
			t.Logf("%s: %v", filepath.Base(file), r.Err)
		default:
			full++
		}
		if r != nil {
			effects, warnings = effects+len(r.Effects), warnings+len(r.Warnings)
		}
	}
	for _, list := range []map[string]int{missing, why} {
		for _, text := range slices.SortedFunc(maps.Keys(list), func(a, b string) int { return cmp.Or(list[b]-list[a], strings.Compare(a, b)) }) {
			t.Logf("%3d %s", list[text], text)
		}
	}
	t.Logf("plans: %d of %d templates are planned to their end, with %d effects and %d warnings; %d actions are missing", full, len(files), effects, warnings, len(missing))
	if full < least {
		t.Errorf("%d templates are planned to their end, at least %d were", full, least)
	}
}

var noAction = regexp.MustCompile(`there is no action (\S+)`)

// reason is an error without what differs from template to template.
func reason(err error) string {
	if m := noAction.FindStringSubmatch(err.Error()); m != nil {
		return "an action is missing"
	}
	_, text, _ := strings.Cut(err.Error(), "): ")
	return text
}

func corpusPlan(t *testing.T, runner *scaffold.Runner, registry *scaffold.Registry, file string, missing map[string]int) (*scaffold.Result, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	docs, err := yamldoc.Documents(data, yamldoc.Limits{})
	if err != nil {
		return nil, err
	}
	var entity *yamldoc.Node
	for d := range docs {
		if d.Root.Get("kind").Str() == "Template" {
			entity = d.Root
			break
		}
	}
	tmpl, err := scaffold.Read(filepath.Base(file), entity)
	if err != nil {
		return nil, err
	}
	for _, s := range tmpl.Steps {
		if _, ok := registry.Action(s.Action); !ok {
			missing[s.Action]++
		}
	}
	values, err := fillIn(tmpl)
	if err != nil {
		return nil, err
	}
	w, err := scaffold.NewWorkspace(t.TempDir(), scaffold.WorkspaceLimits{})
	if err != nil {
		return nil, err
	}
	defer w.Close()
	return runner.Plan(t.Context(), scaffold.Request{
		Run: "run", Template: tmpl, Values: values, Origin: scaffold.Origin{File: "https://github.com/acme/templates/blob/main/a/b/c/template.yaml"},
	}, w, nil)
}

// fillIn are values for everything a form asks.
func fillIn(t *scaffold.Template) (template.Value, error) {
	values := &yamldoc.Node{Kind: yamldoc.Map}
	for range 5 {
		f, err := t.Form.Form(values, form.Options{})
		if err != nil {
			return template.Value{}, err
		}
		values = f.State
		changed := false
		for _, p := range f.Pages {
			for _, q := range p.Fields {
				if len(q.Path) == 0 || values.At(q.Path...) != nil || q.Kind == form.Secret && q.Picker != nil {
					continue
				}
				values, changed = put(values, q.Path, madeUp(q)), true
			}
		}
		if !changed {
			break
		}
	}
	return template.ParseJSON(yamldoc.AppendJSON(nil, values))
}

func put(n *yamldoc.Node, at []string, v *yamldoc.Node) *yamldoc.Node {
	if len(at) == 0 {
		return v
	}
	out := &yamldoc.Node{Kind: yamldoc.Map}
	done := false
	if n != nil && n.Kind == yamldoc.Map {
		for _, f := range n.Fields {
			if f.Key == at[0] {
				f.Value, done = put(f.Value, at[1:], v), true
			}
			out.Fields = append(out.Fields, f)
		}
	}
	if !done {
		out.Fields = append(out.Fields, yamldoc.Field{Key: at[0], Value: put(nil, at[1:], v)})
	}
	return out
}

func madeUp(q form.Field) *yamldoc.Node {
	str := func(s string) *yamldoc.Node { return &yamldoc.Node{Kind: yamldoc.String, Text: s} }
	list := func(s ...string) *yamldoc.Node {
		out := &yamldoc.Node{Kind: yamldoc.List}
		for _, v := range s {
			out.Items = append(out.Items, str(v))
		}
		return out
	}
	switch q.Kind {
	case form.Number:
		return &yamldoc.Node{Kind: yamldoc.Number, Text: "8080"}
	case form.Toggle:
		return &yamldoc.Node{Kind: yamldoc.Bool, Text: "true"}
	case form.Choice:
		if len(q.Options) > 0 {
			return q.Options[0].Value
		}
	case form.Choices, form.Tags, form.List, form.Entities:
		return list("one", "two")
	case form.Object:
		return &yamldoc.Node{Kind: yamldoc.Map}
	case form.Entity:
		return str("component:default/shop")
	case form.Owner:
		return str("group:default/platform")
	case form.Repo:
		hosts := "github.com"
		if q.Picker != nil && len(q.Picker.Hosts) > 0 && strings.Contains(q.Picker.Hosts[0], "gitlab") {
			hosts = "gitlab.com"
		}
		return str(hosts + "?owner=acme&repo=shop")
	}
	return str("shop-service")
}

// everywhere opens every address.
type everywhere struct{}

func (everywhere) Open(_ context.Context, target string) (scm.Tree, error) {
	return anything{where: target}, nil
}

func (everywhere) Knows(string) bool { return true }

// anything is a repository that has every file that is asked for.
type anything struct{ where string }

func (a anything) Where() string { return a.where }
func (anything) Close() error    { return nil }

const anyText = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: shop}\nspec: {type: service, lifecycle: production, owner: platform}\n"

func (anything) Open(name string) (fs.File, error) {
	some := fstest.MapFS{"catalog-info.yaml": {Data: []byte(anyText)}, "README.md": {Data: []byte("# Shop\n")}}
	if name != "." && path.Ext(name) != "" {
		some[name] = &fstest.MapFile{Data: []byte(anyText)}
	} else if name != "." {
		some[name+"/catalog-info.yaml"] = &fstest.MapFile{Data: []byte(anyText)}
	}
	return some.Open(name)
}
