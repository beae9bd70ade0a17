package docs

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/backchannel-portal/backchannel/docs/mkdocs"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
)

const (
	maxEntries   = 20_000 // files and folders looked at in one tree
	maxTreeDepth = 20
	maxIncludes  = 200 // mkdocs.yml files taken into one
	maxNesting   = 5   // of those
)

// errNoPages says that a tree holds no documentation.
var errNoPages = fault.New(fault.NotFound, "there is no Markdown file")

// source is the files of one site before any page is read.
type source struct {
	tree     scm.Tree
	conf     *mkdocs.Config
	plain    bool              // Markdown next to code: well-known folders of others do not count
	files    map[string]string // below the site, to where they lie in the tree; pages and all else
	stamps   map[string]string // of files of the tree
	included map[string]*mkdocs.Config
	mounts   map[string]string // folders of the site to the folder of the tree they come from; "" is the site's own
	nav      []mkdocs.Item     // with inclusions resolved
	warnings []Warning
	seen     int
}

// scan lists the files of a tree and takes their fingerprint.
func scan(tree scm.Tree) (*source, [32]byte, error) {
	s := &source{
		tree: tree, files: map[string]string{}, stamps: map[string]string{}, included: map[string]*mkdocs.Config{}, mounts: map[string]string{},
	}
	if isBuilt(tree) {
		s.conf = &mkdocs.Config{DocsDir: "."}
		if err := s.mount("", ".", nil); err != nil {
			return nil, [32]byte{}, err
		}
		if len(s.htmlPages()) > 0 {
			return s, s.print(), nil
		}
		clear(s.files)
	}
	s.configure()
	if err := s.mount("", s.conf.DocsDir, s.conf.Exclude); err != nil {
		return nil, [32]byte{}, err
	}
	s.nav = s.resolve(s.conf.Nav, s.conf.File, "", 0)
	s.readme()
	if s.seen > maxEntries {
		s.warn(s.conf.File, 0, "the folder holds more than %d files; the rest is left out", maxEntries)
	}
	if !slices.ContainsFunc(s.pages(), func(string) bool { return true }) {
		return nil, [32]byte{}, errNoPages
	}
	return s, s.print(), nil
}

// configure finds and reads the mkdocs.yml. Without one, or with one that cannot be read, the pages are those of the
// folder docs, or of the tree itself when it has no such folder (backstage.io, TechDocs).
func (s *source) configure() {
	for _, name := range []string{"mkdocs.yaml", "mkdocs.yml"} {
		data, err := scm.ReadFile(s.tree, name, mkdocs.MaxFile)
		if fault.Is(err, fault.NotFound) && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			if s.conf, err = mkdocs.Parse(name, data); err == nil {
				s.config(name, s.conf)
				return
			}
		}
		at := fault.Position{File: name}
		message := err.Error()
		if e, ok := errors.AsType[*fault.Error](err); ok && e.At.File != "" {
			at, message = e.At, strings.TrimPrefix(message, fault.Position{File: e.At.File, Line: e.At.Line}.String()+": ")
		}
		s.warn(at.File, at.Line, "%s; the file is not used", message)
		break
	}
	s.conf = &mkdocs.Config{DocsDir: "docs"}
	if info, err := fs.Stat(s.tree, "docs"); err != nil || !info.IsDir() {
		s.conf.DocsDir, s.plain = ".", true
	}
}

// config keeps the warnings of an mkdocs.yml.
func (s *source) config(name string, c *mkdocs.Config) {
	for _, w := range c.Warnings {
		s.warn(name, w.Line, "%s", w.Message)
	}
}

func (s *source) warn(file string, line int, format string, args ...any) {
	const most = 200
	if len(s.warnings) < most {
		s.warnings = append(s.warnings, Warning{file, line, fmt.Sprintf(format, args...)})
	}
}

// mount adds the files of a folder of the tree below a folder of the site.
func (s *source) mount(at, dir string, exclude []string) error {
	s.mounts[at] = dir
	return s.walk(at, dir, ".", exclude, 0)
}

