package git

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/ingest"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/gitrun"
	"github.com/backchannel-portal/backchannel/internal/gitrun/gitruntest"
	"github.com/backchannel-portal/backchannel/internal/scm/clone"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func component(name string) string {
	return "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: " + name +
		"\nspec:\n  type: service\n  lifecycle: production\n  owner: team-a\n"
}

func location(targets ...string) string {
	return "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata:\n  name: more\nspec:\n  targets: [" + strings.Join(targets, ", ") + "]\n"
}

func clones(t *testing.T, s *gitruntest.Server, dir string, maxRepo int64) *clone.Store {
	t.Helper()
	git, err := gitrun.New(gitrun.Options{Plain: []string{s.Host}, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	st, err := clone.New(clone.Options{Dir: dir, Git: git, MaxRepo: maxRepo, Fresh: time.Nanosecond})
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

func source(t *testing.T, s *gitruntest.Server, o Options) *Source {
	t.Helper()
	if o.Clones == nil {
		o.Clones = clones(t, s, t.TempDir(), 0)
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
			out = append(out, "! "+p.Code+" "+p.Message)
		}
	}
	for _, g := range d.Gone {
		out = append(out, "- "+g[strings.LastIndexByte(g, '/')+1:])
	}
	slices.Sort(out)
	return out
}

func TestRead(t *testing.T) {
	git := gitruntest.New(t)
	repo := git.Repo("acme/mono", map[string]string{
		"catalog-info.yaml":                location("./services/*/catalog-info.yaml") + "---\n" + component("root"),
		"services/a/catalog-info.yaml":     component("a") + "  note: {$text: ../../notes.txt}\n",
		"services/b #1/catalog-info.yaml":  component("b"),
		"services/c/skeleton/catalog.yaml": "{{",
		"other/x.yaml":                     component("x"),
		"other/deploy.yaml":                "kind: Deployment\n",
		"notes.txt":                        "noted",
	})
	repo.Commit("next/1", map[string]string{"catalog-info.yaml": component("next")})
	for _, c := range []struct {
		o    Options
		want []string
	}{
		{Options{}, []string{"a", "b", "location:more", "root"}},
		{Options{Path: "/services/**/catalog-info.yaml"}, []string{"a", "b"}},
		{Options{Path: "other"}, []string{"x"}},
		{Options{Branch: "next/1"}, []string{"next"}},
		{Options{Path: "other/x.yaml", Allow: []ingest.Rule{{Kind: "API"}}}, []string{"! invalid component:default/x is of a kind that the catalog's rules do not allow here"}},
	} {
		c.o.URL = repo.URL
		d, err := source(t, git, c.o).Read(t.Context())
		if diff := cmp.Diff(c.want, refs(d)); err != nil || diff != "" || !d.Full {
			t.Errorf("%+v: %v %s", c.o, err, diff)
		}
	}
	d, err := source(t, git, Options{URL: repo.URL}).Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	web := git.URL + "/acme/mono/blob/main/"
	for _, f := range d.Files {
		if !strings.HasPrefix(f.Location, web) || len(f.Text) == 0 {
			t.Error(f.Location)
		}
		for _, e := range f.Entities {
			if e.Name == "b" && e.Source.Location != web+"services/b%20%231/catalog-info.yaml" {
				t.Error(e.Source.Location)
			}
			if e.Name == "a" && !strings.Contains(string(e.Document.JSON()), `"noted"`) {
				t.Error(string(e.Document.JSON()))
			}
		}
	}
	// The code of the components is read from the same clone.
	o := Options{URL: repo.URL, Clones: clones(t, git, t.TempDir(), 0)}
	if _, err := source(t, git, o).Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	tree, err := o.Clones.Open(t.Context(), web+"services/a")
	if err != nil {
		t.Fatal(err)
	}
	tree.Close()
}

func TestChanges(t *testing.T) {
	git := gitruntest.New(t)
	files := map[string]string{"notes.txt": "1"}
	for i := range 30 {
		files[fmt.Sprintf("s%d/catalog-info.yaml", i)] = component(fmt.Sprint("c", i))
	}
	files["s0/catalog-info.yaml"] += "  note: {$text: ../notes.txt}\n"
	repo := git.Repo("acme/mono", files)
	s := source(t, git, Options{URL: repo.URL, Path: "*/catalog-info.yaml"})
	git.Requests()
	if d, err := s.Read(t.Context()); err != nil || len(d.Files) != 30 {
		t.Fatal(refs(d), err)
	}
	if n := len(git.Requests()); n > 20 {
		t.Errorf("%d requests for 30 descriptors", n)
	}
	for _, step := range []struct {
		commit map[string]string
		want   []string
	}{
		{nil, []string{}},
		{map[string]string{"s1/catalog-info.yaml": component("one")}, []string{"one"}},
		{map[string]string{"notes.txt": "2"}, []string{"c0"}},
		{map[string]string{"README.md": "x"}, []string{}},
		{map[string]string{"-s2/catalog-info.yaml": ""}, []string{"- catalog-info.yaml"}},
		{map[string]string{"new/catalog-info.yaml": component("new")}, []string{"new"}},
		{map[string]string{"s1/catalog-info.yaml": "kind: ["}, []string{"! invalid"}},
		{map[string]string{"s1/catalog-info.yaml": component("one")}, []string{"one"}},
	} {
		if step.commit != nil {
			repo.Commit("main", step.commit)
		}
		git.Requests()
		d, err := s.changes(t.Context())
		got := refs(d)
		if len(got) == 1 && strings.HasPrefix(got[0], "! invalid") {
			got[0] = "! invalid"
		}
		if diff := cmp.Diff(step.want, got); err != nil || diff != "" || d.Full || d.Checked.IsZero() {
			t.Errorf("%v: %v %s", step.commit, err, diff)
		}
		if n := len(git.Requests()); step.commit == nil && n > 4 {
			t.Errorf("%d requests although nothing changed", n)
		}
	}
}

// TestFlips: a descriptor that changes with every look is just changes.
func TestFlips(t *testing.T) {
	git := gitruntest.New(t)
	repo := git.Repo("acme/flip", map[string]string{"catalog-info.yaml": component("a")})
	s := source(t, git, Options{URL: repo.URL})
	if _, err := s.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := range 12 {
		name := []string{"a", "b"}[i%2]
		repo.Commit("main", map[string]string{"catalog-info.yaml": component(name), "n": fmt.Sprint(i)})
		d, err := s.changes(t.Context())
		if err != nil || i > 0 && !slices.Equal(refs(d), []string{name}) {
			t.Fatal(i, refs(d), err)
		}
	}
}

// TestHostIsAway: what was read stays, nothing is reported gone, and all is well once the host is back.
func TestHostIsAway(t *testing.T) {
	git := gitruntest.New(t)
	repo := git.Repo("acme/pay", map[string]string{"catalog-info.yaml": location("./sub/c.yaml"), "sub/c.yaml": component("c")})
	s := source(t, git, Options{URL: repo.URL})
	if _, err := s.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	git.Hook(func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(502); return true })
	if _, err := s.changes(t.Context()); !fault.Is(err, fault.Upstream) {
		t.Error(err)
	}
	if _, err := s.Read(t.Context()); !fault.Is(err, fault.Upstream) {
		t.Error(err)
	}
	git.Hook(nil)
	if d, err := s.changes(t.Context()); err != nil || len(d.Files)+len(d.Gone) > 0 {
		t.Error(refs(d), err)
	}
	repo.Commit("main", map[string]string{"-catalog-info.yaml": ""})
	d, err := s.changes(t.Context())
	if err != nil || len(d.Gone) > 0 || len(d.Files) != 1 || !d.Files[0].Opaque {
		t.Errorf("a named descriptor that is not there: %v %v", refs(d), err)
	}
	repo.Remove()
	if _, err := s.changes(t.Context()); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
}

func TestTooLarge(t *testing.T) {
	git := gitruntest.New(t)
	x, noise := uint64(1), make([]byte, 6<<20)
	for i := range noise {
		x = x*6364136223846793005 + 1442695040888963407
		noise[i] = byte(x >> 56)
	}
	repo := git.Repo("acme/big", map[string]string{"catalog-info.yaml": component("a"), "big.bin": string(noise)})
	s := source(t, git, Options{URL: repo.URL, Clones: clones(t, git, t.TempDir(), 1<<20)})
	if d, err := s.Read(t.Context()); err != nil || !slices.Equal(refs(d), []string{"a"}) {
		t.Error("the large file is nobody's business: ", refs(d), err)
	}
	repo.Config("uploadpack.allowFilter", "false")
	s = source(t, git, Options{URL: repo.URL, Clones: clones(t, git, t.TempDir(), 1<<20)})
	if _, err := s.Read(t.Context()); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "larger than the 1 MB") {
		t.Error(err)
	}
}

