package docs

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/catalog"
)

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
	site, err := b.build(t.Context(), catalog.MakeRef("component", "", "billing"), nil, nil, 1)
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
