// Package docs finds, reads and shows the documentation that lies with an entity's code: Markdown below an mkdocs.yml,
// as Backstage's TechDocs reads it, sites that TechDocs has already built, and the definitions of APIs. Markdown becomes
// pages and sections once; what search, chat and the web show comes from them.
//
// A Library keeps the sites of a catalog: Load reads what changed and hands its sections to search; Resolve follows
// redirects; Site, Page, HTML and Asset are what a view needs for one request. A Site is immutable: Pages in reading
// order, Nav as the author arranged them, Before and After for the neighbours of a page. HTML gives the sanitised body of a page,
// with links made absolute below an address of the caller's; Stylesheet is what the classes in it need, in light and
// dark. Ids in a body are those of mkdocs for headings, "doc-" and a name for what the author's raw HTML calls an id, and
// "bc-" and a name for what the renderer needs itself; a page around it should give its own ids another "bc-" name.
package docs

import (
	"fmt"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/docs/markdown"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Bounds of one site. What lies beyond them is left out and reported in Site.Warnings.
const (
	MaxPages    = 2000
	MaxPage     = markdown.MaxPage     // bytes of one Markdown file
	MaxSite     = 16 << 20             // bytes of all Markdown files
	MaxSections = markdown.MaxSections // of one page; what follows belongs to the last
)

// Site is the documentation of one entity. It is immutable.
type Site struct {
	Entity   catalog.Ref
	Title    string    // site_name of mkdocs.yml, else the entity's name
	About    string    // site_description of mkdocs.yml
	Lang     lang.Lang // of the pages, as mkdocs.yml says
	Where    string    // the folder it was read from, as a person would open it
	Pages    []Page    // in reading order: the navigation's, then the others by path
	Nav      []NavItem // as the author arranged it; all pages by folder where nothing is said
	AsOf     time.Time
	API      bool      // made from the definition of an API alone
	Warnings []Warning // what is wrong in its files

	target string            // for scm.Trees
	files  map[string]string // what lies below the site, to where it lies in target
	names  map[string]string // the reverse
	byPath map[string]int    // pages by Path
	byFile map[string]int    // pages by File
	print  [32]byte          // of the files it was made from

	settings string // of the Markdown engine
}

// NavItem is a line of the navigation: a page, a section with items, or a link to elsewhere.
type NavItem struct {
	Title string
	Page  int       // index in Site.Pages; -1 for a section and a link
	Href  string    // of a link to elsewhere, http or https
	Items []NavItem // of a section
}

// Warning is something wrong in the files of a site. It never hides the rest.
type Warning struct {
	File    string // below the folder of the mkdocs.yml, in slashes
	Line    int    // 1-based; 0 when the whole file is meant
	Message string // one plain English sentence without a full stop
}

// String is the warning as compilers print theirs.
func (w Warning) String() string {
	switch {
	case w.File == "":
		return w.Message
	case w.Line == 0:
		return w.File + ": " + w.Message
	}
	return fmt.Sprintf("%s:%d: %s", w.File, w.Line, w.Message)
}

// Page is one Markdown file, or the definition of an API.
type Page struct {
	Path     string   // below the site as mkdocs serves it: no ".md", "index" dropped, "" for the start page
	Title    string   // from the navigation, the front matter, the first heading or the file's name
	In       []string // titles of the navigation's sections around it
	Listed   bool     // named by the navigation, or there is none
	Source   string   // address of the Markdown file
	Edit     string   // where it can be changed in the browser; "" when nothing says so
	File     string   // its path below the folder of the pages
	Sections []Section
	Warnings []Warning // what is wrong on it, also in Site.Warnings

	doc     *markdown.Document
	api     *definition // what the page is made from when it is read, instead of doc
	real    string      // where the file lies in the tree
	stamp   string      // of the file and of what it takes in
	targets []target    // of doc.Links
}

// Section is a heading and the text until the next one. Those with an anchor are the table of contents.
type Section = markdown.Section

// Before is the page that comes before the one at a path in reading order, nil for the first one.
func (s *Site) Before(path string) *Page { return s.beside(path, -1) }

// After is the page that comes after the one at a path in reading order, nil for the last one.
func (s *Site) After(path string) *Page { return s.beside(path, +1) }

// beside walks from a page over those that the navigation leaves out.
func (s *Site) beside(path string, step int) *Page {
	i, ok := s.byPath[trimPath(path)]
	if !ok {
		return nil
	}
	for i += step; i >= 0 && i < len(s.Pages); i += step {
		if s.Pages[i].Listed {
			return &s.Pages[i]
		}
	}
	return nil
}

// Page returns the page at a path as in Page.Path; leading and trailing slashes do not matter.
func (s *Site) Page(path string) (*Page, bool) {
	i, ok := s.byPath[trimPath(path)]
	if !ok {
		return nil, false
	}
	return &s.Pages[i], true
}

// Docs returns the sections of the site for search.
func (s *Site) Docs() []search.Doc {
	var out []search.Doc
	for _, p := range s.Pages {
		for i, sec := range p.Sections {
			d := search.Doc{
				Entity: s.Entity, Page: p.Path, Anchor: sec.Anchor, Title: p.Title, Heading: sec.Heading, Text: sec.Text, Source: p.Source,
			}
			if i == 0 && sec.Anchor == "" {
				d.Heading = ""
				if sec.Heading != "" && sec.Heading != p.Title {
					d.Text = joinLines(sec.Heading, sec.Text)
				}
			}
			d.Lang = language(p.Title + d.Heading + d.Text)
			out = append(out, d)
		}
	}
	return out
}

// Mark is another whenever the files of the site are.
func (s *Site) Mark() string { return fmt.Sprintf("%x", s.print[:8]) }
