// Package docs finds, reads and shows the documentation that lies with an entity's code: Markdown below an mkdocs.yml,
// as Backstage's TechDocs reads it. Markdown becomes pages and sections once; what search, chat and the web show comes
// from them.
package docs

import (
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// Bounds of one site. What lies beyond them is left out and reported in Site.Problems.
const (
	MaxPages    = 2000
	MaxPage     = 512 << 10 // bytes of one Markdown file
	MaxSite     = 16 << 20  // bytes of all Markdown files
	MaxSections = 2000      // of one page; what follows belongs to the last
)

// Site is the documentation of one entity. It is immutable.
type Site struct {
	Entity   catalog.Ref
	Title    string // site_name of mkdocs.yml, else the entity's name
	Where    string // the folder it was read from, as a person would open it
	Pages    []Page // in reading order: the navigation's, then the others by path
	AsOf     time.Time
	Problems []string // English sentences about what could not be read

	target  string         // for scm.Trees
	docsDir string         // the folder of the pages inside target, in slashes
	byPath  map[string]int // pages by Path
	byFile  map[string]int // pages by their file below docsDir
	print   [32]byte       // of the files it was made from
}

// Page is one Markdown file.
type Page struct {
	Path     string   // below the site as mkdocs serves it: no ".md", "index" dropped, "" for the start page
	Title    string   // from the navigation, the front matter, the first heading or the file's name
	In       []string // titles of the navigation's sections around it
	Listed   bool     // named by the navigation, or there is none
	Source   string   // address of the Markdown file
	File     string   // its path below the folder of the pages
	Sections []Section

	markdown []byte // as read, for HTML
}

// Section is a heading and the text until the next one.
type Section struct {
	Anchor  string // id of the heading as Python-Markdown's toc makes it; "" for the page's top
	Level   int    // 1 to 6; 1 for the page's top
	Heading string // "" for the page's top when the page does not begin with a heading
	Text    string // plain text, a line a block
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
