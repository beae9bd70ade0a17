package inventory

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// lineAt is the 1-based line of a byte offset.
func lineAt(data []byte, offset int64) int {
	offset = max(0, min(offset, int64(len(data))))
	return bytes.Count(data[:offset], []byte{'\n'}) + 1
}

// lineOf is the first line, from the given one on, that starts with text after blanks and quotes; 0 when none does.
func lineOf(data []byte, text string, from int) int {
	n := 0
	for line := range bytes.Lines(data) {
		if n++; n < from {
			continue
		}
		l := strings.TrimLeft(string(line), " \t\"'")
		if rest, ok := strings.CutPrefix(l, text); ok && (rest == "" || strings.ContainsRune(" \t\"'=:.\r\n]", rune(rest[0]))) {
			return n
		}
	}
	return 0
}

// lineWith is the first line that has the text in quotes; 0 when none does.
func lineWith(data []byte, text string) int {
	for _, quote := range []string{`"`, `'`} {
		if i := bytes.Index(data, []byte(quote+text+quote)); i >= 0 {
			return lineAt(data, int64(i))
		}
	}
	return 0
}

// tomlLine is the line of a key in a table, or of the key anywhere, or 0.
func tomlLine(data []byte, table, key string) int {
	if from := lineOf(data, "["+table+"]", 1); from > 0 {
		if n := lineOf(data, key, from); n > 0 {
			return n
		}
	}
	return lineOf(data, key, 1)
}

// jsonLines returns the line of every member of the top level ("name") and one below ("dependencies/react").
func jsonLines(data []byte) map[string]int {
	lines := map[string]int{}
	d := json.NewDecoder(bytes.NewReader(data))
	var stack []byte // '{' or '['
	key, top, line := true, "", 1
	counted := int64(0)
	for len(lines) < maxItems {
		tok, err := d.Token()
		if err != nil {
			return lines
		}
		off := d.InputOffset()
		line += bytes.Count(data[counted:off], []byte{'\n'})
		counted = off
		delim, isDelim := tok.(json.Delim)
		switch {
		case isDelim && (delim == '{' || delim == '['):
			stack, key = append(stack, byte(delim)), delim == '{'
		case isDelim:
			stack = stack[:len(stack)-1]
			key = len(stack) > 0 && stack[len(stack)-1] == '{'
		case len(stack) > 0 && stack[len(stack)-1] == '{' && key:
			name, _ := tok.(string)
			switch len(stack) {
			case 1:
				top = name
				lines[name] = line
			case 2:
				lines[top+"/"+name] = line
			}
			key = false
		default:
			key = len(stack) > 0 && stack[len(stack)-1] == '{'
		}
	}
	return lines
}

// failJSON records an error of encoding/json in plain words, with its line.
func (s *scan) failJSON(name string, data []byte, err error) {
	switch e := err.(type) {
	case *json.SyntaxError:
		s.fail(name, lineAt(data, e.Offset), fault.New(fault.Invalid, "not valid JSON: %s", e.Error()))
	case *json.UnmarshalTypeError:
		field := e.Field
		if field == "" {
			field = "the file"
		}
		s.fail(name, lineAt(data, e.Offset), fault.New(fault.Invalid, "%s may not be %s", field, article(e.Value)))
	default:
		s.fail(name, 0, err)
	}
}

func article(noun string) string {
	if noun != "" && strings.ContainsRune("aeio", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}
