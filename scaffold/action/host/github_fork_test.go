package host_test

import (
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/scm/github/githubtest"
	"github.com/backchannel-portal/backchannel/scaffold"
)

var forked = strings.NewReplacer("draft: true", "forceFork: true").Replace(propose)

// TestPullRequestFork opens a pull request from a fork, with the process dying behind each request: there is one fork
// and one pull request.
func TestPullRequestFork(t *testing.T) {
	for at := 1; ; at++ {
		b, s := deployBench(t)
		s.Login("bot")
		runs := scaffold.NewMemoryRuns()
		b.begin(runs, "run-1", forked)
		res, died := b.work(runs, "run-1", at)
		if died {
			res, _ = b.work(runs, "run-1", 0)
		}
		if res.Err != nil {
			t.Fatalf("died behind request %d: %v", at, res.Err)
		}
		pulls := s.Pulls()
		if len(pulls) != 1 || pulls[0].Head != "bot:add/pay" || pulls[0].Base != "main" {
			t.Fatalf("died behind request %d: %+v", at, pulls)
		}
		if made := s.Creations(); len(made) != 1 || made[0] != "bot/deploy" {
			t.Fatalf("died behind request %d: made %q", at, made)
		}
		if s.Read("bot/deploy", "add/pay", "services/pay/values.yaml") != "new: 1\n" || s.Read("bot/deploy", "add/pay", "services/pay/old.yaml") != "" || s.Read("bot/deploy", "add/pay", "README.md") != "deploy" {
			t.Errorf("died behind request %d: the files are not those of the pull request", at)
		}
		if s.Read("deploy", "add/pay", "README.md") != "" {
			t.Errorf("died behind request %d: the branch is in the repository itself", at)
		}
		s.Close()
		if !died {
			return
		}
	}
}

// TestPullRequestForks looks at who gets a fork, and where.
func TestPullRequestForks(t *testing.T) {
	pushes := strings.NewReplacer("draft: true", "draft: false").Replace(propose)
	for name, tt := range map[string]struct {
		login, steps, head, want string
		before                   func(*githubtest.Server)
	}{
		"who must not push":     {login: "bot", steps: pushes, head: "bot:add/pay"},
		"who may":               {steps: pushes, head: "add/pay"},
		"no person":             {steps: forked, want: "a fork of acme/deploy needs the credential of a person"},
		"reads only":            {steps: pushes, want: "must not push to acme/deploy", before: (*githubtest.Server).ReadOnly},
		"the owner":             {login: "acme", steps: forked, head: "add/pay"},
		"a fork of another run": {login: "bot", steps: forked, head: "bot:add/pay", before: func(s *githubtest.Server) { s.Fork("deploy") }},
		"another repository of that name": {login: "bot", steps: forked, head: "bot:add/pay", before: func(s *githubtest.Server) {
			s.AddOf("bot", githubtest.Repo{Name: "deploy", Files: map[string]string{"x": "mine"}})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b, s := deployBench(t)
			if tt.login != "" {
				s.Login(tt.login)
			}
			if tt.before != nil {
				tt.before(s)
			}
			res := b.do(tt.steps)
			if tt.want != "" {
				if res.Err == nil || !strings.Contains(res.Err.Error(), tt.want) {
					t.Errorf("%v, want %s", res.Err, tt.want)
				}
				return
			}
			pulls := s.Pulls()
			if res.Err != nil || len(pulls) != 1 || pulls[0].Head != tt.head {
				t.Fatalf("%v: %+v", res.Err, pulls)
			}
			if s.Read("bot/deploy", "main", "x") == "mine" && s.Read("bot/deploy-1", "add/pay", "README.md") != "deploy" {
				t.Error("the fork did not get a name of its own")
			}
			if strings.HasPrefix(tt.head, "bot:") {
				again := strings.Replace(strings.Replace(tt.steps, "new: 1", "new: 2", 1), "assignees: [bob]", "assignees: [bob]\n        update: true", 1)
				if res := newRun(b, again); res.Err != nil || len(s.Pulls()) != 1 {
					t.Errorf("added to: %v, %d pull requests", res.Err, len(s.Pulls()))
				}
			}
		})
	}
}
