package docs

import (
	"strings"

	"github.com/backchannel-portal/backchannel/docs/mkdocs"
)

// listed notes the titles and the order that the navigation gives to files.
func (b *builder) listed(items []mkdocs.Item, in []string) {
	for _, item := range items {
		switch {
		case item.Items != nil:
			b.listed(item.Items, append(in[:len(in):len(in)], item.Title))
		case item.File == "" || !isMarkdown(item.File):
		default:
			if _, ok := b.files[item.File]; !ok {
				b.siteWarning(Warning{b.navFile(), item.Line, "the navigation names " + clip(item.File) + ", which is not there"})
				continue
			}
			if _, ok := b.titles[item.File]; !ok {
				b.titles[item.File] = mkTitle{item.Title, in}
				b.listedFiles = append(b.listedFiles, item.File)
			}
		}
	}
}

// navFile is the mkdocs.yml, for warnings about its navigation.
func (b *builder) navFile() string { return b.conf.File }

// navigation makes the site's navigation of the author's, or of the folders.
func (b *builder) navigation() {
	items := b.nav
	if len(items) == 0 {
		items = b.byFolder("")
	}
	b.site.Nav = b.navItems(items)
}

func (b *builder) navItems(items []mkdocs.Item) []NavItem {
	var out []NavItem
	for _, item := range items {
		switch {
		case item.Items != nil:
			if below := b.navItems(item.Items); len(below) > 0 {
				out = append(out, NavItem{Title: item.Title, Page: -1, Items: below})
			}
		case item.Href != "":
			out = append(out, NavItem{Title: or(item.Title, item.Href), Page: -1, Href: item.Href})
		default:
			if i, ok := b.site.byFile[item.File]; ok {
				out = append(out, NavItem{Title: or(item.Title, b.site.Pages[i].Title), Page: i})
			}
		}
	}
	return out
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// byFolder is the navigation of a site that has none: a folder is a section, and its start page comes first.
func (s *source) byFolder(below string) []mkdocs.Item {
	root := &mkdocs.Item{}
	for _, f := range sortedBy(s.pages(), byReading) {
		rest := f
		if below != "" {
			var ok bool
			if rest, ok = strings.CutPrefix(f, below+"/"); !ok {
				continue
			}
		}
		at := root
		parts := strings.Split(rest, "/")
		for _, dir := range parts[:len(parts)-1] {
			at = child(at, nameTitle(dir))
		}
		at.Items = append(at.Items, mkdocs.Item{File: f})
	}
	return root.Items
}

// child is the section of a title, made when it is not there.
func child(at *mkdocs.Item, title string) *mkdocs.Item {
	for i := range at.Items {
		if at.Items[i].Title == title && at.Items[i].Items != nil {
			return &at.Items[i]
		}
	}
	at.Items = append(at.Items, mkdocs.Item{Title: title, Items: []mkdocs.Item{}})
	return &at.Items[len(at.Items)-1]
}
