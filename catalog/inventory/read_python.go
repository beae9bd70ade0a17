package inventory

import (
	"bytes"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// maxIncludes bounds how deep requirement files may include each other.
const maxIncludes = 5

// requirement matches PEP 508: a name, extras, and the version specifiers up to a marker.
var requirement = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(?:\(\s*([^()]*)\s*\)|([^;@#]*))`)

// readRequirements reads requirements.txt (pip.pypa.io, "Requirements File Format") with the files it includes.
func readRequirements(s *scan, name string, data []byte) {
	s.impliedPython(name)
	dev := devRequirements(path.Base(name))
	s.requirements(name, data, dev, 0, map[string]string{}, map[string]bool{name: true})
}

func devRequirements(base string) bool {
	for _, word := range []string{"dev", "test", "lint", "docs", "ci", "tox", "build"} {
		if strings.Contains(strings.TrimPrefix(strings.ToLower(base), "requirements"), word) {
			return true
		}
	}
	return false
}

func (s *scan) requirements(name string, data []byte, dev bool, depth int, pins map[string]string, seen map[string]bool) {
	lock := s.pythonLock(path.Dir(name))
	n, start, joined := 0, 0, ""
	for raw := range bytes.Lines(data) {
		n++
		line := strings.TrimRight(string(raw), "\r\n")
		if joined == "" {
			start = n
		}
		if rest, ok := strings.CutSuffix(line, "\\"); ok && len(joined) < maxFileRef {
			joined += rest + " "
			continue
		}
		line, joined = strings.TrimSpace(joined+line), ""
		if flag, file, ok := includeOf(line); ok {
			s.include(path.Join(path.Dir(name), file), flag, dev, depth, pins, seen)
			continue
		}
		if it, ok := parseRequirement(line); ok {
			it.Line, it.Dev = start, dev
			if it.Resolved == "" {
				it.Resolved = pins[it.Package]
			}
			if it.Resolved == "" {
				it.Resolved = lock.version(it.Package)
			}
			s.add(name, it)
		}
	}
}

// includeOf reads "-r other.txt" and "-c constraints.txt" in their spellings.
func includeOf(line string) (flag byte, file string, ok bool) {
	for _, p := range []string{"--requirement", "--constraint", "-r", "-c"} {
		rest, found := strings.CutPrefix(line, p)
		if !found {
			continue
		}
		if file = strings.Trim(rest, " =\t\"'"); file == "" || strings.Contains(file, "://") {
			return 0, "", false
		}
		return strings.TrimLeft(p, "-")[0], file, true
	}
	return 0, "", false
}

func (s *scan) include(name string, flag byte, dev bool, depth int, pins map[string]string, seen map[string]bool) {
	if seen[name] || depth >= maxIncludes || !fs.ValidPath(name) {
		return
	}
	seen[name] = true
	data, ok := s.optional(name, maxFile)
	if !ok {
		return
	}
	if flag == 'r' {
		if readerOf(path.Base(name)) == nil { // else it is read for itself
			s.requirements(name, data, dev, depth+1, pins, seen)
		}
		return
	}
	for line := range bytes.Lines(data) {
		if it, ok := parseRequirement(strings.TrimSpace(string(line))); ok && it.Resolved != "" {
			pins[it.Package] = it.Resolved
		}
	}
}

// parseRequirement reads one PEP 508 requirement; options, paths and URLs are none.
func parseRequirement(line string) (Item, bool) {
	if egg := strings.Index(line, "#egg="); egg >= 0 {
		line = strings.SplitN(line[egg+len("#egg="):], "&", 2)[0]
	}
	if i := strings.Index(line, " #"); i >= 0 {
		line = line[:i]
	}
	if i := strings.Index(line, " --"); i >= 0 { // hashes and other options
		line = line[:i]
	}
	if line == "" || line[0] == '#' || line[0] == '-' || line[0] == '.' || line[0] == '/' || len(line) > 4*maxText {
		return Item{}, false
	}
	m := requirement.FindStringSubmatch(line)
	if m == nil || strings.Contains(m[3], "://") || strings.HasPrefix(m[3], ":") {
		return Item{}, false
	}
	it := Item{Ecosystem: PyPI, Package: pyName(m[1]), Name: m[1], Declared: strings.TrimSpace(m[2] + m[3])}
	if v, ok := strings.CutPrefix(strings.TrimSpace(it.Declared), "=="); ok {
		if v = strings.TrimSpace(strings.TrimPrefix(v, "=")); !strings.ContainsAny(v, ",*") {
			it.Resolved = v
		}
	}
	return it, true
}

// pyName normalises a package name (PEP 503).
func pyName(s string) string {
	var b strings.Builder
	dash := false
	for _, r := range strings.ToLower(s) {
		if r == '-' || r == '_' || r == '.' {
			if !dash {
				b.WriteByte('-')
			}
			dash = true
			continue
		}
		dash = false
		b.WriteRune(r)
	}
	return b.String()
}

func (s *scan) impliedPython(name string) { s.runtime(name, 0, "python", "", PlaceImplied) }

// pythonLock finds the lock file that holds for a folder.
func (s *scan) pythonLock(dir string) *lockFile {
	return s.lock(dir, []string{"poetry.lock", "uv.lock", "pdm.lock"}, func(s *scan, name string, data []byte) *lockFile {
		return s.tomlLock(name, data, pyName)
	})
}

// tomlLock reads the [[package]] tables of poetry.lock, uv.lock, pdm.lock and Cargo.lock.
func (s *scan) tomlLock(name string, data []byte, spell func(string) string) *lockFile {
	var doc struct {
		Package []struct {
			Name    string `toml:"name"`
			Version string `toml:"version"`
		} `toml:"package"`
	}
	if err := decodeTOML(data, &doc); err != nil {
		s.fail(name, tomlErrorLine(err), err)
		return nil
	}
	lines := packageLines(data)
	l := newLock(name)
	for i, p := range doc.Package {
		line := 0
		if i < len(lines) {
			line = lines[i]
		}
		l.put(spell(p.Name), p.Version, line)
	}
	return l
}

// packageLines are the lines of the [[package]] headers.
func packageLines(data []byte) []int {
	var lines []int
	n := 0
	for line := range bytes.Lines(data) {
		if n++; strings.TrimSpace(string(line)) == "[[package]]" {
			lines = append(lines, n)
		}
	}
	return lines
}

// maxTOMLNesting bounds the brackets that are open at once, which the TOML parser follows by recursion.
const maxTOMLNesting = 200

// decodeTOML is toml.Unmarshal for foreign input.
func decodeTOML(data []byte, v any) error {
	depth, quote := 0, byte(0)
	for i, c := range data {
		switch {
		case c == '\n':
			quote = 0
		case quote == '#':
		case quote != 0:
			if c == quote && (quote == '\'' || data[i-1] != '\\') {
				quote = 0
			}
		case c == '"' || c == '\'' || c == '#':
			quote = c
		case c == '[' || c == '{':
			if depth++; depth > maxTOMLNesting {
				return fault.New(fault.Invalid, "more than %d brackets are open at once", maxTOMLNesting)
			}
		case c == ']' || c == '}':
			depth = max(0, depth-1)
		}
	}
	return toml.Unmarshal(data, v)
}

func tomlErrorLine(err error) int {
	if e, ok := err.(toml.ParseError); ok {
		return e.Position.Line
	}
	return 0
}
