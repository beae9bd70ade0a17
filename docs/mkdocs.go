package docs

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

const (
	maxConfig   = 1 << 20 // bytes of an mkdocs.yml
	maxNav      = 5000    // entries of a navigation
	maxNavDepth = 20
)

// config is what matters of an mkdocs.yml.
type config struct {
	siteName string
	docsDir  string // "." when there is no mkdocs.yml and the Markdown lies in the folder itself
	nav      []navItem
	found    bool   // there is an mkdocs.yml
	plain    bool   // Markdown next to code: only the folder's own files and well-known folders count
	problem  string // why the file was not used
}

// navItem is a page of the navigation.
type navItem struct {
	title string   // "" when the navigation gives none
	file  string   // below docsDir, in slashes
	in    []string // titles of the sections around it
}

// readConfig finds and reads the mkdocs.yml of a tree. Without one, or with one that cannot be read, the pages are
// those of the folder docs, or of the tree itself when it has no such folder (backstage.io, TechDocs).
func readConfig(tree fs.FS) config {
	for _, name := range []string{"mkdocs.yaml", "mkdocs.yml"} {
		data, err := scm.ReadFile(tree, name, maxConfig)
		if fault.Is(err, fault.NotFound) && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			var c config
			if c, err = parseConfig(name, data); err == nil {
				if c.docsDir == "" {
					c.docsDir = "docs"
				}
				return c
			}
		}
		c := defaultConfig(tree)
		c.problem = err.Error()
		return c
	}
	return defaultConfig(tree)
}

func defaultConfig(tree fs.FS) config {
	if info, err := fs.Stat(tree, "docs"); err == nil && info.IsDir() {
		return config{docsDir: "docs"}
	}
	return config{docsDir: ".", plain: true}
}

// parseConfig reads an mkdocs.yml. Keys that do not matter here, and tags such as !ENV and !!python/name, are let be.
func parseConfig(name string, data []byte) (config, error) {
	root, err := yamldoc.Parse(data, yamldoc.Limits{Bytes: maxConfig, DocBytes: maxConfig})
	if err != nil {
		if e, ok := errors.AsType[*fault.Error](err); ok && e.At.File == "" {
			at := *e
			at.At.File = name
			return config{}, &at
		}
		return config{}, err
	}
	if root.Kind != yamldoc.Map && root.Kind != yamldoc.Null {
		return config{}, fault.At(fault.Position{File: name, Line: root.Line}, "this must be a mapping")
	}
	c := config{found: true, siteName: strings.TrimSpace(root.Get("site_name").Str())}
	if d := root.Get("docs_dir"); d.Str() != "" {
		dir := path.Clean(strings.ReplaceAll(d.Str(), `\`, "/"))
		if !fs.ValidPath(dir) {
			return config{}, fault.At(fault.Position{File: name, Line: d.Line, Field: "docs_dir"}, "%q lies outside the folder of mkdocs.yml", clip(d.Str()))
		}
		c.docsDir = dir
	}
	c.navigation(root.Get("nav"), "", nil, 0)
	return c, nil
}

// navigation flattens a nav: a list of "file", {title: file} and {title: list}. Links to elsewhere are no pages.
func (c *config) navigation(n *yamldoc.Node, title string, in []string, depth int) {
	if n == nil || depth > maxNavDepth || len(c.nav) >= maxNav {
		return
	}
	switch n.Kind {
	case yamldoc.List:
		for _, item := range n.Items {
			c.navigation(item, "", in, depth+1)
		}
	case yamldoc.Map:
		for _, f := range n.Fields {
			within := in
			if f.Value.Kind == yamldoc.List {
				within = append(in[:len(in):len(in)], f.Key)
			}
			c.navigation(f.Value, f.Key, within, depth+1)
		}
	case yamldoc.String:
		file := path.Clean(strings.ReplaceAll(strings.TrimSpace(n.Text), `\`, "/"))
		if isMarkdown(file) && fs.ValidPath(file) && !strings.Contains(n.Text, "://") {
			c.nav = append(c.nav, navItem{title: strings.TrimSpace(title), file: file, in: in})
		}
	}
}

func isMarkdown(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".markdown", ".mdown", ".mkd", ".mkdn":
		return true
	}
	return false
}
