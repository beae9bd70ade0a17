package gitrun

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/gitrun/gitruntest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func runner(t *testing.T, o Options, s *gitruntest.Server) *Runner {
	t.Helper()
	if s != nil {
		o.Plain = append(o.Plain, s.Host)
	}
	r, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func address(t *testing.T, s string) Address {
	t.Helper()
	a, err := ParseAddress(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestReadARepository(t *testing.T) {
	s := gitruntest.New(t)
	repo := s.Repo("acme/pay", map[string]string{"catalog-info.yaml": "one", "docs/a b.md": "ä", "docs/link@": "../catalog-info.yaml", "-x": ""})
	r, at := runner(t, Options{}, s), address(t, repo.URL)
	head, err := r.Head(t.Context(), at, Credential{}, "")
	if err != nil || head.Branch != "main" || !IsID(head.Commit) {
		t.Fatal(head, err)
	}
	dir := filepath.Join(t.TempDir(), "clone")
	if err := r.Clone(t.Context(), at, Credential{}, "", dir, 1<<20); err != nil {
		t.Fatal(err)
	}
	files, err := r.Files(t.Context(), dir, head.Commit, 100)
	if err != nil || len(files) != 3 || files[1].Path != "docs/a b.md" || files[2].Mode != Link {
		t.Fatal(files, err)
	}
	b := r.NewBatch(dir, at, Credential{}, 1<<20)
	defer b.Close()
	s.Requests()
	ids := []string{files[1].ID, files[0].ID, files[1].ID}
	if missing, err := r.Missing(t.Context(), dir, head.Commit, ids); err != nil || !slices.Equal(missing, ids[:2]) || len(s.Requests()) > 0 {
		t.Error(missing, err)
	}
	for range 2 {
		data, err := b.Read(t.Context(), files[1].ID, 100)
		if err != nil || string(data) != "ä" {
			t.Fatal(string(data), err)
		}
	}
	if n := len(s.Requests()); n == 0 || n > 2 {
		t.Errorf("%d requests for one file", n) // the list of refs and the file
	}
	if missing, err := r.Missing(t.Context(), dir, head.Commit, ids); err != nil || !slices.Equal(missing, ids[1:2]) {
		t.Error(missing, err)
	}
	next := repo.Commit("main", map[string]string{"catalog-info.yaml": "two"})
	if r.Has(t.Context(), dir, next) {
		t.Error("the new commit is already there")
	}
	if err := r.Fetch(t.Context(), at, Credential{}, dir, 1<<20, next); err != nil {
		t.Fatal(err)
	}
	again, err := r.Files(t.Context(), dir, next, 100)
	if err != nil || again[0].ID == files[0].ID || again[1].ID != files[1].ID {
		t.Fatal(again, err)
	}
	if err := r.Fetch(t.Context(), at, Credential{}, dir, 1<<20, again[0].ID, files[0].ID); err != nil {
		t.Fatal(err)
	}
	s.Hook(func(http.ResponseWriter, *http.Request) bool {
		t.Error("what was fetched is asked for again")
		return false
	})
	if data, err := b.Read(t.Context(), again[0].ID, 100); err != nil || string(data) != "two" {
		t.Error(string(data), err)
	}
}

// TestRelativeFolder: a clone is made where its folder is, which is seen from here and not from where git runs.
func TestRelativeFolder(t *testing.T) {
	s := gitruntest.New(t)
	r, at := runner(t, Options{}, s), address(t, s.Repo("acme/pay", map[string]string{"f": strings.Repeat("1", 1000)}).URL)
	t.Chdir(t.TempDir())
	if err := os.MkdirAll("data/clones", 0o700); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join("data", "clones", "pay")
	if err := r.Clone(t.Context(), at, Credential{}, "", dir, 1<<20); err != nil {
		t.Fatal(err)
	}
	head, err := r.Head(t.Context(), at, Credential{}, "")
	if err != nil || !r.Has(t.Context(), dir, head.Commit) || Size(dir) == 0 {
		t.Error("nothing is there", err)
	}
}

func TestBranches(t *testing.T) {
	s := gitruntest.New(t)
	repo := s.Repo("a", map[string]string{"f": "main"})
	side := repo.Commit("feature/x", map[string]string{"f": "side"})
	r, at := runner(t, Options{}, s), address(t, repo.URL)
	if head, err := r.Head(t.Context(), at, Credential{}, "feature/x"); err != nil || head != (Head{"feature/x", side}) {
		t.Error(head, err)
	}
	if _, err := r.Head(t.Context(), at, Credential{}, "nothing"); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
	dir := filepath.Join(t.TempDir(), "clone")
	if err := r.Clone(t.Context(), at, Credential{}, "nothing", dir, 1<<20); !fault.Is(err, fault.NotFound) || !strings.Contains(err.Error(), "no such branch") {
		t.Error(err)
	}
	if err := r.Clone(t.Context(), at, Credential{}, "feature/x", dir, 1<<20); err != nil || !r.Has(t.Context(), dir, side) {
		t.Error(err)
	}
}

func TestCredentials(t *testing.T) {
	s := gitruntest.New(t)
	repo := s.Repo("a", map[string]string{"f": "main"})
	s.Password("pa55word")
	r, at := runner(t, Options{}, s), address(t, repo.URL)
	for _, c := range []struct {
		cred Credential
		ok   bool
	}{{Credential{Password: "pa55word"}, true}, {Credential{Password: "wr0ng", User: "u"}, false}, {Credential{}, false}} {
		_, err := r.Head(t.Context(), at, c.cred, "")
		if c.ok != (err == nil) || !c.ok && (!fault.Is(err, fault.Forbidden) || strings.Contains(err.Error(), "wr0ng")) {
			t.Errorf("%v: %v", c.cred.User, err)
		}
	}
	args := strings.Join(r.command(t.Context(), "", []string{"ls-remote"}, at, Credential{Password: "pa55word"}).Args, " ")
	if strings.Contains(args, "pa55word") || strings.Contains(args, "Basic") {
		t.Error(args)
	}
}

// TestCredentialsStayWithTheirHost: a host that redirects gets nothing, and the one that it names gets nothing.
func TestCredentialsStayWithTheirHost(t *testing.T) {
	s, thief := gitruntest.New(t), gitruntest.New(t)
	repo := s.Repo("a", map[string]string{"f": "main"})
	thief.Hook(func(_ http.ResponseWriter, r *http.Request) bool { t.Error("followed to", r.URL); return false })
	s.Hook(func(w http.ResponseWriter, r *http.Request) bool {
		http.Redirect(w, r, thief.URL+r.URL.RequestURI(), http.StatusMovedPermanently)
		return true
	})
	_, err := runner(t, Options{Plain: []string{thief.Host}}, s).Head(t.Context(), address(t, repo.URL), Credential{}, "")
	if !fault.Is(err, fault.Upstream) || !strings.Contains(err.Error(), "moved to another address") {
		t.Error(err)
	}
}

func TestWhatIsNotThere(t *testing.T) {
	s := gitruntest.New(t)
	r := runner(t, Options{Plain: []string{"127.0.0.1", "none.invalid"}}, s)

	for at, c := range map[string]struct {
		kind fault.Kind
		text string
	}{
		s.URL + "/none.git":      {fault.NotFound, "does not exist"},
		"http://127.0.0.1:1/x":   {fault.Upstream, "cannot be reached"},
		"http://none.invalid/x":  {fault.Upstream, "not known"},
		"http://other.invalid/x": {fault.Forbidden, "not encrypted"},
	} {
		_, err := r.Head(t.Context(), address(t, at), Credential{}, "")
		if !fault.Is(err, c.kind) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v", at, err)
		}
		if err := r.Clone(t.Context(), address(t, at), Credential{}, "", filepath.Join(t.TempDir(), "x"), 1<<20); !fault.Is(err, c.kind) {
			t.Errorf("%s: %v", at, err)
		}
	}
	if _, err := New(Options{Binary: "no-such-git"}); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
}

func TestHostsThatMisbehave(t *testing.T) {
	s := gitruntest.New(t)
	at := address(t, s.Repo("a", map[string]string{"f": "main"}).URL)
	release := make(chan struct{})
	defer close(release)
	for name, c := range map[string]struct {
		hook func(http.ResponseWriter, *http.Request) bool
		text string
	}{
		"silent": {func(_ http.ResponseWriter, r *http.Request) bool {
			select {
			case <-release:
			case <-r.Context().Done():
			}
			return true
		}, "within"},
		"html": {func(w http.ResponseWriter, _ *http.Request) bool {
			w.Write([]byte("<html>log in</html>"))
			return true
		}, "lists no branches"},
		"error": {func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(500); return true }, "cannot be read"},
		"half": {func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
			w.Header().Set("Content-Length", "1000")
			w.Write([]byte("001e# service=git-upload-pack\n"))
			return true
		}, "cannot be read"},
	} {
		s.Hook(c.hook)
		_, err := runner(t, Options{Timeout: 2 * time.Second}, s).Head(t.Context(), at, Credential{}, "")
		if err == nil || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func noise(n int) string {
	b, x := make([]byte, n), uint64(1)
	for i := range b {
		x = x*6364136223846793005 + 1442695040888963407
		b[i] = byte(x >> 56)
	}
	return string(b)
}

// TestTooLarge: neither a repository nor one file in it may fill the disk.
func TestTooLarge(t *testing.T) {
	s := gitruntest.New(t)
	repo := s.Repo("big", map[string]string{"small": "x", "big": noise(10 << 20)})
	r, at := runner(t, Options{}, s), address(t, repo.URL)
	dir := filepath.Join(t.TempDir(), "partial")
	if err := r.Clone(t.Context(), at, Credential{}, "", dir, 3<<20); err != nil {
		t.Fatal("without the contents of files it is small: ", err)
	}
	head, err := r.Head(t.Context(), at, Credential{}, "")
	if err != nil {
		t.Fatal(err)
	}
	files, err := r.Files(t.Context(), dir, head.Commit, 10)
	if err != nil {
		t.Fatal(err)
	}
	b := r.NewBatch(dir, at, Credential{}, 3<<20)
	defer b.Close()
	if data, err := b.Read(t.Context(), files[1].ID, 1<<20); err != nil || string(data) != "x" {
		t.Fatal(string(data), err)
	}
	if _, err := b.Read(t.Context(), files[0].ID, 1<<20); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "larger than") {
		t.Error(err)
	}
	if data, err := b.Read(t.Context(), files[1].ID, 1<<20); err != nil || string(data) != "x" {
		t.Error("after one that is too large: ", string(data), err)
	}
	if _, err := r.Files(t.Context(), dir, head.Commit, 1); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
	if _, err := runner(t, Options{MaxOutput: 10}, s).Files(t.Context(), dir, head.Commit, 10); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
}

// TestCloneThatGrowsTooLarge: a server that cannot leave out the contents of files, and is slow enough to be stopped.
func TestCloneThatGrowsTooLarge(t *testing.T) {
	s := gitruntest.New(t)
	repo := s.Repo("big", map[string]string{"a": noise(16 << 20)})
	repo.Config("uploadpack.allowFilter", "false")
	dir := filepath.Join(t.TempDir(), "full")
	err := runner(t, Options{}, s).Clone(t.Context(), address(t, repo.URL), Credential{}, "", dir, 1<<20)
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "larger than the 1 MB") {
		t.Error(err)
	}
}

