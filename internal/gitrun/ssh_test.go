package gitrun

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/gitrun/gitruntest"
)

// TestSSH reads a repository through a program called ssh that stands in for the other machine: it notes how it is
// called and runs what it is told to.
func TestSSH(t *testing.T) {
	s := gitruntest.New(t)
	repo := s.Repo("acme/pay", map[string]string{"f": "1"})
	dir := t.TempDir()
	script := "#!/bin/sh\nprintf '%s\\n' \"$@\" >> " + dir + "/calls\nexec git-upload-pack " + repo.Dir() + "\n"
	if err := os.WriteFile(filepath.Join(dir, "ssh"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	r, at := runner(t, Options{}, nil), address(t, "git@git.acme.dev:acme/pay.git")
	cred := Credential{Key: "/keys/id"}
	head, err := r.Head(t.Context(), at, cred, "main")
	if err != nil {
		t.Fatal(err)
	}
	clone := filepath.Join(t.TempDir(), "c")
	if err := r.Clone(t.Context(), at, cred, "main", clone, 1<<20); err != nil {
		t.Fatal(err)
	}
	files, err := r.Files(t.Context(), clone, head.Commit, 10)
	if err != nil {
		t.Fatal(err)
	}
	b := r.NewBatch(clone, at, cred, 1<<20)
	defer b.Close()
	if data, err := b.Read(t.Context(), files[0].ID, 10); err != nil || string(data) != "1" {
		t.Error(string(data), err)
	}
	calls, err := os.ReadFile(filepath.Join(dir, "calls"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"-F\nnone", "-oBatchMode=yes", "-oStrictHostKeyChecking=yes", "-oIdentityFile=/keys/id", "git@git.acme.dev\ngit-upload-pack 'acme/pay.git'"} {
		if !strings.Contains(string(calls), want) {
			t.Errorf("no %q in %s", want, calls)
		}
	}
}

// TestSSHPaths: an address means the repository that it means to git, from the other machine's home or from its top.
func TestSSHPaths(t *testing.T) {
	s := gitruntest.New(t)
	repo := s.Repo("acme/pay", map[string]string{"f": "1"})
	home := strings.TrimSuffix(repo.Dir(), "/acme/pay.git")
	dir := t.TempDir()
	script := "#!/bin/sh\nfor last; do :; done\ncd " + home + " && HOME=" + home + " exec sh -c \"$last\"\n"
	if err := os.WriteFile(filepath.Join(dir, "ssh"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	r := runner(t, Options{}, nil)
	for text, there := range map[string]bool{
		"git@git.acme.dev:acme/pay.git":                         true,
		"git@git.acme.dev:~/acme/pay.git":                       true,
		"git@git.acme.dev:" + repo.Dir():                        true,
		"ssh://git@git.acme.dev" + repo.Dir():                   true,
		"ssh://git@git.acme.dev/~/acme/pay.git":                 true,
		"git@git.acme.dev:/acme/pay.git":                        false,
		"ssh://git@git.acme.dev/acme/pay.git":                   false,
		"git@git.acme.dev:" + strings.TrimLeft(repo.Dir(), "/"): false,
	} {
		if _, err := r.Head(t.Context(), address(t, text), Credential{}, "main"); (err == nil) != there {
			t.Errorf("%s: %v", text, err)
		}
	}
}
