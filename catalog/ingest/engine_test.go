package ingest

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

func component(name string) string {
	return "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: " + name +
		"\nspec:\n  type: service\n  lifecycle: production\n  owner: team-a\n"
}

func location(name string, targets ...string) string {
	return "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata:\n  name: " + name + "\nspec:\n  targets: [" + strings.Join(targets, ", ") + "]\n"
}

// shelf is a place below https://h/r/ in memory. Tokens are versions that it is told.
type shelf struct {
	mu    sync.Mutex
	files map[string]string
	fail  map[string]error // by address
	finds []string         // calls
	reads []string
}

const top = "https://h/r/"

func newShelf(files map[string]string) *shelf {
	s := &shelf{files: map[string]string{}, fail: map[string]error{}}
	for name, text := range files {
		s.files[top+name] = text
	}
	return s
}

func (s *shelf) Has(address string) bool { return strings.HasPrefix(address, top) }

func (s *shelf) Find(_ context.Context, address string, named bool) (Found, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.finds = append(s.finds, strings.TrimPrefix(address, top))
	if err := s.fail[address]; err != nil {
		return Found{Pattern: HasMeta(address)}, err
	}
	if _, ok := s.files[address]; ok {
		return Found{Addresses: []string{address}}, nil
	}
	f := Found{Pattern: true, Sift: named && strings.HasSuffix(address, "/")}
	for at := range s.files {
		if ok, _ := path.Match(address, at); ok || strings.HasSuffix(address, "/") && strings.HasPrefix(at, address) {
			f.Addresses = append(f.Addresses, at)
		}
	}
	slices.Sort(f.Addresses)
	if len(f.Addresses) == 0 && !HasMeta(address) {
		return Found{Addresses: []string{address}}, fs.ErrNotExist
	}
	return f, nil
}

func (s *shelf) Read(_ context.Context, address string, have Token) (Content, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, ok := s.files[address]
	token := Token(fmt.Sprint("v", len(text), text))
	switch {
	case s.fail["read "+address] != nil:
		return Content{}, s.fail["read "+address]
	case !ok:
		return Content{}, fs.ErrNotExist
	case token == have:
		return Content{Token: token, Same: true}, nil
	}
	s.reads = append(s.reads, strings.TrimPrefix(address, top))
	return Content{Data: []byte(text), Token: token}, nil
}

func (s *shelf) Beside(ctx context.Context, _, address string, have Token) (Content, error) {
	return s.Read(ctx, address, have)
}

func (s *shelf) CodeOwners(context.Context, string) (CodeOwners, error) { return CodeOwners{}, nil }

// calls returns what was asked since the last time, in order.
func (s *shelf) calls() (finds, reads []string) {
	finds, reads = s.finds, s.reads
	slices.Sort(finds)
	slices.Sort(reads)
	s.finds, s.reads = nil, nil
	return finds, reads
}

func (s *shelf) engine() *Engine { return New(Options{Origin: "test", Place: s, Parallel: 3}) }

func roots(names ...string) []string {
	for i, n := range names {
		names[i] = top + n
	}
	return names
}

// said renders a delta in its order.
func said(d catalog.Delta) []string {
	out := []string{}
	for _, f := range d.Files {
		text := strings.TrimPrefix(f.Location, top)
		for _, e := range f.Entities {
			text += " " + e.Name
		}
		if f.Opaque {
			text += " opaque"
		}
		for _, p := range f.Problems {
			text += " !" + p.Code
		}
		out = append(out, text)
	}
	for _, g := range d.Gone {
		out = append(out, "gone "+strings.TrimPrefix(g, top))
	}
	return out
}

func check(t *testing.T, what string, want []string, d catalog.Delta, err error) {
	t.Helper()
	if diff := cmp.Diff(want, said(d)); err != nil || diff != "" {
		t.Errorf("%s: %v %s", what, err, diff)
	}
}

