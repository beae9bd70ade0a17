// Package mkdocs reads mkdocs.yml as Backstage's TechDocs does: the keys on its allow list, the settings of Python-Markdown
// extensions that change what a page says, and the navigation. Tags such as !!python/name and !ENV are let be.
package mkdocs

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// MaxFile is the size in bytes up to which an mkdocs.yml is read.
const MaxFile = 1 << 20

const maxWarnings = 50 // of one file

// Config is what matters of an mkdocs.yml.
type Config struct {
	File        string // its name below the folder that was read, in slashes; "" when there is none
	SiteName    string
	Description string
	Language    string // theme.language; "" when it says nothing
	DocsDir     string // in slashes, below the file's folder; "docs" when it says nothing
	RepoURL     string
	EditURI     string // as written; EditURL applies it
	EditTmpl    string // edit_uri_template
	Nav         []Item // empty: by folder
	Exclude     []string
	Markdown    Markdown
	Warnings    []Warning
}

// Markdown are the settings of extensions that change what a page says.
type Markdown struct {
	Math        bool     // pymdownx.arithmatex or a math plugin is on
	LineNumbers bool     // pymdownx.highlight's linenums was asked for
	UnicodeSlug bool     // toc slugs keep letters of all scripts
	SlugCase    bool     // toc slugs keep capitals
	Permalink   bool     // headings link to themselves
	SnippetDirs []string // pymdownx.snippets base_path, below the file's folder
	Append      []string // pymdownx.snippets auto_append
}

// Warning is something wrong in the file, which is read all the same.
type Warning struct {
	Line    int
	Message string
}

// Item is a line of the navigation: a page, a section, a link to elsewhere, or another mkdocs.yml to take in.
type Item struct {
	Title   string // "" when the navigation gives none
	File    string // of a page: below the folder of the pages, in slashes
	Href    string // of a link to elsewhere
	Include string // of the monorepo plugin's !include: another mkdocs.yml, relative to this one; may hold wildcards
	Items   []Item // of a section
	Line    int
}

// allowed are the keys that TechDocs keeps (backstage.io, techdocs-node), and those of later versions of mkdocs. Many mean
// nothing here, because the page around the documentation is ours.
var allowed = []string{
	"site_name", "site_url", "site_description", "site_author", "repo_url", "repo_name", "edit_uri", "edit_uri_template", "docs_dir",
	"site_dir", "nav", "exclude_docs", "not_in_nav", "theme", "plugins", "markdown_extensions", "extra", "extra_css",
	"use_directory_urls", "strict", "dev_addr", "watch", "copyright", "remote_branch", "remote_name", "validation", "google_analytics",
	"draft_docs", "mdx_configs",
}

// Parse reads an mkdocs.yml. A file that is no mapping, or whose docs_dir leads out of its folder, is an error with its
// line; all else that is wrong becomes a warning.
func Parse(name string, data []byte) (*Config, error) {
	root, err := yamldoc.Parse(data, yamldoc.Limits{Bytes: MaxFile, DocBytes: MaxFile})
	if err != nil {
		return nil, located(name, err)
	}
	if root.Kind != yamldoc.Map && root.Kind != yamldoc.Null {
		return nil, fault.At(fault.Position{File: name, Line: root.Line}, "this must be a mapping")
	}
	c := &Config{File: name, DocsDir: "docs", Markdown: Markdown{Permalink: true}}
	c.SiteName = strings.TrimSpace(root.Get("site_name").Str())
	c.Description = strings.TrimSpace(root.Get("site_description").Str())
	c.Language = strings.TrimSpace(root.At("theme", "language").Str())
	c.RepoURL = strings.TrimSpace(root.Get("repo_url").Str())
	c.EditURI = strings.TrimSpace(root.Get("edit_uri").Str())
	c.EditTmpl = strings.TrimSpace(root.Get("edit_uri_template").Str())
	if d := root.Get("docs_dir"); d.Str() != "" {
		dir := path.Clean(strings.ReplaceAll(strings.TrimSpace(d.Str()), `\`, "/"))
		if !fs.ValidPath(dir) {
			return nil, fault.At(fault.Position{File: name, Line: d.Line, Field: "docs_dir"}, "%q lies outside the folder of mkdocs.yml", clip(d.Str()))
		}
		c.DocsDir = dir
	}
	for _, line := range strings.Split(root.Get("exclude_docs").Str(), "\n") {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			c.Exclude = append(c.Exclude, line)
		}
	}
	c.keys(root)
	c.extensions(root.Get("markdown_extensions"))
	c.extensions(root.Get("mdx_configs"))
	c.plugins(root.Get("plugins"))
	n := &navigation{config: c}
	c.Nav = n.items(root.Get("nav"), 0)
	return c, nil
}

// located names the file in an error of the YAML parser.
func located(name string, err error) error {
	if e, ok := err.(*fault.Error); ok && e.At.File == "" {
		at := *e
		at.At.File = name
		return &at
	}
	return err
}

func (c *Config) warn(line int, format string, args ...any) {
	if len(c.Warnings) < maxWarnings {
		c.Warnings = append(c.Warnings, Warning{line, fmt.Sprintf(format, args...)})
	}
}

// keys warns of those that have no effect.
func (c *Config) keys(root *yamldoc.Node) {
	for _, f := range root.Fields {
		switch {
		case slices.Contains(allowed, f.Key), f.Key == "<<":
		case slices.Contains([]string{"hooks", "INHERIT", "extra_javascript", "extra_templates"}, f.Key):
			c.warn(f.Line, "the key %s has no effect: TechDocs does not allow it", f.Key)
		default:
			c.warn(f.Line, "the key %s is unknown and has no effect", clip(f.Key))
		}
	}
	if custom := root.At("theme", "custom_dir"); custom != nil {
		c.warn(custom.Line, "the key theme.custom_dir has no effect: TechDocs does not allow it")
	}
}

// clip bounds foreign text inside a message.
func clip(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
