package demo

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/docs/handbook"
)

// handbookDir is where the manual lies in the company's repositories: that of the component backchannel.
const handbookDir = "repos/backchannel"

// listedPage is a line of the manual's start page that names a page.
var listedPage = regexp.MustCompile(`(?m)^- \[([^\]]+)\]\(([a-z0-9-]+\.md)\)`)

// writeHandbook writes the manual as an mkdocs source.
func writeHandbook(root *os.Root) error {
	var decisions []string
	err := fs.WalkDir(handbook.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if path.Dir(name) == "adr" {
			decisions = append(decisions, name)
		}
		data, err := fs.ReadFile(handbook.Files, name)
		if err != nil {
			return err
		}
		return write(root, path.Join(handbookDir, "docs", name), data)
	})
	if err != nil {
		return err
	}
	start, err := fs.ReadFile(handbook.Files, "README.md")
	if err != nil {
		return err
	}
	return write(root, path.Join(handbookDir, "mkdocs.yml"), []byte(handbookNav(string(start), decisions)))
}

// handbookNav is the mkdocs.yml of the manual: its pages in the order its start page names them, then the decisions.
func handbookNav(start string, decisions []string) string {
	var b strings.Builder
	b.WriteString("site_name: Backchannel handbook\nnav:\n  - Overview: README.md\n")
	for _, m := range listedPage.FindAllStringSubmatch(start, -1) {
		fmt.Fprintf(&b, "  - %q: %s\n", m[1], m[2])
	}
	b.WriteString("  - Decisions:\n")
	slices.Sort(decisions)
	for _, d := range decisions {
		fmt.Fprintf(&b, "      - %s\n", d)
	}
	return b.String()
}

func write(root *os.Root, name string, data []byte) error {
	name = filepath.FromSlash(name)
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return root.WriteFile(name, data, 0o644)
}
