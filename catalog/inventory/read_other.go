package inventory

import (
	"path"
	"regexp"
	"strings"
)

var (
	mixElixir   = regexp.MustCompile(`\belixir:\s*"([^"]+)"`)
	mixDep      = regexp.MustCompile(`\{\s*:(\w+)\s*,\s*(?:"([^"]*)")?([^}]*)\}`)
	mixLock     = regexp.MustCompile(`(?m)^\s*"(\w+)":\s*\{:hex,\s*:\w+,\s*"([^"]+)"`)
	sbtScala    = regexp.MustCompile(`(?:scalaVersion|scala3Version|scala2Version)\s*(?::?=)\s*"([^"]+)"`)
	sbtDep      = regexp.MustCompile(`"([\w.-]+)"\s*(%{1,3})\s*"([\w.-]+)"\s*%\s*("[^"]+"|\w+)(\s*%\s*(?:Test|"test"))?`)
	sbtVariable = regexp.MustCompile(`\bval\s+(\w+)\s*=\s*"([^"]+)"`)
	wrapperURL  = regexp.MustCompile(`(gradle|apache-maven)-(\d[\w.]*?(?:-(?:rc|milestone)-?\d+)?)-(?:bin|all)\.(?:zip|tar\.gz)`)
)

// readMix reads mix.exs of Elixir (hexdocs.pm/mix) and mix.lock.
func readMix(s *scan, name string, data []byte) {
	text := string(data)
	if m := mixElixir.FindStringSubmatchIndex(text); m != nil {
		s.runtime(name, lineAt(data, int64(m[0])), "elixir", group(text, m, 1), PlaceManifest)
	} else {
		s.runtime(name, 0, "elixir", "", PlaceImplied)
	}
	lock := s.lock(path.Dir(name), []string{"mix.lock"}, func(_ *scan, name string, data []byte) *lockFile {
		l := newLock(name)
		for _, m := range mixLock.FindAllStringSubmatch(string(data), -1) {
			l.put(m[1], m[2], 0)
		}
		return l
	})
	for _, m := range mixDep.FindAllStringSubmatchIndex(text, -1) {
		rest := group(text, m, 3)
		if group(text, m, 2) == "" && !strings.Contains(rest, "git") && !strings.Contains(rest, "path") {
			continue
		}
		pkg := group(text, m, 1)
		s.add(name, Item{Ecosystem: Hex, Package: pkg, Declared: group(text, m, 2), Resolved: lock.version(pkg),
			Line: lineAt(data, int64(m[0])), Dev: strings.Contains(rest, "only:")})
	}
}

// readSbt reads build.sbt of Scala where it is written literally.
func readSbt(s *scan, name string, data []byte) {
	text := stripComments(string(data))
	vars := map[string]string{}
	for _, m := range sbtVariable.FindAllStringSubmatch(text, -1) {
		vars[m[1]] = m[2]
	}
	if m := sbtScala.FindStringSubmatchIndex(text); m != nil {
		s.runtime(name, lineAt(data, int64(m[0])), "scala", group(text, m, 1), PlacePin)
	} else {
		s.runtime(name, 0, "scala", "", PlaceImplied)
	}
	for _, m := range sbtDep.FindAllStringSubmatchIndex(text, -1) {
		v := group(text, m, 4)
		if v[0] == '"' {
			v = strings.Trim(v, `"`)
		} else {
			v = vars[v]
		}
		s.add(name, Item{Ecosystem: Maven, Package: group(text, m, 1) + ":" + group(text, m, 3), Declared: v, Resolved: concrete(v),
			Line: lineAt(data, int64(m[0])), Dev: m[10] >= 0})
	}
}

func readGradleWrapper(s *scan, name string, data []byte) { readWrapper(s, name, data, "gradle") }

func readMavenWrapper(s *scan, name string, data []byte) { readWrapper(s, name, data, "maven") }

// readWrapper takes the version of the build tool from the address its wrapper downloads it from.
func readWrapper(s *scan, name string, data []byte, tech string) {
	if m := wrapperURL.FindStringSubmatchIndex(string(data)); m != nil {
		s.runtime(name, lineAt(data, int64(m[0])), tech, group(string(data), m, 2), PlacePin)
	}
}
