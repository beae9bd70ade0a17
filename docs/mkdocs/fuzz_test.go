package mkdocs

import (
	"strings"
	"testing"
)

func FuzzConfig(f *testing.F) {
	for _, s := range []string{"site_name: a\nnav: [a.md, {b: c.md}]", "docs_dir: ../x", "nav: &a [*a]", "nav: {a: {b: {c: d.md}}}", "- a", "a: !!python/name:x.y ''", "\xff"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse("mkdocs.yml", data)
		if err != nil {
			return
		}
		if strings.HasPrefix(c.DocsDir, "..") || strings.HasPrefix(c.DocsDir, "/") {
			t.Errorf("docs_dir %q", c.DocsDir)
		}
		for _, n := range c.Nav {
			if strings.HasPrefix(n.File, "../") || strings.HasPrefix(n.File, "/") {
				t.Errorf("file %q", n.File)
			}
		}
	})
}
