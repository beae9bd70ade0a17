package github_test

import (
	"slices"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/internal/scm/github"
	"github.com/backchannel-portal/backchannel/internal/scm/github/githubtest"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
)

func open(t *testing.T) (*githubtest.Server, *github.Client, *remote.Host) {
	s := githubtest.New(githubtest.Options{Org: "acme", Token: "t"})
	t.Cleanup(s.Close)
	c, err := github.New(github.Options{Host: s.Host(), APIURL: s.URL, Token: "t", HTTP: s.Client()})
	if err != nil {
		t.Fatal(err)
	}
	return s, c, remote.NewHost(remote.HostOptions{Name: s.Host(), API: c})
}

func TestTrees(t *testing.T) {
	s, _, h := open(t)
	s.Add(githubtest.Repo{Name: "pay", Files: map[string]string{
		"go.mod": "module pay\n", "docs/index.md": "# Pay", "docs/ü ber.md": "über", "link.md": "-> docs/index.md", "big.txt": string(make([]byte, 5000)),
	}})
	s.Push("pay", "feature/x", map[string]string{"docs/index.md": "# X"})
	s.Tag("pay", "v1")
	for _, tt := range []struct {
		target, file, want string
		kind               fault.Kind
	}{
		{"/acme/pay", "go.mod", "module pay\n", 0},
		{"/acme/pay/tree/main/docs", "index.md", "# Pay", 0},
		{"/acme/pay/tree/main/docs", "ü ber.md", "über", 0},
		{"/acme/pay/tree/main", "link.md", "# Pay", 0},
		{"/acme/pay/tree/feature/x/docs", "index.md", "# X", 0},
		{"/acme/pay/tree/v1/docs", "index.md", "# Pay", 0},
		{"/acme/pay/tree/main", "big.txt", string(make([]byte, 5000)), 0},
		{"/acme/none", "x", "", fault.NotFound},
		{"/acme/pay/tree/none", "x", "", fault.NotFound},
	} {
		tree, err := h.Open(t.Context(), s.URL+tt.target)
		var data []byte
		if err == nil {
			data, err = scm.ReadFile(tree, tt.file, 10000)
			tree.Close()
		}
		if string(data) != tt.want || (err != nil) != (tt.kind != 0) || err != nil && fault.KindOf(err) != tt.kind {
			t.Errorf("%s of %s: %q, %v", tt.file, tt.target, data, err)
		}
	}
	c, err := h.Head(t.Context(), remote.Repo{ID: "x", Path: "acme/pay"}, "main")
	if err != nil {
		t.Fatal(err)
	}
	if tree, err := h.Open(t.Context(), s.URL+"/acme/pay/tree/"+c.ID+"/docs"); err != nil {
		t.Errorf("by the commit's id: %v", err)
	} else {
		tree.Close()
	}
}

func TestRenamedRepository(t *testing.T) {
	s, c, _ := open(t)
	s.Add(githubtest.Repo{Name: "old", Files: map[string]string{"a": "b"}})
	s.Rename("old", "new")
	r, err := c.Repository(t.Context(), "acme/old")
	if err != nil || r.Path != "acme/new" || r.Web != s.URL+"/acme/new" {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestBadCredentials(t *testing.T) {
	s, _, _ := open(t)
	c, err := github.New(github.Options{Host: s.Host(), APIURL: s.URL, Token: "wrong", HTTP: s.Client()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Repositories(t.Context(), "acme"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("%v", err)
	}
	_, c, _ = open(t)
	if _, err := c.Repositories(t.Context(), "nobody"); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
}

func TestTreeThatIsTooLarge(t *testing.T) {
	s, c, _ := open(t)
	s.Add(githubtest.Repo{Name: "flat", Files: map[string]string{"a": "1", "b": "2", "c/d": "3", "c/e": "4", "f": "5"}})
	s.MaxTree(4)
	r, err := c.Repository(t.Context(), "acme/flat")
	if err != nil {
		t.Fatal(err)
	}
	at, err := c.Head(t.Context(), r, "main")
	if err != nil {
		t.Fatal(err)
	}
	files, err := c.Files(t.Context(), r, at)
	var names []string
	for _, e := range files {
		names = append(names, e.Path)
	}
	if slices.Sort(names); err != nil || !slices.Equal(names, []string{"a", "b", "c/d", "c/e", "f"}) {
		t.Errorf("%q, %v", names, err)
	}
}
