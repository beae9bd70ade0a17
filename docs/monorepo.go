package docs

import (
	"bytes"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/backchannel-portal/backchannel/docs/mkdocs"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
)

// resolve replaces the inclusions of a navigation (mkdocs-monorepo-plugin) by the navigations they name, and mounts
// their pages below the included site's name. prefix is where the pages of this mkdocs.yml are mounted.
func (s *source) resolve(items []mkdocs.Item, file, prefix string, depth int) []mkdocs.Item {
	var out []mkdocs.Item
	for _, item := range items {
		switch {
		case item.Include != "":
			out = append(out, s.include(item, file, depth)...)
			continue
		case item.Items != nil:
			item.Items = s.resolve(item.Items, file, prefix, depth)
		case item.File != "":
			item.File = path.Join(prefix, item.File)
		}
		out = append(out, item)
	}
	return out
}

// include takes in the mkdocs.yml files that an inclusion names.
func (s *source) include(item mkdocs.Item, file string, depth int) []mkdocs.Item {
	pattern := path.Join(path.Dir(file), item.Include)
	if !fs.ValidPath(pattern) {
		s.warn(file, item.Line, "%q lies outside the folder of the documentation and is left out", clip(item.Include))
		return nil
	}
	names := []string{pattern}
	if strings.ContainsAny(pattern, "*?[{") {
		names, _ = doublestar.Glob(s.tree, pattern, doublestar.WithFilesOnly(), doublestar.WithNoFollow())
	}
	var out []mkdocs.Item
	for _, name := range names {
		nav, conf := s.includeOne(item, file, name, depth)
		switch {
		case conf == nil:
		case item.Title == "" || len(names) > 1:
			out = append(out, mkdocs.Item{Title: conf.SiteName, Items: nav, Line: item.Line})
		default:
			out = append(out, mkdocs.Item{Title: item.Title, Items: nav, Line: item.Line})
		}
	}
	if len(names) == 0 {
		s.warn(file, item.Line, "%q is not there", clip(item.Include))
	}
	return out
}

func (s *source) includeOne(item mkdocs.Item, file, name string, depth int) ([]mkdocs.Item, *mkdocs.Config) {
	switch {
	case depth >= maxNesting || len(s.included) >= maxIncludes:
		s.warn(file, item.Line, "%q is left out: there are too many inclusions", clip(name))
		return nil, nil
	case s.included[name] != nil || name == s.conf.File:
		s.warn(file, item.Line, "%q is left out: it was taken in before", clip(name))
		return nil, nil
	}
	data, err := scm.ReadFile(s.tree, name, mkdocs.MaxFile)
	if err != nil {
		s.warn(file, item.Line, "%q cannot be read and is left out", clip(name))
		return nil, nil
	}
	conf, err := mkdocs.Parse(name, data)
	if err != nil {
		s.warn(file, item.Line, "%s; what it describes is left out", err.Error())
		return nil, nil
	}
	s.included[name] = conf
	s.config(name, conf)
	alias := mountName(conf.SiteName, name)
	dir := path.Join(path.Dir(name), conf.DocsDir)
	if _, taken := s.mounts[alias]; taken {
		s.warn(name, 0, "the site name %q is taken by another site; its pages are left out", clip(conf.SiteName))
		return nil, nil
	}
	if err := s.mount(alias, dir, conf.Exclude); err != nil {
		s.warn(name, 0, "%s", err.Error())
		return nil, nil
	}
	nav := s.resolve(conf.Nav, name, alias, depth+1)
	if len(conf.Nav) == 0 {
		nav = s.byFolder(alias)
	}
	return nav, conf
}

// mountName is the folder below which an included site lies: its name, made fit for an address.
func mountName(siteName, file string) string {
	if siteName == "" {
		siteName = path.Base(path.Dir(file))
	}
	var b strings.Builder
	for _, r := range strings.ToLower(siteName) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_', r == '-', r == '/', r == '.':
			b.WriteRune(r)
		case r >= 0x80:
			b.WriteRune(r)
		default:
			b.WriteByte('-')
		}
	}
	if name := path.Clean(strings.Trim(b.String(), "/")); fs.ValidPath(name) && name != "." {
		return name
	}
	return path.Base(path.Dir(file))
}

// readUpTo reads at most a number of bytes of a file.
func readUpTo(fsys fs.FS, name string, most int64) ([]byte, error) {
	f, err := fsys.Open(path.Clean(name))
	if err != nil {
		return nil, fault.Wrap(fault.NotFound, err, "%s cannot be read", clip(name))
	}
	defer f.Close()
	var buf bytes.Buffer
	if info, err := f.Stat(); err == nil {
		buf.Grow(int(min(info.Size(), most)) + bytes.MinRead)
	}
	_, err = buf.ReadFrom(io.LimitReader(f, most))
	if err != nil {
		return nil, fault.Wrap(fault.NotFound, err, "%s cannot be read", clip(name))
	}
	return buf.Bytes(), nil
}
