package docs

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

func TestSections(t *testing.T) {
	t.Parallel()
	in, err := os.ReadFile("testdata/page.md")
	if err != nil {
		t.Fatal(err)
	}
	d := parse(newMarkdown(), in)
	want := []Section{
		{"", 1, "Everything", "One page with every construct.\ncarts, merging\nIntro with strong, emphasis, code, gone, © and a link.\nMind the gap\nBody of the warning.\nmake run\nNote\nHidden until opened.\nLinux\nUse apt.\nmacOS\nUse brew."},
		{"own-id", 2, "Zwei Wörter: hier", "Key | Meaning\na | first"},
		{"uberblick", 2, "Überblick", "one\ntwo\nnested\ndone\nopen"},
		{"uberblick_1", 3, "Überblick", "Term\nIts definition.\nA note."},
		{"_1", 2, "对账不平怎么办", "先看日志，再找值班。\nMore Raw HTML text"},
		{"attr", 2, "Attr list", "# not a heading\n!!! not an admonition\nkey: value\nindented code\nThe footnote."},
	}
	if diff := cmp.Diff(want, d.sections()); diff != "" {
		t.Error(diff)
	}
	if d.meta.title != "Everything at once" {
		t.Errorf("title %q", d.meta.title)
	}
}

func TestSmallPages(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][]Section{
		"":                          {{"", 1, "", ""}},
		"just text":                 {{"", 1, "", "just text"}},
		"## two\n\na":               {{"", 1, "", ""}, {"two", 2, "two", "a"}},
		"before\n\n# one":           {{"", 1, "", "before"}, {"one", 1, "one", ""}},
		"# one\r\n\r\ntext\r\n":     {{"", 1, "one", "text"}},
		"\xef\xbb\xbf# one":         {{"", 1, "one", ""}},
		"---\ntitle: [\n---\n# one": {{"", 1, "", ""}, {"title", 2, "title: [", ""}, {"one", 1, "one", ""}},
		"---\n# one":                {{"", 1, "one", ""}},
		"> # quoted\n> text":        {{"", 1, "", "quoted\ntext"}},
		"a &lt; b \\* c":            {{"", 1, "", "a < b * c"}},
		"![a picture](x.png)":       {{"", 1, "", "a picture"}},
		"<https://a.example>":       {{"", 1, "", "https://a.example"}},
		"a  \nb\nc":                 {{"", 1, "", "a\nb c"}},
		"<!-- hidden -->":           {{"", 1, "", ""}},
		"!!! tip \"\"\n    body":    {{"", 1, "", "Tip\nbody"}},
		"!!! tip\n    !!! danger \"Deep\"\n        inner\n\nafter": {{"", 1, "", "Tip\nDeep\ninner\nafter"}},
		"- item\n\n    === \"Tab\"\n\n        in tab":              {{"", 1, "", "item\nTab\nin tab"}},
		"```\n=== \"no tab\"\n```":                                 {{"", 1, "", "=== \"no tab\""}},
		"bad \xff bytes":                                           {{"", 1, "", "bad \uFFFD bytes"}},
	} {
		d := parse(newMarkdown(), []byte(in))
		if diff := cmp.Diff(want, d.sections()); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
	}
}

func TestSlugs(t *testing.T) {
	t.Parallel()
	s := newSlugs()
	s.take("taken")
	for _, c := range [][2]string{
		{"Getting Started!", "getting-started"}, {"Getting started", "getting-started_1"}, {"getting started", "getting-started_2"},
		{"C++ & C#", "c-c"}, {"snake_case  name", "snake_case-name"}, {"Größe", "groe"}, {"Überblick", "uberblick"}, {"中文", "_1"}, {"日志", "_2"},
		{"taken", "taken_1"}, {"v1.2.3 (beta)", "v123-beta"}, {"a - b", "a-b"}, {"x_1", "x_1"}, {"x", "x"}, {"x", "x_2"}, {"Ｆｕｌｌ", "full"},
	} {
		if got := s.make(c[0]); got != c[1] {
			t.Errorf("%q: %q, want %q", c[0], got, c[1])
		}
	}
}

