package inventory

import (
	"bytes"
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// npmLock finds the lock file that holds for a folder, whichever package manager wrote it.
func (s *scan) npmLock(dir string) *lockFile {
	names := []string{"package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock"}
	return s.lock(dir, names, func(s *scan, name string, data []byte) *lockFile {
		var l *lockFile
		var err error
		switch path.Base(name) {
		case "pnpm-lock.yaml":
			l, err = parsePnpmLock(name, data)
		case "yarn.lock":
			l = parseYarnLock(name, data)
		default:
			l, err = parsePackageLock(name, data)
		}
		if err != nil {
			s.failJSON(name, data, err)
			return nil
		}
		return l
	})
}

// parsePackageLock reads the lock file versions 1 to 3 of npm (docs.npmjs.com, package-lock.json).
func parsePackageLock(name string, data []byte) (*lockFile, error) {
	type entry struct {
		Version string `json:"version"`
		Name    string `json:"name"`
		Link    bool   `json:"link"`
	}
	var doc struct {
		Packages     map[string]entry `json:"packages"`
		Dependencies map[string]entry `json:"dependencies"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, err
	}
	l := newLock(name)
	lines := jsonLines(data)
	for _, key := range sortedKeys(doc.Packages) {
		e := doc.Packages[key]
		i := strings.LastIndex(key, "node_modules/")
		if i < 0 || e.Link {
			continue
		}
		l.byPath[key] = e.Version
		pkg := key[i+len("node_modules/"):]
		if e.Name != "" {
			pkg = e.Name
		}
		l.put(pkg, e.Version, lines["packages/"+key])
	}
	if len(doc.Packages) == 0 {
		for _, pkg := range sortedKeys(doc.Dependencies) {
			l.byPath["node_modules/"+pkg] = doc.Dependencies[pkg].Version
			l.put(pkg, doc.Dependencies[pkg].Version, lines["dependencies/"+pkg])
		}
	}
	return l, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// parseYarnLock reads yarn.lock of Yarn 1 and of Yarn 2 and later; both are blocks of a key line with one or more
// "name@requirement" and an indented version line.
func parseYarnLock(name string, data []byte) *lockFile {
	l := newLock(name)
	var wants []string
	n, at := 0, 0
	for raw := range bytes.Lines(data) {
		n++
		line := strings.TrimRight(string(raw), " \t\r\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if line[0] != ' ' {
			wants, at = yarnKeys(strings.TrimSuffix(line, ":")), n
			continue
		}
		v, ok := strings.CutPrefix(strings.TrimSpace(line), "version")
		if !ok || len(wants) == 0 || strings.HasPrefix(line, "   ") {
			continue
		}
		v = strings.Trim(strings.TrimPrefix(v, ":"), " \"")
		if v == "0.0.0-use.local" {
			wants = nil
			continue
		}
		for i, w := range wants {
			pkg, req := cutWant(w)
			l.byWant[pkg+"@"+req] = v
			l.byWant[pkg+"@"+strings.TrimPrefix(req, "npm:")] = v
			if i == 0 {
				l.put(pkg, v, at)
			}
		}
		wants = nil
	}
	return l
}

// yarnKeys splits `"a@^1", a@^2` and `"a@npm:^1, a@npm:^2"`.
func yarnKeys(line string) []string {
	var out []string
	for part := range strings.SplitSeq(line, ",") {
		if part = strings.Trim(part, " \""); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// cutWant splits "name@requirement"; the name may start with an @.
func cutWant(s string) (pkg, want string) {
	if i := strings.IndexByte(s[min(1, len(s)):], '@'); i >= 0 {
		return s[:i+1], s[i+2:]
	}
	return s, ""
}

// parsePnpmLock reads pnpm-lock.yaml of the lockfile versions 5 to 9.
func parsePnpmLock(name string, data []byte) (*lockFile, error) {
	doc, err := yamldoc.Parse(data, yamldoc.DefaultLimits())
	if err != nil {
		return nil, err
	}
	importers, packages := doc.Get("importers"), doc.Get("packages")
	if importers == nil && packages == nil && doc.Get("dependencies") == nil {
		return nil, fault.At(fault.Position{File: name}, "the file is not a pnpm lock file")
	}
	l := newLock(name)
	if importers == nil {
		l.byImp["."] = pnpmImporter(doc)
	} else {
		for _, f := range importers.Fields {
			l.byImp[path.Clean(f.Key)] = pnpmImporter(f.Value)
		}
	}
	if packages != nil {
		for _, f := range packages.Fields {
			pkg, v := pnpmKey(f.Key)
			l.put(pkg, v, f.Line)
		}
	}
	return l, nil
}

// pnpmImporter returns the versions that one folder of the workspace gets.
func pnpmImporter(n *yamldoc.Node) looseMap {
	versions := looseMap{}
	for _, section := range []string{"dependencies", "devDependencies", "optionalDependencies"} {
		deps := n.Get(section)
		if deps == nil {
			continue
		}
		for _, f := range deps.Fields {
			v := f.Value
			if v.Get("version") != nil {
				v = v.Get("version")
			}
			versions[f.Key] = pnpmVersion(v.Text)
		}
	}
	return versions
}

// pnpmVersion strips the peers from "18.2.0(react@18.2.0)" and "18.2.0_react@18.2.0"; a link has no version.
func pnpmVersion(s string) string {
	if i := strings.IndexAny(s, "(_"); i >= 0 {
		s = s[:i]
	}
	if i := strings.LastIndexAny(s, "/@"); i >= 0 {
		s = s[i+1:]
	}
	if s == "" || !isDigit(s[0]) {
		return ""
	}
	return s
}

// pnpmKey splits "/react/18.2.0", "/react@18.2.0" and "react@18.2.0".
func pnpmKey(key string) (pkg, version string) {
	if i := strings.IndexAny(key, "(_"); i > 0 {
		key = key[:i]
	}
	key = strings.TrimPrefix(key, "/")
	i := strings.LastIndexByte(key, '@')
	if i <= 0 {
		i = strings.LastIndexByte(key, '/')
	}
	if i <= 0 {
		return "", ""
	}
	return key[:i], key[i+1:]
}
