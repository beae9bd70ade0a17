package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/gitrun/gitruntest"
)

// TestGitSource: a service reads a repository of a host without an API, keeps what it had while a push is broken, and
// says so until it is mended.
func TestGitSource(t *testing.T) {
	t.Parallel()
	git := gitruntest.New(t)
	repo := git.Repo("acme/catalog", map[string]string{"catalog-info.yaml": descriptorOf("pay", "red")})
	r := newReplica(t, "replica", fmt.Sprintf("catalog: {locations: [{type: git, url: %q}], refresh: 1s}\nlimits: off", repo.URL))
	owner := func(name string) func() bool {
		return func() bool { return strings.Contains(r.ask("who owns pay?"), name) }
	}
	until(t, "it answers", owner("red"))
	repo.Commit("main", map[string]string{"catalog-info.yaml": "{ broken"})
	until(t, "the problem is counted", func() bool {
		return strings.Contains(metricsOf(t, r), `backchannel_catalog_problems{code="stale"} 1`)
	})
	if !owner("red")() {
		t.Error(r.ask("who owns pay?"))
	}
	repo.Commit("main", map[string]string{"catalog-info.yaml": descriptorOf("pay", "green")})
	until(t, "the new owner", owner("green"))
	until(t, "the problem is gone", func() bool {
		return strings.Contains(metricsOf(t, r), `backchannel_catalog_problems{code="stale"} 0`)
	})
}
