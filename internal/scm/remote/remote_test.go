package remote

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
)

// memory is a host in memory; it counts what it is asked.
type memory struct {
	mu       sync.Mutex
	branches map[string]map[string]string // name -> files; a value "-> x" is a link
	asked    map[string]int
	fails    error
}

func (m *memory) note(what string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked[what]++
	return m.fails
}

func (m *memory) Repository(_ context.Context, path string) (Repo, error) {
	if err := m.note("repository"); err != nil {
		return Repo{}, err
	}
	if path != "acme/pay" && path != "acme/old" {
		return Repo{}, fault.New(fault.NotFound, "no such repository")
	}
	return Repo{ID: "1", Path: "acme/pay", Name: "pay", Web: "https://host.example/acme/pay", Branch: "main"}, nil
}

func (m *memory) Head(_ context.Context, _ Repo, ref string) (Commit, error) {
	if err := m.note("head"); err != nil {
		return Commit{}, err
	}
	if m.branches[ref] == nil {
		return Commit{}, fault.New(fault.NotFound, "no such branch")
	}
	return Commit{ID: fmt.Sprint(ref, "-", len(m.branches[ref])), Tree: ref}, nil
}

func (m *memory) Files(_ context.Context, _ Repo, c Commit) ([]Entry, error) {
	if err := m.note("files"); err != nil {
		return nil, err
	}
	var out []Entry
	for name, text := range m.branches[c.Tree] {
		e := Entry{Path: name, ID: fmt.Sprintf("%x", text), Size: int64(len(text)), Kind: File}
		if to, ok := strings.CutPrefix(text, "-> "); ok {
			e.Kind, e.ID = Link, fmt.Sprintf("%x", to)
		}
		out = append(out, e)
	}
	return append(out, Entry{Path: "../evil", ID: "0", Kind: File}), nil
}

func (m *memory) Content(_ context.Context, _ Repo, e Entry) ([]byte, error) {
	if err := m.note("content"); err != nil {
		return nil, err
	}
	var out []byte
	_, err := fmt.Sscanf(e.ID, "%x", &out)
	return out, err
}

func newMemory() *memory {
	return &memory{asked: map[string]int{}, branches: map[string]map[string]string{
		"main": {
			"pom.xml": "<project/>", "docs/index.md": "# Hi", "docs/deep/a/b.md": "b", "svc/go.mod": "module x",
			"svc/link.md": "-> ../docs/index.md", "link.md": "-> docs/index.md", "out.md": "-> ../../etc/passwd", "abs.md": "-> /etc/passwd", "loop": "-> loop",
		},
		"feature/new": {"docs/index.md": "# New"},
	}}
}

func TestFileSystem(t *testing.T) {
	m := newMemory()
	for name, text := range m.branches["main"] {
		if strings.HasPrefix(text, "-> ") {
			delete(m.branches["main"], name)
		}
	}
	h := NewHost(HostOptions{Name: "host.example", API: m})
	tree, err := h.Open(t.Context(), "url:https://host.example/acme/pay/tree/main/")
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	if err := fstest.TestFS(tree, "pom.xml", "docs/index.md", "docs/deep/a/b.md", "svc/go.mod"); err != nil {
		t.Fatal(err)
	}
	if _, err := fs.Stat(tree, "../evil"); err == nil {
		t.Error("a path that climbs is there")
	}
}

