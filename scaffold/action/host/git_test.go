package host_test

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/gitrun"
	"github.com/backchannel-portal/backchannel/internal/gitrun/gitruntest"
	"github.com/backchannel-portal/backchannel/scaffold"
)

func gitBench(t *testing.T) (*bench, *gitruntest.Server, *gitruntest.Repo) {
	t.Helper()
	s := gitruntest.New(t)
	repo := s.Repo("team/pay", map[string]string{"x": "y"})
	repo.Config("http.receivepack", "true")
	b := newBench(t)
	b.git = func() (*gitrun.Runner, error) { return gitrun.New(gitrun.Options{Plain: []string{s.Host}}) }
	return b, s, repo
}

func show(t *testing.T, repo *gitruntest.Repo, args ...string) string {
	t.Helper()
	out, err := exec.Command("git", append([]string{"-C", repo.Dir()}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v %s", args, err, out)
	}
	return string(out)
}

func TestPublishGit(t *testing.T) {
	b, s, repo := gitBench(t)
	s.Password("hush")
	steps := files + fmt.Sprintf(`
    - {id: attrs, action: fs:write, input: {path: .gitattributes, content: "* text eol=crlf\n*.go filter=evil\n"}}
    - {id: push, action: publish:git, input: {remoteUrl: %q, token: hush, defaultBranch: release/1, gitCommitMessage: "first <of> all", gitAuthorName: "Ada <x>", gitAuthorEmail: ada@acme.dev}}
  output:
    text: [{content: "${{ steps.push.output.commitHash }}"}]`, repo.URL)
	res := b.do(steps)
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	if got := show(t, repo, "log", "--format=%an|%ae|%s", "release/1"); got != "Ada x|ada@acme.dev|first <of> all\n" {
		t.Errorf("the commit is %q", got)
	}
	if got := show(t, repo, "ls-tree", "-r", "--name-only", "release/1"); got != ".gitattributes\n.gitignore\nREADME.md\nsrc/main.go\nsrc/nul.bin\n" {
		t.Errorf("the files are %q", got)
	}
	if got := show(t, repo, "cat-file", "blob", "release/1:src/main.go"); got != "package main\n" {
		t.Errorf("main.go is %q", got)
	}
	if commit := strings.TrimSpace(show(t, repo, "rev-parse", "release/1")); !strings.Contains(fmt.Sprint(res.Output.Texts), commit) {
		t.Errorf("the output is %v", res.Output.Texts)
	}
	if res := newRun(b, strings.ReplaceAll(steps, "package main", "package other")); res.Err == nil || !strings.Contains(res.Err.Error(), "has a branch release/1 already") {
		t.Errorf("another run: %v", res.Err)
	}
	wrong := newRun(b, strings.ReplaceAll(steps, "token: hush", "token: guess"))
	if wrong.Err == nil || !strings.Contains(wrong.Err.Error(), "credentials") || strings.Contains(wrong.Err.Error(), "guess") {
		t.Errorf("a wrong token: %v", wrong.Err)
	}
}

// TestPublishGitAgain pushes, forgets, and pushes the same again.
func TestPublishGitAgain(t *testing.T) {
	b, _, repo := gitBench(t)
	steps := files + fmt.Sprintf(`
    - {id: push, action: publish:git, input: {remoteUrl: %q, defaultBranch: new}}
    - {id: stop, action: fs:read, input: {path: missing}}`, repo.URL)
	runs := scaffold.NewMemoryRuns()
	b.begin(runs, "run-1", steps)
	if res, _ := b.work(runs, "run-1", 0); res.Err == nil || res.Steps[6].Status != scaffold.Completed {
		t.Fatal(res.Err)
	}
	first := show(t, repo, "rev-parse", "new")
	if err := b.runner().Retry(t.Context(), runs, "run-1"); err != nil {
		t.Fatal(err)
	}
	b.work(runs, "run-1", 0)
	if got := show(t, repo, "rev-parse", "new"); got != first {
		t.Errorf("pushed again: %s, %s", first, got)
	}
}

func TestPublishGitRefused(t *testing.T) {
	for address, want := range map[string]string{
		"file:///etc": "https or ssh", "ext::sh -c id": "https", "https://tok@git.acme.dev/x.git": "credentials do not belong", "--upload-pack=x": "https",
		"http://git.acme.dev/x.git": "not encrypted", "https://git.acme.dev/a/../../b": "climbs out",
	} {
		b, _, _ := gitBench(t)
		res := b.do(files + fmt.Sprintf("\n    - {id: push, action: publish:git, input: {remoteUrl: %q}}", address))
		if res.Err == nil || !strings.Contains(res.Err.Error(), want) {
			t.Errorf("%s: %v", address, res.Err)
		}
	}
}
