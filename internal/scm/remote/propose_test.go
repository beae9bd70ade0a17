package remote_test

import (
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm/github"
	"github.com/backchannel-portal/backchannel/internal/scm/github/githubtest"
	"github.com/backchannel-portal/backchannel/internal/scm/gitlab"
	"github.com/backchannel-portal/backchannel/internal/scm/gitlab/gitlabtest"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
)

// forge is a host that changes are proposed to, and what its people see of them.
type forge struct {
	remote.Proposer
	read     func(branch, path string) string
	requests func() []string // title, source and target of each
	merge    func(number int64)
	readOnly func()
}

var before = map[string]string{"a/catalog-info.yaml": "owner: x\n", "old.txt": "old", "same.txt": "same"}

func forges(t *testing.T) map[string]forge {
	t.Helper()
	hub := githubtest.New(githubtest.Options{Org: "acme", Token: "t"})
	t.Cleanup(hub.Close)
	hub.Add(githubtest.Repo{Name: "pay", Files: before})
	onHub, err := github.New(github.Options{Host: hub.Host(), APIURL: hub.URL, Token: "t", HTTP: hub.Client()})
	if err != nil {
		t.Fatal(err)
	}
	lab := gitlabtest.New(gitlabtest.Options{Token: "t"})
	t.Cleanup(lab.Close)
	lab.Add(gitlabtest.Project{Path: "acme/pay", Files: before})
	onLab, err := gitlab.New(gitlab.Options{Host: lab.Host(), APIURL: lab.URL + "/api/v4", Token: "t", HTTP: lab.Client()})
	if err != nil {
		t.Fatal(err)
	}
	return map[string]forge{
		"github": {onHub, func(b, p string) string { return hub.Read("pay", b, p) }, func() (out []string) {
			for _, p := range hub.Pulls() {
				out = append(out, p.Title+" "+p.Head+" "+p.Base)
			}
			return out
		}, hub.Merge, hub.ReadOnly},
		"gitlab": {onLab, func(b, p string) string { return lab.Read("acme/pay", b, p) }, func() (out []string) {
			for _, m := range lab.Merges() {
				out = append(out, m.Title+" "+m.Source+" "+m.Target)
			}
			return out
		}, lab.Accept, lab.ReadOnly},
	}
}

var change = remote.Change{Branch: "backchannel/owner-1", Title: "Owner of pay", Body: "Because.", Files: []remote.FileChange{
	{Path: "a/catalog-info.yaml", Content: []byte("owner: y\n")},
	{Path: "new/logo.bin", Content: []byte{0xff, 0xfe, 0}, Add: true},
	{Path: "old.txt", Delete: true},
}}

func TestPropose(t *testing.T) {
	for name, f := range forges(t) {
		t.Run(name, func(t *testing.T) {
			r, err := f.Repository(t.Context(), "acme/pay")
			if err != nil {
				t.Fatal(err)
			}
			for _, fresh := range []bool{true, false} {
				p, err := f.Propose(t.Context(), r, change)
				if err != nil || p.Number != 1 || p.Fresh != fresh || p.State != remote.ProposalOpen || !strings.HasPrefix(p.URL, "http") {
					t.Fatalf("%+v, %v", p, err)
				}
			}
			if got := f.requests(); len(got) != 1 || got[0] != "Owner of pay backchannel/owner-1 main" {
				t.Errorf("requests %q", got)
			}
			for path, want := range map[string]string{"a/catalog-info.yaml": "owner: y\n", "new/logo.bin": "\xff\xfe\x00", "old.txt": "", "same.txt": "same"} {
				if got := f.read(change.Branch, path); got != want {
					t.Errorf("%s has %q, want %q", path, got, want)
				}
			}
			if got := f.read("main", "a/catalog-info.yaml"); got != "owner: x\n" {
				t.Errorf("the base has %q", got)
			}
			f.merge(1)
			if p, err := f.Proposal(t.Context(), r, 1); err != nil || p.State != remote.ProposalMerged {
				t.Errorf("%+v, %v", p, err)
			}
			if _, err := f.Proposal(t.Context(), r, 2); !fault.Is(err, fault.NotFound) {
				t.Errorf("an unknown one: %v", err)
			}
		})
	}
}

// TestProposeIsRefused has credentials that may not write, and changes that cannot be.
func TestProposeIsRefused(t *testing.T) {
	for name, f := range forges(t) {
		t.Run(name, func(t *testing.T) {
			r, err := f.Repository(t.Context(), "acme/pay")
			if err != nil {
				t.Fatal(err)
			}
			for i, bad := range []func(*remote.Change){
				func(c *remote.Change) { c.Branch = "main" },
				func(c *remote.Change) { c.Branch = "a..b" },
				func(c *remote.Change) { c.Title = " " },
				func(c *remote.Change) { c.Files = nil },
				func(c *remote.Change) { c.Files = []remote.FileChange{{Path: "../x"}} },
				func(c *remote.Change) { c.Files = []remote.FileChange{{Path: "/x"}} },
			} {
				c := change
				bad(&c)
				if _, err := f.Propose(t.Context(), r, c); !fault.Is(err, fault.Invalid) {
					t.Errorf("%d: %v", i, err)
				}
			}
			f.readOnly()
			if _, err := f.Propose(t.Context(), r, change); !fault.Is(err, fault.Forbidden) || len(f.requests()) != 0 {
				t.Errorf("with a credential that reads: %v, %q", err, f.requests())
			}
		})
	}
}

// TestProposeTwo has two changes of one repository, the first of them with a title beyond what hosts take.
func TestProposeTwo(t *testing.T) {
	for name, f := range forges(t) {
		t.Run(name, func(t *testing.T) {
			r, err := f.Repository(t.Context(), "acme/pay")
			if err != nil {
				t.Fatal(err)
			}
			long := change
			long.Title, long.Branch = strings.Repeat("数", 200), "backchannel/long"
			for i, c := range []remote.Change{long, change} {
				if p, err := f.Propose(t.Context(), r, c); err != nil || !p.Fresh || p.Number != int64(i)+1 {
					t.Errorf("%+v, %v", p, err)
				}
			}
			if title, _, _ := strings.Cut(f.requests()[0], " "); len(title) > 255 || !strings.HasSuffix(title, "…") {
				t.Errorf("the title is %q", title)
			}
		})
	}
}
