package host_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/gitrun"
	"github.com/backchannel-portal/backchannel/internal/gitrun/gitruntest"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/host"
)

// forge is a Gitea or a Bitbucket with one place for a repository, which git pushes to.
type forge struct {
	*httptest.Server
	mu          sync.Mutex
	kind        host.Kind
	clone       string
	made        int
	description string
	auth        string
	fail        int // requests until one is served and not answered
}

func (f *forge) json() map[string]any {
	if f.kind == host.Bitbucket {
		return map[string]any{"description": f.description, "links": map[string]any{
			"html": map[string]string{"href": "https://bitbucket.org/acme/pay"}, "clone": []map[string]string{{"name": "https", "href": strings.Replace(f.clone, "http://", "http://somebody@", 1)}, {"name": "ssh", "href": "x"}},
		}}
	}
	return map[string]any{"description": f.description, "clone_url": f.clone, "html_url": "https://gitea.example.com/acme/pay"}
}

func (f *forge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var in struct{ Name, Description string }
	_ = json.NewDecoder(r.Body).Decode(&in)
	f.auth = r.Header.Get("Authorization")
	status := http.StatusOK
	switch at := r.Method + " " + r.URL.Path; {
	case at == "GET /repos/acme/pay" || at == "GET /repositories/acme/pay":
		if f.made == 0 {
			http.NotFound(w, r)
			return
		}
	case at == "POST /orgs/acme/repos" || at == "POST /repositories/acme/pay":
		f.made++
		f.description, status = in.Description, http.StatusCreated
	case at == "PATCH /repos/acme/pay" || at == "PUT /repositories/acme/pay":
		f.description = in.Description
	default:
		http.NotFound(w, r)
		return
	}
	if f.fail--; f.fail == 0 {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(f.json())
}

func TestPushed(t *testing.T) {
	for kind, tt := range map[host.Kind]struct{ repo, auth, contents string }{
		host.Gitea:     {"gitea.example.com?owner=acme&repo=pay", "token tok", "https://gitea.example.com/acme/pay/src/branch/trunk"},
		host.Bitbucket: {"bitbucket.org?workspace=acme&project=P&repo=pay", "Bearer tok", "https://bitbucket.org/acme/pay/src/trunk"},
	} {
		for at := range 4 {
			git := gitruntest.New(t)
			repo := git.Repo("acme/pay", map[string]string{"x": "y"})
			repo.Config("http.receivepack", "true")
			git.Password("tok")
			f := &forge{kind: kind, clone: repo.URL, fail: at}
			f.Server = httptest.NewServer(f)
			b := newBench(t)
			b.git = func() (*gitrun.Runner, error) { return gitrun.New(gitrun.Options{Plain: []string{git.Host}}) }
			client := outbound.New(outbound.Options{Attempts: 1, Hosts: []outbound.Host{{Name: strings.TrimPrefix(f.URL, "http://"), Private: true, Plain: true}}})
			name, _, _ := strings.Cut(tt.repo, "?")
			b.hosts = append(b.hosts, host.Host{Kind: kind, Name: name, Ready: true, API: func(string) (*host.API, error) {
				return &host.API{URL: f.URL, Client: client, Token: "tok"}, nil
			}})
			steps := files + fmt.Sprintf(`
    - {id: publish, action: "publish:%s", input: {repoUrl: %q, description: d, defaultBranch: trunk}}
  output:
    text: [{content: "${{ steps.publish.output.repoContentsUrl }}"}]`, kind, tt.repo)
			if res := b.plan(steps); res.Err != nil || len(res.Effects) != 1 || f.made > 0 || !strings.Contains(fmt.Sprint(res.Output.Texts), tt.contents) {
				t.Fatal(res.Err, res.Effects, res.Output.Texts)
			}
			runs := scaffold.NewMemoryRuns()
			b.begin(runs, "run-1", steps)
			res, _ := b.work(runs, "run-1", 0)
			if res.Err != nil {
				if err := b.runner().Retry(t.Context(), runs, "run-1"); err != nil {
					t.Fatal(err)
				}
				res, _ = b.work(runs, "run-1", 0)
			}
			if res.Err != nil || f.made != 1 || f.description != "d" || f.auth != tt.auth || !strings.Contains(fmt.Sprint(res.Output.Texts), tt.contents) {
				t.Errorf("%s, answer %d lost: %v, made %d, %q, %q, %v", kind, at, res.Err, f.made, f.description, f.auth, res.Output.Texts)
			}
			if got := show(t, repo, "ls-tree", "-r", "--name-only", "trunk"); got != ".gitignore\nREADME.md\nsrc/main.go\nsrc/nul.bin\n" {
				t.Errorf("%s: the files are %q", kind, got)
			}
			if res := newRun(b, steps); res.Err == nil || !strings.Contains(res.Err.Error(), "exists already") {
				t.Errorf("%s: another run: %v", kind, res.Err)
			}
			f.Close()
		}
	}
}
