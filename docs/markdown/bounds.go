package markdown

import (
	"bytes"
	"strings"
)

// Bounds within which the Markdown parser takes time and memory in proportion to its input. Real pages never come
// near them.
const (
	maxMarkers    = 32     // quote and list markers at the start of a line
	maxDelimiters = 2000   // brackets, or twice as many stars and underscores, in one line
	maxReferences = 200    // link reference definitions in a row
	maxCells      = 50_000 // of one table
)

// bounds changes lines that would make the parser work for minutes or take gigabytes: it flattens deep nesting, takes
// the meaning from masses of brackets, and splits endless tables and lists of references with a blank line.
type bounds struct {
	references, rows int
	table            bool
}

// blank takes an empty line.
func (b *bounds) blank() { b.references, b.table = 0, false }

// breaks reports whether a blank line is to come before the line, given without its indent.
func (b *bounds) breaks(t []byte) bool {
	t = bytes.TrimLeft(t, " \t>")
	switch {
	case len(t) > 0 && t[0] == '[' && bytes.Contains(t, []byte("]:")):
		b.references++
		return b.references%maxReferences == 0
	case isDelimiterRow(t):
		b.table, b.rows = true, maxCells/(bytes.Count(t, []byte{'|'})+1)
	case b.table:
		if b.rows--; b.rows < 0 {
			b.table = false
			return true
		}
	}
	return false
}

// isDelimiterRow reports the second row of a table.
func isDelimiterRow(s []byte) bool {
	if len(s) == 0 || s[0] != '|' && s[0] != '-' && s[0] != ':' {
		return false
	}
	return bytes.IndexByte(s, '-') >= 0 && len(bytes.Trim(s, "|-: \t\r")) == 0
}

// plainer is the line without nesting and delimiters beyond the bounds.
func (b *bounds) plainer(l []byte) []byte {
	if len(l) > maxMarkers {
		if rest, n := unmarked(l); n > maxMarkers && len(bytes.Trim(l, "-*_ \t")) > 0 {
			l = rest
		}
	}
	if len(l) > maxDelimiters && (bytes.Count(l, []byte{'['}) > maxDelimiters || bytes.Count(l, []byte{'*'})+bytes.Count(l, []byte{'_'}) > 2*maxDelimiters) {
		l = []byte(strings.NewReplacer("[", "(", "]", ")", "*", "", "_", "").Replace(string(l)))
	}
	return l
}

// unmarked is the line without its leading quote and list markers, and how many they were.
func unmarked(l []byte) ([]byte, int) {
	for n := 0; ; n++ {
		t := bytes.TrimLeft(l, " \t")
		digits := 0
		for digits < len(t) && isDigit(t[digits]) {
			digits++
		}
		switch {
		case len(t) > 0 && strings.IndexByte(">-+*", t[0]) >= 0:
			l = t[1:]
		case digits > 0 && digits < len(t) && (t[digits] == '.' || t[digits] == ')'):
			l = t[digits+1:]
		default:
			return l, n
		}
	}
}
