package inventory

import (
	"path"
	"strings"
)

// cargoToml is the part of Cargo.toml (doc.rust-lang.org/cargo) that counts.
type cargoToml struct {
	Package struct {
		Edition any `toml:"edition"`
		Rust    any `toml:"rust-version"`
	} `toml:"package"`
	cargoDeps
	Target    map[string]cargoDeps `toml:"target"`
	Workspace struct {
		Dependencies map[string]any `toml:"dependencies"`
		Package      struct {
			Rust string `toml:"rust-version"`
		} `toml:"package"`
	} `toml:"workspace"`
}

type cargoDeps struct {
	Dependencies map[string]any `toml:"dependencies"`
	Dev          map[string]any `toml:"dev-dependencies"`
	Build        map[string]any `toml:"build-dependencies"`
}

// readCargo reads Cargo.toml, the workspace above it and Cargo.lock.
func readCargo(s *scan, name string, data []byte) {
	var c cargoToml
	if err := decodeTOML(data, &c); err != nil {
		s.fail(name, tomlErrorLine(err), err)
		return
	}
	dir := path.Dir(name)
	workspace := s.cargoWorkspace(dir)
	lock := s.lock(dir, []string{"Cargo.lock"}, func(s *scan, name string, data []byte) *lockFile {
		return s.tomlLock(name, data, func(n string) string { return n })
	})
	rust, _ := c.Package.Rust.(string)
	if rust == "" {
		rust = c.Workspace.Package.Rust
	}
	if rust == "" && workspace != nil {
		rust = workspace.Workspace.Package.Rust
	}
	place := PlaceManifest
	if rust == "" {
		place = PlaceImplied
	}
	s.runtime(name, lineOf(data, "rust-version", 1), "rust", rust, place)
	direct := map[string]bool{}
	add := func(deps map[string]any, table string, dev bool) {
		for _, k := range sortedKeys(deps) {
			it := cargoItem(k, deps[k], workspace)
			it.Dev, it.Line, it.Resolved = dev, tomlLine(data, table, k), lock.version(it.Package)
			if it.Resolved == "" && strings.HasPrefix(it.Declared, "=") && isExact(it.Declared) {
				it.Resolved = strings.TrimLeft(it.Declared, "= ")
			}
			direct[it.Package] = true
			s.add(name, it)
		}
	}
	add(c.Dependencies, "dependencies", false)
	add(c.Dev, "dev-dependencies", true)
	add(c.Build, "build-dependencies", true)
	for _, t := range sortedKeys(c.Target) {
		add(c.Target[t].Dependencies, "target."+t+".dependencies", false)
	}
	s.addIndirect(Cargo, lock, direct)
}

// cargoWorkspace finds the nearest manifest with workspace dependencies; nil when there is none.
func (s *scan) cargoWorkspace(dir string) *cargoToml {
	for d := range parents(dir) {
		data, ok := s.optional(path.Join(d, "Cargo.toml"), maxFile)
		if !ok {
			continue
		}
		var c cargoToml
		if decodeTOML(data, &c) == nil && (c.Workspace.Dependencies != nil || c.Workspace.Package.Rust != "") {
			return &c
		}
	}
	return nil
}

func cargoItem(name string, v any, workspace *cargoToml) Item {
	it := Item{Ecosystem: Cargo, Package: name}
	m, ok := v.(map[string]any)
	if !ok {
		it.Declared, _ = v.(string)
		return it
	}
	if inherit, _ := m["workspace"].(bool); inherit && workspace != nil {
		return cargoItem(name, workspace.Workspace.Dependencies[name], nil)
	}
	if p, ok := m["package"].(string); ok {
		it.Package = p
	}
	it.Declared, _ = m["version"].(string)
	return it
}

// readRustToolchain reads rust-toolchain and rust-toolchain.toml.
func readRustToolchain(s *scan, name string, data []byte) {
	var t struct {
		Toolchain struct {
			Channel string `toml:"channel"`
		} `toml:"toolchain"`
	}
	text := strings.TrimSpace(string(data))
	if strings.Contains(text, "[toolchain]") {
		if err := decodeTOML(data, &t); err != nil {
			s.fail(name, tomlErrorLine(err), err)
			return
		}
		text = t.Toolchain.Channel
	}
	s.runtime(name, max(1, lineOf(data, "channel", 1)), "rust", text, PlacePin)
}
