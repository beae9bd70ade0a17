//go:build oracle

package github_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/github"
	"github.com/backchannel-portal/backchannel/plugins/proxy"
)

// standin is a GitHub stand-in that is not ours.
type standin struct {
	*testing.T
	url string
}

// do asks the stand-in for something to be done, and decodes its answer.
func (s standin) do(method, path string, in any) map[string]any {
	s.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		s.Fatal(err)
	}
	r, err := http.NewRequestWithContext(s.Context(), method, s.url+path, bytes.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer admin-token")
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode > 299 {
		s.Fatalf("%s %s: %d %s", method, path, resp.StatusCode, data)
	}
	out := map[string]any{}
	_ = json.Unmarshal(data, &out) // some answers are lists
	return out
}

// branch commits a file to a branch of its own.
func (s standin) branch(repo, name, file string) {
	s.Helper()
	head := s.do("GET", repo+"/git/ref/heads/main", nil)["object"].(map[string]any)["sha"]
	tree := s.do("POST", repo+"/git/trees", map[string]any{"tree": []any{map[string]any{"path": file, "mode": "100644", "type": "blob", "content": "x"}}})
	commit := s.do("POST", repo+"/git/commits", map[string]any{"message": name, "tree": tree["sha"], "parents": []any{head}})
	s.do("POST", repo+"/git/refs", map[string]any{"ref": "refs/heads/" + name, "sha": commit["sha"]})
}

// TestStandIn reads what a stand-in of GitHub's API says after its own API made it so.
func TestStandIn(t *testing.T) {
	s := standin{t, os.Getenv("GITHUB_STANDIN_URL")}
	const repo = "/repos/acme/svc-00"
	s.branch(repo, "round", "a.txt")
	s.branch(repo, "queue", "b.txt")
	s.do("POST", repo+"/pulls", map[string]any{"title": "Round to the cent", "head": "round", "base": "main"})
	s.do("POST", repo+"/pulls", map[string]any{"title": "Try a queue", "head": "queue", "base": "main", "draft": true})
	s.do("PUT", repo+"/pulls/1/merge", map[string]any{"merge_method": "merge"})
	s.do("POST", repo+"/releases", map[string]any{"tag_name": "v1.2.0", "name": "Autumn", "target_commitish": "main"})

	p, err := proxy.New([]proxy.Config{{Name: "github/localhost", Target: s.url, Headers: map[string]string{"Authorization": "Bearer admin-token"}}}, proxy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	f, err := github.New(plugins.Host{Upstream: func(name string) (plugins.Upstream, error) { return p.Upstream(name) }}, []string{"localhost"})
	if err != nil {
		t.Fatal(err)
	}
	e := &catalog.Entity{Annotations: []catalog.Pair{{Key: "backstage.io/source-location", Value: "url:https://localhost/acme/svc-00/tree/main/"}}}
	r, ok := f.Of(e)
	if !ok {
		t.Fatal("no repository")
	}
	if b, err := f.Branch(t.Context(), r); err != nil || b != "main" {
		t.Errorf("branch %q, %v", b, err)
	}
	open, err := f.Open(t.Context(), r)
	if err != nil || len(open) != 1 || open[0].Title != "Try a queue" || !open[0].Draft || open[0].Author == "" || open[0].Updated.IsZero() {
		t.Errorf("open %+v, %v", open, err)
	}
	merged, err := f.Merged(t.Context(), r, time.Now().Add(-time.Hour))
	if err != nil || len(merged) != 1 || merged[0].Title != "Round to the cent" || merged[0].Merged.IsZero() {
		t.Errorf("merged %+v, %v", merged, err)
	}
	releases, err := f.Releases(t.Context(), r)
	if err != nil || len(releases) != 1 || releases[0].Tag != "v1.2.0" || releases[0].Name != "Autumn" || releases[0].At.IsZero() {
		t.Errorf("releases %+v, %v", releases, err)
	}
	if runs, err := f.Runs(t.Context(), r); err != nil || len(runs) != 0 {
		t.Errorf("runs %+v, %v", runs, err)
	}
	if rules, _, err := f.Owners(t.Context(), r); err != nil || len(rules) != 0 {
		t.Errorf("owners %+v, %v", rules, err)
	}
	if _, err := f.Open(t.Context(), plugins.Repository{Host: "localhost", Path: "acme/none"}); err == nil {
		t.Error("a repository that is not there has pull requests")
	}
}
