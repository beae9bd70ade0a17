package scm

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// write creates files below dir; a name that ends in a slash is a folder, "a -> b" a symbolic link.
func write(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, n := range names {
		if from, to, ok := strings.Cut(n, " -> "); ok {
			if err := os.Symlink(to, filepath.Join(dir, from)); err != nil {
				t.Fatal(err)
			}
			continue
		}
		p := filepath.Join(dir, n)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(n, "/") {
			if err := os.MkdirAll(p, 0o755); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.WriteFile(p, []byte("content of "+n), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func fixture(t *testing.T) (*Local, string) {
	t.Helper()
	base := t.TempDir()
	write(t, base, "repos/pay/README", "repos/pay/docs/a.md", "repos/pay/services/api/go.mod", "repos/pay/go.mod",
		"repos/pay/with space/x", "repos/group/sub/repo/f", "repos/group/sub/repo/deep/g", "lab/group/sub/repo/f",
		"repos/branchy/lib/x", "repos/branchy/.git/HEAD", "special/README", "secret/key", "plain/a/b", "outside")
	if err := os.WriteFile(filepath.Join(base, "repos/branchy/.git/HEAD"), []byte("ref: refs/heads/feature/big/one\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	write(t, base, "repos/evil -> ../secret", "repos/pay/leak -> ../../secret", "repos/pay/up -> ../../outside", "repos/pay/alias -> docs")
	l, err := New([]Mirror{
		{"https://github.com/acme/", "./repos/"},
		{"https://GitHub.com/acme/special", "./"},
		{"https://gitlab.com/acme", "lab"},
		{"https://bitbucket.org/acme/", "repos"},
		{"https://git.example:8443/x/", "repos"},
	}, base)
	if err != nil {
		t.Fatal(err)
	}
	return l, base
}

func TestOpen(t *testing.T) {
	l, _ := fixture(t)
	for _, tt := range []struct{ target, file, where string }{
		{"https://github.com/acme/pay", "README", "https://github.com/acme/pay"},
		{"https://github.com/acme/pay/", "docs/a.md", "https://github.com/acme/pay"},
		{"https://github.com/acme/pay.git", "README", ""},
		{"git@github.com:acme/pay.git", "README", ""},
		{"ssh://git@github.com/acme/pay.git", "README", ""},
		{"https://GitHub.com:443/Acme/pay", "README", ""},
		{"url:https://github.com/acme/pay/tree/main/", "README", "https://github.com/acme/pay/tree/main"},
		{" url:https://github.com/acme/pay/tree/main ", "README", ""},
		{"url:https://github.com/acme/pay/tree/main//services/./api/", "go.mod", ""},
		{"https://github.com/acme/pay/tree/main/docs?plain=1#L3", "a.md", "https://github.com/acme/pay/tree/main/docs"},
		{"https://github.com/acme/pay/blob/feature%2Fx/docs", "a.md", ""},
		{"https://github.com/acme/pay/docs", "a.md", ""},
		{"https://github.com/acme/pay/tree/main/with%20space", "x", ""},
		{"https://github.com/acme/pay/tree/main/alias", "a.md", ""},
		{"https://github.com/acme/branchy/tree/feature/big/one/lib", "x", ""},
		{"https://github.com/acme/branchy/tree/main/lib", "x", ""},
		{"https://gitlab.com/acme/group/sub/repo/-/tree/main/", "f", ""},
		{"https://github.com/acme/group/sub/repo/-/blob/main/deep", "g", ""},
		{"https://bitbucket.org/acme/pay/src/main/docs/", "a.md", ""},
		{"https://git.example:8443/x/pay", "README", ""},
		{"dir:plain/a", "b", "plain/a"},
		{"dir:./plain", "a/b", "plain"},
		{"plain", "a/b", "plain"},
		{"file:plain/", "a/b", "plain"},
	} {
		tree, err := l.Open(t.Context(), tt.target)
		if err != nil {
			t.Errorf("Open(%q): %v", tt.target, err)
			continue
		}
		if _, err := fs.Stat(tree, tt.file); err != nil {
			t.Errorf("Open(%q): %v", tt.target, err)
		}
		if tt.where != "" && tree.Where() != tt.where {
			t.Errorf("Open(%q).Where() = %q, want %q", tt.target, tree.Where(), tt.where)
		}
		if err := tree.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	l, base := fixture(t)
	for _, target := range []string{
		"https://github.com/acme/", "https://github.com/acme", "https://github.com/acmeco/pay",
		"https://github.com/other/pay", "http://elsewhere.example/acme/pay", "https://github.com/acme/none",
		"https://github.com/acme/pay/tree/main/none", "https://github.com/acme/pay/README",
		"https://github.com/acme/../secret", "https://github.com/acme/pay/tree/main/../../../secret",
		"https://github.com/acme/%2e%2e/secret", "https://github.com/acme/..%2fsecret", "https://github.com/acme/..%5csecret",
		"https://github.com/acme/pay/tree/main/%00", "https://github.com/acme/evil", "https://github.com/acme/pay/tree/main/leak",
		"ftp://github.com/acme/pay", "https:///x", "https://gith ub.com/%zz", "file://other-host/etc", "none", "file:" + base + "/none",
		"\x00", strings.Repeat("a", 5000), "https://github.com/acme/..",
	} {
		tree, err := l.Open(t.Context(), target)
		if err == nil {
			t.Errorf("Open(%q) = %s, want an error", target, tree.Where())
			tree.Close()
			continue
		}
		if k := fault.KindOf(err); k != fault.NotFound && k != fault.Invalid {
			t.Errorf("Open(%q): kind %v: %v", target, k, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Open(ctx, "plain"); err == nil {
		t.Error("Open with a cancelled context succeeded")
	}
}

func TestTreeKeepsInside(t *testing.T) {
	l, base := fixture(t)
	if err := syscall.Mkfifo(filepath.Join(base, "repos/pay/pipe"), 0o644); err != nil {
		t.Fatal(err)
	}
	tree, err := l.Open(t.Context(), "https://github.com/acme/pay")
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	for _, name := range []string{"leak/key", "up", "../secret/key", "/etc/passwd", "pipe", "", "docs/../README"} {
		if f, err := tree.Open(name); err == nil {
			f.Close()
			t.Errorf("Open(%q) succeeded", name)
		}
	}
	if _, err := fs.ReadDir(tree, "docs"); err != nil {
		t.Error(err)
	}
}

func TestReadFile(t *testing.T) {
	l, base := fixture(t)
	for _, target := range []string{
		"https://github.com/acme/pay/blob/main/docs/a.md", "https://raw.githubusercontent.com/acme/pay/main/docs/a.md",
		"https://gitlab.com/acme/group/sub/repo/-/raw/main/f?inline=false", "plain/a/b", "file:" + base + "/plain/a/b", "file://" + base + "/plain/a/b",
	} {
		b, err := l.ReadFile(t.Context(), target, 100)
		if err != nil || !strings.HasPrefix(string(b), "content of ") {
			t.Errorf("ReadFile(%q) = %q, %v", target, b, err)
		}
	}
	for target, want := range map[string]fault.Kind{
		"https://github.com/acme/pay/blob/main/docs":   fault.NotFound,
		"https://github.com/acme/pay/blob/main/up":     fault.NotFound,
		"https://github.com/acme/pay/blob/main/none":   fault.NotFound,
		"https://github.com/acme/pay/blob/main/README": fault.Invalid,
		"plain": fault.NotFound,
	} {
		if _, err := l.ReadFile(t.Context(), target, 10); fault.KindOf(err) != want {
			t.Errorf("ReadFile(%q): %v, want %v", target, err, want)
		}
	}
}

func TestRepository(t *testing.T) {
	l, base := fixture(t)
	for target, want := range map[string]string{
		"https://github.com/acme/pay/tree/main/services/api": "services/api",
		"https://github.com/acme/pay":                        ".",
		filepath.Join(base, "repos/branchy/lib"):             "lib",
		filepath.Join(base, "plain/a"):                       ".",
	} {
		tree, err := l.Open(t.Context(), target)
		if err != nil {
			t.Fatal(err)
		}
		repo, dir := tree.(Nested).Repository()
		if dir != want {
			t.Errorf("Repository of %s is %q, want %q", target, dir, want)
		}
		if _, err := fs.Stat(repo, dir); err != nil {
			t.Error(err)
		}
		tree.Close()
	}
	id := func(target string) string {
		tree, err := l.Open(t.Context(), target)
		if err != nil {
			t.Fatal(err)
		}
		defer tree.Close()
		return tree.(Nested).Identity()
	}
	top := id("https://github.com/acme/pay")
	if other := id("url:https://github.com/acme/pay.git/tree/main/"); other != top {
		t.Errorf("one folder has the identities %q and %q", top, other)
	}
	if below := id("https://github.com/acme/pay/tree/main/services/api"); below != top+"/services/api" {
		t.Errorf("the identity %q is not below %q", below, top)
	}
}

func TestNewRefusesBadMirrors(t *testing.T) {
	for _, m := range []Mirror{{"./repos", "x"}, {"https://github.com/acme/", ""}, {"https://x/..", "d"}, {"", "d"}} {
		if _, err := New([]Mirror{m}, "."); !fault.Is(err, fault.Invalid) {
			t.Errorf("New(%v): %v, want an invalid mirror", m, err)
		}
	}
}

func FuzzOpen(f *testing.F) {
	for _, s := range []string{"https://github.com/acme/pay/tree/main/docs", "dir:.", "file:///x", "git@h:a/b", "https://github.com/acme/%2e%2e/x", "url:", "://"} {
		f.Add(s)
	}
	l, err := New([]Mirror{{"https://github.com/acme/", "repos"}}, f.TempDir())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := l.place(s); err == nil && p.sub != "." && !filepath.IsLocal(p.sub) {
			t.Errorf("place(%q) leaves the repository: %+v", s, p)
		}
	})
}