func TestOpen(t *testing.T) {
	h := NewHost(HostOptions{Name: "Host.example", API: newMemory()})
	for _, tt := range []struct {
		target, file, want string
		kind               fault.Kind
	}{
		{"https://host.example/acme/pay", "docs/index.md", "# Hi", 0},
		{"https://host.example/acme/pay/", "docs/index.md", "# Hi", 0},
		{"https://host.example/acme/old/tree/main", "docs/index.md", "# Hi", 0},
		{"git@host.example:acme/pay.git", "docs/index.md", "# Hi", 0},
		{"url:https://host.example/acme/pay/tree/main/docs/", "index.md", "# Hi", 0},
		{"https://host.example/acme/pay/blob/main/docs", "deep/a/b.md", "b", 0},
		{"https://host.example/acme/pay/-/tree/main/docs", "index.md", "# Hi", 0},
		{"https://host.example/acme/pay/tree/feature/new/docs", "index.md", "# New", 0},
		{"https://host.example/acme/pay/tree/HEAD/docs", "index.md", "# Hi", 0},
		{"https://host.example/acme/pay", "link.md", "# Hi", 0},
		{"https://host.example/acme/pay", "out.md", "", fault.NotFound},
		{"https://host.example/acme/pay", "abs.md", "", fault.NotFound},
		{"https://host.example/acme/pay", "loop", "", fault.NotFound},
		{"https://host.example/acme/pay/tree/main/svc", "link.md", "", fault.NotFound}, // it leads out of the folder
		{"https://host.example/acme/pay/tree/main/nowhere", "x", "", fault.NotFound},
		{"https://host.example/acme/pay/tree/main/pom.xml", "x", "", fault.NotFound},
		{"https://host.example/acme/pay/tree/nobranch/docs", "x", "", fault.NotFound},
		{"https://host.example/acme/other", "x", "", fault.NotFound},
		{"https://host.example/acme", "x", "", fault.NotFound},
		{"https://elsewhere.example/acme/pay", "x", "", fault.NotFound},
		{"file:/etc", "x", "", fault.NotFound},
		{"https://host.example/acme/../pay", "x", "", fault.Invalid},
	} {
		tree, err := h.Open(t.Context(), tt.target)
		var data []byte
		if err == nil {
			data, err = scm.ReadFile(tree, tt.file, 100)
			tree.Close()
		}
		if string(data) != tt.want || (err != nil) != (tt.kind != 0) || err != nil && fault.KindOf(err) != tt.kind {
			t.Errorf("%s of %s: %q, %v", tt.file, tt.target, data, err)
		}
	}
	if !h.Knows("https://host.example/acme/pay/tree/main") || h.Knows("https://other.example/acme/pay") || h.Knows("https://host.example/acme") {
		t.Error("Knows")
	}
}

func TestNested(t *testing.T) {
	h := NewHost(HostOptions{Name: "host.example", API: newMemory()})
	top, err := h.Open(t.Context(), "https://host.example/acme/pay")
	if err != nil {
		t.Fatal(err)
	}
	sub, err := h.Open(t.Context(), "https://host.example/acme/pay/tree/main/svc")
	if err != nil {
		t.Fatal(err)
	}
	repo, dir := sub.(scm.Nested).Repository()
	if _, err := fs.Stat(repo, "pom.xml"); err != nil || dir != "svc" {
		t.Errorf("the repository of svc: %v, at %q", err, dir)
	}
	a, b := top.(scm.Nested).Identity(), sub.(scm.Nested).Identity()
	if !strings.HasPrefix(b, a+"/") {
		t.Errorf("identities %q and %q", a, b)
	}
	if sub.Where() != "https://host.example/acme/pay/tree/main/svc" {
		t.Errorf("where is %q", sub.Where())
	}
	if scm.Version(top, "pom.xml") == "" || scm.Version(top, "none") != "" || scm.Version(top, "docs") == "" || scm.Version(top, "docs") == scm.Version(top, "svc") {
		t.Error("versions")
	}
}

func TestReadOnce(t *testing.T) {
	m := newMemory()
	disk, err := NewDisk(t.TempDir(), 0)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	read := func(h *Host) {
		t.Helper()
		tree, err := h.Open(t.Context(), "https://host.example/acme/pay/tree/main/docs")
		if err != nil {
			t.Fatal(err)
		}
		defer tree.Close()
		if _, err := scm.ReadFile(tree, "index.md", 100); err != nil {
			t.Fatal(err)
		}
	}
	h := NewHost(HostOptions{Name: "host.example", API: m, Cache: disk, Clock: clock})
	for range 3 {
		read(h)
	}
	if got := fmt.Sprint(m.asked); got != "map[content:1 files:1 head:1 repository:1]" {
		t.Errorf("asked %s", got)
	}
	now = now.Add(2 * time.Minute)
	read(h)
	read(NewHost(HostOptions{Name: "host.example", API: m, Cache: disk, Clock: clock})) // after a restart
	if got := fmt.Sprint(m.asked); got != "map[content:1 files:1 head:3 repository:2]" {
		t.Errorf("asked %s", got)
	}
	h.Forget("ACME/pay")
	read(h)
	if got := fmt.Sprint(m.asked); got != "map[content:1 files:1 head:4 repository:3]" {
		t.Errorf("asked %s", got)
	}
}

