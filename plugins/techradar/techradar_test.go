package techradar_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/techradar"
)

var now = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

func open(t *testing.T, content string) *techradar.Source {
	t.Helper()
	path := filepath.Join(t.TempDir(), "radar.json")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	s := techradar.New(path, func() time.Time { return now })
	if err := s.Reload(); err != nil {
		t.Fatal(err)
	}
	return s
}

func sample(t *testing.T) *techradar.Source {
	t.Helper()
	data, err := os.ReadFile("testdata/harborlane.json")
	if err != nil {
		t.Fatal(err)
	}
	return open(t, string(data))
}

func titles(es []plugins.RadarEntry) []string {
	var out []string
	for _, e := range es {
		out = append(out, e.Title)
	}
	return out
}

func TestLookup(t *testing.T) {
	t.Parallel()
	s := sample(t)
	for name, want := range map[string]string{
		"Rust": "Rust", "RUST ": "Rust", "event sourcing": "Event sourcing", "event-sourcing": "Event sourcing", "rabbit mq": "RabbitMQ",
		"golang": "Go", "k8s": "Kubernetes", "postgres": "PostgreSQL", "Postgresql": "PostgreSQL", "next.js": "Next.js", "ts": "TypeScript",
		"java 17": "Java", "spring boot 3.x": "Spring Boot", "ｆａｓｔａｐｉ": "FastAPI", "log4j": "Log4j", "结对编程": "Pair programming",
		"circle ci": "CircleCI", "wasm": "WebAssembly", "trunk based development": "Trunk-based development", "mongo": "MongoDB",
	} {
		m, err := s.Lookup(t.Context(), name)
		if err != nil || len(m.Entries) != 1 || m.Entries[0].Title != want {
			t.Errorf("%q: %v, %v", name, titles(m.Entries), err)
		}
	}
	for name, near := range map[string]string{
		"elixir": "", "": "", "   ": "", "kubernets": "Kubernetes", "type scrpt": "TypeScript", "djagno": "Django", "redi": "Redis",
		strings.Repeat("x", 500): "", "c#": "",
	} {
		m, err := s.Lookup(t.Context(), name)
		if err != nil || len(m.Entries) != 0 {
			t.Errorf("%q: %v, %v", name, titles(m.Entries), err)
		}
		if got := strings.Join(titles(m.Near), ","); (near == "") != (got == "") || !strings.HasPrefix(got, near) {
			t.Errorf("%q: near %q, want %q", name, got, near)
		}
	}
}

const moves = `{
 "rings": [{"id": "adopt", "name": "Adopt", "color": "#5BA300"}, {"id": "hold", "name": "Hold", "color": "red"}],
 "quadrants": [{"id": "q1", "name": "Languages"}, {"id": "q2"}],
 "more": {"ignored": [1, 2]},
 "entries": [
  {"key": "c", "id": "c", "quadrant": "q1", "title": "C", "timeline": [{"date": "2020-01-01", "ringId": "adopt"}]},
  {"id": "java21", "quadrant": "q1", "title": "Java 21", "url": "https://java.example/21", "description": " now ",
   "links": [{"url": "https://a.example", "title": "A"}, {"url": "javascript:alert(1)", "title": "no"}, {"url": "https://b.example"}],
   "timeline": [{"date": "2024-02-03T00:00:00Z", "ringId": "hold"}, {"date": "2026-06-01", "ringId": "adopt", "moved": 1, "description": "why"}]},
  {"id": "java17", "quadrant": "q1", "title": "Java 17", "timeline": [{"date": 1700000000000, "ringId": "hold", "moved": -1, "description": "old"}]},
  {"title": "AWS (Amazon Web Services)", "id": "x", "quadrant": "nowhere", "timeline": [{"date": "2025-01", "ringId": "elsewhere"}]},
  {"title": "C++", "id": "cpp", "quadrant": "q2", "timeline": [{"ringId": "adopt"}]},
  {"title": "", "timeline": [{"ringId": "adopt"}]},
  {"title": "No ring", "timeline": []},
  {"title": "No ring id", "timeline": [{"date": "2025-01-01"}]},
  {"title": "Bad date", "timeline": [{"date": "yesterday", "ringId": "adopt"}]},
  {"title": 7},
  "text"
 ]
}`

