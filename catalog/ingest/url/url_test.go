package url

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/internal/scm"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func component(name string) string {
	return "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: " + name +
		"\nspec:\n  type: service\n  lifecycle: production\n  owner: team-a\n"
}

func location(targets ...string) string {
	return "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata:\n  name: more\nspec:\n  targets: [" + strings.Join(targets, ", ") + "]\n"
}

// site is a server whose files can be changed.
type site struct {
	*httptest.Server
	mu    sync.Mutex
	files map[string]string
	hook  http.HandlerFunc
	sent  int // whole answers
	seen  []http.Header
}

func serve(t *testing.T, files map[string]string) *site {
	s := &site{files: files}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.seen = append(s.seen, r.Header)
		text, ok := s.files[r.URL.Path]
		etag := fmt.Sprintf(`"%d-%s"`, len(text), r.URL.Path)
		switch {
		case s.hook != nil:
			s.hook(w, r)
		case !ok:
			http.NotFound(w, r)
		case r.Header.Get("If-None-Match") == etag:
			w.WriteHeader(http.StatusNotModified)
		default:
			s.sent++
			w.Header().Set("ETag", etag)
			w.Write([]byte(text))
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *site) set(hook http.HandlerFunc, files map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = hook
	for name, text := range files {
		s.files[name] = text
	}
	s.sent, s.seen = 0, nil
}

func (s *site) host() string { return strings.TrimPrefix(s.URL, "http://") }

func source(t *testing.T, s *site, o Options, paths ...string) *Source {
	t.Helper()
	o.Client = outbound.New(outbound.Options{
		Hosts: []outbound.Host{{Name: s.host(), Private: true, Plain: true, Rate: 1000}}, Backoff: time.Millisecond, MaxBody: 1 << 20,
		Header: time.Minute, Idle: time.Minute,
	})
	t.Cleanup(o.Client.Close)
	for _, p := range paths {
		o.URLs = append(o.URLs, s.URL+p)
	}
	src, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func refs(d catalog.Delta) []string {
	out := []string{}
	for _, f := range d.Files {
		for _, e := range f.Entities {
			out = append(out, e.Ref.Short("component"))
		}
		for _, p := range f.Problems {
			out = append(out, "! "+p.Code)
		}
	}
	for _, g := range d.Gone {
		out = append(out, "- "+g[strings.LastIndexByte(g, '/')+1:])
	}
	slices.Sort(out)
	return out
}

func TestReadAndChanges(t *testing.T) {
	s := serve(t, map[string]string{
		"/c/all.yaml": location("./a.yaml", "sub/b.yaml", "./none.yaml"), "/c/a.yaml": component("a"),
		"/c/sub/b.yaml": component("b") + "  note: {$text: ../note.txt}\n", "/c/note.txt": "one",
	})
	src := source(t, s, Options{Header: http.Header{"Authorization": {"Bearer x"}}}, "/c/all.yaml?token=secret")
	d, err := src.Read(t.Context())
	if diff := cmp.Diff([]string{"! unreadable", "a", "b", "location:more"}, refs(d)); err != nil || diff != "" || !d.Full {
		t.Fatal(err, diff)
	}
	if strings.Contains(src.Origin()+fmt.Sprint(d), "secret") {
		t.Error("a secret is shown")
	}
	for _, h := range s.seen {
		if h.Get("Authorization") != "Bearer x" {
			t.Error("the header is not sent")
		}
	}
	s.set(nil, nil)
	if d, err := src.changes(t.Context()); err != nil || len(d.Files)+len(d.Gone) > 0 || s.sent > 0 {
		t.Error(refs(d), err, s.sent)
	}
	s.set(nil, map[string]string{"/c/note.txt": "two!"})
	if d, err := src.changes(t.Context()); err != nil || !slices.Equal(refs(d), []string{"b"}) || s.sent != 3 { // the note twice, and the descriptor
		t.Error(refs(d), err, s.sent)
	}
	s.set(nil, map[string]string{"/c/all.yaml": location("./a.yaml", "./none.yaml")})
	if d, err := src.changes(t.Context()); err != nil || !slices.Equal(refs(d), []string{"! unreadable", "- b.yaml", "location:more"}) {
		t.Error(refs(d), err)
	}
}

func (s *Source) changes(ctx context.Context) (catalog.Delta, error) {
	return s.engine.Follow(ctx, s.roots, nil)
}

// TestHostileAnswers: whatever a server does, the last good version stays, and so does what it led to.
func TestHostileAnswers(t *testing.T) {
	for name, hook := range map[string]http.HandlerFunc{
		"500":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"login": func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<!DOCTYPE html><form>")) },
		"loop":  func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.String(), http.StatusFound) },
		"half": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "99")
			w.Write([]byte("kind:"))
		},
		"endless": func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 2<<20)) },
		"empty":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) },
		"not new": func(w http.ResponseWriter, r *http.Request) { r.Header.Del("If-None-Match"); w.WriteHeader(304) },
		"denied":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) },
		"gone":    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) },
	} {
		s := serve(t, map[string]string{"/all.yaml": location("./a.yaml"), "/a.yaml": component("a")})
		src := source(t, s, Options{}, "/all.yaml")
		s.set(hook, nil)
		if _, err := src.Read(t.Context()); err == nil {
			t.Errorf("%s: a source that was never read succeeds", name)
		}
		s.set(nil, nil)
		if _, err := src.Read(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.set(hook, nil)
		d, err := src.changes(t.Context())
		if name == "not new" {
			if err != nil || len(d.Files)+len(d.Gone) > 0 {
				t.Error(name, refs(d), err)
			}
			continue
		}
		if err != nil || len(d.Gone) > 0 {
			t.Errorf("%s: %v %v", name, refs(d), err)
		}
		for _, f := range d.Files {
			if !f.Opaque || f.Hash != [32]byte{} {
				t.Errorf("%s: %+v", name, f)
			}
		}
		s.set(nil, nil)
		if d, err := src.changes(t.Context()); err != nil || !slices.Equal(refs(d), []string{"a", "location:more"}) {
			t.Errorf("%s, back again: %v %v", name, refs(d), err)
		}
	}
}

