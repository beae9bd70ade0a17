package host

import (
	"path"
	"regexp"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// ignored are the rules of all .gitignore files read so far (git help gitignore). The last that matches decides.
type ignored struct{ rules []rule }

type rule struct {
	dir    string // of the file with the rule, "" for the top
	re     *regexp.Regexp
	folder bool // only folders
	not    bool // takes back what an earlier one ignores
}

// The bounds of a .gitignore file.
const (
	maxIgnore = 256 << 10 // bytes
	maxRules  = 5000      // of all files
)

// load reads the .gitignore of a folder, where it has one. rel is the folder's path in the repository.
func (g *ignored) load(w *scaffold.Workspace, dir, rel string) error {
	e, err := w.Stat(path.Join(dir, ".gitignore"))
	if err != nil || !e.Mode.IsRegular() {
		return nil //nolint:nilerr // there is none
	}
	if e.Size > maxIgnore {
		return fault.New(fault.Invalid, "%s has more than %d bytes", e.Path, maxIgnore)
	}
	data, err := w.ReadFile(e.Path)
	if err != nil {
		return err
	}
	if rel == "." {
		rel = ""
	}
	for line := range strings.Lines(strings.TrimPrefix(string(data), "\uFEFF")) {
		r, ok := parseRule(strings.TrimRight(line, "\r\n"))
		if !ok {
			continue
		}
		if r.dir = rel; len(g.rules) == maxRules {
			return fault.New(fault.Invalid, "the files .gitignore have more than %d rules", maxRules)
		}
		g.rules = append(g.rules, r)
	}
	return nil
}

// match reports whether a path, whose folders are not ignored, is.
func (g *ignored) match(name string, folder bool) bool {
	for i := len(g.rules) - 1; i >= 0; i-- {
		r := g.rules[i]
		in := name
		if r.dir != "" {
			var ok bool
			if in, ok = strings.CutPrefix(name, r.dir+"/"); !ok {
				continue
			}
		}
		if (folder || !r.folder) && r.re.MatchString(in) {
			return !r.not
		}
	}
	return false
}

// parseRule reads one line. Comments, empty lines and broken patterns are none.
func parseRule(line string) (rule, bool) {
	line = trimBlanks(line)
	if line == "" || strings.HasPrefix(line, "#") {
		return rule{}, false
	}
	var r rule
	if rest, ok := strings.CutPrefix(line, "!"); ok {
		r.not, line = true, rest
	}
	if rest, ok := strings.CutSuffix(line, "/"); ok {
		r.folder, line = true, rest
	}
	rooted := strings.Contains(line, "/")
	line = strings.TrimPrefix(line, "/")
	if line == "" {
		return rule{}, false
	}
	expr, ok := translate(line)
	if !ok {
		return rule{}, false
	}
	if !rooted {
		expr = "(?:.*/)?" + expr
	}
	re, err := regexp.Compile("^(?s:" + expr + ")$")
	r.re = re
	return r, err == nil
}

// trimBlanks takes blanks from the end of a line, unless a backslash stands before them.
func trimBlanks(s string) string {
	for strings.HasSuffix(s, " ") && !strings.HasSuffix(s, `\ `) {
		s = s[:len(s)-1]
	}
	return s
}

// translate makes a regular expression of a pattern.
func translate(p string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(p); i++ {
		switch c := p[i]; {
		case strings.HasPrefix(p[i:], "**/") && (i == 0 || p[i-1] == '/'):
			b.WriteString("(?:.*/)?")
			i += 2
		case strings.HasPrefix(p[i:], "/**") && i+3 == len(p):
			b.WriteString("/.+")
			i += 2
		case c == '*':
			for i+1 < len(p) && p[i+1] == '*' {
				i++
			}
			b.WriteString("[^/]*")
		case c == '?':
			b.WriteString("[^/]")
		case c == '[':
			class, n := bracket(p[i:])
			if n == 0 {
				return "", false
			}
			b.WriteString(class)
			i += n - 1
		case c == '\\' && i+1 < len(p):
			i++
			b.WriteString(regexp.QuoteMeta(p[i : i+1]))
		case c == '\\':
			return "", false
		default:
			b.WriteString(regexp.QuoteMeta(p[i : i+1]))
		}
	}
	return b.String(), true
}

// bracket reads a class of characters and returns its length, 0 for one that does not end.
func bracket(p string) (string, int) {
	i := 1
	out := "["
	if i < len(p) && (p[i] == '!' || p[i] == '^') {
		out += "^/"
		i++
	}
	for first := true; i < len(p); i, first = i+1, false {
		switch c := p[i]; {
		case c == ']' && !first:
			return out + "]", i + 1
		case c == '\\' && i+1 < len(p):
			i++
			out += regexp.QuoteMeta(p[i : i+1])
		case c == '[' && strings.HasPrefix(p[i:], "[:") && strings.Contains(p[i:], ":]"):
			end := strings.Index(p[i:], ":]") + 2
			out += p[i : i+end]
			i += end - 1
		case c == '[' || c == ']' || c == '^':
			out += `\` + string(c)
		default:
			out += string(c)
		}
	}
	return "", 0
}
