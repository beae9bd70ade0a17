package file

import (
	"io/fs"
	"os"
	"path/filepath"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/backchannel-portal/backchannel/catalog/ingest"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// The bounds of one scan.
const (
	maxFiles = ingest.MaxFiles // descriptors
	maxDirs  = 50_000          // folders looked into
)

func validPattern(target string) error {
	if ingest.HasMeta(target) && !doublestar.ValidatePathPattern(target) {
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
			return ingest.IsYAML(name) && (named || ingest.IsCatalogInfo(name))
		})
		m.sift, m.pattern = named, true
		return m, err
	} else if err == nil || !ingest.HasMeta(target) {
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
		case d.IsDir() && sub != "." && ingest.Skipped(d.Name()):
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
