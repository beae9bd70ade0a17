package techradar

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const maxName = 300 // bytes of a name that is looked up

// aliasesJSON lists names that mean the same technology everywhere, one list a technology.
//
//go:embed aliases.json
var aliasesJSON []byte

// fold reduces a name to what two spellings of it share: no case, width, accents, spaces and punctuation, except for
// the signs that tell C, C++ and C# or NET and .NET apart.
func fold(s string) string {
	var b strings.Builder
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, ".") {
		b.WriteString("dot")
	}
	for _, r := range norm.NFKD.String(s) {
		switch {
		case r == '#' || r == '♯':
			b.WriteString("sharp")
		case r == '+':
			b.WriteString("plus")
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// unversioned returns a name without a version behind it, as in "Java 17", "spring boot 3.x" or "Angular v2".
func unversioned(s string) string {
	words := strings.Fields(s)
	for len(words) > 1 && isVersion(words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	return strings.Join(words, " ")
}

func isVersion(s string) bool {
	s = strings.TrimLeft(strings.ToLower(s), "v")
	digits := false
	for _, r := range s {
		digits = digits || unicode.IsDigit(r)
		if !unicode.IsDigit(r) && r != '.' && r != 'x' && r != '+' {
			return false
		}
	}
	return digits
}

// aliases maps the folded form of every name of the built-in table to all names of its technology.
func aliases() (map[string][]string, error) {
	var groups [][]string
	if err := json.Unmarshal(aliasesJSON, &groups); err != nil {
		return nil, fmt.Errorf("the table of technology names: %w", err)
	}
	m := map[string][]string{}
	for _, g := range groups {
		for _, name := range g {
			m[fold(name)] = g
		}
	}
	return m, nil
}

// namesIn returns the names inside a title: "Amazon Web Services (AWS)" is also "Amazon Web Services" and "AWS".
func namesIn(title string) []string {
	out := []string{title}
	before, rest, ok := strings.Cut(title, "(")
	if inner, _, closed := strings.Cut(rest, ")"); ok && closed {
		out = append(out, strings.TrimSpace(before), strings.TrimSpace(inner))
	}
	return slices.DeleteFunc(out, func(s string) bool { return fold(s) == "" })
}

// likeness says how much two folded names resemble each other; 0 is not at all.
func likeness(a, b string) int {
	if a == "" || b == "" {
		return 0
	}
	x, y := []rune(a), []rune(b)
	short := min(len(x), len(y))
	if short >= 3 && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a)) {
		return 60
	}
	if most := min(2, short/3); max(len(x), len(y))-short <= most {
		if d := edits(x, y); d <= most {
			return 100 - 20*d
		}
	}
	if short >= 4 && (strings.Contains(a, b) || strings.Contains(b, a)) {
		return 40
	}
	return 0
}

// edits is the optimal string alignment distance: insertions, deletions, replacements and swaps of neighbours.
func edits(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
