package markdown

import (
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite golden files")

func TestGoldenPage(t *testing.T) {
	t.Parallel()
	in, err := os.ReadFile("testdata/page.md")
	if err != nil {
		t.Fatal(err)
	}
	got := rendered(New(Options{}).Parse("page.md", in, nil))
	if *update {
		if err := os.WriteFile("testdata/page.html", []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/page.html")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("testdata/page.html differs; run with -update and look at the change:\n%s", diff)
	}
}

func TestSections(t *testing.T) {
	t.Parallel()
	in, err := os.ReadFile("testdata/page.md")
	if err != nil {
		t.Fatal(err)
	}
	d := New(Options{}).Parse("page.md", in, nil)
	want := []Section{
		{"", 1, "Everything", "One page with every construct.\ncarts, merging\nIntro with strong, emphasis, code, gone, © and a link.\nMind the gap\nBody of the warning.\nmake run\nNote\nHidden until opened.\nLinux\nUse apt.\nmacOS\nUse brew."},
		{"own-id", 2, "Zwei Wörter: hier", "Key | Meaning\na | first"},
		{"uberblick", 2, "Überblick", "one\ntwo\nnested\ndone\nopen"},
		{"uberblick_1", 3, "Überblick", "Term\nIts definition.\nA note."},
		{"_1", 2, "对账不平怎么办", "先看日志，再找值班。\nMore\nRaw HTML text"},
		{"attr", 2, "Attr list", "# not a heading\n!!! not an admonition\nkey: value\nindented code\nThe footnote."},
	}
	if diff := cmp.Diff(want, d.Sections); diff != "" {
		t.Error(diff)
	}
	if d.Meta.Title != "Everything at once" {
		t.Errorf("title %q", d.Meta.Title)
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
		"---\ntitle: [\n---\n# one": {{"", 1, "one", ""}},
		"---\n# one":                {{"", 1, "one", ""}},
		"> # quoted\n> text":        {{"", 1, "quoted", "text"}},
		"a &lt; b \\* c":            {{"", 1, "", "a < b * c"}},
		"![a picture](x.png)":       {{"", 1, "", "a picture"}},
		"<https://a.example>":       {{"", 1, "", "https://a.example"}},
		"a  \nb\nc":                 {{"", 1, "", "a\nb c"}},
		"<!-- hidden -->":           {{"", 1, "", ""}},
		"!!! tip \"\"\n    body":    {{"", 1, "", "body"}},
		"!!! tip\n    !!! danger \"Deep\"\n        inner\n\nafter": {{"", 1, "", "Tip\nDeep\ninner\nafter"}},
		"- item\n\n    === \"Tab\"\n\n        in tab":              {{"", 1, "", "item\nTab\nin tab"}},
		"```\n=== \"no tab\"\n```":                                 {{"", 1, "", "=== \"no tab\""}},
		"bad \xff bytes":                                           {{"", 1, "", "bad \uFFFD bytes"}},
	} {
		d := New(Options{}).Parse("page.md", []byte(in), nil)
		if diff := cmp.Diff(want, d.Sections); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
	}
}

func TestSlugs(t *testing.T) {
	t.Parallel()
	s := newSlugs(Options{})
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

func TestWhatIsKeptOutOfSearch(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][]Section{
		"# One { data-search-exclude }\n\na\n\n## Two\n\nb":                      {{"", 1, "One", ""}, {"two", 2, "Two", "b"}},
		"# One\n\na\n\n## Two { #2 data-search-exclude }\n\nb\n\n### Three\n\nc": {{"", 1, "One", "a"}, {"2", 2, "Two", ""}, {"three", 3, "Three", "c"}},
		"---\nsearch:\n  exclude: true\n---\n# One\n\na":                         {{"", 1, "One", ""}},
		"---\nsearch:\n  exclude: false\n---\n# One\n\na":                        {{"", 1, "One", "a"}},
	} {
		if diff := cmp.Diff(want, New(Options{}).Parse("page.md", []byte(in), nil).Sections); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
	}
}
