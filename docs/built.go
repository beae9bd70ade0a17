package docs

import (
	"cmp"
	"encoding/json"
	"io/fs"
	"path"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/docs/markdown"
	"github.com/backchannel-portal/backchannel/docs/mkdocs"
	"github.com/backchannel-portal/backchannel/internal/scm"
)

// maxBuiltPage is the size in bytes up to which a page of a built site is read.
const maxBuiltPage = 4 << 20

// isBuilt reports a tree that holds a site that TechDocs, or Static, has built, and no source of one.
func isBuilt(tree scm.Tree) bool {
	for _, name := range []string{"mkdocs.yml", "mkdocs.yaml"} {
		if _, err := fs.Stat(tree, name); err == nil {
			return false
		}
	}
	_, err := fs.Stat(tree, metadataFile)
	return err == nil
}

// built reads a site that TechDocs has built: its pages are sanitised and cut into sections like those of Markdown.
func (s *source) built(entity catalog.Ref, frames []string) (*Site, error) {
	site := &Site{
		Entity: entity, Title: entity.Name, Where: s.tree.Where(), Warnings: s.warnings, files: map[string]string{}, names: map[string]string{},
		byPath: map[string]int{}, byFile: map[string]int{}, Lang: "en",
	}
	var m metadata
	if data, err := scm.ReadFile(s.tree, metadataFile, 4<<20); err == nil && json.Unmarshal(data, &m) == nil {
		site.Title = cmp.Or(m.SiteName, site.Title)
		if m.SiteDescription != "None" {
			site.About = m.SiteDescription
		}
	}
	b := &builder{source: s, site: site, engine: markdown.New(markdown.Options{FrameHosts: frames})}
	var start []byte
	size := 0
	for _, f := range sortedBy(s.htmlPages(), byReading) {
		data, err := readUpTo(s.tree, s.files[f], maxBuiltPage+1)
		if size += len(data); err != nil || len(site.Pages) >= MaxPages || size > 4*MaxSite {
			continue
		}
		if f == "index.html" {
			start = data
		}
		b.addBuilt(f, b.engine.FromHTML(f, data))
	}
	if len(site.Pages) == 0 {
		return nil, errNoPages
	}
	for f, real := range s.files {
		if !strings.HasSuffix(f, ".html") && assetType(f) != "" {
			site.files[f], site.names[real] = real, f
		}
	}
	b.source = &source{tree: s.tree, conf: &mkdocs.Config{}, files: site.files, stamps: s.stamps}
	site.Nav = b.builtNav(markdown.Navigation(start))
	if len(site.Nav) == 0 {
		for i := range site.Pages {
			site.Nav = append(site.Nav, NavItem{Title: site.Pages[i].Title, Page: i})
		}
	}
	for i := range site.Pages {
		site.Pages[i].Listed = true
	}
	b.link()
	return site, nil
}

// htmlPages are the pages of a built site.
func (s *source) htmlPages() []string {
	var out []string
	for f := range s.files {
		if path.Base(f) == "index.html" {
			out = append(out, f)
		}
	}
	return out
}

func (b *builder) addBuilt(file string, doc *markdown.Document) {
	dir := path.Dir(file)
	p := Page{Path: trimPath(strings.TrimPrefix(dir, ".")), File: path.Join(dir, "index.md"), Source: b.site.Where + "/" + b.files[file], Sections: doc.Sections, doc: doc, real: b.files[file]}
	p.Title = cmp.Or(doc.Sections[0].Heading, doc.Meta.Title, nameTitle(path.Base(p.Path)))
	for _, w := range doc.Warnings {
		p.Warnings = append(p.Warnings, Warning(w))
	}
	b.site.byPath[p.Path], b.site.byFile[p.File] = len(b.site.Pages), len(b.site.Pages)
	b.site.Pages = append(b.site.Pages, p)
}

// builtNav is the navigation of the start page, as far as it leads to pages of the site.
func (b *builder) builtNav(links []markdown.NavLink) []NavItem {
	var out []NavItem
	for _, l := range links {
		if len(l.Items) > 0 {
			if items := b.builtNav(l.Items); len(items) > 0 {
				out = append(out, NavItem{Title: l.Title, Page: -1, Items: items})
			}
			continue
		}
		ref, _, _ := strings.Cut(l.Ref, "#")
		if i, ok := b.site.byPath[trimPath(strings.TrimPrefix(path.Join("/", ref), "/"))]; ok && l.Ref != "" && markdown.Scheme(l.Ref) == "" {
			out = append(out, NavItem{Title: l.Title, Page: i})
		}
	}
	return out
}
