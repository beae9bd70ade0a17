package docs

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/docs/markdown"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// builder makes one site.
type builder struct {
	*source
	site   *Site
	old    *Site // the site as it was, whose pages are used again where their files have not changed; may be nil
	engine *markdown.Engine
	titles map[string]mkTitle // what the navigation says of files

	listedFiles []string // in the navigation's order
}

// mkTitle is a page's place in the navigation.
type mkTitle struct {
	title string
	in    []string
}

// build reads and parses every page, some at a time.
func (s *source) build(ctx context.Context, entity catalog.Ref, old *Site, frames []string, workers int) (*Site, error) {
	if isBuilt(s.tree) && len(s.htmlPages()) > 0 {
		return s.built(entity, frames)
	}
	o := options(s, frames)
	b := &builder{source: s, old: old, engine: markdown.New(o), titles: map[string]mkTitle{}}
	b.site = &Site{
		Entity: entity, Title: cmp.Or(s.conf.SiteName, entity.Name), About: s.conf.Description, Lang: lang.Parse(s.conf.Language),
		Where: s.tree.Where(), Warnings: s.warnings,
		files: s.files, names: map[string]string{}, byPath: map[string]int{}, byFile: map[string]int{},
	}
	b.site.settings = fmt.Sprintf("%+v %v", o, s.conf.Markdown.SnippetDirs)
	if old != nil && old.settings != b.site.settings {
		b.old = nil
	}
	for name, real := range s.files {
		b.site.names[real] = name
	}
	if len(s.nav) > 0 {
		b.listed(s.nav, nil)
	}
	if err := b.read(ctx, b.order(), workers); err != nil {
		return nil, err
	}
	if len(b.site.Pages) == 0 {
		return nil, errNoPages
	}
	b.navigation()
	b.link()
	return b.site, nil
}

// options are the settings of an mkdocs.yml that the Markdown parser knows.
func options(s *source, frames []string) markdown.Options {
	m := s.conf.Markdown
	return markdown.Options{
		Math: m.Math, LineNumbers: m.LineNumbers, UnicodeSlug: m.UnicodeSlug, SlugCase: m.SlugCase,
		NoPermalink: s.conf.File != "" && !m.Permalink, FrameHosts: frames,
	}
}

// order is the navigation's pages that exist, then all others; a README gives way to an index next to it.
func (b *builder) order() []string {
	var out []string
	in := map[string]bool{}
	for _, f := range b.listedFiles {
		if !in[f] {
			in[f] = true
			out = append(out, f)
		}
	}
	rest := b.pages()
	slices.SortStableFunc(rest, byReading)
	for _, f := range rest {
		if !in[f] {
			out = append(out, f)
		}
	}
	return out
}

// byReading orders files as a reader goes through folders: the start page, the folder's own pages, its folders.
func byReading(x, y string) int {
	xs, ys := strings.Split(x, "/"), strings.Split(y, "/")
	for i := 0; ; i++ {
		lastX, lastY := i == len(xs)-1, i == len(ys)-1
		if lastX != lastY {
			if lastX {
				return -1
			}
			return 1
		}
		if lastX {
			return cmp.Or(cmp.Compare(rank(xs[i]), rank(ys[i])), cmp.Compare(xs[i], ys[i]))
		}
		if xs[i] != ys[i] {
			return cmp.Compare(xs[i], ys[i])
		}
	}
}

// rank puts start pages first, and an index before a README of the same folder.
func rank(file string) int {
	switch base := strings.TrimSuffix(file, path.Ext(file)); {
	case strings.EqualFold(base, "index"):
		return 0
	case strings.EqualFold(base, "readme"):
		return 1
	}
	return 2
}

// read parses the pages, in the given order.
func (b *builder) read(ctx context.Context, files []string, workers int) error {
	docs := make([]*markdown.Document, len(files))
	stamps := make([]string, len(files))
	var next atomic.Int64
	var size atomic.Int64
	var group sync.WaitGroup
	for range max(workers, 1) {
		group.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(files) || i >= MaxPages || size.Load() > MaxSite || ctx.Err() != nil {
					return
				}
				var n int
				docs[i], stamps[i], n = b.parse(files[i])
				size.Add(int64(n))
			}
		})
	}
	group.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(files) > MaxPages || size.Load() > MaxSite {
		b.siteWarning(Warning{Message: "the documentation is larger than the limits of 2000 pages and 16 MiB; the rest is left out"})
	}
	for i, doc := range docs {
		if doc != nil {
			b.add(files[i], doc, stamps[i])
		}
	}
	return nil
}

