package fetch

import (
	"bufio"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestGlobs(t *testing.T) {
	var items []item
	for _, p := range []string{"a.md", ".env", "docs/", "docs/a.md", "docs/sub/", "docs/sub/b.md", ".github/", ".github/workflows/", ".github/workflows/ci.yaml", "x/", "x/y.png"} {
		items = append(items, item{path: p})
	}
	for _, tt := range []struct{ patterns, want []string }{
		{[]string{"*.md"}, []string{"a.md"}},
		{[]string{"**/*.md"}, []string{"a.md", "docs/a.md", "docs/sub/b.md"}},
		{[]string{"docs"}, []string{"docs/a.md", "docs/sub/", "docs/sub/b.md"}},
		{[]string{"docs/"}, []string{"docs/a.md", "docs/sub/", "docs/sub/b.md"}},
		{[]string{"./docs/**"}, nil},
		{[]string{"./docs"}, []string{"docs/a.md", "docs/sub/", "docs/sub/b.md"}},
		{[]string{"*/"}, []string{".github/", "docs/", "x/"}},
		{[]string{"**/*.md", "!docs/**"}, []string{"a.md"}},
		{[]string{"!docs/**", "**/*.md"}, []string{"a.md", "docs/a.md", "docs/sub/b.md"}},
		{[]string{"**/*.md", "!docs"}, []string{"a.md"}},
		{[]string{".github/workflows/*"}, []string{".github/workflows/ci.yaml"}},
		{[]string{"*"}, []string{".env", ".github/", "a.md", "docs/", "x/"}},
		{[]string{"**/*.{png,yaml}"}, []string{".github/workflows/ci.yaml", "x/y.png"}},
		{nil, nil},
	} {
		g, err := newGlobs(tt.patterns)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, slices.Sorted(maps.Keys(g.set(items)))); diff != "" {
			t.Errorf("%q: %s", tt.patterns, diff)
		}
	}
}

func FuzzBinary(f *testing.F) {
	for _, s := range []string{"", "text", "\x00", "%PDF-1.4", "\xEF\xBB\xBFx", "caf\xe9", "\x08\x96\x01\xff\xfe\xfd", "日本語"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(_ *testing.T, data []byte) { isBinary(data) })
}

// TestGlobsAsGlobby compares with what the npm package globby 11 matches, as .ci/oracle/actions.mjs asked it.
func TestGlobsAsGlobby(t *testing.T) {
	name := os.Getenv("GLOB_EXAMPLES")
	if name == "" {
		name = "testdata/globby.jsonl"
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<20)
	n, bad := 0, 0
	for in.Scan() {
		var e struct{ Patterns, All, Matched []string }
		if err := json.Unmarshal(in.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		var items []item
		for _, p := range e.All {
			items = append(items, item{path: p})
		}
		g, err := newGlobs(e.Patterns)
		if err != nil {
			t.Fatal(err)
		}
		n++
		if diff := cmp.Diff(e.Matched, slices.Sorted(maps.Keys(g.set(items))), cmpopts.EquateEmpty()); diff != "" {
			if bad++; bad <= 10 {
				t.Errorf("%q: %s", e.Patterns, diff)
			}
		}
	}
	if err := in.Err(); err != nil || n < 20 {
		t.Fatal(n, err)
	}
	t.Logf("%d of %d equal", n-bad, n)
}
