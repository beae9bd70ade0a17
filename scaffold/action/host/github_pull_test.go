package host_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/scm/github/githubtest"
	"github.com/backchannel-portal/backchannel/scaffold"
)

const propose = `
    - {id: a, action: fs:write, input: {path: out/values.yaml, content: "new: 1\n"}}
    - {id: b, action: fs:write, input: {path: out/run.sh, content: "#!/bin/sh\n"}}
    - id: pr
      action: publish:github:pull-request
      input:
        repoUrl: "github.com?owner=acme&repo=deploy"
        branchName: add/pay
        title: Deploy pay
        description: Made from a template.
        sourcePath: out
        targetPath: services/pay
        filesToDelete: [old.yaml, missing.yaml]
        reviewers: [ada]
        teamReviewers: [ops, ops]
        assignees: [bob]
        draft: true
    - {id: label, action: "github:issues:label", input: {repoUrl: "github.com?owner=acme&repo=deploy", number: "${{ steps.pr.output.pullRequestNumber }}", labels: [template]}}
  output:
    links: [{url: "${{ steps.pr.output.remoteUrl }} ${{ steps.pr.output.targetBranchName }}"}]`

func deployBench(t *testing.T) (*bench, *githubtest.Server) {
	b, s := gitHubBench(t)
	s.Add(githubtest.Repo{Name: "deploy", Files: map[string]string{"README.md": "deploy", "services/pay/old.yaml": "old"}})
	return b, s
}

func TestPullRequest(t *testing.T) {
	for at := 1; ; at++ {
		b, s := deployBench(t)
		runs := scaffold.NewMemoryRuns()
		b.begin(runs, "run-1", propose)
		res, died := b.work(runs, "run-1", at)
		if died {
			res, _ = b.work(runs, "run-1", 0)
		}
		if res.Err != nil {
			t.Fatalf("died behind request %d: %v", at, res.Err)
		}
		pulls := s.Pulls()
		if len(pulls) != 1 {
			t.Fatalf("died behind request %d: %d pull requests", at, len(pulls))
		}
		want := githubtest.Pull{
			Number: 1, Title: "Deploy pay", Body: "Made from a template.", Head: "add/pay", Base: "main", State: "open", Draft: true,
			Reviewers: []string{"ada", "team:ops", "to:bob"},
		}
		if diff := cmp.Diff(want, pulls[0], cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "Reviewers" }, cmp.Comparer(func(a, b []string) bool {
			return len(a) >= 3 && len(b) >= 3 // whoever was asked before the process died is asked again
		})), cmp.AllowUnexported(), cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "repo" }, cmp.Ignore())); diff != "" {
			t.Errorf("died behind request %d: %s", at, diff)
		}
		if s.Read("deploy", "add/pay", "services/pay/values.yaml") != "new: 1\n" || s.Read("deploy", "add/pay", "services/pay/old.yaml") != "" || s.Read("deploy", "add/pay", "README.md") != "deploy" {
			t.Errorf("died behind request %d: the files are not those of the pull request", at)
		}
		if got := fmt.Sprint(res.Output.Links); !strings.Contains(got, "/acme/deploy/pull/1 main") {
			t.Errorf("died behind request %d: %s", at, got)
		}
		m, _ := s.Made("deploy")
		if len(m.Labels["1"]) == 0 {
			t.Errorf("died behind request %d: no label", at)
		}
		s.Close()
		if !died {
			return
		}
	}
}

