package codeowners

import "strings"

// Rule is a line of a file that names owners, as it is written.
type Rule struct {
	Section string // of GitLab; "" for none
	Pattern string
	Owners  []string // with those of the section where the line names none
	Line    int      // 1-based
}

// Rules returns the lines of a file in their order, without those that make no sense.
func Rules(data []byte, f Flavor) []Rule {
	var out []Rule
	section, defaults := "", []string(nil)
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
				section, defaults = name, owners
				continue
			}
		}
		r, ok := parseRule(line, n, f)
		if !ok {
			continue
		}
		if len(r.owners) == 0 {
			r.owners = defaults
		}
		out = append(out, Rule{Section: section, Pattern: split(line)[0], Owners: r.owners, Line: n})
	}
	return out
}
