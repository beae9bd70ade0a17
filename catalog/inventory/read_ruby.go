package inventory

import (
	"bytes"
	"path"
	"regexp"
	"strings"
)

var (
	gemLine    = regexp.MustCompile(`^\s*gem[\s(]+['"]([\w.-]+)['"]((?:\s*,\s*['"][^'"]*['"])*)(.*)`)
	gemspecDep = regexp.MustCompile(`\.add_(runtime_|development_)?dependency[\s(]+['"]([\w.-]+)['"]((?:\s*,\s*['"][^'"]*['"])*)`)
	rubyLine   = regexp.MustCompile(`^\s*ruby[\s(]+['"]([^'"]+)['"]`)
	gemGroup   = regexp.MustCompile(`^\s*group\b(.*)\bdo\b`)
	lockSpec   = regexp.MustCompile(`^    ([\w.-]+) \(([^)]+)\)$`)
)

// readGemfile reads Gemfile, gems.rb and *.gemspec (bundler.io) with the lock file beside them.
func readGemfile(s *scan, name string, data []byte) {
	lock := s.lock(path.Dir(name), []string{"Gemfile.lock", "gems.locked"}, parseGemfileLock)
	direct, ruby, n, group := map[string]bool{}, false, 0, false
	for raw := range bytes.Lines(data) {
		n++
		line := strings.TrimRight(string(raw), "\r\n")
		if len(line) > 4*maxText {
			continue
		}
		if m := gemGroup.FindStringSubmatch(line); m != nil {
			group = devGroup(m[1])
			continue
		}
		if strings.TrimSpace(line) == "end" {
			group = false
		}
		if m := rubyLine.FindStringSubmatch(line); m != nil {
			s.runtime(name, n, "ruby", m[1], PlaceManifest)
			ruby = true
			continue
		}
		it := Item{Ecosystem: RubyGems, Line: n}
		if m := gemLine.FindStringSubmatch(line); m != nil {
			it.Package, it.Declared, it.Dev = m[1], gemRequirement(m[2]), group || devGroup(m[3])
		} else if m := gemspecDep.FindStringSubmatch(line); m != nil {
			it.Package, it.Declared, it.Dev = m[2], gemRequirement(m[3]), m[1] == "development_"
		} else {
			continue
		}
		direct[it.Package] = true
		if it.Resolved = lock.version(it.Package); it.Resolved == "" && isExact(it.Declared) {
			it.Resolved = strings.TrimLeft(it.Declared, "= ")
		}
		s.add(name, it)
	}
	if v := lock.version("ruby\x00"); v != "" && !ruby {
		s.runtime(lock.name, 0, "ruby", v, PlaceManifest)
	} else if !ruby {
		s.runtime(name, 0, "ruby", "", PlaceImplied)
	}
	s.addIndirect(RubyGems, lock, direct)
}

func devGroup(s string) bool {
	return strings.Contains(s, ":test") || strings.Contains(s, ":development")
}

// gemRequirement turns `, '~> 7.0', '>= 7.0.1'` into "~> 7.0, >= 7.0.1".
func gemRequirement(s string) string {
	var out []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.Trim(part, " \t'\""); part != "" {
			out = append(out, part)
		}
	}
	return strings.Join(out, ", ")
}

// parseGemfileLock reads the specs of Gemfile.lock, and the Ruby version under the impossible gem name "ruby\x00".
func parseGemfileLock(_ *scan, name string, data []byte) *lockFile {
	l, n, section := newLock(name), 0, ""
	for raw := range bytes.Lines(data) {
		n++
		line := strings.TrimRight(string(raw), " \r\n")
		switch {
		case line == "":
		case line[0] != ' ':
			section = line
		case section == "RUBY VERSION":
			if v, ok := strings.CutPrefix(strings.TrimSpace(line), "ruby "); ok {
				v, _, _ = strings.Cut(v, "p")
				l.byName["ruby\x00"] = v
			}
		case section == "GEM" || section == "GIT" || section == "PATH":
			if m := lockSpec.FindStringSubmatch(line); m != nil {
				l.put(m[1], gemVersion(m[2]), n)
			}
		}
	}
	return l
}

// gemVersion strips the platform from "1.15.4-x86_64-linux".
func gemVersion(s string) string {
	v, _, _ := strings.Cut(s, "-")
	return v
}
