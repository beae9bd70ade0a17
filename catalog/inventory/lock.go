package inventory

import (
	"path"
	"strings"
)

// lockFile is what a lock file says, in whatever format.
type lockFile struct {
	name    string
	told    bool                // its indirect packages were recorded
	entries []locked            // everything in it, in order
	byName  map[string]string   // the version of a package; of several the first
	byWant  map[string]string   // "name@requirement" -> version, where the format has it
	byPath  map[string]string   // npm: "node_modules/a/node_modules/b" -> version
	byImp   map[string]looseMap // pnpm: folder of the workspace -> package -> version
}

// locked is one package of a lock file.
type locked struct {
	pkg, version string
	line         int
}

func newLock(name string) *lockFile {
	return &lockFile{name: name, byName: map[string]string{}, byWant: map[string]string{}, byPath: map[string]string{}, byImp: map[string]looseMap{}}
}

// put records a package; the lock file's bound is maxItems.
func (l *lockFile) put(pkg, version string, line int) {
	if pkg == "" || version == "" || len(l.entries) >= maxItems {
		return
	}
	l.entries = append(l.entries, locked{pkg, version, line})
	if _, ok := l.byName[pkg]; !ok {
		l.byName[pkg] = version
	}
}

// version returns the version of a package, "" when the lock file is absent or does not have it.
func (l *lockFile) version(pkg string) string {
	if l == nil {
		return ""
	}
	return l.byName[pkg]
}

// resolve returns the version that an npm package asked for in dir gets.
func (l *lockFile) resolve(pkg, want, dir string) string {
	if l == nil {
		return ""
	}
	root := path.Dir(l.name)
	from := "."
	if rest, ok := strings.CutPrefix(dir, root+"/"); ok {
		from = rest
	} else if root == "." {
		from = dir
	}
	if imp, ok := l.byImp[from]; ok {
		return imp[pkg]
	}
	if v, ok := l.byWant[pkg+"@"+want]; ok {
		return v
	}
	for d := range parents(from) {
		if v, ok := l.byPath[path.Join(d, "node_modules", pkg)]; ok {
			return v
		}
	}
	if len(l.byWant)+len(l.byPath)+len(l.byImp) > 0 {
		return ""
	}
	return l.byName[pkg]
}

// lock reads the nearest of the named lock files in dir or above it, once. parse gets its path and content.
func (s *scan) lock(dir string, names []string, parse func(s *scan, name string, data []byte) *lockFile) *lockFile {
	for d := range parents(dir) {
		for _, n := range names {
			at := path.Join(d, n)
			if l, ok := s.locks[at]; ok {
				if l == nil {
					continue
				}
				return l
			}
			data, ok := s.optional(at, maxLock)
			if !ok {
				s.locks[at] = nil
				continue
			}
			l := parse(s, at, data)
			s.locks[at] = l
			if l != nil {
				return l
			}
		}
	}
	return nil
}
