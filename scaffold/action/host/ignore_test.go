package host

import (
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/scaffold"
)

// TestIgnoreAsGit asks git itself which files it would add.
func TestIgnoreAsGit(t *testing.T) {
	patterns := []string{
		"*.log", "/dist/", "build", "!keep.log", "docs/*.tmp", "**/cache/", "a/**/z.txt", "foo/**", "*.py[co]", "!important/", "\\#x", "\\!y", "t?st", "[a-c]x", "[!a-c]y",
		"# comment", "", "trail   ", "lead/", "sub/deep/*", "!sub/deep/ok.txt", "**/*.min.js", "x/**/y", "/top.txt", "node_modules", ".env", "!.env.example", "[[:digit:]]*", "a\\ b",
	}
	names := []string{
		"a.log", "keep.log", "sub/keep.log", "dist/x", "sub/dist/x", "build", "sub/build/y", "docs/a.tmp", "docs/sub/a.tmp", "x/cache/c", "cache/d", "a/z.txt", "a/b/c/z.txt",
		"foo/q", "foo/r/s", "m.pyc", "m.py", "#x", "!y", "test", "tst", "ax", "dx", "ay", "dy", "trail", "lead/f", "sub/deep/no.txt", "sub/deep/ok.txt", "app.min.js", "js/app.min.js",
		"x/1/y", "x/y", "top.txt", "sub/top.txt", "node_modules/p/i.js", ".env", ".env.example", "1abc", "a b", "important/a.log", "日本/ü.log",
	}
	r := rand.New(rand.NewSource(1))
	for round := range 60 {
		w, err := scaffold.NewWorkspace(t.TempDir(), scaffold.WorkspaceLimits{})
		if err != nil {
			t.Fatal(err)
		}
		made := map[string]bool{}
		for _, n := range names {
			if r.Intn(4) > 0 && w.WriteFile(n, []byte("x"), 0) == nil {
				made[n] = true
			}
		}
		for _, dir := range []string{"", "sub/", "a/", "docs/"} {
			if dir != "" && r.Intn(2) == 0 {
				continue
			}
			var lines []string
			for range 1 + r.Intn(8) {
				lines = append(lines, patterns[r.Intn(len(patterns))])
			}
			if err := w.WriteFile(dir+".gitignore", []byte(strings.Join(lines, "\n")+"\n"), 0); err != nil {
				t.Fatal(err)
			}
		}
		list, err := files(w, "", "")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range list {
			got = append(got, f.path)
		}
		slices.Sort(got)
		if want := gitAdds(t, w.Dir()); !slices.Equal(got, want) {
			t.Errorf("round %d: ours %q, git's %q, rules %s", round, minus(got, want), minus(want, got), rulesIn(w.Dir()))
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func minus(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

func rulesIn(dir string) string {
	out, _ := exec.Command("grep", "-r", "--include=.gitignore", "", dir).CombinedOutput()
	return string(out)
}

// gitAdds are the files that "git add ." takes.
func gitAdds(t *testing.T, dir string) []string {
	t.Helper()
	git := filepath.Join(t.TempDir(), "repo.git")
	run := func(args ...string) string {
		cmd := exec.Command("git", append([]string{"--git-dir=" + git, "--work-tree=" + dir, "-c", "core.quotePath=false"}, args...)...)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v %s", args, err, out)
		}
		return string(out)
	}
	run("init", "--quiet")
	out := strings.Fields(strings.ReplaceAll(run("ls-files", "--others", "--exclude-standard", "-z"), " ", "\x01"))
	all := strings.Split(strings.TrimSuffix(strings.Join(out, ""), "\x00"), "\x00")
	for i := range all {
		all[i] = strings.ReplaceAll(all[i], "\x01", " ")
	}
	slices.Sort(all)
	return all
}

func TestStrangeRules(t *testing.T) {
	for _, line := range []string{"[", "\\", "/", "!", "!/", "a[", "[]", "[!", "**", "***", "a**b", strings.Repeat("*", 1000)} {
		if r, ok := parseRule(line); ok {
			r.re.MatchString("a/b")
		}
	}
}

func FuzzRule(f *testing.F) {
	f.Add("*.log", "a/b.log")
	f.Add("/a/**/[!x-z]?\\*", "a/b/c")
	f.Fuzz(func(_ *testing.T, line, name string) {
		if r, ok := parseRule(line); ok {
			r.re.MatchString(name)
		}
	})
}