func TestSeveral(t *testing.T) {
	s := serve(t, map[string]string{"/a.yaml": component("a"), "/b.yaml": component("b")})
	src := source(t, s, Options{}, "/a.yaml", "/none.yaml", "/b.yaml")
	d, err := src.Read(t.Context())
	if err != nil || !slices.Equal(refs(d), []string{"! unreadable", "a", "b"}) || !d.Full {
		t.Error(refs(d), err)
	}
	fresh := source(t, s, Options{}, "/a.yaml", "/none.yaml")
	s.set(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/none.yaml" {
			w.WriteHeader(500)
			return
		}
		w.Write([]byte(component("a")))
	}, nil)
	if d, err := fresh.Read(t.Context()); err != nil || d.Full {
		t.Error("what could not be looked at may have led to anything: ", refs(d), err)
	}
}

// TestWhereLocationsMayLead: neither to hosts that nobody configured nor to files of others.
func TestWhereLocationsMayLead(t *testing.T) {
	other := serve(t, map[string]string{"/a.yaml": component("other")})
	s := serve(t, map[string]string{
		"/all.yaml": location(other.URL+"/a.yaml", "http://169.254.169.254/latest", "file:/etc/passwd", "./*.yaml", "./a.yaml"),
		"/a.yaml":   component("a") + "  note: {$text: '" + other.URL + "/a.yaml'}\n",
	})
	d, err := source(t, s, Options{}, "/all.yaml").Read(t.Context())
	if err != nil || !slices.Equal(refs(d), []string{"! invalid", "! unreadable", "! unreadable", "! unreadable", "! unreadable", "location:more"}) {
		t.Error(refs(d), err)
	}
	if len(other.seen) > 0 {
		t.Error("the other host was asked")
	}
}

func TestIntegrations(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "pay"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "pay", "catalog-info.yaml"), []byte(component("pay")), 0o666); err != nil {
		t.Fatal(err)
	}
	trees, err := scm.New([]scm.Mirror{{URL: "https://github.com/acme/", Dir: dir}}, "")
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, nil)
	src := source(t, s, Options{Trees: trees, URLs: []string{"https://github.com/acme/pay/blob/main/catalog-info.yaml"}})
	if d, err := src.Read(t.Context()); err != nil || !slices.Equal(refs(d), []string{"pay"}) {
		t.Error(refs(d), err)
	}
}

