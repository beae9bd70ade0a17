package declared

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

var update = flag.Bool("update", false, "write the goldens anew")

// now is when the recorded answers were given.
var now = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// load parses a shipped example.
func load(t testing.TB, name string) plugins.Plugin {
	t.Helper()
	path := filepath.Join("examples", name+".yaml")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Parse(path, data, Options{Strings: func(s string) (string, error) { return strings.ReplaceAll(s, "${", "secret-"), nil }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := plugins.NewEntry(p); err != nil {
		t.Fatal(err)
	}
	return p
}

func fixture(t testing.TB, name string) (*Fixture, *catalog.Entity) {
	t.Helper()
	path := filepath.Join("testdata", name+".yaml")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := ParseFixture(path, data)
	if err != nil {
		t.Fatal(err)
	}
	return f, entityOf(t, f.Entity())
}

// TestExamples renders every shipped example from answers of the shape that its vendor gives.
func TestExamples(t *testing.T) {
	files, err := filepath.Glob("examples/*.yaml")
	if err != nil || len(files) < 6 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".yaml")
		t.Run(name, func(t *testing.T) {
			p := load(t, name)
			f, e := fixture(t, name)
			var b strings.Builder
			for _, l := range lang.Languages() {
				trial, err := Try(t.Context(), p, e, l, now, f.Upstreams(p, now))
				if err != nil {
					t.Fatal(err)
				}
				if !trial.Matches {
					t.Fatal("the entity of the fixture is not matched")
				}
				b.WriteString("== " + string(l) + "\n" + card.Plain(trial.Card.Message) + "\n")
				if l != lang.English {
					continue
				}
				for _, r := range trial.Requests {
					b.WriteString(r.Method + " " + r.Upstream + " " + r.URL + " " + string(r.Body) + "\n")
				}
				for _, key := range sortedKeys(anyMap(trial.Facts)) {
					b.WriteString("fact " + key + " = " + trial.Facts[key] + "\n")
				}
			}
			golden(t, filepath.Join("testdata", name+".golden"), b.String())
		})
	}
}

func anyMap(m map[string]string) map[string]any {
	out := map[string]any{}
	for k, v := range m {
		out[k] = v
	}
	return out
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got):\n%s", path, d)
	}
}
