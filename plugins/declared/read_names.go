package declared

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr/types"
)

// names lists the keys of a map.
func names[T any](known map[string]T) string {
	return strings.Join(slices.Sorted(maps.Keys(known)), ", ")
}

// near is a hint at a known key that differs from a wrong one in a letter or two, or in case.
func near[T any](wrong string, known map[string]T) string {
	for _, k := range slices.Sorted(maps.Keys(known)) {
		if strings.EqualFold(k, wrong) || distance(k, wrong) <= 2 && len(wrong) > 3 {
			return "; do you mean " + k + "?"
		}
	}
	return ""
}

// distance is how many letters two short words differ in (Levenshtein).
func distance(a, b string) int {
	if len(a) > 40 || len(b) > 40 {
		return max(len(a), len(b))
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := last
			if a[i] != b[j] {
				cost++
			}
			last = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}

// parts are names of the parts that are all that something has.
func parts[T any](of string, all []T, name func(T) string) []string {
	out := []string{of + "."} // there may be none
	for _, one := range all {
		out = append(out, of+"."+name(one))
	}
	return out
}

// environment is what an expression may name.
func environment(names []string) types.Map {
	env := types.Map{}
	for _, n := range names {
		of, part, dotted := strings.Cut(n, ".")
		if !dotted {
			env[n] = types.Any
			continue
		}
		known, ok := env[of].(types.Map)
		if !ok {
			known = types.Map{}
			env[of] = known
		}
		if part != "" {
			known[part] = types.Any
		}
	}
	return env
}

// unnamed is how expr says that it does not know a name, or a part of what one stands for.
var unnamed = regexp.MustCompile(`^unknown (name|field) (\S+)`)

// unknown adds to a message about a name that is not known those that are.
func unknown(message, code string, all []string) string {
	m := unnamed.FindStringSubmatch(message)
	if m == nil {
		return message
	}
	of := ""
	if m[1] == "field" {
		of = strings.TrimRight(code[:max(strings.Index(code, m[2]), 0)], "?.[\"'` ")
		of = of[strings.LastIndexFunc(of, func(r rune) bool { return !plainName("x" + string(r)) })+1:]
	}
	known := map[string]bool{}
	for _, n := range all {
		root, part, dotted := strings.Cut(n, ".")
		switch {
		case of == "":
			known[root] = true
		case dotted && root == of && part != "":
			known[part] = true
		}
	}
	if of != "" {
		return fmt.Sprintf("%s has no %s%s; known here: %s", of, m[2], near(m[2], known), cmp.Or(names(known), "nothing"))
	}
	plain := names(known)
	for _, f := range []string{"ago", "instant", "path", "span"} {
		known[f] = true
	}
	return fmt.Sprintf("unknown name %s%s; known names: %s, and the functions ago, instant, path, span and those of expr", m[2], near(m[2], known), plain)
}