func TestOrderAndText(t *testing.T) {
	s := newShelf(map[string]string{
		"b.yaml": location("l", "./sub/x.yaml", "./a.yaml"), "a.yaml": component("a"), "sub/x.yaml": location("m", "../b.yaml", "./y.yaml"),
		"sub/y.yaml": component("y"),
	})
	e := s.engine()
	d, err := e.Read(t.Context(), roots("b.yaml", "a.yaml"))
	check(t, "a file's Locations follow it", []string{"b.yaml l", "sub/x.yaml m", "sub/y.yaml y", "a.yaml a"}, d, err)
	if !d.Full || string(d.Files[3].Text) != component("a") {
		t.Errorf("full %v, text %q", d.Full, d.Files[3].Text)
	}
	s.calls()
	again, err := e.Read(t.Context(), roots("b.yaml", "a.yaml"))
	if err != nil || again.Files[3].Text != nil || again.Files[3].Entities[0].Record() != d.Files[3].Entities[0].Record() {
		t.Error("an unchanged file is parsed again", err)
	}
	if _, reads := s.calls(); len(reads) > 0 {
		t.Error("unchanged files are read again: ", reads)
	}
}

func TestScope(t *testing.T) {
	s := newShelf(map[string]string{
		"a/c.yaml": component("a") + "  n: {$text: ./n.txt}\n", "a/n.txt": "1", "b/c.yaml": location("l", "../a/d.yaml"), "a/d.yaml": component("d"), "x/c.yaml": component("x"),
	})
	e := s.engine()
	targets := roots("a/c.yaml", "b/c.yaml", "x/*.yaml")
	if _, err := e.Read(t.Context(), targets); err != nil {
		t.Fatal(err)
	}
	s.calls()
	s.files[top+"a/c.yaml"], s.files[top+"x/c.yaml"] = strings.ReplaceAll(s.files[top+"a/c.yaml"], "name: a", "name: aa"), component("xx")
	d, err := e.Changes(t.Context(), targets, Below(top+"a/"))
	check(t, "in scope", []string{"a/c.yaml aa"}, d, err)
	if finds, reads := s.calls(); !slices.Equal(finds, []string{"a/c.yaml", "a/d.yaml"}) || !slices.Equal(reads, []string{"a/c.yaml", "a/n.txt"}) {
		t.Error(finds, reads)
	}
	s.files[top+"a/n.txt"] = "2"
	d, err = e.Changes(t.Context(), targets, func(at string) bool { return at == top+"a/n.txt" })
	check(t, "the target of a placeholder", []string{"a/c.yaml aa"}, d, err)
	d, err = e.Changes(t.Context(), targets, nil)
	check(t, "what a scope left out", []string{"x/c.yaml xx"}, d, err)
	if !e.Knows(func(at string) bool { return at == top+"a/n.txt" }) || e.Knows(func(at string) bool { return at == top+"a" }) {
		t.Error("Knows")
	}
	d, err = e.Changes(t.Context(), roots("b/c.yaml", "new/*.yaml"), Below(top+"new/"))
	check(t, "targets that went", []string{"gone a/c.yaml", "gone x/c.yaml"}, d, err)
}

// TestWhatFails: what cannot be looked at stays, with all that it led to.
func TestWhatFails(t *testing.T) {
	away := fault.New(fault.Upstream, "away")
	files := map[string]string{"l.yaml": location("l", "./s/*.yaml", "./a.yaml"), "s/b.yaml": component("b"), "a.yaml": location("m", "./c.yaml"), "c.yaml": component("c")}
	for _, c := range []struct {
		name   string
		broken func(*shelf)
		want   []string
	}{
		{"a glob", func(s *shelf) { s.fail[top+"s/*.yaml"] = away }, []string{"l.yaml l !unreadable", "s/b.yaml opaque"}},
		{"a named file", func(s *shelf) { s.fail[top+"a.yaml"] = away }, []string{"l.yaml l !unreadable", "a.yaml opaque"}},
		{"a named file that is gone", func(s *shelf) { delete(s.files, top+"a.yaml") }, []string{"l.yaml l !unreadable", "a.yaml opaque"}},
		{"a file's content", func(s *shelf) { s.fail["read "+top+"a.yaml"] = away }, []string{"a.yaml opaque !unreadable"}},
		{"a Location that is broken", func(s *shelf) { s.files[top+"a.yaml"] = "kind: Location\nmetadata: {name: m}\n" }, []string{"a.yaml !invalid"}},
		{"a file that makes no sense", func(s *shelf) { s.files[top+"a.yaml"] = "\x00" }, []string{"a.yaml opaque !invalid"}},
		{"a Location that is gone", func(s *shelf) { s.files[top+"a.yaml"] = component("m") }, []string{"a.yaml m", "gone c.yaml"}},
		{"a target that is gone", func(s *shelf) { s.files[top+"l.yaml"] = location("l", "./s/*.yaml") }, []string{"l.yaml l", "gone a.yaml", "gone c.yaml"}},
	} {
		s := newShelf(files)
		e := s.engine()
		if _, err := e.Read(t.Context(), roots("l.yaml")); err != nil {
			t.Fatal(err)
		}
		c.broken(s)
		d, err := e.Changes(t.Context(), roots("l.yaml"), nil)
		check(t, c.name, c.want, d, err)
		d, err = e.Changes(t.Context(), roots("l.yaml"), nil)
		check(t, c.name+", again", []string{}, d, err)
		s.fail = map[string]error{}
		healed := newShelf(files)
		s.files = healed.files
		d, err = e.Changes(t.Context(), roots("l.yaml"), nil)
		if err != nil || len(d.Gone) > 0 || len(d.Files) == 0 || slices.ContainsFunc(d.Files, func(f catalog.File) bool { return f.Opaque }) {
			t.Errorf("%s, healed: %v %v", c.name, said(d), err)
		}
	}
}