// parse reads one page, or takes it from the site as it was. It returns the page's size as well.
func (b *builder) parse(file string) (*markdown.Document, string, int) {
	real := b.files[file]
	if b.old != nil {
		if i, ok := b.old.byFile[file]; ok {
			p := &b.old.Pages[i]
			if p.real == real && p.stamp == b.pageStamp(real, p.doc.Included) {
				return p.doc, p.stamp, p.doc.Size()
			}
		}
	}
	data, err := readUpTo(b.tree, real, MaxPage+1)
	if err != nil {
		data = nil
	}
	doc := b.engine.Parse(real, data, &includer{b.source, file})
	if err != nil {
		doc.Warnings = append(doc.Warnings, markdown.Warning{File: real, Message: err.Error()})
	}
	return doc, b.pageStamp(real, doc.Included), len(data)
}

// pageStamp tells the content of a page with its snippets apart.
func (b *builder) pageStamp(real string, included []string) string {
	stamp := b.stamps[real]
	in := &includer{source: b.source}
	for _, name := range included {
		for _, candidate := range in.candidates(name) {
			stamp += "\x00" + b.stamps[candidate]
		}
	}
	return stamp
}

func (b *builder) add(file string, doc *markdown.Document, stamp string) {
	p := pagePath(file)
	if _, taken := b.site.byPath[p]; taken {
		return
	}
	real := b.files[file]
	at, listed := b.titles[file]
	pg := Page{
		Path: p, In: at.in, Listed: listed || len(b.nav) == 0, File: file,
		Source: b.site.Where + "/" + real, Edit: b.edit(file, real),
		Sections: doc.Sections, doc: doc, real: real, stamp: stamp,
	}
	for _, w := range doc.Warnings {
		pg.Warnings = append(pg.Warnings, Warning(w))
	}
	if len(b.nav) == 0 {
		pg.In = folders(file)
	}
	pg.Title = cmp.Or(at.title, doc.Meta.Title, doc.Sections[0].Heading, b.fileTitle(file))
	b.site.byPath[p], b.site.byFile[file] = len(b.site.Pages), len(b.site.Pages)
	b.site.Pages = append(b.site.Pages, pg)
}

// edit is where a page can be changed in the browser.
func (b *builder) edit(file, real string) string {
	if below, ok := strings.CutPrefix(real, b.conf.DocsDir+"/"); ok && b.conf.RepoURL != "" {
		if u := b.conf.EditURL(below); u != "" {
			return u
		}
	}
	if i := strings.Index(b.site.Where, "/tree/"); i > 0 && strings.HasPrefix(b.site.Where, "https://") {
		return strings.TrimSuffix(b.site.Where[:i], "/-") + "/edit/" + b.site.Where[i+len("/tree/"):] + "/" + escapePath(real)
	}
	return ""
}

func (b *builder) siteWarning(w Warning) { b.site.Warnings = append(b.site.Warnings, w) }

// fileTitle is what mkdocs calls a page without any title.
func (b *builder) fileTitle(file string) string {
	p := pagePath(file)
	if p == "" {
		return b.site.Title
	}
	return nameTitle(path.Base(p))
}

// nameTitle is what mkdocs calls a file or folder.
func nameTitle(name string) string {
	words := strings.NewReplacer("-", " ", "_", " ").Replace(name)
	r, size := utf8.DecodeRuneInString(words)
	return string(unicode.ToUpper(r)) + words[size:]
}

// folders are the titles of the folders around a file.
func folders(file string) []string {
	var out []string
	dir := path.Dir(file)
	if dir == "." {
		return nil
	}
	for part := range strings.SplitSeq(dir, "/") {
		out = append(out, nameTitle(part))
	}
	return out
}

// includer reads snippets: files below the folder of the pages, named from there, from a base path of the mkdocs.yml,
// from the mkdocs.yml, or from the page.
type includer struct {
	source *source
	page   string
}

// Include implements markdown.Includer.
func (in *includer) Include(name string) ([]byte, string, error) {
	for _, candidate := range in.candidates(name) {
		if _, ok := in.source.stamps[candidate]; !ok {
			continue
		}
		data, err := readUpTo(in.source.tree, candidate, MaxPage+1)
		return data, candidate, err
	}
	return nil, "", fault.New(fault.NotFound, "there is no such file in the folder of the pages")
}

// candidates are the files of the tree that a snippet may mean. Only those that were listed count, so that nothing
// outside the folder of the pages is read.
func (in *includer) candidates(name string) []string {
	s := in.source
	name = strings.ReplaceAll(strings.TrimSpace(name), `\`, "/")
	root := path.Dir(s.conf.File)
	var out []string
	for _, dir := range s.conf.Markdown.SnippetDirs {
		out = append(out, path.Join(root, dir, name))
	}
	out = append(out, path.Join(s.conf.DocsDir, name), path.Join(root, name))
	return slices.DeleteFunc(out, func(f string) bool { return strings.HasPrefix(f, "../") || f == ".." })
}
