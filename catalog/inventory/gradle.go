package inventory

import (
	"bytes"
	"path"
	"regexp"
	"strings"
)

// A Gradle script is a program; what is read here are the statements people write literally: plugins, dependency
// notations, variables with a string, and the Java version. What is computed is not known, and no version is better
// than a wrong one.
var (
	gradlePlugin    = regexp.MustCompile(`\bid\s*\(?\s*['"]([\w.-]+)['"]\s*\)?(?:\s*version\s*\(?\s*(['"][^'"]*['"]|[\w.]+))?`)
	gradleKotlin    = regexp.MustCompile(`\bkotlin\s*\(\s*"([\w.-]+)"\s*\)(?:\s*version\s*\(?\s*("[^"]*"|[\w.]+))?`)
	gradleApply     = regexp.MustCompile(`\bapply\s*\(?\s*plugin\s*[:=]\s*['"]([\w.-]+)['"]`)
	gradleAlias     = regexp.MustCompile(`\balias\s*\(?\s*libs\.plugins\.([\w.]+)`)
	gradleNotation  = regexp.MustCompile(`(?:^|[\s({;,])(\w+)\s*\(?\s*(?:(?:enforcedPlatform|platform|testFixtures)\s*\(?\s*)?(['"])([\w.-]+:[\w.${}-]+(?::[^'"\s]*)?)['"](?:\s*\+\s*([\w.]+))?`)
	gradleNamed     = regexp.MustCompile(`(?:^|[\s({;])(\w+)\s*\(?\s*\[?\s*group\s*[:=]\s*['"]([^'"]+)['"]\s*,\s*(?:name|module)\s*[:=]\s*['"]([^'"]+)['"](?:\s*,\s*version\s*[:=]\s*(['"][^'"]*['"]|[\w.]+))?`)
	gradleThree     = regexp.MustCompile(`(?:^|[\s{;])(\w+)\s*\(\s*"([\w.-]+)"\s*,\s*"([\w.-]+)"(?:\s*,\s*("[^"]*"|[\w.]+))?\s*\)`)
	gradleCatalog   = regexp.MustCompile(`(?:^|[\s{;])(\w+)\s*\(?\s*(?:(?:enforcedPlatform|platform)\s*\(\s*)?libs\.([\w.]+)`)
	gradleKotlinDep = regexp.MustCompile(`(?:^|[\s{;])(\w+)\s*\(\s*kotlin\s*\(\s*"([\w-]+)"(?:\s*,\s*("[^"]*"|[\w.]+))?\s*\)`)
	gradleVariable  = regexp.MustCompile(`(?:^|[\s;{])(?:(?:project\.|rootProject\.)?(?:ext|extra)\.)?([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?)\s*=\s*['"]([^'"]*)['"]`)
	gradleExtra     = regexp.MustCompile(`\b(?:val\s+(\w+)\s+by\s+extra\s*[({]\s*|extra\s*\[\s*['"](\w+)['"]\s*\]\s*=\s*|set\s*\(\s*['"](\w+)['"]\s*,\s*)['"]([^'"]*)['"]`)
	gradleEntry     = regexp.MustCompile(`(?:^|[\s,\[(])['"]?([A-Za-z_]\w*)['"]?\s*:\s*['"](\d[^'"]*)['"]`)
	gradleJava      = regexp.MustCompile(`(JavaLanguageVersion\.of\s*\(\s*|jvmToolchain\s*\(?\s*|sourceCompatibility\s*=?\s*|options\.release(?:\.set\s*\(|\s*=)\s*|\brelease\s*=\s*|targetCompatibility\s*=?\s*)(?:JavaVersion\.(?:VERSION_|toVersion\s*\(\s*))?['"]?([\d][\d._]*|[A-Za-z_][\w.]*)`)
	gradleAndroid   = regexp.MustCompile(`\b(compileSdk|minSdk|targetSdk)(?:Version)?\s*(?:=\s*|\(\s*|\s)\s*(\d{1,3})\b`)
)

// gradleFile is a script with the variables that it and the scripts above it define.
type gradleFile struct {
	name    string
	lines   []string
	vars    map[string]string
	plugins map[string]string // id -> version, where one is given
}

// gradleScript parses a script of the repository once.
func (s *scan) gradleScript(name string) *gradleFile {
	if g, ok := s.gradles[name]; ok {
		return g
	}
	s.gradles[name] = nil
	data, ok := s.optional(name, maxFile)
	if !ok {
		return nil
	}
	g := &gradleFile{name: name, vars: map[string]string{}, plugins: map[string]string{}}
	g.lines = strings.Split(stripComments(string(data)), "\n")
	for i, l := range g.lines {
		if len(l) > 4*maxText {
			l = l[:4*maxText]
		}
		g.lines[i] = l
		g.note(l)
	}
	s.gradles[name] = g
	return g
}

