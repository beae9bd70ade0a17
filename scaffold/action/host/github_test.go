package host_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/scm/github/githubtest"
	"github.com/backchannel-portal/backchannel/scaffold"
)

func gitHubBench(t *testing.T) (*bench, *githubtest.Server) {
	t.Helper()
	s := githubtest.New(githubtest.Options{Org: "acme", Token: "tok"})
	t.Cleanup(s.Close)
	b := newBench(t)
	b.gitHub(s.URL, "tok", true)
	return b, s
}

const publish = files + `
    - id: publish
      action: publish:github
      input: {repoUrl: "github.com?owner=acme&repo=pay", description: Takes money, defaultBranch: trunk, topics: [Go, pay]}
  output:
    links: [{url: "${{ steps.publish.output.remoteUrl }}"}, {url: "${{ steps.publish.output.repoContentsUrl }}"}]`

var published = map[string]string{"README.md": "# pay\n", "src/main.go": "package main\n", ".gitignore": "*.log\n/dist/\n", "src/nul.bin": "a\x00b"}

func TestPublishGitHub(t *testing.T) {
	b, s := gitHubBench(t)
	res := b.do(publish)
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	m, _ := s.Made("pay")
	if diff := cmp.Diff(published, m.Files); diff != "" {
		t.Error(diff)
	}
	want := githubtest.Made{
		Description: "Takes money", Branch: "trunk", Private: true, Branches: []string{"trunk"}, Commits: []string{"initial commit"}, Topics: []string{"go", "pay"},
	}
	protected := m.Protected["trunk"]
	m.Files, m.Protected = nil, nil
	if diff := cmp.Diff(want, m); diff != "" {
		t.Error(diff)
	}
	var p struct {
		Enforce bool `json:"enforce_admins"`
		Reviews struct {
			N int `json:"required_approving_review_count"`
		} `json:"required_pull_request_reviews"`
	}
	if json.Unmarshal(protected, &p) != nil || !p.Enforce || p.Reviews.N != 1 {
		t.Errorf("protected with %s", protected)
	}
	links := fmt.Sprint(res.Output.Links)
	if !strings.Contains(links, s.URL+"/acme/pay.git") || !strings.Contains(links, s.URL+"/acme/pay/blob/trunk") {
		t.Errorf("links %s", links)
	}
	if again := newRun(b, publish); again.Err == nil || !strings.Contains(again.Err.Error(), "acme/pay exists already on github.com") {
		t.Errorf("a second run: %v", again.Err)
	}
}

// newRun is another run of the same steps.
func newRun(b *bench, steps string) *scaffold.Result {
	runs := scaffold.NewMemoryRuns()
	b.begin(runs, "run-2", steps)
	res, _ := b.work(runs, "run-2", 0)
	return res
}

// TestPublishGitHubKilled lets the process die behind each request, and takes the run up again: there is one
// repository, as if nothing had happened.
func TestPublishGitHubKilled(t *testing.T) {
	const steps = files + `
    - id: publish
      action: publish:github
      input:
        repoUrl: "github.com?owner=acme&repo=pay"
        description: Takes money
        defaultBranch: trunk
        topics: [pay]
        access: acme/payments
        repoVariables: {REGION: eu}
        secrets: {KEY: hush}
    - {id: hook, action: github:webhook, input: {repoUrl: "github.com?owner=acme&repo=pay", webhookUrl: "https://ci.acme.dev/hook"}}
    - {id: run, action: github:actions:dispatch, input: {repoUrl: "github.com?owner=acme&repo=pay", workflowId: ci.yaml, branchOrTagName: trunk}}`
	for at := 1; ; at++ {
		b, s := gitHubBench(t)
		runs := scaffold.NewMemoryRuns()
		b.begin(runs, "run-1", steps)
		_, died := b.work(runs, "run-1", at)
		if died {
			res, _ := b.work(runs, "run-1", 0)
			if res.Err != nil {
				t.Fatalf("died behind request %d: %v", at, res.Err)
			}
		}
		m, _ := s.Made("pay")
		if diff := cmp.Diff(published, m.Files); diff != "" {
			t.Errorf("died behind request %d: %s", at, diff)
		}
		got := fmt.Sprint(s.Creations(), len(m.Hooks), s.Dispatches(), m.Commits, m.Branches, " ", m.Description, " ", m.Access, m.Variables, m.Secrets, len(m.Protected))
		if want := "[pay] 1 [acme/pay ci.yaml trunk] [initial commit] [trunk] Takes money map[team:payments:admin] map[REGION:eu] map[KEY:hush] 1"; got != want {
			t.Errorf("died behind request %d: %s", at, got)
		}
		s.Close()
		if !died {
			if at < 15 {
				t.Fatalf("only %d requests", at)
			}
			return
		}
	}
}

