package git

import (
	"testing"

	"github.com/backchannel-portal/backchannel/internal/gitrun/gitruntest"
)

// TestCommit: whoever asks where something stands is told the commit that was read last.
func TestCommit(t *testing.T) {
	git := gitruntest.New(t)
	repo := git.Repo("acme/pay", map[string]string{"catalog-info.yaml": component("pay")})
	s := source(t, git, Options{URL: repo.URL})
	if got := s.Commit(""); got != "" {
		t.Errorf("before the first reading: %q", got)
	}
	d, err := s.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	first := s.Commit(d.Files[0].Location)
	repo.Commit("main", map[string]string{"catalog-info.yaml": component("pay2")})
	if _, err = s.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	if next := s.Commit(d.Files[0].Location); len(first) < 40 || len(next) != len(first) || first == next {
		t.Errorf("commits %q and %q", first, next)
	}
}
