package inventory

import (
	"cmp"
	"strings"

	"deps.dev/util/semver"
)

// system maps an ecosystem to the rules by which its versions are ordered. Those without rules of their own in the
// semver package follow the permissive semantic versioning.
func system(e Ecosystem) semver.System {
	switch e {
	case Maven, Gradle:
		return semver.Maven
	case NPM:
		return semver.NPM
	case PyPI:
		return semver.PyPI
	case Go:
		return semver.Go
	case RubyGems:
		return semver.RubyGems
	case Cargo:
		return semver.Cargo
	case Composer:
		return semver.Composer
	case NuGet:
		return semver.NuGet
	default:
		return semver.DefaultSystem
	}
}

// Compare orders two versions by the rules of their ecosystem: negative when a is older than b. A version that the
// rules cannot read is compared number by number, then as text; an empty one is the oldest.
func Compare(e Ecosystem, a, b string) int {
	if a == b {
		return 0
	}
	if a == "" || b == "" {
		return cmp.Compare(len(a), len(b))
	}
	sys := system(e)
	va, errA := sys.Parse(forSystem(sys, a))
	vb, errB := sys.Parse(forSystem(sys, b))
	if errA == nil && errB == nil {
		if c := va.Compare(vb); c != 0 {
			return c
		}
	}
	if c := compareNumbers(numbers(a), numbers(b)); c != 0 {
		return c
	}
	return strings.Compare(a, b)
}

func forSystem(sys semver.System, v string) string {
	v = Plain(v)
	if sys == semver.Go {
		return "v" + v
	}
	return v
}

// Plain strips a version of what does not tell it apart: a leading v, and the suffixes for a finished release that
// Java projects use (".RELEASE", ".Final", ".GA").
func Plain(v string) string {
	v = strings.TrimSpace(v)
	if len(v) > 1 && (v[0] == 'v' || v[0] == 'V') && isDigit(v[1]) {
		v = v[1:]
	}
	for _, suffix := range []string{"RELEASE", "FINAL", "GA"} {
		if n := len(v) - len(suffix); n > 1 && strings.EqualFold(v[n:], suffix) && (v[n-1] == '.' || v[n-1] == '-') {
			return v[:n-1]
		}
	}
	return v
}

// numbers returns the leading release numbers of a version: 2, 17, 1 for "v2.17.1-rc3". A PEP 440 epoch is left out.
func numbers(v string) []int {
	v = Plain(v)
	if i := strings.IndexByte(v, '!'); i >= 0 {
		v = v[i+1:]
	}
	var out []int
	for len(out) < 8 {
		n, digits := 0, 0
		for digits < len(v) && isDigit(v[digits]) {
			if n < 1<<40 {
				n = n*10 + int(v[digits]-'0')
			}
			digits++
		}
		if digits == 0 {
			break
		}
		out = append(out, n)
		if v = v[digits:]; len(v) < 2 || v[0] != '.' {
			break
		}
		v = v[1:]
	}
	return out
}

// compareNumbers compares number by number; missing ones count as zero.
func compareNumbers(a, b []int) int {
	for i := range max(len(a), len(b)) {
		var x, y int
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if c := cmp.Compare(x, y); c != 0 {
			return c
		}
	}
	return 0
}

// Series is the release line a version belongs to, for grouping a fleet: its major number, or major and minor where
// the major number is 0. It is "" when the version does not start with a number.
func Series(v string) string {
	v = Plain(v)
	n := numbers(v)
	switch {
	case len(n) == 0:
		return ""
	case n[0] == 0 && len(n) > 1:
		return firstParts(v, 2)
	default:
		return firstParts(v, 1)
	}
}

func firstParts(v string, n int) string {
	for i := range len(v) {
		if !isDigit(v[i]) {
			if n--; n == 0 || v[i] != '.' {
				return v[:i]
			}
		}
	}
	return v
}

// Floor is the lowest version that a requirement admits, or "" when it names none: "18.2.0" for "^18.2.0" or
// ">=18.2.0 <19", "4.2" for "~=4.2". Of alternatives ("16 || 18") it is the lowest.
func Floor(e Ecosystem, requirement string) string {
	lowest := ""
	for alt := range strings.SplitSeq(strings.ReplaceAll(requirement, "||", "|"), "|") {
		f := floorOf(alt)
		if f != "" && (lowest == "" || Compare(e, f, lowest) < 0) {
			lowest = f
		}
	}
	return lowest
}

// floorOf takes one alternative: comparators separated by commas or spaces, or an interval of Maven or NuGet.
func floorOf(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || strings.Contains(s, "://") || strings.HasPrefix(s, "git@") {
		return ""
	}
	if i := strings.LastIndexByte(s, '@'); i > 0 { // npm:name@1.2.3, name@1.2.3
		s = s[i+1:]
	}
	if strings.HasPrefix(s, "[") || strings.HasPrefix(s, "(") {
		low, _, _ := strings.Cut(strings.Trim(s, "[]() "), ",")
		return versionIn(low)
	}
	var eq string
	op := ""
	for f := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' }) {
		if strings.Trim(f, "<>=~^!") == "" { // an operator written apart from its version
			op += f
			continue
		}
		f, op = op+f, ""
		if f[0] == '<' || f[0] == '!' || f == "-" {
			continue
		}
		if v := versionIn(strings.TrimLeft(f, "<>=~^")); v != "" && eq == "" {
			eq = v
		}
	}
	return eq
}

// versionIn returns s as a plain version without wildcards, or "".
func versionIn(s string) string {
	for _, prefix := range []string{"workspace:", "npm:", "patch:"} {
		s = strings.TrimPrefix(s, prefix)
	}
	s = Plain(strings.TrimLeft(strings.TrimSpace(s), "<>=~^"))
	for _, wild := range []string{".x", ".X", ".*", ".+"} {
		if i := strings.Index(s, wild); i > 0 {
			s = s[:i]
		}
	}
	s = strings.TrimSuffix(s, "+")
	if s == "" || !isDigit(s[0]) {
		return ""
	}
	return s
}

// isExact reports whether a requirement is one version and nothing else, so that no lock file is needed to know it.
func isExact(s string) bool {
	s = Plain(strings.TrimPrefix(strings.TrimPrefix(s, "=="), "="))
	if len(numbers(s)) < 2 {
		return false
	}
	return !strings.ContainsAny(s, " ,|<>=~^*![]()${}@:/") && !strings.Contains(s, ".x") && !strings.HasSuffix(s, "+")
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
