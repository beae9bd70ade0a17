package clone

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/gitrun"
	"github.com/backchannel-portal/backchannel/internal/gitrun/gitruntest"
	"github.com/backchannel-portal/backchannel/internal/scm"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("net/http.(*persistConn).readLoop"), goleak.IgnoreTopFunction("net/http.(*persistConn).writeLoop"))
}

func store(t *testing.T, s *gitruntest.Server, o Options) *Store {
	t.Helper()
	git, err := gitrun.New(gitrun.Options{Plain: []string{s.Host}, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	o.Git = git
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	if o.Hosts == nil {
		o.Hosts = []Host{{Name: s.Host, Scheme: "http"}}
	}
	if o.Fresh == 0 {
		o.Fresh = time.Nanosecond
	}
	st, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return st
}

func read(t *testing.T, s *Store, target, name string) string {
	t.Helper()
	tree, err := s.Open(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	data, err := scm.ReadFile(tree, name, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestTrees(t *testing.T) {
	git := gitruntest.New(t)
	repo := git.Repo("acme/pay", map[string]string{"go.mod": "module pay", "docs/index.md": "# Pay", "docs/a/b.md": "b", "secret@": "/etc/passwd", "circle@": "circle"})
	repo.Commit("feature/x", map[string]string{"go.mod": "module side"})
	s := store(t, git, Options{})
	web := git.URL + "/acme/pay"
	for _, c := range []struct{ target, name, want string }{
		{web, "go.mod", "module pay"},
		{"url:" + web + "/", "docs/index.md", "# Pay"},
		{web + "/tree/main/docs/", "index.md", "# Pay"},
		{web + "/-/tree/main/docs", "a/b.md", "b"},
		{web + "/tree/feature/x/", "go.mod", "module side"},
		{web + ".git", "go.mod", "module pay"},
	} {
		if got := read(t, s, c.target, c.name); got != c.want {
			t.Errorf("%s %s: %q", c.target, c.name, got)
		}
	}
	tree, err := s.Open(t.Context(), web+"/tree/main/docs")
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	names, err := fs.Glob(tree, "*")
	if err != nil || !slices.Equal(names, []string{"a", "index.md"}) || tree.Where() != web+"/tree/main/docs" {
		t.Error(names, tree.Where(), err)
	}
	top, dir := tree.(scm.Nested).Repository()
	if _, err := fs.Stat(top, "go.mod"); err != nil || dir != "docs" {
		t.Error(dir, err)
	}
	for name, want := range map[string]error{"secret": scm.ErrLeadsOut, "circle": scm.ErrCircle} {
		if _, err := fs.ReadFile(top, name); !errors.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for target, kind := range map[string]fault.Kind{
		git.URL + "/acme/none": fault.NotFound, web + "/tree/none": fault.NotFound, web + "/tree/main/none": fault.NotFound,
		"https://github.com/acme/pay": fault.NotFound, "./local": fault.NotFound, web + "/tree/--upload-pack=x/": fault.NotFound,
	} {
		if _, err := s.Open(t.Context(), target); !fault.Is(err, kind) {
			t.Errorf("%s: %v", target, err)
		}
	}
	if !s.Knows(web+"/x") || s.Knows("https://github.com/acme/pay") || s.Knows("./x") {
		t.Error("Knows")
	}
}

// TestOnlyWhatIsRead: the contents of files come when they are read, what is unchanged does not come again, and a
// folder's version tells whether anything in it changed.
func TestOnlyWhatIsRead(t *testing.T) {
	git := gitruntest.New(t)
	repo := git.Repo("acme/mono", map[string]string{"a/go.mod": "a", "b/go.mod": "b", "big": strings.Repeat("x", 1<<20)})
	s := store(t, git, Options{Cache: &memory{}, Eager: func(string) bool { return false }})
	version := func(dir string) string {
		tree, err := s.Open(t.Context(), git.URL+"/acme/mono/tree/main/"+dir)
		if err != nil {
			t.Fatal(err)
		}
		defer tree.Close()
		return scm.Version(tree, ".")
	}
	read(t, s, git.URL+"/acme/mono/tree/main/a", "go.mod")
	a, b := version("a"), version("b")
	repo.Commit("main", map[string]string{"b/go.mod": "b2"})
	git.Requests()
	if version("a") != a || version("b") == b {
		t.Error("versions do not follow contents")
	}
	if got := read(t, s, git.URL+"/acme/mono/tree/main/b", "go.mod"); got != "b2" {
		t.Error(got)
	}
	read(t, s, git.URL+"/acme/mono/tree/main/a", "go.mod")
	packs := 0
	for _, r := range git.Requests() {
		if strings.HasPrefix(r, "POST") && strings.HasSuffix(r, "/git-upload-pack") {
			packs++
		}
	}
	if packs == 0 || packs > 40 {
		t.Errorf("%d requests", packs)
	}
	if size := gitrun.Size(s.o.Dir); size > 1<<20 {
		t.Errorf("%d bytes on disk: the large file was fetched", size)
	}
}

// memory is a cache for tests.
type memory struct{ m map[string][]byte }

func (m *memory) Get(key string) ([]byte, bool) { v, ok := m.m[key]; return v, ok }

func (m *memory) Put(key string, value []byte) {
	if m.m == nil {
		m.m = map[string][]byte{}
	}
	m.m[key] = value
}

func noise(n int) string {
	b, x := make([]byte, n), uint64(n)
	for i := range b {
		x = x*6364136223846793005 + 1442695040888963407
		b[i] = byte(x >> 56)
	}
	return string(b)
}

func TestTooLarge(t *testing.T) {
	git := gitruntest.New(t)
	repo := git.Repo("acme/big", map[string]string{"catalog-info.yaml": "x", "blob": noise(8 << 20)})
	repo.Config("uploadpack.allowFilter", "false")
	now := time.Now()
	s := store(t, git, Options{MaxRepo: 1 << 20, Clock: func() time.Time { return now }})
	_, err := s.Open(t.Context(), git.URL+"/acme/big")
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "larger than the 1 MB") {
		t.Fatal(err)
	}
	entries, _ := os.ReadDir(s.o.Dir)
	if len(entries) > 0 {
		t.Errorf("%v is left on disk", entries)
	}
	cl := s.clone(Repo{At: must(t, repo.URL)})
	git.Requests()
	if err := s.ready(t.Context(), cl, Repo{At: must(t, repo.URL)}, ""); !fault.Is(err, fault.Invalid) || len(git.Requests()) > 0 {
		t.Error("it is tried again at once: ", err)
	}
	repo.Config("uploadpack.allowFilter", "true")
	now = now.Add(2 * time.Hour)
	if got := read(t, s, git.URL+"/acme/big", "catalog-info.yaml"); got != "x" {
		t.Error(got)
	}
	tree, err := s.Open(t.Context(), git.URL+"/acme/big")
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	if _, err := scm.ReadFile(tree, "blob", 64<<20); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Error(err)
	}
	now = now.Add(time.Hour)
	repo.Commit("main", map[string]string{"catalog-info.yaml": "y"})
	if got := read(t, s, git.URL+"/acme/big", "catalog-info.yaml"); got != "y" {
		t.Error("a file that is too large spoils the rest: ", got)
	}
	if size := gitrun.Size(s.o.Dir); size > 2<<20 {
		t.Errorf("%d bytes on disk", size)
	}
}

func must(t *testing.T, s string) gitrun.Address {
	t.Helper()
	at, err := gitrun.ParseAddress(s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestAllTogether: of many repositories those used least recently go, and come back when they are read.
func TestAllTogether(t *testing.T) {
	git := gitruntest.New(t)
	for _, name := range []string{"a", "b", "c", "d"} {
		repo := git.Repo("acme/"+name, map[string]string{"f": name, "big": noise(400<<10 + int(name[0]))})
		repo.Config("uploadpack.allowFilter", "false")
	}
	now := time.Now()
	s := store(t, git, Options{MaxRepo: 1 << 20, MaxTotal: 3 << 20, Clock: func() time.Time { now = now.Add(time.Second); return now }})
	for range 2 {
		for _, name := range []string{"a", "b", "c", "d"} {
			if got := read(t, s, git.URL+"/acme/"+name, "f"); got != name {
				t.Error(got)
			}
			if size := gitrun.Size(s.o.Dir); size > 3<<20 {
				t.Errorf("%d bytes on disk", size)
			}
		}
	}
}

// TestAfterAKill: what a process left half done is cleared away, and what it had done is used.
func TestAfterAKill(t *testing.T) {
	git := gitruntest.New(t)
	git.Repo("acme/pay", map[string]string{"f": "1"})
	dir := t.TempDir()
	s := store(t, git, Options{Dir: dir})
	read(t, s, git.URL+"/acme/pay", "f")
	s.Close()
	done, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(done) != 1 {
		t.Fatal(done)
	}
	for name, text := range map[string]string{
		"0123.part/HEAD": "ref: refs/heads/main", "4567/objects/x": "no HEAD", "note.txt": "?",
		filepath.Base(done[0]) + "/objects/pack/tmp_pack_x": "half", filepath.Base(done[0]) + "/shallow.lock": "",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	s = store(t, git, Options{Dir: dir})
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); !slices.Equal(left, done) {
		t.Error(left)
	}
	if half, _ := filepath.Glob(filepath.Join(done[0], "objects", "pack", "tmp_*")); len(half) > 0 {
		t.Error(half)
	}
	git.Hook(func(w http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.Path, "upload-pack") && r.Method == "POST" && r.ContentLength > 400 {
			t.Error("it is fetched again")
		}
		return false
	})
	if got := read(t, s, git.URL+"/acme/pay", "f"); got != "1" {
		t.Error(got)
	}
}

func TestDamagedCloneIsMadeAnew(t *testing.T) {
	git := gitruntest.New(t)
	git.Repo("acme/pay", map[string]string{"f": "1"})
	dir := t.TempDir()
	s := store(t, git, Options{Dir: dir})
	read(t, s, git.URL+"/acme/pay", "f")
	packs, _ := filepath.Glob(filepath.Join(dir, "*", "objects", "pack", "*"))
	for _, p := range packs {
		os.Remove(p)
	}
	s.Close()
	s = store(t, git, Options{Dir: dir})
	if got := read(t, s, git.URL+"/acme/pay", "f"); got != "1" {
		t.Error(got)
	}
}

func TestPrefetch(t *testing.T) {
	git := gitruntest.New(t)
	files := map[string]string{}
	for _, n := range []string{"a", "b", "c", "d", "e"} {
		files[n+"/catalog-info.yaml"] = n
	}
	git.Repo("acme/mono", files)
	s := store(t, git, Options{Eager: func(string) bool { return false }})
	h := s.Host(git.Host)
	r, err := h.Repository(t.Context(), "acme/mono")
	if err != nil {
		t.Fatal(err)
	}
	c, err := h.Head(t.Context(), r, r.Branch)
	if err != nil {
		t.Fatal(err)
	}
	l, err := h.Files(t.Context(), r, c)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, e := range l.Entries() {
		ids = append(ids, e.ID)
	}
	if err := s.Prefetch(t.Context(), git.Host, r, c, ids); err != nil {
		t.Fatal(err)
	}
	git.Hook(func(http.ResponseWriter, *http.Request) bool { t.Error("asked again"); return false })
	for _, e := range l.Entries() {
		if data, err := h.Content(t.Context(), r, e); err != nil || string(data) != e.Path[:1] {
			t.Error(string(data), err)
		}
	}
}

// TestSlowClone: who waits no longer finds it done the next time.
func TestSlowClone(t *testing.T) {
	git := gitruntest.New(t)
	git.Repo("acme/pay", map[string]string{"f": "1"})
	s := store(t, git, Options{})
	gate := make(chan struct{})
	git.Hook(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == "POST" {
			<-gate
		}
		return false
	})
	repo := Repo{At: must(t, git.URL+"/acme/pay.git")}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := s.ready(ctx, s.clone(repo), repo, ""); err != context.DeadlineExceeded {
		t.Error(err)
	}
	close(gate)
	if err := s.ready(t.Context(), s.clone(repo), repo, ""); err != nil {
		t.Error(err)
	}
}

// TestHangingHost: clones from a host that hangs do not keep those from another waiting, nor do more of them than it may
// have go on at once.
func TestHangingHost(t *testing.T) {
	bad, good := gitruntest.New(t), gitruntest.New(t)
	names := []string{"acme/a", "acme/b", "acme/c", "acme/d", "acme/e", "acme/f", "acme/g", "acme/h", "acme/i"}
	for _, name := range names {
		bad.Repo(name, map[string]string{"f": "1"})
	}
	good.Repo("acme/pay", map[string]string{"f": "2"})
	git, err := gitrun.New(gitrun.Options{Plain: []string{bad.Host, good.Host}, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	s := store(t, bad, Options{Hosts: []Host{{Name: bad.Host, Scheme: "http"}, {Name: good.Host, Scheme: "http"}}})
	s.o.Git = git
	gate, hanging := make(chan struct{}), make(chan string, 100)
	bad.Hook(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == "POST" {
			hanging <- r.URL.Path
			<-gate
		}
		return false
	})
	defer bad.Hook(nil)
	done := make(chan error, len(names))
	for _, name := range names {
		repo := Repo{At: must(t, bad.URL+"/"+name+".git")}
		go func() { done <- s.ready(t.Context(), s.clone(repo), repo, "") }()
	}
	for range maxOfHost {
		<-hanging
	}
	repo := Repo{At: must(t, good.URL+"/acme/pay.git")}
	if err := s.ready(t.Context(), s.clone(repo), repo, ""); err != nil {
		t.Error(err)
	}
	if n := len(s.slots); n != maxOfHost {
		t.Errorf("%d clones are made at once of a host that hangs", n)
	}
	close(gate)
	for range names {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestAddedRepositories(t *testing.T) {
	git := gitruntest.New(t)
	git.Repo("pay", map[string]string{"f": "1", "src/f": "2"})
	s := store(t, git, Options{Hosts: []Host{}})
	if s.Knows(git.URL + "/pay") {
		t.Error("known before it is added")
	}
	s.Add(Repo{At: must(t, git.URL+"/pay.git")})
	for target, want := range map[string]string{
		git.URL + "/pay": "1", git.URL + "/pay/src/main/": "1", git.URL + "/pay/src/branch/main/src": "2", git.URL + "/pay/blob/main/src": "2",
	} {
		if got := read(t, s, target, "f"); got != want {
			t.Errorf("%s: %q", target, got)
		}
	}
	if s.Knows(git.URL + "/other") {
		t.Error("another one is known")
	}
}

func TestWeb(t *testing.T) {
	for in, want := range map[string]string{
		"https://github.com/acme/pay.git": "https://github.com/acme/pay", "git@git.acme.dev:a/b/c.git": "https://git.acme.dev/a/b/c",
		"ssh://git@h:2222/x": "https://h/x", "http://h:8080/x": "http://h:8080/x", "https://h:443/x": "https://h/x",
	} {
		if got := Web(must(t, in)); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}

// TestDocsComeTogether: the pages of a site and the manifests beside it cost no request each.
func TestDocsComeTogether(t *testing.T) {
	git := gitruntest.New(t)
	files := map[string]string{"go.mod": "module x", "main.go": "package main", "go.sum": "sum"}
	for i := range 40 {
		files["docs/"+string(rune('a'+i%26))+"/"+strings.Repeat("x", i+1)+".md"] = strings.Repeat("#", i+1)
	}
	git.Repo("acme/site", files)
	s := store(t, git, Options{Fresh: time.Hour})
	tree, err := s.Open(t.Context(), git.URL+"/acme/site")
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	git.Requests()
	pages, err := fs.Glob(tree, "docs/*/*.md")
	if err != nil || len(pages) != 40 {
		t.Fatal(pages, err)
	}
	for _, p := range append(pages, "go.mod") {
		if data, err := scm.ReadFile(tree, p, 1<<10); err != nil || string(data) != files[p] {
			t.Error(p, string(data), err)
		}
	}
	if r := git.Requests(); len(r) > 0 {
		t.Errorf("%d more requests", len(r))
	}
	if data, err := scm.ReadFile(tree, "go.sum", 1<<10); err != nil || string(data) != "sum" || len(git.Requests()) == 0 {
		t.Error("a lock file comes when it is read: ", string(data), err)
	}
}

func TestReading(t *testing.T) {
	for name, want := range map[string]bool{
		"a/catalog-info.yaml": true, "docs/a.MD": true, "Dockerfile": true, "x/App.csproj": true, "requirements-dev.txt": true,
		"package-lock.json": false, "main.go": false, "data.json": false, "README": false,
	} {
		if Reading(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}
