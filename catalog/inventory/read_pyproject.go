package inventory

import (
	"encoding/json"
	"path"
	"strings"
)

// pyproject is the part of pyproject.toml (PEP 621, PEP 735, Poetry, uv, PDM) that counts.
type pyproject struct {
	Project struct {
		RequiresPython string              `toml:"requires-python"`
		Dependencies   []string            `toml:"dependencies"`
		Optional       map[string][]string `toml:"optional-dependencies"`
	} `toml:"project"`
	Groups map[string][]any `toml:"dependency-groups"`
	Tool   struct {
		Poetry struct {
			Dependencies map[string]any `toml:"dependencies"`
			Dev          map[string]any `toml:"dev-dependencies"`
			Group        map[string]struct {
				Dependencies map[string]any `toml:"dependencies"`
			} `toml:"group"`
		} `toml:"poetry"`
		UV struct {
			Dev []string `toml:"dev-dependencies"`
		} `toml:"uv"`
		PDM struct {
			Dev map[string][]string `toml:"dev-dependencies"`
		} `toml:"pdm"`
	} `toml:"tool"`
}

// readPyproject reads pyproject.toml and the lock file beside it.
func readPyproject(s *scan, name string, data []byte) {
	var p pyproject
	if err := decodeTOML(data, &p); err != nil {
		s.fail(name, tomlErrorLine(err), err)
		return
	}
	lock := s.pythonLock(path.Dir(name))
	direct := map[string]bool{}
	add := func(it Item, table string, dev bool) {
		direct[it.Package] = true
		if it.Resolved == "" || lock.version(it.Package) != "" {
			it.Resolved = lock.version(it.Package)
		}
		if it.Line == 0 {
			it.Line = tomlLine(data, table, it.Name)
		}
		it.Dev = dev
		s.add(name, it)
	}
	list := func(deps []string, table string, dev bool) {
		for _, d := range deps {
			if it, ok := parseRequirement(d); ok {
				it.Line = lineWith(data, d)
				add(it, table, dev)
			}
		}
	}
	python, line := p.Project.RequiresPython, lineOf(data, "requires-python", 1)
	list(p.Project.Dependencies, "project", false)
	for _, k := range sortedKeys(p.Project.Optional) {
		list(p.Project.Optional[k], "project.optional-dependencies", devRequirements(k))
	}
	for _, k := range sortedKeys(p.Groups) {
		list(onlyStrings(p.Groups[k]), "dependency-groups", true)
	}
	list(p.Tool.UV.Dev, "tool.uv", true)
	for _, k := range sortedKeys(p.Tool.PDM.Dev) {
		list(p.Tool.PDM.Dev[k], "tool.pdm.dev-dependencies", true)
	}
	poetry := func(deps map[string]any, table string, dev bool) {
		for _, k := range sortedKeys(deps) {
			it := poetryItem(k, deps[k])
			if it.Package == "python" {
				python, line = it.Declared, tomlLine(data, table, k)
				continue
			}
			add(it, table, dev)
		}
	}
	poetry(p.Tool.Poetry.Dependencies, "tool.poetry.dependencies", false)
	poetry(p.Tool.Poetry.Dev, "tool.poetry.dev-dependencies", true)
	for _, g := range sortedKeys(p.Tool.Poetry.Group) {
		poetry(p.Tool.Poetry.Group[g].Dependencies, "tool.poetry.group."+g+".dependencies", true)
	}
	if python == "" {
		s.impliedPython(name)
	} else {
		s.runtime(name, line, "python", python, PlaceManifest)
	}
	s.addIndirect(PyPI, lock, direct)
}

// poetryItem reads `name = "^1.2"`, `name = {version = "^1.2"}` and a list of such tables.
func poetryItem(name string, v any) Item {
	it := Item{Ecosystem: PyPI, Package: pyName(name), Name: name}
	switch l := v.(type) {
	case []map[string]any:
		if len(l) > 0 {
			v = l[0]
		}
	case []any:
		if len(l) > 0 {
			v = l[0]
		}
	}
	if m, ok := v.(map[string]any); ok {
		v = m["version"]
	}
	it.Declared, _ = v.(string)
	if isExact(it.Declared) {
		it.Resolved = strings.TrimLeft(it.Declared, "= ")
	}
	return it
}

func onlyStrings(list []any) []string {
	var out []string
	for _, v := range list {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// readPipfile reads Pipfile and Pipfile.lock of pipenv.
func readPipfile(s *scan, name string, data []byte) {
	var p struct {
		Packages map[string]any `toml:"packages"`
		Dev      map[string]any `toml:"dev-packages"`
		Requires struct {
			Version string `toml:"python_version"`
			Full    string `toml:"python_full_version"`
		} `toml:"requires"`
	}
	if err := decodeTOML(data, &p); err != nil {
		s.fail(name, tomlErrorLine(err), err)
		return
	}
	lock := s.lock(path.Dir(name), []string{"Pipfile.lock"}, parsePipfileLock)
	if v := p.Requires.Full + p.Requires.Version; p.Requires.Full == "" || p.Requires.Version == "" {
		s.runtime(name, lineOf(data, "python_version", 1), "python", v, PlaceManifest)
	}
	for _, section := range []struct {
		table string
		deps  map[string]any
	}{{"packages", p.Packages}, {"dev-packages", p.Dev}} {
		for _, k := range sortedKeys(section.deps) {
			it := poetryItem(k, section.deps[k])
			if v := lock.version(it.Package); v != "" {
				it.Resolved = v
			}
			it.Line, it.Dev = tomlLine(data, section.table, k), section.table == "dev-packages"
			s.add(name, it)
		}
	}
}

func parsePipfileLock(s *scan, name string, data []byte) *lockFile {
	type packages map[string]struct {
		Version string `json:"version"`
	}
	var doc struct {
		Default packages `json:"default"`
		Develop packages `json:"develop"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		s.failJSON(name, data, err)
		return nil
	}
	l, lines := newLock(name), jsonLines(data)
	for _, k := range sortedKeys(doc.Default) {
		l.put(pyName(k), strings.TrimLeft(doc.Default[k].Version, "="), lines["default/"+k])
	}
	for _, k := range sortedKeys(doc.Develop) {
		l.put(pyName(k), strings.TrimLeft(doc.Develop[k].Version, "="), lines["develop/"+k])
	}
	return l
}
