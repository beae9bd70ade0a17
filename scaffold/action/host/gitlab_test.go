package host_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/internal/scm/gitlab/gitlabtest"
	"github.com/backchannel-portal/backchannel/scaffold"
)

func gitLabBench(t *testing.T) (*bench, *gitlabtest.Server) {
	t.Helper()
	s := gitlabtest.New(gitlabtest.Options{Token: "tok"})
	t.Cleanup(s.Close)
	s.Staff([]gitlabtest.Group{{Path: "acme"}, {Path: "acme/shop"}}, []gitlabtest.User{{Login: "ada"}, {Login: "bob"}})
	b := newBench(t)
	b.gitLab(s.URL+"/api/v4", "tok", true)
	return b, s
}

const publishLab = files + `
    - id: publish
      action: publish:gitlab
      input:
        repoUrl: "gitlab.com?owner=acme%2Fshop&repo=pay"
        defaultBranch: trunk
        settings: {description: Takes money, topics: [pay], visibility: internal}
        branches: [{name: next, create: true, protect: true, ref: trunk}]
        projectVariables: [{key: REGION, value: eu}]
        setUserAsOwner: true
        token: tok
  output:
    text: [{content: "${{ steps.publish.output.remoteUrl }} ${{ steps.publish.output.repoContentsUrl }} ${{ steps.publish.output.projectId }}"}]`

// TestPublishGitLab lets the process die behind each request, and takes the run up again.
func TestPublishGitLab(t *testing.T) {
	for at := 1; ; at++ {
		b, s := gitLabBench(t)
		runs := scaffold.NewMemoryRuns()
		b.begin(runs, "run-1", publishLab)
		res, died := b.work(runs, "run-1", at)
		if died {
			res, _ = b.work(runs, "run-1", 0)
		}
		if res.Err != nil {
			t.Fatalf("died behind request %d: %v", at, res.Err)
		}
		m, _ := s.Made("acme/shop/pay")
		want := gitlabtest.Made{
			Description: "Takes money", Branch: "trunk", Visibility: "internal", Topics: []string{"pay"}, Branches: []string{"next", "trunk"}, Files: published,
			Message: "initial commit", Protected: []string{"next"}, Variables: map[string]string{"REGION": "eu"}, Owners: []int64{42},
		}
		if diff := cmp.Diff(want, m); diff != "" || len(s.Creations()) != 1 {
			t.Errorf("died behind request %d: %s, made %q", at, diff, s.Creations())
		}
		if got := fmt.Sprint(res.Output.Texts); !strings.Contains(got, s.URL+"/acme/shop/pay "+s.URL+"/acme/shop/pay/-/blob/trunk 1") {
			t.Errorf("died behind request %d: %s", at, got)
		}
		if !died {
			if res := newRun(b, publishLab); res.Err == nil || !strings.Contains(res.Err.Error(), "acme/shop/pay exists already") {
				t.Errorf("a second run: %v", res.Err)
			}
			if at < 8 {
				t.Errorf("only %d requests", at)
			}
			return
		}
		s.Close()
	}
}

func TestPublishGitLabRefused(t *testing.T) {
	b, s := gitLabBench(t)
	s.ReadOnly()
	if res := b.do(publishLab); res.Err == nil || !strings.Contains(res.Err.Error(), "insufficient_scope") {
		t.Errorf("a reader: %v", res.Err)
	}
	b, _ = gitLabBench(t)
	if res := b.do(strings.ReplaceAll(publishLab, "acme%2Fshop", "nobody")); res.Err == nil || !strings.Contains(res.Err.Error(), "no group or user nobody") {
		t.Errorf("an unknown group: %v", res.Err)
	}
}

const mergeLab = `
    - {id: a, action: fs:write, input: {path: out/same.txt, content: same}}
    - {id: b, action: fs:write, input: {path: out/old.txt, content: new}}
    - {id: c, action: fs:write, input: {path: out/fresh.txt, content: fresh}}
    - id: mr
      action: publish:gitlab:merge-request
      input:
        repoUrl: "gitlab.com?owner=acme&repo=deploy"
        branchName: add-pay
        title: Deploy pay
        description: d
        sourcePath: out
        targetPath: sub
        removeSourceBranch: true
        assignee: bob
        reviewers: [ada, nobody]
  output:
    text: [{content: "${{ steps.mr.output.mergeRequestUrl }} ${{ steps.mr.output.targetBranchName }}"}]`

func TestMergeRequest(t *testing.T) {
	for at := 1; ; at++ {
		b, s := gitLabBench(t)
		s.Add(gitlabtest.Project{Path: "acme/deploy", Files: map[string]string{"sub/same.txt": "same", "sub/old.txt": "old"}})
		runs := scaffold.NewMemoryRuns()
		b.begin(runs, "run-1", mergeLab)
		res, died := b.work(runs, "run-1", at)
		if died {
			res, _ = b.work(runs, "run-1", 0)
		}
		if res.Err != nil {
			t.Fatalf("died behind request %d: %v", at, res.Err)
		}
		merges := s.Merges()
		if len(merges) != 1 || merges[0].Title != "Deploy pay" || merges[0].Target != "main" || !merges[0].RemoveSource || merges[0].Assignee != 2 || fmt.Sprint(merges[0].Reviewers) != "[1]" {
			t.Errorf("died behind request %d: %+v", at, merges)
		}
		if s.Read("acme/deploy", "add-pay", "sub/old.txt") != "new" || s.Read("acme/deploy", "add-pay", "sub/fresh.txt") != "fresh" || s.Read("acme/deploy", "main", "sub/old.txt") != "old" {
			t.Errorf("died behind request %d: the files are not those of the merge request", at)
		}
		if got := fmt.Sprint(res.Output.Texts); !strings.Contains(got, "/acme/deploy/-/merge_requests/1 main") {
			t.Errorf("died behind request %d: %s", at, got)
		}
		if !died {
			if res := newRun(b, mergeLab); res.Err == nil || !strings.Contains(res.Err.Error(), "has a branch add-pay already") {
				t.Errorf("another run: %v", res.Err)
			}
			return
		}
		s.Close()
	}
}