func TestEntries(t *testing.T) {
	t.Parallel()
	s := open(t, moves)
	m, err := s.Lookup(t.Context(), "java 21")
	if err != nil || len(m.Entries) != 1 {
		t.Fatal(m, err)
	}
	want := plugins.RadarEntry{
		ID: "java21", Title: "Java 21", Ring: plugins.RadarName{ID: "adopt", Name: "Adopt", Color: "#5BA300"},
		Quadrant: plugins.RadarName{ID: "q1", Name: "Languages"}, Since: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC),
		Moved: plugins.RadarMovedInto, Previous: plugins.RadarName{ID: "hold", Name: "Hold"}, Description: "now",
		Past: []plugins.RadarStep{
			{Ring: plugins.RadarName{ID: "adopt", Name: "Adopt", Color: "#5BA300"}, At: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)},
			{Ring: plugins.RadarName{ID: "hold", Name: "Hold"}, At: time.Date(2024, 2, 3, 0, 0, 0, 0, time.UTC)},
		},
		Links: []plugins.RadarLink{{URL: "https://a.example", Title: "A"}, {URL: "https://b.example", Title: "https://b.example"}},
		URL:   "https://java.example/21", Line: 7,
	}
	if diff := cmp.Diff(want, m.Entries[0]); diff != "" {
		t.Error(diff)
	}
	for name, want := range map[string][]string{
		"java": {"Java 21", "Java 17"}, "java 8": {"Java 21", "Java 17"}, "c": {"C"}, "c++": {"C++"}, "cplusplus": {"C++"}, "cpp": {"C++"},
		"aws": {"AWS (Amazon Web Services)"}, "Amazon web services": {"AWS (Amazon Web Services)"},
	} {
		m, err := s.Lookup(t.Context(), name)
		if name == "java 8" { // its own version is not there, and saying Java 21 would be a guess
			want = nil
		}
		if diff := cmp.Diff(want, titles(m.Entries)); err != nil || diff != "" {
			t.Errorf("%q: %v %s", name, err, diff)
		}
	}
	problem := s.Problem()
	for _, part := range []string{
		":13: entries: this entry is left out: it has no title", ":14: entries: this entry is left out: its timeline is empty",
		":15: entries: this entry is left out: its newest timeline element has no ringId", `not a date: "yesterday"`, "its title is a number", ":18: entries",
	} {
		if problem == nil || !strings.Contains(problem.Error(), part) {
			t.Errorf("no %q in %v", part, problem)
		}
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	s := open(t, moves)
	for _, c := range []struct {
		f    plugins.RadarFilter
		want string
	}{
		{plugins.RadarFilter{}, "C,Java 21,C++,Java 17,AWS (Amazon Web Services)"},
		{plugins.RadarFilter{Ring: "HOLD"}, "Java 17"},
		{plugins.RadarFilter{Ring: "adopt", Quadrant: "languages"}, "C,Java 21"},
		{plugins.RadarFilter{Quadrant: "q2"}, "C++"},
		{plugins.RadarFilter{Since: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)}, "Java 21,AWS (Amazon Web Services)"},
		{plugins.RadarFilter{Ring: "trial"}, ""},
	} {
		got, err := s.List(t.Context(), c.f)
		if err != nil || strings.Join(titles(got), ",") != c.want {
			t.Errorf("%+v: %v, %v", c.f, titles(got), err)
		}
	}
	shape, err := s.Shape(t.Context())
	if err != nil || len(shape.Rings) != 2 || shape.Quadrants[1].Name != "q2" || !shape.AsOf.Equal(now) || shape.Source == "" {
		t.Errorf("%+v, %v", shape, err)
	}
}

func TestBrokenFileKeepsTheLastGood(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "radar.json")
	s := techradar.New(path, func() time.Time { return now })
	if err := s.Reload(); !fault.Is(err, fault.NotFound) {
		t.Errorf("missing: %v", err)
	}
	if _, err := s.List(t.Context(), plugins.RadarFilter{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("List without a file: %v", err)
	}
	for i, content := range []string{moves, moves[:200], moves} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := s.Reload(); (err != nil) != (i == 1) {
			t.Errorf("step %d: %v", i, err)
		}
		if all, err := s.List(t.Context(), plugins.RadarFilter{}); err != nil || len(all) != 5 {
			t.Errorf("step %d: %d, %v", i, len(all), err)
		}
	}
}

func TestEveryEntryOfTheSampleIsFoundByItsNames(t *testing.T) {
	t.Parallel()
	s := sample(t)
	all, err := s.List(t.Context(), plugins.RadarFilter{})
	if err != nil || len(all) != 38 || s.Problem() != nil {
		t.Fatalf("%d entries, %v, %v", len(all), err, s.Problem())
	}
	for _, e := range all {
		for _, name := range append(slices.Clone(e.Aliases), e.Title, e.ID) {
			m, err := s.Lookup(t.Context(), name)
			if err != nil || len(m.Entries) != 1 || m.Entries[0].ID != e.ID {
				t.Errorf("%q of %s: %v, %v", name, e.Title, titles(m.Entries), err)
			}
		}
	}
}
