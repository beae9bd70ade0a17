package mkdocs

import (
	"path"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// extensions reads markdown_extensions: a list of "name" and {name: settings}, or a mapping of names.
func (c *Config) extensions(node *yamldoc.Node) {
	if node == nil {
		return
	}
	for _, item := range node.Items {
		if item.Kind == yamldoc.Map {
			c.extensions(item)
		} else {
			c.extension(item.Str(), nil)
		}
	}
	for _, f := range node.Fields {
		c.extension(f.Key, f.Value)
	}
}

func (c *Config) extension(name string, settings *yamldoc.Node) {
	m := &c.Markdown
	switch name {
	case "pymdownx.arithmatex", "mdx_math", "markdown_katex":
		m.Math = true
	case "pymdownx.highlight", "codehilite":
		if v := settings.Get("linenums"); v != nil {
			m.LineNumbers = v.Text == "true"
		}
	case "toc", "markdown.extensions.toc":
		if v := settings.Get("permalink"); v != nil {
			m.Permalink = v.Text != "false"
		}
		if v := settings.Get("slugify"); v != nil {
			c.slug(v)
		}
	case "pymdownx.snippets":
		m.SnippetDirs = append(m.SnippetDirs, paths(settings.Get("base_path"))...)
		m.Append = append(m.Append, paths(settings.Get("auto_append"))...)
	}
}

// slug tells which of pymdownx.slugs is meant: its name is in the tag, which the tree does not keep, or its settings
// are in the value. What is neither is taken for the lower-case slug of all scripts, which the others are variants of.
func (c *Config) slug(v *yamldoc.Node) {
	c.Markdown.UnicodeSlug = true
	kind := v.At("kwds", "case")
	c.Markdown.SlugCase = v.Kind == yamldoc.Map && kind == nil
	if kind != nil && !strings.HasPrefix(kind.Text, "lower") && !strings.HasPrefix(kind.Text, "fold") {
		c.Markdown.SlugCase = true
	}
}

// paths is a string or a list of strings, cleaned.
func paths(n *yamldoc.Node) []string {
	if n == nil {
		return nil
	}
	var out []string
	add := func(s string) {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, path.Clean(strings.ReplaceAll(s, `\`, "/")))
		}
	}
	switch n.Kind {
	case yamldoc.String:
		add(n.Text)
	case yamldoc.List:
		for _, item := range n.Items {
			add(item.Str())
		}
	}
	return out
}

// plugins reads what changes the meaning of pages.
func (c *Config) plugins(node *yamldoc.Node) {
	if node == nil {
		return
	}
	for _, item := range node.Items {
		switch item.Str() {
		case "mkdocs-katex", "katex":
			c.Markdown.Math = true
		}
	}
}
