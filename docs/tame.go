package docs

import "strings"

// Bounds within which the Markdown parser takes time and memory in proportion to its input. Real pages never come
// near them.
const (
	maxMarkers    = 32     // quote and list markers at the start of a line
	maxDelimiters = 2000   // brackets, or twice as many stars and underscores, in one line
	maxReferences = 200    // link reference definitions in a row
	maxCells      = 50_000 // of one table
)

// tame changes lines that would make the parser work for minutes or take gigabytes: it flattens deep nesting, takes
// the meaning from masses of brackets, and splits endless tables and lists of references with a blank line.
func tame(lines []string) []string {
	out := make([]string, 0, len(lines))
	references, rows, table := 0, 0, false
	for _, l := range lines {
		t := strings.TrimLeft(l, " \t>")
		switch {
		case strings.HasPrefix(t, "[") && strings.Contains(t, "]:"):
			if references++; references%maxReferences == 0 {
				out = append(out, "")
			}
		case isDelimiterRow(t):
			table, rows = true, maxCells/(strings.Count(t, "|")+1)
		case strings.TrimSpace(t) == "":
			references, table = 0, false
		case table:
			if rows--; rows < 0 {
				out, table = append(out, ""), false
			}
		}
		out = append(out, plainer(l))
	}
	return out
}

// isDelimiterRow reports the second row of a table.
func isDelimiterRow(s string) bool {
	return strings.Contains(s, "-") && strings.Trim(s, "|-: \t\r") == ""
}

// plainer is the line without nesting and delimiters beyond the bounds.
func plainer(l string) string {
	if rest, n := unmarked(l); n > maxMarkers && strings.Trim(l, "-*_ \t") != "" {
		l = rest
	}
	if len(l) > maxDelimiters && (strings.Count(l, "[") > maxDelimiters || strings.Count(l, "*")+strings.Count(l, "_") > 2*maxDelimiters) {
		l = strings.NewReplacer("[", "(", "]", ")", "*", "", "_", "").Replace(l)
	}
	return l
}

// unmarked is the line without its leading quote and list markers, and how many they were.
func unmarked(l string) (string, int) {
	for n := 0; ; n++ {
		t := strings.TrimLeft(l, " \t")
		digits := t[:len(t)-len(strings.TrimLeft(t, "0123456789"))]
		switch {
		case t != "" && strings.ContainsRune(">-+*", rune(t[0])):
			l = t[1:]
		case digits != "" && len(digits) < len(t) && strings.ContainsRune(".)", rune(t[len(digits)])):
			l = t[len(digits)+1:]
		default:
			return l, n
		}
	}
}
