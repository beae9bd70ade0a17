package host_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/internal/scm/github"
	"github.com/backchannel-portal/backchannel/internal/scm/github/githubtest"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
)

// readingBench reads with another credential than it publishes with.
func readingBench(t *testing.T) (*bench, *githubtest.Server) {
	t.Helper()
	b, s := deployBench(t)
	api, err := github.New(github.Options{Host: "github.com", APIURL: s.URL, Token: "tok"})
	if err != nil {
		t.Fatal(err)
	}
	b.trees = remote.NewHost(remote.HostOptions{Name: "github.com", API: api})
	return b, s
}

// TestPlanBefore: the plan of a pull request knows what its files take the place of.
func TestPlanBefore(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(string) string
		push   map[string]map[string]string // branch -> files
		want   map[string]string            // by path in the workspace
		notes  string
	}{
		"new files": {want: map[string]string{}},
		"of the default branch": {
			push: map[string]map[string]string{"main": {"services/pay/values.yaml": "old: 1\n", "services/pay/other": "x"}},
			want: map[string]string{"out/values.yaml": "old: 1\n"},
		},
		"of a branch with a slash": {
			change: func(s string) string { return strings.Replace(s, "draft: true", "targetBranchName: team/next", 1) },
			push:   map[string]map[string]string{"team/next": {"services/pay/run.sh": "#!/bin/bash\n"}},
			want:   map[string]string{"out/run.sh": "#!/bin/bash\n"},
		},
		"of the branch that is added to": {
			change: func(s string) string { return strings.Replace(s, "draft: true", "update: true", 1) },
			push:   map[string]map[string]string{"add/pay": {"services/pay/values.yaml": "added: 1\n"}, "main": {"services/pay/values.yaml": "old: 1\n"}},
			want:   map[string]string{"out/values.yaml": "added: 1\n"},
		},
		"too long to be read": {
			push:  map[string]map[string]string{"main": {"services/pay/values.yaml": strings.Repeat("x", 200<<10)}},
			want:  map[string]string{},
			notes: "step pr: of 1 file it is not known what they replace in acme/deploy",
		},
		"of a repository that cannot be read": {
			change: func(s string) string { return strings.Replace(s, "repo=deploy", "repo=gone", 1) },
			notes:  "step pr: what is in acme/gone cannot be read",
		},
	} {
		t.Run(name, func(t *testing.T) {
			b, s := readingBench(t)
			for branch, files := range tt.push {
				s.Push("deploy", branch, files)
			}
			steps := propose
			if tt.change != nil {
				steps = tt.change(steps)
			}
			res := b.plan(steps)
			if res.Err != nil {
				t.Fatal(res.Err)
			}
			got := map[string]string{}
			for path, data := range res.Before {
				got[path] = string(data)
			}
			if tt.want == nil {
				tt.want = map[string]string{}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if notes := strings.Join(res.Notes, "\n"); !strings.HasPrefix(notes, tt.notes) || tt.notes == "" && notes != "" {
				t.Errorf("notes: %s", notes)
			}
		})
	}
	b, _ := deployBench(t)
	if res := b.plan(propose); res.Err != nil || len(res.Notes) != 1 || !strings.Contains(res.Notes[0], "files are shown whole") {
		t.Errorf("where nothing is read: %v, %q", res.Err, res.Notes)
	}
}