func TestCalledOff(t *testing.T) {
	s := gitruntest.New(t)
	repo := s.Repo("a", map[string]string{"f": "main"})
	r, at := runner(t, Options{}, s), address(t, repo.URL)
	dir := filepath.Join(t.TempDir(), "clone")
	if err := r.Clone(t.Context(), at, Credential{}, "", dir, 1<<20); err != nil {
		t.Fatal(err)
	}
	head, _ := r.Head(t.Context(), at, Credential{}, "")
	files, _ := r.Files(t.Context(), dir, head.Commit, 10)
	s.Hook(func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true })
	b := r.NewBatch(dir, at, Credential{}, 0)
	defer b.Close()
	for _, f := range []func(context.Context) error{
		func(ctx context.Context) error { _, err := r.Head(ctx, at, Credential{}, ""); return err },
		func(ctx context.Context) error { _, err := b.Read(ctx, files[0].ID, 10); return err },
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		if err := f(ctx); err != context.DeadlineExceeded {
			t.Error(err)
		}
		cancel()
	}
	s.Hook(nil)
	if data, err := b.Read(t.Context(), files[0].ID, 10); err != nil || string(data) != "main" {
		t.Error(string(data), err)
	}
}

// TestHostile: configuration, hooks and attributes that a repository brings or a user has are not looked at.
func TestEnvironment(t *testing.T) {
	t.Setenv("GIT_DIR", "/nowhere")
	t.Setenv("GIT_SSH_COMMAND", "touch /tmp/owned")
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	s := gitruntest.New(t)
	r := runner(t, Options{}, s)
	env := r.env(Address{Scheme: "https", Host: "example.com"}, Credential{Password: "p"})
	for _, want := range []string{
		"GIT_TERMINAL_PROMPT=0", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_ALLOW_PROTOCOL=https:ssh", "HOME=" + os.DevNull,
	} {
		if !slices.Contains(env, want) {
			t.Errorf("no %s", want)
		}
	}
	for _, e := range env {
		name, _, _ := strings.Cut(e, "=")
		if name == "GIT_DIR" || strings.HasSuffix(name, "_PROXY") {
			t.Errorf("%s is passed on", name)
		}
	}
	got, err := r.Run(t.Context(), Cmd{Dir: t.TempDir(), Args: []string{"config", "--get", "core.hooksPath"}})
	if err != nil || strings.TrimSpace(string(got)) != os.DevNull {
		t.Error(string(got), err)
	}
	for _, url := range []string{"/etc", "file:///etc", "ext::sh -c id", "git://example.com/x", s.URL + "/x"} {
		_, err := r.Run(t.Context(), Cmd{Dir: t.TempDir(), Args: []string{"ls-remote", "--", url}})
		if err == nil || !strings.Contains(err.Error(), "not allowed") && !strings.Contains(err.Error(), "not a repository") {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestSSHCommandIsQuoted(t *testing.T) {
	got := sshCommand(Credential{Key: "/k'; touch /tmp/owned; '", Known: "/known hosts"})
	if !strings.Contains(got, `'-oIdentityFile=/k'\''; touch /tmp/owned; '\'''`) || !strings.Contains(got, "'-oUserKnownHostsFile=/known hosts'") {
		t.Error(got)
	}
}
