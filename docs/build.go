package docs

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
)

const (
	maxEntries   = 20_000 // files and folders looked at in one tree
	maxTreeDepth = 20
)

// errNoPages says that a tree holds no documentation.
var errNoPages = fault.New(fault.NotFound, "there is no Markdown file")

// builder makes one site.
type builder struct {
	md    goldmark.Markdown
	tree  scm.Tree
	conf  config
	site  *Site
	files []string // Markdown below docsDir, sorted
	seen  int
}

// scan lists the Markdown files of a tree and takes their fingerprint.
func scan(tree scm.Tree) (*builder, [32]byte, error) {
	b := &builder{tree: tree, conf: readConfig(tree)}
	h := sha256.New()
	fmt.Fprintf(h, "%+v\n", b.conf)
	if err := b.walk(h, ".", 0); err != nil {
		return nil, [32]byte{}, err
	}
	slices.Sort(b.files)
	b.readme(h)
	if len(b.files) == 0 {
		return nil, [32]byte{}, errNoPages
	}
	return b, [32]byte(h.Sum(nil)), nil
}

// walk collects the Markdown files below docsDir/dir.
func (b *builder) walk(h hash.Hash, dir string, depth int) error {
	entries, err := fs.ReadDir(b.tree, path.Join(b.conf.docsDir, dir))
	if err != nil {
		if depth == 0 && !errors.Is(err, fs.ErrNotExist) {
			return fault.Wrap(fault.NotFound, err, "the folder of the documentation cannot be read")
		}
		return nil
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		if b.seen++; b.seen > maxEntries || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		switch {
		case e.IsDir():
			if depth < maxTreeDepth && !b.skips(e.Name()) {
				if err := b.walk(h, name, depth+1); err != nil {
					return err
				}
			}
		case isMarkdown(name):
			if err := b.stamp(h, name); err == nil {
				b.files = append(b.files, name)
			}
		}
	}
	return nil
}

// skips reports folders that hold other people's Markdown where docs lie next to code.
func (b *builder) skips(dir string) bool {
	return b.conf.plain && slices.Contains([]string{"node_modules", "vendor", "testdata", "target", "build", "dist", "site"}, dir)
}

// stamp adds what tells a file's content apart: its size and time, or its content where the tree knows no times.
func (b *builder) stamp(h hash.Hash, name string) error {
	full := path.Join(b.conf.docsDir, name)
	info, err := fs.Stat(b.tree, full)
	if err != nil {
		return err
	}
	fmt.Fprintf(h, "%s\x00%d\x00%d\n", name, info.Size(), info.ModTime().UnixNano())
	if info.ModTime().IsZero() {
		data, err := scm.ReadFile(b.tree, full, MaxPage)
		if err != nil {
			return nil
		}
		h.Write(data)
	}
	return nil
}

// readme makes the README next to docsDir the start page of a site without one, as TechDocs does.
func (b *builder) readme(h hash.Hash) {
	if b.conf.docsDir == "." || slices.ContainsFunc(b.files, func(f string) bool { return pagePath(f) == "" }) {
		return
	}
	up := strings.Repeat("../", 1+strings.Count(b.conf.docsDir, "/"))
	for _, name := range []string{"README.md", "readme.md"} {
		if b.stamp(h, up+name) == nil {
			b.files = append([]string{up + name}, b.files...)
			return
		}
	}
}

// build reads and parses every page.
func (b *builder) build(ctx context.Context, md goldmark.Markdown, entity catalog.Ref) (*Site, error) {
	b.md = md
	b.site = &Site{
		Entity: entity, Title: cmp.Or(b.conf.siteName, entity.Name), Where: b.tree.Where(), docsDir: b.conf.docsDir,
		byPath: map[string]int{}, byFile: map[string]int{},
	}
	if b.conf.problem != "" {
		b.note("%s", b.conf.problem)
	}
	if b.seen > maxEntries {
		b.note("the folder holds more than %d files; the rest is left out", maxEntries)
	}
	size := 0
	for _, item := range b.order() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if len(b.site.Pages) >= MaxPages || size > MaxSite {
			b.note("the documentation is larger than %d pages or %d bytes; the rest is left out", MaxPages, MaxSite)
			break
		}
		size += b.page(item)
	}
	if len(b.site.Pages) == 0 {
		return nil, errNoPages
	}
	return b.site, nil
}

// order is the navigation's pages that exist, then all others; a README gives way to an index next to it.
func (b *builder) order() []navItem {
	var out []navItem
	in := map[string]bool{}
	for _, item := range b.conf.nav {
		switch {
		case !slices.Contains(b.files, item.file):
			b.note("the navigation names %s, which is not there", clip(item.file))
		case !in[item.file]:
			in[item.file] = true
			out = append(out, item)
		}
	}
	rest := slices.Clone(b.files)
	slices.SortStableFunc(rest, func(x, y string) int { return cmp.Compare(rank(x), rank(y)) })
	for _, f := range rest {
		if !in[f] {
			out = append(out, navItem{file: f})
		}
	}
	return out
}

// rank puts start pages first, and an index before a README of the same folder.
func rank(file string) int {
	switch {
	case pagePath(file) != "":
		return 2
	case strings.EqualFold(path.Base(file), "index.md"):
		return 0
	}
	return 1
}

// page adds one page and returns its size.
func (b *builder) page(item navItem) int {
	p := pagePath(item.file)
	if _, taken := b.site.byPath[p]; taken {
		return 0
	}
	full := path.Join(b.conf.docsDir, item.file)
	data, err := scm.ReadFile(b.tree, full, MaxPage)
	if err != nil {
		b.note("%s", err.Error())
		return 0
	}
	doc := parse(b.md, data)
	pg := Page{
		Path: p, In: item.in, Listed: len(b.conf.nav) == 0 || item.title != "" || slices.ContainsFunc(b.conf.nav, func(n navItem) bool { return n.file == item.file }),
		Source: b.site.Where + "/" + full, File: item.file, Sections: doc.sections(), markdown: data,
	}
	pg.Title = cmp.Or(item.title, doc.meta.title, pg.Sections[0].Heading, b.fileTitle(item.file))
	b.site.byPath[p], b.site.byFile[item.file] = len(b.site.Pages), len(b.site.Pages)
	b.site.Pages = append(b.site.Pages, pg)
	return len(data)
}

func (b *builder) note(format string, args ...any) {
	const most = 50
	if len(b.site.Problems) < most {
		b.site.Problems = append(b.site.Problems, fmt.Sprintf(format, args...))
	}
}

// fileTitle is what mkdocs calls a page without any title.
func (b *builder) fileTitle(file string) string {
	p := pagePath(file)
	if p == "" {
		return b.site.Title
	}
	words := strings.NewReplacer("-", " ", "_", " ").Replace(path.Base(p))
	r, size := utf8.DecodeRuneInString(words)
	return string(unicode.ToUpper(r)) + words[size:]
}

// pagePath is where mkdocs serves a file: without its extension, and an index or README as its folder.
func pagePath(file string) string {
	p := strings.TrimSuffix(file, path.Ext(file))
	dir, base := path.Split(p)
	if strings.EqualFold(base, "index") || strings.EqualFold(base, "readme") {
		p = dir
	}
	for strings.HasPrefix(p, "../") {
		p = p[3:]
	}
	return trimPath(p)
}