func TestPublishGitHubPlan(t *testing.T) {
	b, s := gitHubBench(t)
	res := b.plan(publish)
	if res.Err != nil || len(res.Effects) != 1 || len(s.Creations()) > 0 {
		t.Fatal(res.Err, res.Effects, s.Creations())
	}
	if got := res.Effects[0].Text(lang.English); got != "Create the private repository acme/pay on github.com with 4 files on the branch trunk" {
		t.Error(got)
	}
	if got := fmt.Sprint(res.Output.Links); !strings.Contains(got, "https://github.com/acme/pay.git") || !strings.Contains(got, "https://github.com/acme/pay/blob/trunk") {
		t.Error(got)
	}
	s.Add(githubtest.Repo{Name: "pay"})
	if res := b.plan(publish); res.Err == nil || !strings.Contains(res.Err.Error(), "exists already") {
		t.Errorf("a name that is taken: %v", res.Err)
	}
	s.Down("/", 500)
	if res := newPlan(t, publish); res.Err != nil {
		t.Errorf("without a credential: %v", res.Err)
	}
}

func newPlan(t *testing.T, steps string) *scaffold.Result {
	b := newBench(t)
	b.gitHub("http://127.0.0.1:1", "", false)
	b.gitLab("http://127.0.0.1:1", "", false)
	return b.plan(steps)
}

func TestPublishGitHubRefused(t *testing.T) {
	step := func(input string) string {
		return files + "\n    - {id: publish, action: publish:github, input: {" + input + "}}"
	}
	for name, tt := range map[string]struct {
		input, want string
		set         func(*githubtest.Server)
	}{
		"no owner":             {`repoUrl: "github.com?repo=pay"`, "must name an owner", nil},
		"unknown host":         {`repoUrl: "git.elsewhere.dev?owner=acme&repo=pay"`, "name no github at git.elsewhere.dev", nil},
		"a path for name":      {`repoUrl: "github.com?owner=acme&repo=..%2F..%2Fx"`, "cannot be the name of a repository", nil},
		"a hostile owner":      {`repoUrl: "github.com?owner=acme%2F..%2Fx&repo=pay"`, "cannot be the owner", nil},
		"a bad branch":         {`repoUrl: "github.com?owner=acme&repo=pay", defaultBranch: "--force"`, "not the name of a branch", nil},
		"no such folder":       {`repoUrl: "github.com?owner=acme&repo=pay", sourcePath: nowhere`, "no folder nowhere", nil},
		"out of the workspace": {`repoUrl: "github.com?owner=acme&repo=pay", sourcePath: ../..`, "leads out of the workspace", nil},
		"reader":               {`repoUrl: "github.com?owner=acme&repo=pay"`, "must be allowed to create repositories", (*githubtest.Server).ReadOnly},
		"wrong token":          {`repoUrl: "github.com?owner=acme&repo=pay", token: other`, "Bad credentials", nil},
	} {
		b, s := gitHubBench(t)
		if tt.set != nil {
			tt.set(s)
		}
		res := b.do(step(tt.input))
		if res.Err == nil || !strings.Contains(res.Err.Error(), tt.want) {
			t.Errorf("%s: %v", name, res.Err)
		}
		if len(s.Creations()) > 0 {
			t.Errorf("%s: made %q", name, s.Creations())
		}
	}
}

// TestPublishGitHubOnTop has an organisation whose rules forbid to replace commits.
func TestPublishGitHubOnTop(t *testing.T) {
	b, s := gitHubBench(t)
	s.NoForce()
	if res := b.do(strings.ReplaceAll(publish, "trunk", "main")); res.Err != nil {
		t.Fatal(res.Err)
	}
	m, _ := s.Made("pay")
	if diff := cmp.Diff(published, m.Files); diff != "" || fmt.Sprint(m.Commits) != "[initial commit ]" {
		t.Error(diff, m.Commits)
	}
}

func TestCreateAndPush(t *testing.T) {
	b, s := gitHubBench(t)
	const create = "\n    - {id: create, action: github:repo:create, input: {repoUrl: \"github.com?owner=acme&repo=pay\", description: d, repoVisibility: public}}"
	const push = "\n    - {id: push, action: github:repo:push, input: {repoUrl: \"github.com?owner=acme&repo=pay\", defaultBranch: main, protectDefaultBranch: false, gitAuthorName: Ada}}"
	if res := b.do(files + create + push); res.Err != nil {
		t.Fatal(res.Err)
	}
	m, _ := s.Made("pay")
	if diff := cmp.Diff(published, m.Files); diff != "" || m.Private || m.Description != "d" || len(m.Protected) > 0 || m.Author != "Ada" || m.Branch != "main" {
		t.Errorf("%s %+v", diff, m)
	}
	if res := newRun(b, files+push); res.Err == nil || !strings.Contains(res.Err.Error(), "the branch main of acme/pay exists already") {
		t.Errorf("a second push: %v", res.Err)
	}
}
