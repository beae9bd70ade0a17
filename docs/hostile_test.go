package docs_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/docs"
)

// hostileSite is a folder of everything that documentation should not be.
func hostileSite(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	put(t, filepath.Join(dir, "secret.txt"), "the secret")
	for name, text := range map[string]string{
		"mkdocs.yml":        "site_name: !!python/object/apply:os.system [x]\nextra_javascript: [evil.js]\nwhat: is this\nnav:\n  - index.md\n  - Gone: gone.md\n  - Up: ../secret.txt\n  - Sub: '!include ./sub/mkdocs.yml'\n  - Out: '!include ../../etc/mkdocs.yml'\n",
		"sub/mkdocs.yml":    "site_name: Sub site\nnav: [a.md, Back: '!include ../mkdocs.yml']\n",
		"sub/docs/a.md":     "# A\n\n[up](../../docs/index.md) [gone](x.md)",
		"docs/index.md":     "# Home\n\n--8<-- \"a.md\"\n--8<-- \"../secret.txt\"\n--8<-- \"secret.txt\"\n--8<-- \"/etc/passwd\"\n--8<-- \"link.txt\"\n--8<-- \"https://evil.example/x\"\n\n[bad](nope.md) ![p](../secret.txt) [j](javascript:alert(1)) [b](a.md#nowhere)\n",
		"docs/a.md":         "# A\n\n--8<-- \"b.md\"\n",
		"docs/b.md":         "B says\n\n--8<-- \"a.md\"\n",
		"docs/front.md":     "---\ntitle: [broken\n---\n# Front\n",
		"docs/latin1.md":    "# Gr\xfc\xdfe\n\nSch\xf6n.\n",
		"docs/utf16.md":     "\xff\xfe#\x00 \x00U\x00\n\x00",
		"docs/nested.md":    strings.Repeat(">", 5000) + " deep\n\n" + strings.Repeat("- ", 3000) + "x\n\n" + strings.Repeat("<div>", 2000),
		"docs/table.md":     "| a | b |\n|---|---|\n" + strings.Repeat("| x | y |\n", 100_000),
		"docs/big.md":       "# Big\n\n" + strings.Repeat("many words ", 5<<20),
		"docs/markup.md":    "<svg onload=alert(1)><script>alert(2)</script></svg>\n\n<img src=x onerror=alert(3)> <a href=\"jav&#x09;ascript:alert(4)\">x</a> {{ config }} <iframe src=//evil></iframe>\n",
		"docs/img/evil.svg": "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
	} {
		put(t, filepath.Join(dir, "site", name), text)
	}
	for _, link := range []string{"site/docs/link.txt", "site/docs/link.md"} {
		if err := os.Symlink(filepath.Join(dir, "secret.txt"), filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/", filepath.Join(dir, "site/docs/root")); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "site")
}

// TestHostileSite builds it: every page is there, with its warnings, and nothing of outside.
func TestHostileSite(t *testing.T) {
	t.Parallel()
	dir := hostileSite(t)
	out := filepath.Join(t.TempDir(), "out")
	static := docs.NewStatic(func() time.Time { return now }, 2)
	site, err := static.Read(t.Context(), dir, nil)
	if err == nil {
		err = static.Write(t.Context(), site, dir, out)
	}
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, w := range site.Warnings {
		all = append(all, w.String())
	}
	got := strings.Join(all, "\n")
	for _, want := range []string{
		"mkdocs.yml:2: the key extra_javascript has no effect", "mkdocs.yml:3: the key what is unknown", "mkdocs.yml:6: the navigation names gone.md",
		"mkdocs.yml:7: the navigation names \"../secret.txt\"", "mkdocs.yml:9: \"../../etc/mkdocs.yml\" lies outside", "sub/mkdocs.yml:2: \"mkdocs.yml\" is left out: it was taken in before",
		"docs/link.md: the file cannot be reached", "docs/root: the file cannot be reached",
		"docs/index.md:4: the snippet \"../secret.txt\"", "docs/index.md:5: the snippet \"secret.txt\"", "docs/index.md:6: the snippet \"/etc/passwd\"",
		"docs/index.md:7: the snippet \"link.txt\"", "docs/index.md:8: the snippet \"https://evil.example/x\" is left out: snippets are not read from the web",
		"docs/index.md:10: the link \"nope.md\" leads nowhere", "docs/index.md:10: the link \"../secret.txt\" leads nowhere", "docs/index.md:10: the link \"javascript:alert(1)\" is not allowed",
		"docs/index.md:10: the link \"a.md#nowhere\" leads to a place that the page does not have", "docs/b.md:3: the snippet \"a.md\" is left out: it takes itself in",
		"docs/front.md:1: the front matter is not YAML", "docs/latin1.md:1: the file is not UTF-8", "docs/utf16.md: the file is UTF-16", "docs/big.md:3: the page is larger",
		"sub/docs/a.md:3: the link \"x.md\" leads nowhere",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no warning %q in\n%s", want, got)
		}
	}
	err = filepath.WalkDir(out, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if strings.Contains(string(data), "the secret") || strings.Contains(string(data), "root:x:0") {
			t.Errorf("%s leaks", path)
		}
		if strings.HasSuffix(path, ".html") && hostile.Match(data[strings.Index(string(data), "<main"):]) {
			t.Errorf("%s is not safe", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []string{"index.html", "front/index.html", "big/index.html", "table/index.html", "nested/index.html", "utf16/index.html", "sub-site/a/index.html"} {
		if _, err := os.Stat(filepath.Join(out, page)); err != nil {
			t.Error(err)
		}
	}
	index, err := os.ReadFile(filepath.Join(out, "index.html"))
	if err != nil || !strings.Contains(string(index), "B says") || !strings.Contains(string(index), "is left out") || !strings.Contains(string(index), "leads nowhere") {
		t.Errorf("the start page has no notice: %v", err)
	}
}

// TestHugeFile reads only as much of a file as a page may have.
func TestHugeFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "index.md"))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(2 << 30); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	site, err := docs.NewStatic(func() time.Time { return now }, 1).Read(t.Context(), dir, nil)
	runtime.ReadMemStats(&after)
	if err != nil || len(site.Warnings) == 0 {
		t.Errorf("%+v, %v", site, err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 200<<20 {
		t.Errorf("%d bytes for a page of %d", used, docs.MaxPage)
	}
}