func TestReadOnceWithoutDisk(t *testing.T) {
	m := newMemory()
	h := NewHost(HostOptions{Name: "host.example", API: m})
	for range 3 {
		tree, err := h.Open(t.Context(), "https://host.example/acme/pay")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := scm.ReadFile(tree, "pom.xml", 100); err != nil {
			t.Fatal(err)
		}
		tree.Close()
	}
	if got := fmt.Sprint(m.asked); got != "map[content:1 files:1 head:1 repository:1]" {
		t.Errorf("asked %s", got)
	}
	s := newShelf()
	s.Put("large", make([]byte, shelfBytes/2))
	for i := range 8 {
		s.Put(fmt.Sprint(i), make([]byte, shelfBytes/5))
	}
	if _, ok := s.Get("large"); ok || s.kept.used > shelfBytes {
		t.Errorf("%d bytes are kept", s.kept.used)
	}
}

func TestHostThatFails(t *testing.T) {
	m := newMemory()
	h := NewHost(HostOptions{Name: "host.example", API: m})
	tree, err := h.Open(t.Context(), "https://host.example/acme/pay")
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	m.fails = fault.New(fault.NotFound, "gone")
	if _, err := scm.ReadFile(tree, "pom.xml", 100); !fault.Is(err, fault.Upstream) {
		t.Errorf("a file that is listed and cannot be fetched: %v", err)
	}
}

func TestDisk(t *testing.T) {
	dir := t.TempDir()
	d, err := NewDisk(dir, 4000)
	if err != nil {
		t.Fatal(err)
	}
	value := []byte(strings.Repeat("x", 400))
	for i := range 20 {
		d.Put(fmt.Sprint(i), value)
		d.Get("0") // used all the time
	}
	if d.Used() > 4000 {
		t.Errorf("%d bytes are kept", d.Used())
	}
	_, old := d.Get("1")
	if got, ok := d.Get("0"); !ok || string(got) != string(value) || old {
		t.Errorf("what is used goes before what is not: %v %v", ok, old)
	}
	d.Put("large", make([]byte, 2000))
	if _, ok := d.Get("large"); ok {
		t.Error("a value of half the size is kept")
	}
	again, err := NewDisk(dir, 4000)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := again.Get("0"); !ok || again.Used() != d.Used() {
		t.Errorf("after a restart: %v, %d of %d bytes", ok, again.Used(), d.Used())
	}
	var files []string
	filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error { //nolint:errcheck // as far as it goes
		if err == nil && !e.IsDir() {
			files = append(files, p)
		}
		return nil
	})
	for _, f := range files {
		if err := os.Truncate(f, 300); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := again.Get("0"); ok {
		t.Error("half a value is taken for one")
	}
	if _, err := os.Stat(again.path(fileName("0"))); err == nil {
		t.Error("half a value stays")
	}
	if _, err := NewDisk(filepath.Join(files[0], "x"), 0); err == nil {
		t.Error("a folder that cannot be made is no error")
	}
}

func TestListing(t *testing.T) {
	l := NewListing([]Entry{{Path: "b/c", ID: "1", Size: 3, Kind: File}, {Path: "a", ID: "2", Size: -1, Kind: Link}, {Path: "a", ID: "3"}, {Path: "/x"}, {Path: "y\nz"}})
	got, err := decodeListing(l.encode())
	if err != nil || !slices.Equal(got.Entries(), l.Entries()) || len(got.Entries()) != 2 {
		t.Errorf("%v, %v", got.Entries(), err)
	}
	for _, damaged := range [][]byte{nil, []byte("x"), l.encode()[:20]} {
		if _, err := decodeListing(damaged); err == nil {
			t.Errorf("%q is taken for a listing", damaged)
		}
	}
}

func FuzzDecodeListing(f *testing.F) {
	f.Add(NewListing([]Entry{{Path: "b/c", ID: "1", Size: 3, Kind: File}}).encode())
	f.Add([]byte("x"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		if l, err := decodeListing(data); err == nil {
			l.folder(".")
			l.sum(".")
		}
	})
}
