package plugins

import (
	"regexp"
	"strings"
)

// The bounds of the end of a log.
const (
	tailLines = 15
	tailWidth = 180 // bytes of a line
)

// escapes are the colours and movements of terminals (ECMA-48).
var escapes = regexp.MustCompile("\x1b(?:\\[[0-9;?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)|[@-_])")

// LogTail is the end of a log as a person would read it: without colours, and of lines that were written over the last one.
func LogTail(text string) string {
	const most = 64 << 10
	if len(text) > most {
		text = text[len(text)-most:]
		if _, rest, ok := strings.Cut(text, "\n"); ok {
			text = rest
		}
	}
	text = escapes.ReplaceAllString(strings.ToValidUTF8(text, "�"), "")
	var lines []string
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		line = strings.TrimRight(line, "\r \t")
		if i := strings.LastIndexByte(line, '\r'); i >= 0 {
			line = line[i+1:]
		}
		line = strings.Map(func(r rune) rune {
			if r < ' ' && r != '\t' || r == 0x7f {
				return -1
			}
			return r
		}, line)
		if len(line) > tailWidth {
			line = strings.ToValidUTF8(line[:tailWidth], "") + "…"
		}
		if line != "" || len(lines) > 0 && lines[len(lines)-1] != "" {
			lines = append(lines, line)
		}
	}
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return strings.Join(lines[max(0, len(lines)-tailLines):], "\n")
}