// note collects the variables and plugin versions of a line.
func (g *gradleFile) note(l string) {
	for _, m := range gradleVariable.FindAllStringSubmatch(l, -1) {
		g.vars[m[1]] = m[2]
	}
	for _, m := range gradleExtra.FindAllStringSubmatch(l, -1) {
		g.vars[m[1]+m[2]+m[3]] = m[4]
	}
	for _, m := range gradleEntry.FindAllStringSubmatch(l, -1) {
		if _, ok := g.vars[m[1]]; !ok && m[1] != "version" {
			g.vars[m[1]] = m[2]
		}
	}
	for _, m := range gradlePlugin.FindAllStringSubmatch(l, -1) {
		if m[2] != "" {
			g.plugins[m[1]] = m[2]
		}
	}
	for _, m := range gradleKotlin.FindAllStringSubmatch(l, -1) {
		if m[2] != "" {
			g.plugins["org.jetbrains.kotlin."+m[1]] = m[2]
		}
	}
}

// gradleScope is what holds for a build script: the scripts, properties, version catalog and locks around it.
type gradleScope struct {
	s       *scan
	scripts []*gradleFile // the nearest first
	props   map[string]string
	catalog *gradleCatalogFile
	locked  *lockFile
}

func (s *scan) gradleScope(dir string) *gradleScope {
	g := &gradleScope{s: s, props: map[string]string{}}
	for d := range parents(dir) {
		for _, n := range []string{"build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"} {
			if f := s.gradleScript(path.Join(d, n)); f != nil {
				g.scripts = append(g.scripts, f)
			}
		}
		data, ok := s.optional(path.Join(d, "gradle.properties"), maxFile)
		if ok {
			for k, v := range properties(data) {
				if _, ok := g.props[k]; !ok {
					g.props[k] = v
				}
			}
		}
		if g.catalog == nil {
			g.catalog = s.versionCatalog(d)
		}
	}
	g.locked = s.lock(dir, []string{"gradle.lockfile"}, parseGradleLock)
	return g
}

// value reads a version: a quoted string with variables in it, or a variable.
func (g *gradleScope) value(s string) string {
	if s == "" {
		return ""
	}
	if s[0] == '"' || s[0] == '\'' {
		return g.fill(strings.Trim(s, `"'`))
	}
	if isDigit(s[0]) {
		return s
	}
	if v := g.lookup(s); v != "" {
		return g.fill(v)
	}
	return ""
}

// fill replaces $name and ${name}; what is not known stays.
func (g *gradleScope) fill(s string) string {
	s = shortVariable.ReplaceAllString(s, "$${$1}")
	return expand(s, g.lookup)
}

var shortVariable = regexp.MustCompile(`\$([A-Za-z_][\w.]*)`)

func (g *gradleScope) lookup(name string) string {
	name = strings.TrimSpace(name)
	for _, wrap := range []string{"property(", "findProperty(", "extra[", "project.property(", "rootProject.extra["} {
		if rest, ok := strings.CutPrefix(name, wrap); ok {
			name = strings.Trim(rest, `'")]`)
		}
	}
	for _, prefix := range []string{"rootProject.", "project.", "ext.", "extra."} {
		name = strings.TrimPrefix(name, prefix)
	}
	if rest, ok := strings.CutPrefix(name, "libs.versions."); ok {
		return g.catalog.version(strings.TrimSuffix(strings.TrimSuffix(rest, ".get()"), ".get"))
	}
	short := name[strings.LastIndexByte(name, '.')+1:]
	for _, n := range []string{name, short} {
		for _, f := range g.scripts {
			if v, ok := f.vars[n]; ok {
				return v
			}
		}
		if v, ok := g.props[n]; ok {
			return v
		}
	}
	return ""
}

// plugin returns the version of a plugin that is given here or above.
func (g *gradleScope) plugin(id string) string {
	for _, f := range g.scripts {
		if v, ok := f.plugins[id]; ok {
			return g.value(v)
		}
	}
	return ""
}

// properties reads the simple part of the .properties format: key=value lines.
func properties(data []byte) map[string]string {
	out := map[string]string{}
	for line := range bytes.Lines(data) {
		l := strings.TrimSpace(string(line))
		if l == "" || l[0] == '#' || l[0] == '!' || len(out) >= maxItems {
			continue
		}
		if k, v, ok := strings.Cut(l, "="); ok {
			out[strings.TrimSpace(k)] = strings.TrimSpace(v)
		}
	}
	return out
}

// parseGradleLock reads gradle.lockfile: "group:artifact:version=configurations" lines.
func parseGradleLock(_ *scan, name string, data []byte) *lockFile {
	l, n := newLock(name), 0
	for line := range bytes.Lines(data) {
		n++
		coords, _, ok := strings.Cut(strings.TrimSpace(string(line)), "=")
		parts := strings.Split(coords, ":")
		if ok && len(parts) == 3 && !strings.HasPrefix(coords, "#") {
			l.put(parts[0]+":"+parts[1], parts[2], n)
		}
	}
	return l
}