func TestWatch(t *testing.T) {
	s := serve(t, map[string]string{"/a.yaml": component("a")})
	src := source(t, s, Options{Interval: time.Hour}, "/a.yaml")
	if _, err := src.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	deltas, done := make(chan catalog.Delta), make(chan error)
	go func() { done <- src.Watch(ctx, func(d catalog.Delta) { deltas <- d }) }()
	s.set(nil, map[string]string{"/a.yaml": component("longer")})
	if src.Refresh("https://example.com/") || !src.Refresh(s.URL+"/a.yaml") {
		t.Error("Refresh")
	}
	if d := <-deltas; !slices.Equal(refs(d), []string{"longer"}) {
		t.Error(refs(d))
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestRaw(t *testing.T) {
	for in, want := range map[string]string{
		"https://github.com/a/b/blob/main/x/y.yaml":    "https://raw.githubusercontent.com/a/b/main/x/y.yaml",
		"https://gitlab.com/a/b/c/-/blob/main/y.yaml":  "https://gitlab.com/a/b/c/-/raw/main/y.yaml",
		"https://github.com/a/b":                       "https://github.com/a/b",
		"https://example.com/github.com/a/blob/m/y.md": "https://example.com/github.com/a/blob/m/y.md",
	} {
		if got := raw(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}

func TestWrongOptions(t *testing.T) {
	for _, u := range [][]string{nil, {""}, {"x"}, {"ftp://h/x"}, {"file:///etc/passwd"}, {"https://u:secret@h/x"}, {"https://h/ok", "https://"}, {"https://h/%zz"}} {
		if _, err := New(Options{URLs: u}); !fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", u, err)
		}
	}
}

// TestTooMuchTogether: a Location may name more than a source takes. What was read before stays, what does not fit is a
// problem that names its file, and what waits to be read takes no more memory than its bound.
func TestTooMuchTogether(t *testing.T) {
	large := "# " + strings.Repeat("x", 900<<10) + "\n"
	files := map[string]string{}
	var targets []string
	for i := range 200 {
		name := fmt.Sprintf("t%d", i)
		files["/"+name+".yaml"] = component(name) + large
		targets = append(targets, "./"+name+".yaml")
	}
	files["/all.yaml"] = location(targets[:3]...)
	s := serve(t, files)
	src := source(t, s, Options{}, "/all.yaml")
	if d, err := src.Read(t.Context()); err != nil || !slices.Equal(refs(d), []string{"location:more", "t0", "t1", "t2"}) {
		t.Fatal(refs(d), err)
	}
	s.set(nil, map[string]string{"/all.yaml": location(slices.Concat(targets[3:], targets[:3])...)})
	for round := range 2 {
		d, err := src.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		read, refused := map[string]bool{}, 0
		for _, f := range d.Files {
			for _, e := range f.Entities {
				read[e.Ref.Name] = true
			}
			for _, p := range f.Problems {
				refused++
				if p.Code != catalog.ProblemUnreadable || !strings.Contains(p.Message, "more than 128 MB together") {
					t.Errorf("%s: %+v", f.Location, p)
				}
			}
		}
		if !read["t0"] || !read["t1"] || !read["t2"] || len(read) < 140 || len(read) > 147 || refused != 201-len(read) {
			t.Errorf("round %d: %d read, %d refused", round, len(read), refused)
		}
		if src.web.held > maxHeld {
			t.Errorf("%d bytes wait", src.web.held)
		}
	}
	s.set(nil, map[string]string{"/all.yaml": location(targets[:3]...)})
	if d, err := src.Read(t.Context()); err != nil || !slices.Equal(refs(d), []string{"location:more", "t0", "t1", "t2"}) {
		t.Error(refs(d), err)
	}
}

// TestLongETag: a validator as long as a header may be is not worth keeping.
func TestLongETag(t *testing.T) {
	s := serve(t, map[string]string{})
	s.hook = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", `"`+strings.Repeat("e", 100<<10)+`"`)
		w.Write([]byte(component("a")))
	}
	src := source(t, s, Options{}, "/a.yaml")
	if d, err := src.Read(t.Context()); err != nil || !slices.Equal(refs(d), []string{"a"}) {
		t.Fatal(refs(d), err)
	}
	if d, err := src.changes(t.Context()); err != nil || len(d.Files) > 0 {
		t.Error(refs(d), err)
	}
	for _, h := range s.seen {
		if h.Get("If-None-Match") != "" {
			t.Error("it is sent again")
		}
	}
}
