package inventory

import (
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/scm"
)

// store keeps facts as catalog.Store does: those of a producer about an entity are replaced.
type store struct {
	mu    sync.Mutex
	facts memory
	calls int
	fail  error
}

func (s *store) ApplyFacts(_ context.Context, producer string, entities []catalog.Ref, facts []catalog.Fact) (catalog.Generation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.calls++; s.fail != nil {
		return 0, s.fail
	}
	about := map[catalog.Ref]bool{}
	for _, e := range entities {
		about[e] = true
	}
	s.facts = s.facts.where(func(f catalog.Fact) bool { return f.Producer != producer || !about[f.Entity] })
	s.facts = append(s.facts, facts...)
	return catalog.Generation(s.calls), nil
}

func component(name, descriptor string, annotations ...string) *catalog.Entity {
	e := &catalog.Entity{Ref: catalog.MakeRef("component", "", name), Kind: "Component", Name: name}
	e.Source.Location = descriptor
	for i := 0; i+1 < len(annotations); i += 2 {
		e.Annotations = append(e.Annotations, catalog.Pair{Key: annotations[i], Value: annotations[i+1]})
	}
	return e
}

func put(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, data := range files {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

const source = "backstage.io/source-location"

func company(t *testing.T) (*Runner, *store, string, *time.Time, *[]*catalog.Entity) {
	t.Helper()
	dir := t.TempDir()
	put(t, dir, map[string]string{
		"repos/mono/go.mod":              "module mono\ngo 1.22\n",
		"repos/mono/services/api/go.mod": "module api\ngo 1.23\n",
		"repos/pay/package.json":         `{"dependencies": {"react": "18.3.1"}}`,
		"repos/docs/README.md":           "nothing to build",
		"own/catalog-info.yaml":          "",
		"own/Cargo.toml":                 "[dependencies]\ntokio = \"1\"\n",
		"two/catalog-info.yaml":          "",
		"two/go.mod":                     "module two\ngo 1.20\n",
		"central/components.yaml":        "",
		"central/package.json":           `{"dependencies": {"vue": "3.0.0"}}`,
	})
	entities := []*catalog.Entity{
		component("mono", "", source, "url:https://github.com/acme/mono/tree/main/"),
		component("api", "", source, "url:https://github.com/acme/mono/tree/main/services/api/"),
		component("pay", "", "github.com/project-slug", "acme/pay"),
		component("docs", "", source, "url:https://github.com/acme/docs"),
		component("gone", "", source, "url:https://github.com/acme/gone"),
		component("own", filepath.Join(dir, "own/catalog-info.yaml")),
		component("two-a", filepath.Join(dir, "two/catalog-info.yaml")),
		component("two-b", filepath.Join(dir, "two/catalog-info.yaml")),
		component("central", filepath.Join(dir, "central/components.yaml")),
	}
	trees, err := scm.New([]scm.Mirror{{URL: "https://github.com/acme/", Dir: "repos"}}, dir)
	if err != nil {
		t.Fatal(err)
	}
	now, s := noon, &store{}
	r := NewRunner(Config{Trees: trees, Store: s, Components: func() iter.Seq[*catalog.Entity] { return slices.Values(entities) }, Now: func() time.Time { return now }})
	return r, s, dir, &now, &entities
}

func TestPass(t *testing.T) {
	r, s, dir, now, entities := company(t)
	pass := func(want Pass) {
		t.Helper()
		got, err := r.Pass(t.Context())
		if err != nil || got != want {
			t.Errorf("Pass: %+v, %v; want %+v", got, err, want)
		}
	}
	version := func(name, tech string) string {
		uses := Of(s.facts, catalog.MakeRef("component", "", name), tech)
		if len(uses) != 1 {
			return ""
		}
		return uses[0].Version()
	}
	pass(Pass{Components: 9, Scanned: 5, NoSource: 4})
	for _, want := range [][3]string{{"mono", "go", "1.22"}, {"api", "go", "1.23"}, {"pay", "react", "18.3.1"}, {"own", "tokio", "1"}, {"two-a", "go", ""}, {"central", "vue", ""}} {
		if got := version(want[0], want[1]); got != want[2] {
			t.Errorf("%s of %s is %q, want %q", want[1], want[0], got, want[2])
		}
	}
	if c := Cover(s.facts, nil); c.Read != 4 || c.Empty != 1 || c.Unread != 0 { // without a source there is nothing to say
		t.Errorf("coverage %+v", c)
	}

	writes := s.calls
	*now = now.Add(time.Minute)
	pass(Pass{Components: 9, Unchanged: 5, NoSource: 4})
	if s.calls != writes {
		t.Error("an unchanged company was written again")
	}

	put(t, dir, map[string]string{"repos/pay/package.json": `{"dependencies": {"react": "19.0.0", "redux": "5"}}`})
	pass(Pass{Components: 9, Scanned: 1, Unchanged: 4, NoSource: 4})
	if got := version("pay", "react"); got != "19.0.0" {
		t.Errorf("react of pay is still %q", got)
	}

	*now = now.Add(2 * time.Hour)
	pass(Pass{Components: 9, Scanned: 5, NoSource: 4})
	if _, asOf, _ := ScanOf(s.facts, catalog.MakeRef("component", "", "pay")); !asOf.Equal(*now) {
		t.Errorf("the facts were not confirmed: %v", asOf)
	}

	restarted := NewRunner(Config{Trees: r.c.Trees, Store: s, Components: r.c.Components, Now: r.c.Now,
		Known: func() []catalog.Fact { return s.facts.FactsByKey(Producer, KeyScan) }})
	if got, err := restarted.Pass(t.Context()); err != nil || got.Unchanged != 5 {
		t.Errorf("after a restart: %+v, %v", got, err)
	}

	*entities = (*entities)[:1]
	pass(Pass{Components: 1, Scanned: 1}) // services/api is nobody else's any more
	if got := len(Of(s.facts, catalog.MakeRef("component", "", "mono"), "go")); got != 2 {
		t.Errorf("mono has %d versions of Go, want its own and the service's", got)
	}
}

func TestPassRetriesWhatWasNotStored(t *testing.T) {
	r, s, _, _, _ := company(t)
	s.fail = errors.New("the database is away")
	if _, err := r.Pass(t.Context()); !errors.Is(err, s.fail) {
		t.Errorf("Pass: %v", err)
	}
	s.fail = nil
	if p, err := r.Pass(t.Context()); err != nil || p.Scanned != 5 {
		t.Errorf("Pass: %+v, %v", p, err)
	}
}

func TestRunStops(t *testing.T) {
	defer goleak.VerifyNone(t)
	r, s, _, _, _ := company(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.Run(ctx)
	}()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
		r.Kick()
		s.mu.Lock()
		ready := s.calls > 0
		s.mu.Unlock()
		if ready {
			break
		}
	}
	cancel()
	<-done
	if len(s.facts) == 0 {
		t.Error("Run wrote nothing")
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Pass(cancelled); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled pass: %v", err)
	}
}