func TestWatch(t *testing.T) {
	git := gitruntest.New(t)
	repo := git.Repo("acme/pay", map[string]string{"catalog-info.yaml": component("a")})
	s := source(t, git, Options{URL: repo.URL, Interval: time.Hour})
	if _, err := s.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	deltas, done := make(chan catalog.Delta), make(chan error)
	go func() { done <- s.Watch(ctx, func(d catalog.Delta) { deltas <- d }) }()
	repo.Commit("main", map[string]string{"catalog-info.yaml": component("b")})
	if s.Refresh("https://example.com/x") || s.Refresh(git.URL+"/acme/payments") || !s.Refresh(git.URL+"/acme/pay/blob/main/catalog-info.yaml") {
		t.Error("Refresh")
	}
	if d := <-deltas; !slices.Equal(refs(d), []string{"b"}) {
		t.Error(refs(d))
	}
	if !s.Refresh("") {
		t.Error("Refresh of everything")
	}
	if d := <-deltas; len(d.Files) > 0 || d.Checked.IsZero() {
		t.Error(refs(d))
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestWrongOptions(t *testing.T) {
	git := gitruntest.New(t)
	st := clones(t, git, t.TempDir(), 0)
	for _, o := range []Options{
		{}, {URL: "/local"}, {URL: "https://u:p@h/x"}, {URL: "https://h/x", Branch: "-x"}, {URL: "https://h/x", Path: "../x"},
		{URL: "https://h/x", Path: "a/["}, {URL: "https://h/x", Path: "a/../../b"}, {URL: "ext::sh -c x"},
	} {
		o.Clones = st
		if _, err := New(o); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	for want, o := range map[string]Options{
		"git:https://h/x.git":                {URL: "https://h/x.git", Path: "catalog-info.yaml"},
		"git:https://h/x#b":                  {URL: "https://h/x", Branch: "b"},
		"git:git@h:x#b:/s/**/catalog-info.*": {URL: "git@h:x", Branch: "b", Path: "/s/**/catalog-info.*"},
	} {
		o.Clones = st
		if s, err := New(o); err != nil || s.Origin() != want {
			t.Errorf("%s: %v %v", want, s.Origin(), err)
		}
	}
}

func TestMarker(t *testing.T) {
	for host, want := range map[string]string{
		"github.com": "/blob/", "gitlab.acme.dev": "/-/blob/", "bitbucket.org": "/src/", "codeberg.org": "/src/branch/", "git.acme.dev": "/blob/",
	} {
		if got := marker(host); got != want {
			t.Errorf("%s: %s", host, got)
		}
	}
}