func (s *source) walk(at, root, dir string, exclude []string, depth int) error {
	entries, err := fs.ReadDir(s.tree, path.Join(root, dir))
	if err != nil {
		if depth == 0 && !errors.Is(err, fs.ErrNotExist) {
			return fault.Wrap(fault.NotFound, err, "the folder of the documentation cannot be read")
		}
		return nil
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		if s.seen++; s.seen > maxEntries || strings.HasPrefix(e.Name(), ".") || excluded(exclude, name, e.IsDir()) {
			continue
		}
		if e.IsDir() {
			if depth < maxTreeDepth && !s.skips(e.Name()) {
				if err := s.walk(at, root, name, exclude, depth+1); err != nil {
					return err
				}
			}
			continue
		}
		real := path.Join(root, name)
		if stamp, ok := s.stamp(real); ok {
			s.files[path.Join(at, name)] = real
			s.stamps[real] = stamp
		} else {
			s.warn(real, 0, "the file cannot be reached: it is a link out of the folder, or no plain file")
		}
	}
	return nil
}

// skips reports folders that hold other people's Markdown where docs lie next to code.
func (s *source) skips(dir string) bool {
	return s.plain && slices.Contains([]string{"node_modules", "vendor", "testdata", "target", "build", "dist", "site"}, dir)
}

// stamp tells a file's content apart: by its id where the tree knows one, its size and time, or its content.
func (s *source) stamp(name string) (string, bool) {
	info, err := fs.Stat(s.tree, name)
	if err != nil || !info.Mode().IsRegular() {
		return "", false
	}
	if v := scm.Version(s.tree, name); v != "" {
		return v, true
	}
	if info.ModTime().IsZero() && isMarkdown(name) {
		data, err := readUpTo(s.tree, name, MaxPage+1)
		if err != nil {
			return "", false
		}
		return fmt.Sprintf("%x", sha256.Sum256(data)), true
	}
	return fmt.Sprintf("%d %d", info.Size(), info.ModTime().UnixNano()), true
}

// readme makes the README next to the folder of the pages the start page of a site without one, as TechDocs does.
func (s *source) readme() {
	if s.conf.DocsDir == "." || slices.ContainsFunc(s.pages(), func(f string) bool { return pagePath(f) == "" }) {
		return
	}
	for _, name := range []string{"README.md", "readme.md"} {
		real := path.Join(path.Dir(s.conf.File), name)
		if stamp, ok := s.stamp(real); ok {
			s.files["index.md"], s.stamps[real] = real, stamp
			return
		}
	}
}

// pages are the Markdown files of the site, sorted.
func (s *source) pages() []string {
	var out []string
	for f := range s.files {
		if isMarkdown(f) {
			out = append(out, f)
		}
	}
	slices.Sort(out)
	return out
}

// print is the fingerprint of everything the site is made from.
func (s *source) print() [32]byte {
	h := sha256.New()
	names := make([]string, 0, len(s.files))
	for f := range s.files {
		names = append(names, f)
	}
	slices.Sort(names)
	fmt.Fprintf(h, "%+v\n%+v\n", s.conf, s.nav)
	for _, f := range names {
		fmt.Fprintf(h, "%s\x00%s\x00%s\n", f, s.files[f], s.stamps[s.files[f]])
	}
	for _, w := range s.warnings {
		fmt.Fprintln(h, w)
	}
	return [32]byte(h.Sum(nil))
}

// excluded applies exclude_docs, which is written like a .gitignore: the last pattern that fits decides.
func excluded(patterns []string, name string, dir bool) bool {
	out := false
	for _, p := range patterns {
		keep := strings.HasPrefix(p, "!")
		p = strings.TrimPrefix(p, "!")
		if strings.HasSuffix(p, "/") {
			if !dir {
				continue
			}
			p = strings.TrimSuffix(p, "/")
		}
		if rooted := strings.TrimPrefix(p, "/"); rooted != p || strings.Contains(p, "/") {
			p = rooted
		} else {
			p = "**/" + p
		}
		if ok, err := doublestar.Match(p, name); err == nil && ok {
			out = !keep
		}
	}
	return out
}

func isMarkdown(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".markdown", ".mdown", ".mkd", ".mkdn":
		return true
	}
	return false
}

// pagePath is where mkdocs serves a file: without its extension, and an index or README as its folder.
func pagePath(file string) string {
	p := strings.TrimSuffix(file, path.Ext(file))
	dir, base := path.Split(p)
	if strings.EqualFold(base, "index") || strings.EqualFold(base, "readme") {
		p = dir
	}
	return trimPath(p)
}
