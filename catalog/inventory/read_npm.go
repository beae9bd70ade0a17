package inventory

import (
	"encoding/json"
	"path"
	"slices"
	"strings"
)

// packageJSON is the part of package.json (docs.npmjs.com) that counts. Sections that are not objects of strings are
// left out rather than fail the rest.
type packageJSON struct {
	Dependencies         looseMap `json:"dependencies"`
	DevDependencies      looseMap `json:"devDependencies"`
	OptionalDependencies looseMap `json:"optionalDependencies"`
	PeerDependencies     looseMap `json:"peerDependencies"`
	Engines              looseMap `json:"engines"`
	Volta                looseMap `json:"volta"`
	PackageManager       any      `json:"packageManager"`
}

// looseMap is an object whose string members are kept and whose others are ignored.
type looseMap map[string]string

// UnmarshalJSON implements json.Unmarshaler.
func (m *looseMap) UnmarshalJSON(data []byte) error {
	var raw map[string]any
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil
	}
	*m = looseMap{}
	for k, v := range raw {
		if s, ok := v.(string); ok {
			(*m)[k] = s
		}
	}
	return nil
}

func (m looseMap) keys() []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// readPackageJSON reads package.json and the lock file beside it or above it.
func readPackageJSON(s *scan, name string, data []byte) {
	var p packageJSON
	if err := json.Unmarshal(data, &p); err != nil {
		s.failJSON(name, data, err)
		return
	}
	lines := jsonLines(data)
	s.readEngines(name, p, lines)
	lock := s.npmLock(path.Dir(name))
	seen := map[string]bool{}
	for _, section := range []struct {
		name string
		deps looseMap
		dev  bool
	}{
		{"dependencies", p.Dependencies, false}, {"optionalDependencies", p.OptionalDependencies, false},
		{"devDependencies", p.DevDependencies, true}, {"peerDependencies", p.PeerDependencies, false},
	} {
		for _, pkg := range section.deps.keys() {
			if seen[pkg] {
				continue
			}
			seen[pkg] = true
			it := Item{Ecosystem: NPM, Package: pkg, Declared: section.deps[pkg], Dev: section.dev, Line: lines[section.name+"/"+pkg]}
			it.Resolved = lock.resolve(pkg, it.Declared, path.Dir(name))
			if rest, ok := strings.CutPrefix(it.Declared, "npm:"); ok { // an alias: npm:react@^18
				if i := strings.LastIndexByte(rest, '@'); i > 0 {
					it.Package = rest[:i]
				}
			}
			if it.Resolved == "" && isExact(it.Declared) {
				it.Resolved = it.Declared
			}
			s.add(name, it)
		}
	}
	s.addIndirect(NPM, lock, seen)
}

// addIndirect records the well-known technologies of a lock file that nobody asked for, once a lock file.
func (s *scan) addIndirect(eco Ecosystem, lock *lockFile, direct map[string]bool) {
	if lock == nil || lock.told {
		return
	}
	lock.told = true
	for _, e := range lock.entries {
		if !direct[e.pkg] {
			s.add(lock.name, Item{Ecosystem: eco, Package: e.pkg, Resolved: e.version, Line: e.line, Indirect: true})
		}
	}
}

func (s *scan) readEngines(name string, p packageJSON, lines map[string]int) {
	switch {
	case p.Volta["node"] != "":
		s.runtime(name, lines["volta/node"], "node", p.Volta["node"], PlacePin)
	case p.Engines["node"] != "":
		s.runtime(name, lines["engines/node"], "node", p.Engines["node"], PlaceManifest)
	}
	if v := p.Engines["bun"]; v != "" {
		s.runtime(name, lines["engines/bun"], "bun", v, PlaceManifest)
	}
	if pm, ok := p.PackageManager.(string); ok {
		tool, v, _ := strings.Cut(pm, "@")
		v, _, _ = strings.Cut(v, "+") // the hash behind corepack's version
		s.add(name, Item{Ecosystem: NPM, Package: tool, Declared: v, Resolved: v, Line: lines["packageManager"], Dev: true})
	}
	if _, ok := p.DevDependencies["typescript"]; !ok {
		s.runtime(name, 0, "javascript", "", PlaceImplied)
	}
}
