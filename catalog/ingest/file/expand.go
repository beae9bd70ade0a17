package file

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
)

// The bounds of one scan.
const (
	maxFiles = 200_000 // descriptors
	maxDepth = 16      // Locations that lead to Locations
	maxDirs  = 50_000  // folders looked into
)

func hasMeta(s string) bool { return strings.ContainsAny(s, "*?[{") }

func validPattern(target string) error {
	if hasMeta(target) && !doublestar.ValidatePathPattern(target) {
		return fault.New(fault.Invalid, "the target %q is not a valid pattern", target)
	}
	return nil
}

// match is what a local target stands for.
type match struct {
	files   []string
	dirs    []string // folders that decide about the result, to be watched
	sift    bool     // the files were found in a folder: those that hold no descriptors do not count
	pattern bool     // the files were found, not named
}

// expand finds the files that a local path, glob or folder stands for. named says that the configuration names it;
// in a folder that only a Location names, descriptors are the files called catalog-info.
func expand(target string, named bool) (match, error) {
	if info, err := os.Stat(target); err == nil && info.IsDir() {
		m, err := walk(target, func(name string) bool {
			return isYAML(name) && (named || isCatalogInfo(name))
		})
		m.sift, m.pattern = named, true
		return m, err
	} else if err == nil || !hasMeta(target) {
		return match{files: []string{target}, dirs: []string{filepath.Dir(target)}}, nil
	}
	if err := validPattern(target); err != nil {
		return match{}, err
	}
	top, _ := doublestar.SplitPattern(filepath.ToSlash(target))
	top = filepath.FromSlash(top)
	m, err := walk(top, func(name string) bool {
		ok, err := doublestar.PathMatch(target, name)
		return err == nil && ok
	})
	m.pattern = true
	return m, err
}

// walk lists the files below a folder that keep accepts, in order, and the folders it looked into. Folders of tools
// and of template skeletons are left out, and so is what cannot be read.
func walk(top string, keep func(string) bool) (match, error) {
	var m match
	err := fs.WalkDir(os.DirFS(top), ".", func(sub string, d fs.DirEntry, err error) error { // follows top itself when it is a link
		name := filepath.Join(top, filepath.FromSlash(sub))
		switch {
		case err != nil && sub == ".":
			return err
		case err != nil:
			return nil
		case d.IsDir() && sub != "." && skipped(d.Name()):
			return fs.SkipDir
		case d.IsDir():
			if m.dirs = append(m.dirs, name); len(m.dirs) > maxDirs {
				return fault.New(fault.Invalid, "%s has more than %d folders", top, maxDirs)
			}
		case keep(name):
			if m.files = append(m.files, name); len(m.files) > maxFiles {
				return fault.New(fault.Invalid, "%s has more than %d descriptor files", top, maxFiles)
			}
		}
		return nil
	})
	return m, err
}

// skipped reports whether a folder never holds descriptors of its own: version control and other hidden folders,
// fetched packages, and the skeletons of templates, whose descriptors are not filled in yet.
func skipped(name string) bool {
	return name == "node_modules" || name == "skeleton" || strings.HasPrefix(name, ".") && name != "."
}

func isYAML(name string) bool {
	ext := strings.ToLower(filepath.Ext(name))
	return ext == ".yaml" || ext == ".yml"
}

func isCatalogInfo(name string) bool {
	base := strings.ToLower(filepath.Base(name))
	return base == "catalog-info.yaml" || base == "catalog-info.yml"
}

var backstageVersion = regexp.MustCompile(`(?m)^["']?apiVersion["']?:\s*["']?([a-z0-9-]+\.)*backstage\.io/`)

// holdsEntities tells descriptors from the other YAML files of a folder by their apiVersion.
func holdsEntities(name string, data []byte) bool {
	return isCatalogInfo(name) || bytes.Contains(data, []byte("backstage.io/")) && backstageVersion.Match(data)
}

// expandWeb finds the names in a tree that the rest of a web address stands for.
func expandWeb(tree scm.Tree, pattern string) ([]string, error) {
	if !hasMeta(pattern) {
		return []string{pattern}, nil
	}
	var out []string
	err := doublestar.GlobWalk(tree, pattern, func(name string, d fs.DirEntry) error {
		if !d.IsDir() && !slices.ContainsFunc(strings.Split(path.Dir(name), "/"), skipped) {
			out = append(out, name)
		}
		if len(out) > maxFiles {
			return fault.New(fault.Invalid, "%s has more than %d descriptor files", tree.Where(), maxFiles)
		}
		return nil
	})
	slices.Sort(out)
	return out, err
}

// splitWeb parts an address before its first segment with a wildcard, or before the file's name.
func splitWeb(address string) (folder, pattern string) {
	cut := strings.LastIndexByte(address, '/')
	if i := strings.IndexAny(address, "*?[{"); i >= 0 {
		cut = strings.LastIndexByte(address[:i], '/')
	}
	return address[:cut+1], address[cut+1:]
}
