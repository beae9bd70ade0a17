package entity

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// world is a catalog and a chat.
type world struct {
	entities   map[string]string
	registered []string
	holds      []catalog.Ref
	told       []Notification
	err        error
}

func (w *world) Entity(_ context.Context, _ scaffold.Asker, ref catalog.Ref) (template.Value, bool, error) {
	text, ok := w.entities[ref.String()]
	if !ok {
		return template.Value{}, false, w.err
	}
	v, err := template.ParseJSON([]byte(text))
	return v, true, err
}

func (w *world) Register(_ context.Context, _ scaffold.Asker, address string) (Registered, error) {
	if w.err != nil {
		return Registered{}, w.err
	}
	r := Registered{Location: address, Entities: w.holds, Already: strings.Contains(strings.Join(w.registered, " "), address)}
	w.registered = append(w.registered, address)
	return r, nil
}

func (w *world) Notify(_ context.Context, n Notification) error {
	w.told = append(w.told, n)
	return w.err
}

func call(t *testing.T, in string) *scaffold.Call {
	t.Helper()
	v, err := template.ParseJSON([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	w, err := scaffold.NewWorkspace(t.TempDir(), scaffold.WorkspaceLimits{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return &scaffold.Call{Input: v, Workspace: w, Run: "r", Step: "s", Template: scaffold.Origin{Ref: catalog.MakeRef("Template", "", "go")}}
}

func (w *world) action(name string) scaffold.Action {
	for _, a := range Actions(Options{Catalog: w, Notifier: w}) {
		if a.Spec().Name == name {
			return a
		}
	}
	return nil
}

func (w *world) apply(t *testing.T, name, in string) (string, error) {
	t.Helper()
	out, err := w.action(name).Apply(t.Context(), call(t, in))
	if out.Kind() == template.Undefined {
		return "", err
	}
	return string(template.AppendJSON(nil, out)), err
}

const repo = `{"repoContentsUrl": "https://github.com/acme/pay/blob/main"`

func TestRegister(t *testing.T) {
	component, system := catalog.MakeRef("Component", "", "pay"), catalog.MakeRef("System", "", "money")
	made := catalog.MakeRef("Location", "", "generated-1")
	for _, tt := range []struct {
		in    string
		holds []catalog.Ref
		want  string
	}{
		{repo + `}`, []catalog.Ref{made, system, component}, `{"catalogInfoUrl":"https://github.com/acme/pay/blob/main/catalog-info.yaml","entityRef":"component:default/pay"}`},
		{repo + `, "catalogInfoPath": "docs/x.yaml"}`, []catalog.Ref{made, system}, `{"catalogInfoUrl":"https://github.com/acme/pay/blob/main/docs/x.yaml","entityRef":"system:default/money"}`},
		{`{"catalogInfoUrl": "https://x.dev/c.yaml"}`, []catalog.Ref{made}, `{"catalogInfoUrl":"https://x.dev/c.yaml","entityRef":"location:default/generated-1"}`},
		{`{"repoContentsUrl": "https://gitlab.com/acme/sub/pay/-/blob/main"}`, nil, `{"catalogInfoUrl":"https://gitlab.com/acme/sub/pay/-/blob/main/catalog-info.yaml"}`},
	} {
		w := &world{holds: tt.holds}
		if got, err := w.apply(t, "catalog:register", tt.in); err != nil || got != tt.want {
			t.Errorf("%s: %v %s", tt.in, err, got)
		}
	}
	w := &world{}
	if _, err := w.apply(t, "catalog:register", repo+"}"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.apply(t, "catalog:register", repo+"}"); err == nil || !strings.Contains(err.Error(), "registered already") {
		t.Errorf("once more: %v", err)
	}
	if _, err := w.apply(t, "catalog:register", repo+`, "optional": true}`); err != nil {
		t.Errorf("once more, if it may: %v", err)
	}
	w.err = errors.New("away")
	if got, err := w.apply(t, "catalog:register", repo+`, "optional": true}`); err != nil || !strings.Contains(got, "catalogInfoUrl") {
		t.Errorf("optional: %v %s", err, got)
	}
	for in, want := range map[string]string{
		repo + "}": "away", `{}`: "must say what to register", `{"catalogInfoUrl": "file:///etc/passwd"}`: "not the address", repo + `, "catalogInfoPath": "../../x"}`: "leads out",
		`{"catalogInfoUrl": "/etc/passwd"}`: "not the address",
	} {
		if _, err := w.apply(t, "catalog:register", in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", in, err)
		}
	}
}

func TestRegisterPlan(t *testing.T) {
	w := &world{}
	c := call(t, repo+"}")
	if err := c.Workspace.WriteFile("out/catalog-info.yaml", []byte("kind: System\nmetadata: {name: money}\n---\nkind: Component\nmetadata: {name: pay, namespace: shop}\n"), 0); err != nil {
		t.Fatal(err)
	}
	p, err := w.action("catalog:register").Plan(t.Context(), c)
	if err != nil || len(w.registered) > 0 || len(p.Effects) != 1 || p.Effects[0].Text(lang.English) != "Register https://github.com/acme/pay/blob/main/catalog-info.yaml in the catalog" {
		t.Fatal(err, w.registered, p.Effects)
	}
	if got := p.Output.Get("entityRef").String(); got != "component:shop/pay" {
		t.Errorf("the entity will be %q", got)
	}
}

func TestWrite(t *testing.T) {
	w := &world{}
	c := call(t, `{"entity": {"apiVersion": "backstage.io/v1alpha1", "kind": "Component", "metadata": {"name": "pay", "annotations": {"a": "1"}}, "spec": {"owner": "x: y"}}, "filePath": "d/c.yaml"}`)
	if _, err := w.action("catalog:write").Apply(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	data, err := c.Workspace.ReadFile("d/c.yaml")
	want := "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: pay\n  annotations:\n    a: \"1\"\n    backstage.io/source-template: template:default/go\nspec:\n  owner: \"x: y\"\n"
	if diff := cmp.Diff(want, string(data)); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestFetch(t *testing.T) {
	w := &world{entities: map[string]string{"system:default/money": `{"kind":"System"}`, "component:shop/pay": `{"kind":"Component"}`}}
	for in, want := range map[string]string{
		`{"entityRef": "money", "defaultKind": "System"}`:                                     `{"entity":{"kind":"System"}}`,
		`{"entityRefs": ["component:shop/pay", "system:money"]}`:                              `{"entities":[{"kind":"Component"},{"kind":"System"}]}`,
		`{"entityRef": "component:none", "entityRefs": ["component:none"], "optional": true}`: `{"entity":null,"entities":[null]}`,
		`{"optional": true}`: ``,
	} {
		if got, err := w.apply(t, "catalog:fetch", in); err != nil || got != want {
			t.Errorf("%s: %v %s", in, err, got)
		}
	}
	for in, want := range map[string]string{`{}`: "must say", `{"entityRef": "component:none"}`: "no entity component:default/none", `{"entityRef": "a"}`: "kind", `{"entityRef": "a:b/"}`: "a:b/"} {
		if _, err := w.apply(t, "catalog:fetch", in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", in, err)
		}
	}
}

func TestNotify(t *testing.T) {
	w := &world{}
	if _, err := w.apply(t, "notification:send", `{"recipients": "entity", "entityRefs": ["group:ops", "ada"], "title": "There", "info": "i", "link": "/x", "severity": "high", "scope": "z"}`); err != nil {
		t.Fatal(err)
	}
	want := []Notification{{
		Key: "r/s/0", To: []catalog.Ref{catalog.MakeRef("group", "", "ops"), catalog.MakeRef("user", "", "ada")}, Title: "There", Info: "i", Link: "/x", Severity: "high", Scope: "z",
		Template: catalog.MakeRef("Template", "", "go"),
	}}
	if diff := cmp.Diff(want, w.told, cmp.Comparer(func(a, b template.Value) bool { return a.String() == b.String() })); diff != "" {
		t.Error(diff)
	}
	p, err := w.action("notification:send").Plan(t.Context(), call(t, `{"recipients": "broadcast", "title": "There"}`))
	if err != nil || len(p.Effects) != 1 || p.Effects[0].Text(lang.English) != "Tell everybody: There" || len(w.told) != 1 {
		t.Error(err, p.Effects)
	}
	if _, err := w.apply(t, "notification:send", `{"recipients": "entity", "title": "x"}`); err == nil || !strings.Contains(err.Error(), "who is told") {
		t.Errorf("nobody: %v", err)
	}
	w.err = errors.New("away")
	if _, err := w.apply(t, "notification:send", `{"recipients": "broadcast", "title": "x", "optional": true}`); err != nil {
		t.Errorf("optional: %v", err)
	}
	if _, err := w.apply(t, "notification:send", `{"recipients": "broadcast", "title": "x"}`); err == nil {
		t.Error("it was not sent, and nobody heard of it")
	}
}
