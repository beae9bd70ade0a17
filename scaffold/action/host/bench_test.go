package host_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/internal/gitrun"
	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/internal/scm/github"
	"github.com/backchannel-portal/backchannel/internal/scm/gitlab"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/file"
	"github.com/backchannel-portal/backchannel/scaffold/action/host"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// wire counts the requests to a host, and lets the process die behind one: the host has served it, and nobody hears.
type wire struct {
	base http.RoundTripper

	mu   sync.Mutex
	left int // requests until then; negative: it lives
	die  context.CancelFunc
	dead bool
}

var errDied = errors.New("the process died")

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	if w.dead {
		w.mu.Unlock()
		return nil, errDied
	}
	w.left--
	last := w.left == 0
	w.dead = last
	w.mu.Unlock()
	res, err := w.base.RoundTrip(r)
	if last && err == nil {
		res.Body.Close()
		w.die()
		return nil, errDied
	}
	return res, err
}

// bench runs templates with the actions of the package.
type bench struct {
	t     *testing.T
	wire  *wire
	hosts []host.Host
	git   func() (*gitrun.Runner, error)
	trees scm.Trees
	log   []string
	made  *scaffold.Runner
}

func newBench(t *testing.T) *bench {
	return &bench{t: t, wire: &wire{base: http.DefaultTransport, left: -1}}
}

func (b *bench) client() *http.Client { return &http.Client{Transport: b.wire} }

// gitHub connects a GitHub; ready says that there is a credential.
func (b *bench) gitHub(url, token string, ready bool) {
	b.hosts = append(b.hosts, host.Host{Kind: host.GitHub, Name: "github.com", Ready: ready, GitHub: func(own string) (*github.Client, error) {
		if own == "" {
			own = token
		}
		return github.New(github.Options{Host: "github.com", APIURL: url, Token: own, HTTP: b.client()})
	}})
}

func (b *bench) gitLab(url, token string, ready bool) {
	b.hosts = append(b.hosts, host.Host{Kind: host.GitLab, Name: "gitlab.com", Ready: ready, GitLab: func(own string) (*gitlab.Client, error) {
		if own == "" {
			own = token
		}
		return gitlab.New(gitlab.Options{Host: "gitlab.com", APIURL: url, Token: own, HTTP: b.client()})
	}})
}

func (b *bench) runner() *scaffold.Runner {
	b.t.Helper()
	if b.made != nil {
		return b.made
	}
	actions := append(file.Actions(file.Options{}), host.Actions(host.Options{Hosts: b.hosts, Git: b.git, Trees: b.trees})...)
	r, err := scaffold.NewRegistry(actions...)
	if err != nil {
		b.t.Fatal(err)
	}
	engine := template.New(template.Config{Hosts: map[string]template.HostType{"github.com": template.GitHub, "gitlab.com": template.GitLab}})
	b.made = scaffold.New(scaffold.Config{Actions: r, Engine: engine, Dir: b.t.TempDir()})
	return b.made
}

const head = "apiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\nmetadata: {name: t}\nspec:\n  type: service\n  steps:\n"

// files is a step that writes files: a text, a picture, and some that are ignored.
const files = `
    - {id: a, action: fs:write, input: {path: README.md, content: "# pay\n"}}
    - {id: b, action: fs:write, input: {path: src/main.go, content: "package main\n"}}
    - {id: c, action: fs:write, input: {path: .gitignore, content: "*.log\n/dist/\n"}}
    - {id: d, action: fs:write, input: {path: dist/out.js, content: "x"}}
    - {id: e, action: fs:write, input: {path: debug.log, content: "x"}}
    - {id: n, action: fs:write, input: {path: src/nul.bin, content: "a\0b"}}
`

func (b *bench) entity(steps string) []byte {
	b.t.Helper()
	n, err := yamldoc.Parse([]byte(head+steps), yamldoc.Limits{})
	if err != nil {
		b.t.Fatal(err)
	}
	return yamldoc.AppendJSON(nil, n)
}

// plan plans a template's steps.
func (b *bench) plan(steps string) *scaffold.Result {
	b.t.Helper()
	n, err := yamldoc.Parse([]byte(head+steps), yamldoc.Limits{})
	if err != nil {
		b.t.Fatal(err)
	}
	tmpl, err := scaffold.Read("t.yaml", n)
	if err != nil {
		b.t.Fatal(err)
	}
	w, err := scaffold.NewWorkspace(b.t.TempDir(), scaffold.WorkspaceLimits{})
	if err != nil {
		b.t.Fatal(err)
	}
	defer w.Close()
	res, err := b.runner().Plan(b.t.Context(), scaffold.Request{Run: "run-1", Template: tmpl, Values: template.ObjectValue()}, w, b.hear)
	if err != nil {
		b.t.Fatal(err)
	}
	return res
}

func (b *bench) hear(r scaffold.Record) {
	if r.Kind == scaffold.LogLine {
		b.log = append(b.log, string(r.Data))
	}
}

func (b *bench) logged(text string) bool { return strings.Contains(strings.Join(b.log, "\n"), text) }

// begin keeps a run.
func (b *bench) begin(runs scaffold.Runs, id, steps string) {
	b.t.Helper()
	fresh, err := runs.Begin(b.t.Context(), scaffold.Run{
		ID: id, Template: "template:default/t", File: "t.yaml", Entity: b.entity(steps), Values: []byte(`{}`), Status: scaffold.Open, Begun: time.Now(),
	})
	if err != nil || !fresh {
		b.t.Fatal(fresh, err)
	}
}

// work works on a run until it ends or dies behind the given request; at 0 it lives.
func (b *bench) work(runs scaffold.Runs, id string, at int) (*scaffold.Result, bool) {
	b.t.Helper()
	ctx, die := context.WithCancel(b.t.Context())
	defer die()
	b.wire.mu.Lock()
	b.wire.left, b.wire.die, b.wire.dead = at, die, false
	if at == 0 {
		b.wire.left = -1
	}
	b.wire.mu.Unlock()
	res, err := b.runner().Work(ctx, runs, id, scaffold.Given{}, b.hear)
	if ctx.Err() != nil {
		return res, true
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return res, false
}

// do runs a template's steps to their end.
func (b *bench) do(steps string) *scaffold.Result {
	b.t.Helper()
	runs := scaffold.NewMemoryRuns()
	b.begin(runs, "run-1", steps)
	res, _ := b.work(runs, "run-1", 0)
	return res
}
