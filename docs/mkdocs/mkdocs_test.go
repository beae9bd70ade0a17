package mkdocs

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

func TestParseConfig(t *testing.T) {
	t.Parallel()
	c, err := Parse("mkdocs.yml", []byte(`site_name: !ENV [NAME, "x"]
docs_dir: ./documentation/
plugins: [techdocs-core]
markdown_extensions:
  - toc: {slugify: !!python/object/apply:pymdownx.slugs.slugify {kwds: {case: lower}}}
  - pymdownx.emoji: {emoji_generator: !!python/name:pymdownx.emoji.to_svg ""}
nav:
  - index.md
  - Guides: [a.md, {"Bee": sub\b.md}, {Deep: [{C: c.md}]}]
  - Site: https://example.org/x.md
  - Up: ../up.md
  - Mono: '!include ./other/mkdocs.yml'
  - 7
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []Item{
		{File: "index.md", Line: 8},
		{Title: "Guides", Line: 9, Items: []Item{{File: "a.md", Line: 9}, {Title: "Bee", File: "sub/b.md", Line: 9}, {Title: "Deep", Line: 9, Items: []Item{{Title: "C", File: "c.md", Line: 9}}}}},
		{Title: "Site", Href: "https://example.org/x.md", Line: 10},
		{Title: "Mono", Include: "other/mkdocs.yml", Line: 12},
		{File: "7", Line: 13},
	}
	if diff := cmp.Diff(want, c.Nav); diff != "" || c.DocsDir != "documentation" {
		t.Errorf("%q %s", c.DocsDir, diff)
	}
	if len(c.Warnings) != 1 || c.Warnings[0].Line != 11 {
		t.Errorf("warnings %+v", c.Warnings)
	}
	for in, want := range map[string]string{
		"- a":                "mkdocs.yml:1: this must be a mapping",
		"a: [":               "mkdocs.yml",
		"\n\ndocs_dir: /etc": `mkdocs.yml:3: docs_dir: "/etc" lies outside`,
		"docs_dir: a/../..":  `mkdocs.yml:1: docs_dir: "a/../.." lies outside`,
	} {
		if _, err := Parse("mkdocs.yml", []byte(in)); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", in, err, want)
		}
	}
}
