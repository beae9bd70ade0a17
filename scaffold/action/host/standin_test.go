//go:build oracle

package host_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/scaffold"
)

// standIn is a GitHub that nobody here wrote; .ci/oracle/github-publish starts it.
type standIn struct {
	t   *testing.T
	url string
}

func (s standIn) get(path string, out any) int {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer admin-token")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(out); err != nil && res.StatusCode < 300 {
		s.t.Fatal(path, err)
	}
	return res.StatusCode
}

// files reads all files of a branch; executable ones have a star behind their name.
func (s standIn) files(repo, branch string) map[string]string {
	s.t.Helper()
	var ref struct{ Object struct{ SHA string } }
	var commit struct {
		Tree   struct{ SHA string }
		Commit struct{ Tree struct{ SHA string } }
	}
	var tree struct {
		Tree []struct{ Path, Mode, Type, SHA string }
	}
	s.get("/repos/"+repo+"/git/ref/heads/"+branch, &ref)
	s.get("/repos/"+repo+"/git/commits/"+ref.Object.SHA, &commit)
	s.get("/repos/"+repo+"/git/trees/"+commit.Tree.SHA+commit.Commit.Tree.SHA+"?recursive=1", &tree)
	out := map[string]string{}
	for _, e := range tree.Tree {
		if e.Type != "blob" {
			continue
		}
		var blob struct{ Content string }
		s.get("/repos/"+repo+"/git/blobs/"+e.SHA, &blob)
		data, err := base64.StdEncoding.DecodeString(blob.Content)
		if err != nil {
			s.t.Fatal(err)
		}
		out[e.Path] = string(data)
	}
	return out
}

func newStandIn(t *testing.T) (*bench, standIn) {
	url := os.Getenv("GITHUB_STANDIN_URL")
	if url == "" {
		t.Fatal("GITHUB_STANDIN_URL is not set; run .ci/oracle/github-publish")
	}
	b := newBench(t)
	b.gitHub(url, "admin-token", true)
	return b, standIn{t, url}
}

// TestStandInPublish publishes to the stand-in, with the process dying behind each request.
func TestStandInPublish(t *testing.T) {
	total := 0
	for at := 1; ; at++ {
		b, s := newStandIn(t)
		repo := fmt.Sprintf("acme/pay-%d", at)
		steps := strings.ReplaceAll(files+`
    - id: publish
      action: publish:github
      input: {repoUrl: "github.com?owner=acme&repo=NAME", description: Takes money, defaultBranch: trunk, topics: [pay], repoVisibility: public}
    - {id: hook, action: github:webhook, input: {repoUrl: "github.com?owner=acme&repo=NAME", webhookUrl: "https://ci.acme.dev/hook"}}
    - {id: edit, action: fs:write, input: {path: README.md, content: "# changed\n"}}
    - {id: pr, action: publish:github:pull-request, input: {repoUrl: "github.com?owner=acme&repo=NAME", branchName: change, title: Change, description: d}}
  output:
    links: [{url: "${{ steps.publish.output.repoContentsUrl }} ${{ steps.pr.output.pullRequestNumber }}"}]`, "NAME", strings.TrimPrefix(repo, "acme/"))
		runs := scaffold.NewMemoryRuns()
		b.begin(runs, "run-1", steps)
		res, died := b.work(runs, "run-1", at)
		if died {
			res, _ = b.work(runs, "run-1", 0)
		}
		if res.Err != nil {
			t.Fatalf("died behind request %d: %v", at, res.Err)
		}
		var have struct {
			About  string `json:"description"`
			Branch string `json:"default_branch"`
			Topics []string
		}
		var branches []struct{ Name string }
		var hooks, pulls []struct{ Title string }
		s.get("/repos/"+repo, &have)
		s.get("/repos/"+repo+"/branches", &branches)
		s.get("/repos/"+repo+"/hooks", &hooks)
		s.get("/repos/"+repo+"/pulls", &pulls)
		if diff := cmp.Diff(published, s.files(repo, "trunk")); diff != "" || have.About != "Takes money" || have.Branch != "trunk" || len(branches) != 2 || len(hooks) != 1 || len(pulls) != 1 {
			t.Errorf("died behind request %d: %s %+v %v, %d hooks, %d pull requests", at, diff, have, branches, len(hooks), len(pulls))
		}
		changed := maps.Clone(published)
		changed["README.md"] = "# changed\n"
		if diff := cmp.Diff(changed, s.files(repo, "change")); diff != "" {
			t.Errorf("died behind request %d: the pull request has %s", at, diff)
		}
		if !died {
			total = at - 1
			break
		}
	}
	var all struct {
		Items []struct {
			Name string `json:"name"`
		}
	}
	_, s := newStandIn(t)
	s.get("/search/repositories?q=org:acme&per_page=100", &all)
	var names []string
	for _, r := range all.Items {
		if strings.HasPrefix(r.Name, "pay-") {
			names = append(names, r.Name)
		}
	}
	slices.Sort(names)
	if len(slices.Compact(names)) != total+1 || len(names) != total+1 {
		t.Errorf("%d runs made %q", total+1, names)
	}
	t.Logf("%d requests, the process died behind each: one repository each time", total)
}

// TestStandInRepo makes an empty repository and pushes to it.
func TestStandInRepo(t *testing.T) {
	b, s := newStandIn(t)
	res := b.do(files + `
    - {id: create, action: github:repo:create, input: {repoUrl: "github.com?owner=acme&repo=two", description: d}}
    - {id: push, action: github:repo:push, input: {repoUrl: "github.com?owner=acme&repo=two", defaultBranch: main}}`)
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	if diff := cmp.Diff(published, s.files("acme/two", "main")); diff != "" {
		t.Error(diff)
	}
}
