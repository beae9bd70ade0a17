package main

import (
	"fmt"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/scm/github"
	"github.com/backchannel-portal/backchannel/internal/scm/github/githubtest"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
)

func TestParseRequest(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://github.com/acme/pay/pull/12":                  "github.com acme/pay 12 true",
		"https://gitlab.acme.example/a/b/c/-/merge_requests/5": "gitlab.acme.example a/b/c 5 true",
		"https://github.com/acme/pay/pull/x":                   "  0 false",
		"https://github.com/acme/pay":                          "  0 false",
		"https://github.com/pull/1":                            "  0 false",
		"://":                                                  "  0 false",
		"":                                                     "  0 false",
		"https://github.com/acme/pay/pull/99999999999999999999999999999": "  0 false",
	} {
		host, repo, number, ok := parseRequest(in)
		if got := fmt.Sprint(host, " ", repo, " ", number, " ", ok); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

// TestDeclined looks at a pull request while it is open, when it was closed, and when it was merged.
func TestDeclined(t *testing.T) {
	t.Parallel()
	hub := githubtest.New(githubtest.Options{Org: "acme", Token: "t"})
	defer hub.Close()
	hub.Add(githubtest.Repo{Name: "pay", Files: map[string]string{"catalog-info.yaml": payDescriptor}})
	api, err := github.New(github.Options{Host: hub.Host(), APIURL: hub.URL, Token: "t", HTTP: apiClient(hub.URL)})
	if err != nil {
		t.Fatal(err)
	}
	c := &corrector{proposers: map[string]remote.Proposer{hub.Host(): api}}
	repo, err := api.Repository(t.Context(), "acme/pay")
	if err != nil {
		t.Fatal(err)
	}
	for n, finish := range []func(int64){func(int64) {}, hub.Decline, hub.Merge} {
		p, err := api.Propose(t.Context(), repo, remote.Change{Branch: fmt.Sprint("fix-", n), Title: "Fix", Files: []remote.FileChange{{Path: "a.txt", Content: []byte(fmt.Sprint(n))}}})
		if err != nil {
			t.Fatal(err)
		}
		finish(p.Number)
		if no, err := c.Declined(t.Context(), p.URL); no != (n == 1) || err != nil {
			t.Errorf("%d: %s: %v, %v", n, p.URL, no, err)
		}
	}
	if no, err := c.Declined(t.Context(), "https://"+hub.Host()+"/acme/pay/pull/77"); !no || err != nil {
		t.Errorf("one that is not there: %v, %v", no, err)
	}
	if no, err := c.Declined(t.Context(), "https://elsewhere.example/acme/pay/pull/1"); no || err != nil {
		t.Errorf("of a host that is not ours: %v, %v", no, err)
	}
}
