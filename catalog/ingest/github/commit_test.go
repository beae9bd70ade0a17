package github

import (
	"testing"

	"github.com/backchannel-portal/backchannel/catalog/ingest/forge"
	"github.com/backchannel-portal/backchannel/internal/scm/github/githubtest"
)

// TestCommit: a descriptor's address leads to the commit that its repository was read at.
func TestCommit(t *testing.T) {
	b := newBench(t)
	b.Add(githubtest.Repo{Name: "pay", Files: files("pay")})
	b.Add(githubtest.Repo{Name: "cart", Files: files("cart")})
	s := b.start(forge.Settings{})
	seen := map[string]bool{}
	for _, f := range b.read().Files {
		if c := s.Commit(f.Location); len(c) >= 40 {
			seen[c] = true
		} else {
			t.Errorf("%s: commit %q", f.Location, c)
		}
	}
	if len(seen) != 2 || s.Commit("https://elsewhere.example/acme/pay/blob/main/catalog-info.yaml") != "" {
		t.Errorf("commits %v", seen)
	}
}
