// Package codeowners reads CODEOWNERS files as GitHub and GitLab do (docs.github.com, "About code owners";
// docs.gitlab.com, "Code Owners" and "Code Owners syntax"). Of the lines that match a path the last one counts: in the
// whole file for GitHub, in each section for GitLab.
package codeowners

import (
	"regexp"
	"strings"
)

// Flavor says whose rules a file follows.
type Flavor int

// The flavors. They differ in sections, in patterns without a leading slash, and in exclusions.
const (
	GitHub Flavor = iota
	GitLab
)

// Files are the places where the file may be, the first one found counts.
func (f Flavor) Files() []string {
	if f == GitLab {
		return []string{"CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"}
	}
	return []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"}
}

// Detect tells whose rules a file follows: GitLab's when it lies in .gitlab or has sections.
func Detect(name string, data []byte) Flavor {
	if strings.HasPrefix(name, ".gitlab/") {
		return GitLab
	}
	for line := range strings.Lines(string(data[:min(len(data), MaxBytes)])) {
		if headings.MatchString(strings.TrimSpace(line)) {
			return GitLab
		}
	}
	return GitHub
}

// MaxBytes is how large a file may be; GitHub ignores larger ones.
const MaxBytes = 3 << 20

// maxRules bounds the lines that are read.
const maxRules = 20_000

// File is a parsed CODEOWNERS file. It is immutable.
type File struct {
	sections []section
}

type section struct {
	name     string
	defaults []string
	rules    []rule
}

type rule struct {
	line   int
	match  *regexp.Regexp
	owners []string
	not    bool // GitLab: what matches has no owner in this section
}

// Match is the line that decides about a path.
type Match struct {
	Owners []string // as written: @user, @org/team, @group/subgroup, an e-mail address; empty: expressly nobody
	Line   int      // 1-based
}

// Parse reads a file. Lines that make no sense are left out, as both hosts do.
func Parse(data []byte, f Flavor) *File {
	out := &File{sections: []section{{}}}
	at := 0
	n := 0
	text := strings.TrimPrefix(string(data[:min(len(data), MaxBytes)]), "\uFEFF")
	for line := range strings.Lines(text) {
		if n++; n > maxRules {
			break
		}
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if f == GitLab {
			if name, owners, ok := heading(line); ok {
				at = out.section(name, owners)
				continue
			}
		}
		if r, ok := parseRule(line, n, f); ok {
			out.sections[at].rules = append(out.sections[at].rules, r)
		}
	}
	return out
}

// heading reads "[Name]", "^[Name]" and "[Name][2]", each maybe with the section's default owners behind it.
func heading(line string) (name string, owners []string, ok bool) {
	m := headings.FindStringSubmatch(line)
	if m == nil {
		return "", nil, false
	}
	return strings.TrimSpace(m[1]), ownersOf(strings.Fields(m[2])), true
}

var headings = regexp.MustCompile(`^\^?\[([^\]]+)\](?:\[\d+\])?(?:\s+(.*))?$`)

// section finds the section of a name, without regard to case as GitLab does, or starts one.
func (f *File) section(name string, defaults []string) int {
	for i, s := range f.sections {
		if i > 0 && strings.EqualFold(s.name, name) {
			return i
		}
	}
	f.sections = append(f.sections, section{name: name, defaults: defaults})
	return len(f.sections) - 1
}

func parseRule(line string, n int, f Flavor) (rule, bool) {
	words := split(line)
	pattern := words[0]
	r := rule{line: n, owners: ownersOf(words[1:])}
	if rest, ok := strings.CutPrefix(pattern, "!"); ok {
		if f == GitHub {
			return rule{}, false // GitHub knows no exclusions
		}
		r.not, pattern = true, rest
	}
	if f == GitHub && strings.ContainsAny(pattern, "[]") {
		return rule{}, false // nor character ranges
	}
	pattern = strings.ReplaceAll(strings.ReplaceAll(pattern, `\ `, " "), `\#`, "#")
	re, err := compile(pattern, f)
	r.match = re
	return r, err == nil
}

// split cuts a line at spaces that no backslash stands before, and drops a comment at its end.
func split(line string) []string {
	var words []string
	var w strings.Builder
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\\' && i+1 < len(line):
			w.WriteByte(c)
			i++
			w.WriteByte(line[i])
		case c == ' ' || c == '\t':
			if w.Len() > 0 {
				words = append(words, w.String())
				w.Reset()
			}
		case c == '#' && w.Len() == 0 && len(words) > 0:
			return words
		default:
			w.WriteByte(c)
		}
	}
	if w.Len() > 0 {
		words = append(words, w.String())
	}
	return words
}

var owner = regexp.MustCompile(`^(@@?[A-Za-z0-9][\w./-]*|[^@\s]+@[^@\s]+\.[^@\s]+)$`)

func ownersOf(words []string) []string {
	var out []string
	for _, w := range words {
		if owner.MatchString(w) {
			out = append(out, w)
		}
	}
	return out
}

// Owners returns what the file says about a path of the repository, with slashes and without one in front: one match
// for GitHub, one a section for GitLab, in the order of the file. No match at all means that nobody is named.
func (f *File) Owners(path string) []Match {
	var out []Match
	for _, s := range f.sections {
		if m, ok := s.find(path); ok {
			out = append(out, m)
		}
	}
	return out
}

func (s *section) find(path string) (Match, bool) {
	for i := len(s.rules) - 1; i >= 0; i-- {
		r := s.rules[i]
		if !r.match.MatchString(path) {
			continue
		}
		if r.not {
			return Match{}, false
		}
		owners := r.owners
		if len(owners) == 0 {
			owners = s.defaults
		}
		return Match{Owners: owners, Line: r.line}, true
	}
	return Match{}, false
}