func TestRootsThatFail(t *testing.T) {
	away := fault.New(fault.Upstream, "away")
	s := newShelf(map[string]string{"a.yaml": component("a"), "b/1.yaml": component("b1"), "b/2.yaml": component("b2")})
	s.fail[top+"b/*.yaml"] = away
	e := s.engine()
	d, err := e.Read(t.Context(), roots("a.yaml", "b/*.yaml", "none.yaml"))
	check(t, "first", []string{"a.yaml a", "b/*.yaml opaque !unreadable", "none.yaml opaque !unreadable"}, d, err)
	if d.Full {
		t.Error("it is not known what is there, and the delta is full")
	}
	if d, err := e.Follow(t.Context(), roots("a.yaml", "b/*.yaml", "none.yaml"), nil); err != nil || d.Full || len(d.Files) != 3 {
		t.Error("still away: ", said(d), d.Full, err)
	}
	owing := s.engine()
	if _, err := owing.Read(t.Context(), roots("a.yaml", "b/*.yaml")); err != nil {
		t.Fatal(err)
	}
	s.fail = map[string]error{}
	d, err = owing.Follow(t.Context(), roots("a.yaml", "b/*.yaml"), nil)
	check(t, "at last all is known", []string{"a.yaml a", "b/1.yaml b1", "b/2.yaml b2"}, d, err)
	if !d.Full {
		t.Error("and the delta does not say so")
	}
	d, err = owing.Follow(t.Context(), roots("a.yaml", "b/*.yaml"), nil)
	check(t, "nothing is owed", []string{}, d, err)
	d, err = e.Changes(t.Context(), roots("a.yaml", "b/*.yaml"), nil)
	check(t, "back", []string{"b/1.yaml b1", "b/2.yaml b2", "gone b/*.yaml", "gone none.yaml"}, d, err)
	s.fail[top+"b/*.yaml"] = away
	d, err = e.Changes(t.Context(), roots("a.yaml", "b/*.yaml"), nil)
	check(t, "away again", []string{"b/*.yaml opaque !unreadable"}, d, err)
	if d, err = e.Read(t.Context(), roots("a.yaml", "b/*.yaml")); err != nil || !d.Full || len(d.Files) != 4 {
		t.Error(said(d), err)
	}
	s.fail[top+"a.yaml"] = away
	if _, err := s.engine().Read(t.Context(), roots("a.yaml", "b/*.yaml")); !fault.Is(err, fault.Upstream) || !strings.Contains(err.Error(), "away") {
		t.Error("nothing can be looked at: ", err)
	}
}

