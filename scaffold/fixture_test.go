package scaffold_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// world is what lies outside of workspaces: repositories by name, and how often each was made.
type world struct {
	mu    sync.Mutex
	repos map[string]int
	fail  map[string]bool // names whose making fails
	calls int
}

func (w *world) make(name string, again bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if again && w.repos[name] > 0 {
		return nil
	}
	if w.fail[name] {
		return fault.New(fault.Upstream, "the host refuses %s", name)
	}
	w.repos[name]++
	return nil
}

func object(fields ...template.Field) template.Value { return template.ObjectValue(fields...) }

func text(key, value string) template.Field {
	return template.Field{Key: key, Value: template.StringValue(value)}
}

// maker makes repositories.
type maker struct{ w *world }

func (maker) Spec() scaffold.Spec {
	return scaffold.Spec{
		Name:   "test:make",
		Input:  `{"type": "object", "required": ["repo"], "properties": {"repo": {"type": "string", "minLength": 1}, "token": {"type": "string"}}}`,
		Output: `{"type": "object", "properties": {"remoteUrl": {"type": "string"}}}`,
	}
}

func (maker) output(c *scaffold.Call) template.Value {
	return object(text("remoteUrl", "https://host/"+c.Input.Get("repo").String()))
}

func (m maker) Plan(_ context.Context, c *scaffold.Call) (scaffold.Planned, error) {
	return scaffold.Planned{
		Effects: []scaffold.Effect{{Summary: "Make the repository " + c.Input.Get("repo").String() + " with " + c.Input.Get("token").String()}},
		Output:  m.output(c),
	}, nil
}

func (m maker) Apply(ctx context.Context, c *scaffold.Call) (template.Value, error) {
	m.w.mu.Lock()
	m.w.calls++
	m.w.mu.Unlock()
	name := c.Input.Get("repo").String()
	c.Logf(ctx, "making %s with %s", name, c.Input.Get("token").String())
	return c.Once(ctx, "repository", func(_ context.Context, again bool) (template.Value, error) {
		return m.output(c), m.w.make(name, again)
	})
}

// actions are what the tests' templates use.
func actions(t testing.TB, w *world) *scaffold.Registry {
	t.Helper()
	local := func(name string, do func(context.Context, *scaffold.Call) (template.Value, error)) scaffold.Action {
		return scaffold.Local(scaffold.Spec{Name: name, Input: `{"type": "object"}`}, do)
	}
	r, err := scaffold.NewRegistry(
		maker{w},
		local("test:write", func(_ context.Context, c *scaffold.Call) (template.Value, error) {
			path := c.Input.Get("path").String()
			if c.Workspace.Exists(path) {
				return template.Value{}, fault.New(fault.Invalid, "%s exists", path)
			}
			return object(text("path", path), template.Field{Key: "size", Value: template.NumberValue(float64(len(c.Input.Get("content").String())))}),
				c.Workspace.WriteFile(path, []byte(c.Input.Get("content").String()), 0o644)
		}),
		local("test:show", func(_ context.Context, c *scaffold.Call) (template.Value, error) {
			return object(template.Field{Key: "input", Value: c.Input}), nil
		}),
		local("test:log", func(ctx context.Context, c *scaffold.Call) (template.Value, error) {
			c.Logf(ctx, "%s", c.Input.Get("message").String())
			return template.Value{}, nil
		}),
		local("test:fail", func(context.Context, *scaffold.Call) (template.Value, error) {
			return template.Value{}, errors.New("it is broken")
		}),
		local("test:panic", func(context.Context, *scaffold.Call) (template.Value, error) { panic("oops") }),
		local("test:wait", func(ctx context.Context, _ *scaffold.Call) (template.Value, error) {
			<-ctx.Done()
			return template.Value{}, ctx.Err()
		}),
	)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func newWorld() *world { return &world{repos: map[string]int{}, fail: map[string]bool{}} }

func parse(t testing.TB, text string) *yamldoc.Node {
	t.Helper()
	n, err := yamldoc.Parse([]byte(text), yamldoc.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// spec is a template's document with the given steps and output, indented as they stand in spec.
func spec(body string) string {
	return "apiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\nmetadata: {name: t, title: The template}\nspec:\n  type: service\n" + body
}

func read(t testing.TB, body string) *scaffold.Template {
	t.Helper()
	tmpl, err := scaffold.Read("t.yaml", parse(t, spec(body)))
	if err != nil {
		t.Fatal(err)
	}
	return tmpl
}

func value(t testing.TB, json string) template.Value {
	t.Helper()
	v, err := template.ParseJSON([]byte(json))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func config(t testing.TB, w *world) scaffold.Config {
	return scaffold.Config{
		Actions: actions(t, w), Engine: template.New(template.Config{Hosts: map[string]template.HostType{"github.com": template.GitHub}}),
		Dir: t.TempDir(), Timeout: time.Minute,
		Environment: scaffold.Environment{Parameters: value(t, `{"region": "eu"}`), Secrets: value(t, `{"npm": "npm-secret"}`)},
	}
}

func request(t testing.TB, body, values string) scaffold.Request {
	return scaffold.Request{
		Run: "run-1", Template: read(t, body), Values: value(t, values), Given: scaffold.Given{
			Secrets: value(t, `{"token": "tok-123"}`),
			Asker:   scaffold.Asker{Ref: catalog.Ref{Kind: "user", Namespace: "default", Name: "ada"}, User: value(t, `{"metadata": {"name": "ada"}}`)},
		},
	}
}

// plan plans a template in a workspace of its own.
func plan(t *testing.T, body, values string) (*scaffold.Result, *scaffold.Workspace) {
	t.Helper()
	cfg := config(t, newWorld())
	w, err := scaffold.NewWorkspace(cfg.Dir, cfg.Limits)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	r, err := scaffold.New(cfg).Plan(t.Context(), request(t, body, values), w, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r, w
}

// statuses are those of the steps, as id=status.
func statuses(r *scaffold.Result) string {
	var out []string
	for _, s := range r.Steps {
		out = append(out, s.ID+"="+string(s.Status))
	}
	return strings.Join(out, " ")
}
