package inventory

import (
	"path"
	"strings"
)

// gradleCatalogFile is a version catalog (docs.gradle.org, "Version Catalogs"), usually gradle/libs.versions.toml.
// The keys are accessors: dashes and underscores are dots.
type gradleCatalogFile struct {
	versions map[string]string
	libs     map[string]catalogLib
	bundles  map[string][]string
	plugins  map[string]catalogLib
}

type catalogLib struct{ module, version string }

// versionCatalog reads the catalog of a folder; nil when there is none.
func (s *scan) versionCatalog(dir string) *gradleCatalogFile {
	for _, n := range []string{"gradle/libs.versions.toml", "libs.versions.toml"} {
		name := path.Join(dir, n)
		data, ok := s.optional(name, maxFile)
		if !ok {
			continue
		}
		var doc struct {
			Versions  map[string]any      `toml:"versions"`
			Libraries map[string]any      `toml:"libraries"`
			Bundles   map[string][]string `toml:"bundles"`
			Plugins   map[string]any      `toml:"plugins"`
		}
		if err := decodeTOML(data, &doc); err != nil {
			s.fail(name, tomlErrorLine(err), err)
			continue
		}
		c := &gradleCatalogFile{versions: map[string]string{}, libs: map[string]catalogLib{}, bundles: map[string][]string{}, plugins: map[string]catalogLib{}}
		for k, v := range doc.Versions {
			c.versions[accessor(k)] = c.richVersion(v)
		}
		for k, v := range doc.Libraries {
			c.libs[accessor(k)] = c.entry(v, "module")
		}
		for k, v := range doc.Plugins {
			c.plugins[accessor(k)] = c.entry(v, "id")
		}
		for k, v := range doc.Bundles {
			c.bundles[accessor(k)] = v
		}
		return c
	}
	return nil
}

func accessor(s string) string { return strings.NewReplacer("-", ".", "_", ".").Replace(s) }

// richVersion reads "1.2", {ref = "x"}, {strictly = "1.2"}, {require = ..., prefer = ...}.
func (c *gradleCatalogFile) richVersion(v any) string {
	switch t := v.(type) {
	case string:
		return t
	case map[string]any:
		if ref, ok := t["ref"].(string); ok {
			return c.versions[accessor(ref)]
		}
		for _, k := range []string{"prefer", "strictly", "require"} {
			if s, ok := t[k].(string); ok {
				return s
			}
		}
	}
	return ""
}

// entry reads "group:name:version" or a table with the module (or id), or group and name, and a version.
func (c *gradleCatalogFile) entry(v any, key string) catalogLib {
	switch t := v.(type) {
	case string:
		if i := strings.LastIndexByte(t, ':'); i > 0 && (key == "id" || strings.Count(t, ":") > 1) {
			return catalogLib{t[:i], t[i+1:]}
		}
		return catalogLib{t, ""}
	case map[string]any:
		module, _ := t[key].(string)
		if module == "" {
			g, _ := t["group"].(string)
			n, _ := t["name"].(string)
			module = g + ":" + n
		}
		return catalogLib{module, c.richVersion(t["version"])}
	}
	return catalogLib{}
}

// libraries returns what an accessor behind "libs." means: a library or a bundle of them.
func (c *gradleCatalogFile) libraries(name string) []catalogLib {
	if c == nil {
		return nil
	}
	name = strings.TrimSuffix(name, ".get")
	if rest, ok := strings.CutPrefix(name, "bundles."); ok {
		var out []catalogLib
		for _, alias := range c.bundles[rest] {
			out = append(out, c.libraries(accessor(alias))...)
		}
		return out
	}
	if l, ok := c.libs[name]; ok && l.module != "" {
		return []catalogLib{l}
	}
	return nil
}

func (c *gradleCatalogFile) plugin(name string) (id, version string) {
	if c == nil {
		return "", ""
	}
	p := c.plugins[name]
	return p.module, p.version
}

func (c *gradleCatalogFile) version(name string) string {
	if c == nil {
		return ""
	}
	return c.versions[accessor(name)]
}
