package mkdocs

import (
	"io/fs"
	"net/url"
	"path"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

const (
	maxNav   = 5000 // entries of a navigation
	maxDepth = 20
)

// navigation reads a nav: a list of "file", {title: file} and {title: list}.
type navigation struct {
	config *Config
	count  int
}

func (n *navigation) items(node *yamldoc.Node, depth int) []Item {
	if node == nil || node.Kind == yamldoc.Null {
		return nil
	}
	if depth > maxDepth {
		n.config.warn(node.Line, "the navigation is deeper than %d levels; the rest is left out", maxDepth)
		return nil
	}
	var out []Item
	switch node.Kind {
	case yamldoc.List:
		for _, item := range node.Items {
			out = append(out, n.entry(item, depth)...)
		}
	case yamldoc.Map: // a nav written as a mapping
		for _, f := range node.Fields {
			out = append(out, n.titled(f, depth)...)
		}
	default:
		out = n.target("", node)
	}
	return out
}

// entry is one element of a list.
func (n *navigation) entry(node *yamldoc.Node, depth int) []Item {
	if node.Kind != yamldoc.Map {
		return n.items(node, depth+1)
	}
	var out []Item
	for _, f := range node.Fields {
		out = append(out, n.titled(f, depth)...)
	}
	return out
}

// titled is "Title: file", "Title: [..]" or "Title:" without anything.
func (n *navigation) titled(f yamldoc.Field, depth int) []Item {
	title := strings.TrimSpace(f.Key)
	switch f.Value.Kind {
	case yamldoc.List, yamldoc.Map:
		return []Item{{Title: title, Items: n.items(f.Value, depth+1), Line: f.Line}}
	case yamldoc.Null:
		n.config.warn(f.Line, "the navigation's %q names no page", clip(title))
		return nil
	}
	return n.target(title, f.Value)
}

// target is a page, a link or an inclusion.
func (n *navigation) target(title string, node *yamldoc.Node) []Item {
	if n.count++; n.count > maxNav {
		if n.count == maxNav+1 {
			n.config.warn(node.Line, "the navigation has more than %d entries; the rest is left out", maxNav)
		}
		return nil
	}
	text := strings.TrimSpace(node.Text)
	for _, mark := range []string{"!include ", "*include "} {
		if rest, ok := strings.CutPrefix(text, mark); ok {
			return []Item{{Title: title, Include: path.Clean(strings.TrimSpace(rest)), Line: node.Line}}
		}
	}
	if u, err := url.Parse(text); err == nil && (u.Scheme != "" || u.Host != "" || strings.HasPrefix(text, "/")) {
		if u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "" {
			return []Item{{Title: title, Href: text, Line: node.Line}}
		}
		n.config.warn(node.Line, "the navigation's link %q is left out", clip(text))
		return nil
	}
	file := path.Clean(strings.ReplaceAll(text, `\`, "/"))
	if text == "" || !fs.ValidPath(file) {
		n.config.warn(node.Line, "the navigation names %q, which lies outside the folder of the pages", clip(text))
		return nil
	}
	return []Item{{Title: title, File: file, Line: node.Line}}
}
