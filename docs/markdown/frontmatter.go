package markdown

import (
	"bytes"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

const maxFrontMatter = 64 << 10 // bytes

// Meta is the front matter of a page.
type Meta struct {
	Title string
	Text  string // description and tags, which readers would search for
	// Unfound keeps what the page says out of search: search.exclude of Material for MkDocs.
	Unfound bool
}

// frontMatter cuts a YAML block between lines of three dashes off the front and returns the rest with its first line's
// number. A block that is no YAML is left out with a warning; one that is no map stays, as text.
func (p *page) frontMatter(data []byte) ([]byte, int) {
	if !bytes.HasPrefix(data, []byte("---\n")) && !bytes.HasPrefix(data, []byte("--- \n")) {
		return data, 1
	}
	limit := min(len(data), maxFrontMatter)
	end, after := len(data), 0
	for _, mark := range []string{"\n---\n", "\n...\n", "\n---"} {
		i := bytes.Index(data[3:limit], []byte(mark))
		if i >= 0 && 3+i < end && (strings.HasSuffix(mark, "\n") || 3+i+len(mark) == len(data)) {
			end, after = 3+i, 3+i+len(mark)
		}
	}
	if end == len(data) {
		return data, 1
	}
	root, err := yamldoc.Parse(data[3:end+1], yamldoc.Limits{Bytes: maxFrontMatter})
	switch {
	case err != nil && looksLikeYAML(data[3:end]):
		p.warnAt("", 1, "the front matter is not YAML and is left out: %s", clip(err.Error()))
	case err != nil || root.Kind != yamldoc.Map:
		return data, 1
	default:
		p.doc.Meta.Title = strings.TrimSpace(root.Get("title").Str())
		exclude := root.Get("search").Get("exclude")
		p.doc.Meta.Unfound = exclude != nil && exclude.Kind == yamldoc.Bool && exclude.Text == "true"
		for _, key := range []string{"subtitle", "description", "summary", "tags", "keywords"} {
			p.doc.Meta.Text = joinLines(p.doc.Meta.Text, flat(root.Get(key)))
		}
	}
	return data[after:], 1 + bytes.Count(data[:after], []byte{'\n'})
}

// looksLikeYAML reports whether the first line is "key:", so that a broken block is taken for what it was meant to be.
func looksLikeYAML(block []byte) bool {
	line, _, _ := bytes.Cut(bytes.TrimSpace(block), []byte("\n"))
	key, _, ok := bytes.Cut(line, []byte(":"))
	return ok && isWord(string(key))
}

// flat is a string, or a list of them, on one line.
func flat(n *yamldoc.Node) string {
	if n == nil {
		return ""
	}
	if n.Kind != yamldoc.List {
		return strings.TrimSpace(n.Str())
	}
	var parts []string
	for _, item := range n.Items {
		if s := strings.TrimSpace(item.Str()); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ", ")
}

func joinLines(a, b string) string {
	switch {
	case a == "":
		return b
	case b == "":
		return a
	}
	return a + "\n" + b
}
