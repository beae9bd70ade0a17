package yamldoc

import "bytes"

// segment is the text of one document, its "---" line included.
type segment struct {
	text     []byte
	line     int    // of its first byte, 1-based
	explicit bool   // starts with ---
	refused  string // why it cannot be a document at all
	old      bool   // under a %YAML 1.1 directive
}

// split cuts a stream at its document markers. A marker at the start of a line ends a document whatever is open at
// that point, so that an unclosed bracket or quote spoils its own document only.
func split(data []byte) []segment {
	var (
		out       []segment
		open      bool
		start     int
		cur       segment
		directive bool
		old       bool // a %YAML directive holds until the next one
	)
	finish := func(end int) {
		if open {
			cur.text = data[start:end]
			out = append(out, cur)
		}
		open, directive = false, false
	}
	begin := func(at, line int, explicit bool) {
		open, start, cur = true, at, segment{line: line, explicit: explicit, old: old}
	}
	for at, line := 0, 1; at < len(data); line++ {
		end := len(data)
		if i := bytes.IndexByte(data[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		switch text := data[at:end]; {
		case marker(text, "---"):
			finish(at)
			begin(at, line, true)
		case marker(text, "..."):
			if !open {
				begin(at, line, false) // an empty document, which counts
			}
			finish(at)
		case open:
			if text[0] == '%' && cur.refused == "" {
				cur.refused = "a line cannot start with %; put the value in quotes"
			}
		case blank(text):
		case text[0] == '%':
			directive = true
			if v, ok := bytes.CutPrefix(text, []byte("%YAML ")); ok {
				old = bytes.HasPrefix(bytes.TrimSpace(v), []byte("1.1"))
			}
		default:
			bare := directive
			begin(at, line, false)
			if bare {
				cur.refused = "a directive must be followed by a line with ---"
			}
		}
		at = end
	}
	finish(len(data))
	return out
}

// marker reports whether a line is the given document marker, alone or followed by white space.
func marker(line []byte, mark string) bool {
	if len(line) < 3 || line[0] != mark[0] || line[1] != mark[1] || line[2] != mark[2] {
		return false
	}
	return len(line) == 3 || line[3] == ' ' || line[3] == '\t' || line[3] == '\n' || line[3] == '\r'
}

// blank reports whether a line holds nothing but white space and a comment.
func blank(line []byte) bool {
	line = bytes.TrimLeft(line, " \t\r\n\ufeff")
	return len(line) == 0 || line[0] == '#'
}
