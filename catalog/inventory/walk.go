package inventory

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Bounds of the walk over one tree.
const (
	maxDepth   = 8     // folders below the tree's top
	maxEntries = 50000 // files and folders looked at
	maxFound   = 800   // manifests
)

// found is a file that a reader knows, or a lock file beside it.
type found struct {
	name  string // path in the repository
	size  int64
	mtime int64 // nanoseconds
}

// walk lists the files that count, nearest to the top first. Folders of packages, build results, tests' data and
// examples are not the component's own; hidden ones neither. Symbolic links to folders are not followed.
func (s *scan) walk(skip []string) ([]found, error) {
	var files []found
	level, entries := []string{s.dir}, 0
	for depth := 0; depth <= maxDepth && len(level) > 0; depth++ {
		var next []string
		for _, dir := range level {
			if err := s.ctx.Err(); err != nil {
				return nil, err
			}
			list, err := fs.ReadDir(s.fsys, dir)
			if err != nil {
				if dir == s.dir {
					return nil, fault.Wrap(fault.NotFound, err, "the source tree cannot be listed")
				}
				s.fail(dir, 0, err)
				continue
			}
			for _, e := range list {
				if entries++; entries > maxEntries || len(files) >= maxFound {
					s.fail(dir, 0, fault.New(fault.Invalid, "the tree has more than %d entries or %d manifests; the rest was not read", maxEntries, maxFound))
					return append(files, s.above()...), nil
				}
				name := path.Join(dir, e.Name())
				switch {
				case e.IsDir() && !skipped(e.Name()) && !slices.Contains(skip, s.rel(name)):
					next = append(next, name)
				case !e.IsDir() && counts(e.Name()):
					files = s.note(files, name)
				}
			}
		}
		level = next
	}
	return append(files, s.above()...), nil
}

func (s *scan) note(files []found, name string) []found {
	info, err := fs.Stat(s.fsys, name)
	if err != nil || !info.Mode().IsRegular() {
		return files
	}
	return append(files, found{name, info.Size(), info.ModTime().UnixNano()})
}

// above notes what a monorepo keeps above the tree; no reader is run on these, but their change matters.
func (s *scan) above() []found {
	var files []found
	for d := range parents(s.dir) {
		if d == s.dir {
			continue
		}
		for _, name := range sharedFiles() {
			files = s.note(files, path.Join(d, name))
		}
	}
	for i := range files {
		files[i].name = "^" + files[i].name
	}
	return files
}

// skipped are folders that hold other people's code, build results, tests' data or examples.
func skipped(name string) bool {
	if strings.HasPrefix(name, ".") && name != ".config" {
		return true
	}
	switch strings.ToLower(name) {
	case "node_modules", "vendor", "third_party", "bower_components", "pods", "carthage", "site-packages",
		"testdata", "fixtures", "__fixtures__", "__mocks__", "__pycache__", "examples", "example", "samples", "sample",
		"target", "build", "dist", "out", "bin", "obj", "deriveddata", "coverage", "venv", "env", "docs", "doc",
		"templates", "skeleton", "deps", "_build", "node_modules.bak":
		return true
	}
	return false
}

// fingerprint changes when a file that counts is added, removed or written.
func fingerprint(files []found) string {
	h := sha256.New()
	for _, f := range files {
		fmt.Fprintf(h, "%s\x00%d\x00%d\n", f.name, f.size, f.mtime)
	}
	return "1:" + hex.EncodeToString(h.Sum(nil)[:12])
}