func TestFoldersAreSifted(t *testing.T) {
	s := newShelf(map[string]string{"f/a.yaml": component("a"), "f/deploy.yaml": "kind: Deployment\n"})
	e := s.engine()
	d, err := e.Read(t.Context(), roots("f/"))
	check(t, "read", []string{"f/a.yaml a"}, d, err)
	s.calls()
	d, err = e.Changes(t.Context(), roots("f/"), nil)
	check(t, "unchanged", []string{}, d, err)
	if _, reads := s.calls(); len(reads) > 0 {
		t.Error("a file that is no descriptor is read each time: ", reads)
	}
	s.files[top+"f/deploy.yaml"] = component("d")
	d, err = e.Changes(t.Context(), roots("f/"), nil)
	check(t, "became one", []string{"f/deploy.yaml d"}, d, err)
	s.files[top+"f/deploy.yaml"] = "kind: Deployment\n"
	d, err = e.Changes(t.Context(), roots("f/"), nil)
	check(t, "is none any more", []string{"gone f/deploy.yaml"}, d, err)
	d, err = e.Changes(t.Context(), roots("f/*.yaml"), nil)
	check(t, "named by a glob", []string{"f/deploy.yaml opaque !invalid !invalid"}, d, err)
}

// TestCalledOff: a scan that is called off changes nothing.
func TestCalledOff(t *testing.T) {
	s := newShelf(map[string]string{"a.yaml": component("a")})
	e := s.engine()
	if _, err := e.Read(t.Context(), roots("a.yaml")); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := e.Changes(ctx, roots("b.yaml"), nil); err != context.Canceled {
		t.Error(err)
	}
	d, err := e.Changes(t.Context(), roots("a.yaml"), nil)
	check(t, "afterwards", []string{}, d, err)
}

func TestSameRepository(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"https://github.com/a/b/blob/m/x", "https://GitHub.com/a/B/tree/n", true},
		{"https://github.com/a/b/blob/m/x", "https://github.com/a/c/blob/m/x", false},
		{"https://gitlab.com/g/s/a/-/blob/m/x", "https://gitlab.com/g/s/a/-/blob/m/y", true},
		{"https://gitlab.com/g/s/a/-/blob/m/x", "https://gitlab.com/g/s/b/-/blob/m/x", false},
		{"https://github.com/a/b", "https://example.com/a/b", false},
	} {
		if SameRepository(c.a, c.b) != c.want {
			t.Errorf("%s and %s: %v", c.a, c.b, !c.want)
		}
	}
}

func FuzzResolve(f *testing.F) {
	for _, s := range []string{"./a.yaml", "../../x", "https://h/x", "/etc/passwd", "**/*.yaml", "a b#?%2e%2e/x", "//h/x", "file:///x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		const from = "https://h/o/r/blob/main/catalog-info.yaml"
		at, err := resolve(from, name)
		if err == nil && !IsWeb(name) && !strings.HasPrefix(at, "https://h/") {
			t.Fatalf("%q leads to %q", name, at)
		}
		if folder, pattern := splitWeb(at); err == nil && folder+pattern != at {
			t.Fatalf("%q is %q and %q", at, folder, pattern)
		}
		if escaped := EscapePath(name); strings.ContainsAny(escaped, " #?*[{\\\n") {
			t.Fatalf("%q is escaped as %q", name, escaped)
		}
	})
}

// TestPlaceholdersTakeRoom: what placeholders read counts for each document that reads it, and a document that found no
// room is read as soon as there is some.
func TestPlaceholdersTakeRoom(t *testing.T) {
	doc := func(name string) string { return component(name) + "  note: {$text: ./note.txt}\n" }
	s := newShelf(map[string]string{"all.yaml": doc("a") + "---\n" + doc("b") + "---\n" + doc("c"), "note.txt": strings.Repeat("x", 1<<20)})
	e := New(Options{Origin: "test", Place: s, MaxText: 5 << 19})
	d, err := e.Read(t.Context(), roots("all.yaml"))
	if err != nil || len(d.Files) != 1 || len(d.Files[0].Entities) != 2 || len(d.Files[0].Problems) != 1 ||
		!strings.Contains(d.Files[0].Problems[0].Message, "more than 2 MB together") {
		t.Fatalf("%q %v", said(d), err)
	}
	s.files[top+"note.txt"] = "short"
	d, err = e.Changes(t.Context(), roots("all.yaml"), nil)
	if err != nil || len(d.Files) != 1 || len(d.Files[0].Entities) != 3 || len(d.Files[0].Problems) > 0 {
		t.Errorf("%q %v", said(d), err)
	}
}
