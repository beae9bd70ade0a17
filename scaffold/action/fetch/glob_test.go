package fetch

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
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
		{[]string{"./docs/**"}, []string{"docs/a.md", "docs/sub/", "docs/sub/b.md"}},
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