func TestPullRequestAgain(t *testing.T) {
	b, s := deployBench(t)
	if res := b.do(propose); res.Err != nil {
		t.Fatal(res.Err)
	}
	if res := newRun(b, propose); res.Err == nil || !strings.Contains(res.Err.Error(), "has a branch add/pay already") {
		t.Errorf("another run: %v", res.Err)
	}
	more := strings.Replace(strings.ReplaceAll(propose, "new: 1", "new: 2"), "draft: true", "update: true", 1)
	runs := scaffold.NewMemoryRuns()
	b.begin(runs, "run-3", more)
	if res, _ := b.work(runs, "run-3", 0); res.Err != nil {
		t.Fatal(res.Err)
	}
	if len(s.Pulls()) != 1 || s.Read("deploy", "add/pay", "services/pay/values.yaml") != "new: 2\n" {
		t.Errorf("after an update: %+v", s.Pulls())
	}
	empty := `
    - {id: a, action: fs:write, input: {path: README.md, content: deploy}}
    - {id: pr, action: publish:github:pull-request, input: {repoUrl: "github.com?owner=acme&repo=deploy", branchName: same, title: t, description: d, createWhenEmpty: false}}`
	runs = scaffold.NewMemoryRuns()
	b.begin(runs, "run-4", empty)
	if res, _ := b.work(runs, "run-4", 0); res.Err != nil || len(s.Pulls()) != 1 || !b.logged("change nothing") {
		t.Errorf("without a change: %v, %d", res.Err, len(s.Pulls()))
	}
}

func TestPlans(t *testing.T) {
	res := newPlan(t, propose+`
`)
	want := []string{
		`Open the pull request "Deploy pay" with 2 files in acme/deploy on github.com, from the branch add/pay, and remove 2 files`, "Label the new issue of acme/deploy on github.com with template",
	}
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	if diff := cmp.Diff(want, summaries(res)); diff != "" {
		t.Error(diff)
	}
	if got := res.Effects[0].Text(lang.Chinese); got != "在 github.com 的 acme/deploy 中提交拉取请求“Deploy pay”，来自分支 add/pay，含 2 个文件，并删除 2 个文件" {
		t.Error(got)
	}
	const steps = files + `
    - {id: c1, action: github:repo:create, input: {repoUrl: "github.com?owner=acme&repo=pay"}}
    - {id: p1, action: github:repo:push, input: {repoUrl: "github.com?owner=acme&repo=pay"}}
    - {id: w1, action: github:webhook, input: {repoUrl: "github.com?owner=acme&repo=pay", webhookUrl: "https://ci.acme.dev/hook?key=hush", webhookSecret: "${{ secrets.hook }}"}}
    - {id: d1, action: github:actions:dispatch, input: {repoUrl: "github.com?owner=acme&repo=pay", workflowId: ci.yaml, branchOrTagName: main}}
    - {id: l1, action: publish:gitlab, input: {repoUrl: "gitlab.com?owner=acme%2Fshop&repo=pay", defaultBranch: main}}
    - {id: m1, action: publish:gitlab:merge-request, input: {repoUrl: "gitlab.com?owner=acme&repo=deploy", branchName: b, title: T}}
    - {id: g1, action: publish:git, input: {remoteUrl: "https://git.acme.dev/team/pay.git", token: hush}}
  output:
    text: [{content: "${{ steps.l1.output.remoteUrl }} ${{ steps.l1.output.repoContentsUrl }} ${{ steps.g1.output.remoteUrl }}"}]`
	res = newPlan(t, steps)
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	want = []string{
		"Create the empty repository acme/pay on github.com", "Publish 4 files to the branch master of acme/pay on github.com",
		"Add a webhook to acme/pay on github.com that calls ci.acme.dev", "Start the workflow ci.yaml of acme/pay on github.com, on main",
		"Create the project acme/shop/pay on gitlab.com with 4 files on the branch main",
		`Open the merge request "T" with 4 files in acme/deploy on gitlab.com, from the branch b`, "Push 4 files to the branch main of https://git.acme.dev/team/pay.git",
	}
	if diff := cmp.Diff(want, summaries(res)); diff != "" {
		t.Error(diff)
	}
	if got := res.Output.Texts; fmt.Sprint(got) == "" || !strings.Contains(fmt.Sprint(got), "https://gitlab.com/acme/shop/pay https://gitlab.com/acme/shop/pay/-/blob/main https://git.acme.dev/team/pay.git") {
		t.Error(got)
	}
}

func summaries(res *scaffold.Result) []string {
	var out []string
	for _, e := range res.Effects {
		out = append(out, e.Text(lang.English))
	}
	return out
}