func TestParseConfig(t *testing.T) {
	t.Parallel()
	c, err := parseConfig("mkdocs.yml", []byte(`site_name: !ENV [NAME, "x"]
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
	want := []navItem{{"", "index.md", nil}, {"", "a.md", []string{"Guides"}}, {"Bee", "sub/b.md", []string{"Guides"}}, {"C", "c.md", []string{"Guides", "Deep"}}}
	if diff := cmp.Diff(want, c.nav, cmp.AllowUnexported(navItem{})); diff != "" || c.docsDir != "documentation" {
		t.Errorf("%q %s", c.docsDir, diff)
	}
	for in, want := range map[string]string{
		"- a":                "mkdocs.yml:1: this must be a mapping",
		"a: [":               "mkdocs.yml",
		"\n\ndocs_dir: /etc": `mkdocs.yml:3: docs_dir: "/etc" lies outside`,
		"docs_dir: a/../..":  `mkdocs.yml:1: docs_dir: "a/../.." lies outside`,
	} {
		if _, err := parseConfig("mkdocs.yml", []byte(in)); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", in, err, want)
		}
	}
}

// memory is a tree that knows no times, so that contents decide what changed.
type memory struct{ fstest.MapFS }

func (memory) Where() string { return "https://git.example/acme/x/tree/main" }
func (memory) Close() error  { return nil }

func TestFingerprint(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"docs/index.md": {Data: []byte("# A")}, "docs/b.md": {Data: []byte("# B")}}
	print := func() [32]byte {
		_, p, err := scan(memory{files})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	first := print()
	if print() != first {
		t.Error("it changes by itself")
	}
	for _, change := range []func(){
		func() { files["docs/b.md"] = &fstest.MapFile{Data: []byte("# C")} },
		func() { files["docs/b.md"].ModTime = time.Unix(1, 0) },
		func() { files["docs/c.md"] = &fstest.MapFile{Data: []byte("# C")} },
		func() { delete(files, "docs/b.md") },
		func() { files["mkdocs.yml"] = &fstest.MapFile{Data: []byte("site_name: X")} },
	} {
		change()
		next := print()
		if next == first {
			t.Error("a change is not noticed")
		}
		first = next
	}
}

func TestDocs(t *testing.T) {
	t.Parallel()
	b, _, err := scan(memory{fstest.MapFS{
		"mkdocs.yml":    {Data: []byte("nav: [{Start: index.md}, {账单: bill.md}]")},
		"docs/index.md": {Data: []byte("# Billing\n\nText.\n\n## More\n\nMore text.")},
		"docs/bill.md":  {Data: []byte("# 账单\n\n如何 reissue 发票。")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	site, err := b.build(t.Context(), newMarkdown(), catalog.MakeRef("component", "", "billing"))
	if err != nil {
		t.Fatal(err)
	}
	type row struct{ Page, Anchor, Title, Heading, Text, Lang string }
	var got []row
	for _, d := range site.Docs() {
		got = append(got, row{d.Page, d.Anchor, d.Title, d.Heading, d.Text, d.Lang})
	}
	want := []row{
		{"", "", "Start", "", "Billing\nText.", "en"},
		{"", "more", "Start", "More", "More text.", "en"},
		{"bill", "", "账单", "", "如何 reissue 发票。", "zh"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestExcerpt(t *testing.T) {
	t.Parallel()
	const text = "The cart keeps items. Carts merge at sign-in.\nRun `make up` to start v1.2 of it! Then wait.\n购物车会合并。登录时发生。"
	for words, want := range map[string]string{
		"":             "The cart keeps items. Carts merge at sign-in.",
		"merge":        "Carts merge at sign-in. Run `make up` to start v1.2 of it!",
		"合并":           "购物车会合并。登录时发生。",
		"start,MAKE":   "Run `make up` to start v1.2 of it! Then wait.",
		"art":          "The cart keeps items. Carts merge at sign-in.", // inside a word does not count
		"nowhere,nada": "The cart keeps items. Carts merge at sign-in.",
	} {
		if got := Excerpt(text, strings.Split(words, ",")); got != want {
			t.Errorf("%q: %q, want %q", words, got, want)
		}
	}
	if got := Excerpt(strings.Repeat("word ", 200), nil); len([]rune(got)) > MaxExcerpt || !strings.HasSuffix(got, "word…") {
		t.Errorf("%q", got)
	}
	if got := Excerpt(" \n ", []string{"x"}); got != "" {
		t.Errorf("%q", got)
	}
}
