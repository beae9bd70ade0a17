package declared

import (
	"maps"
	"slices"
	"strings"
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
