package commands

import (
	"regexp"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// patternLine is a line of a file of wordings, "head value = pattern"; most heads have no value.
type patternLine struct {
	head, value, pattern string
	at                   fault.Position
}

// patternLines reads a file of wordings. Empty lines and those that begin with # say nothing. A line without an equals sign
// is an error that names the file and the line.
func patternLines(file, text string) ([]patternLine, error) {
	var out []patternLine
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		at := fault.Position{File: file, Line: n}
		before, pattern, ok := strings.Cut(line, " = ")
		if !ok {
			return nil, fault.At(at, "expected a head, an equals sign and a pattern")
		}
		head, value, _ := strings.Cut(before, " ")
		out = append(out, patternLine{head, value, pattern, at})
	}
	return out, nil
}

// whole compiles a pattern of the line to an expression that texts have to fit as a whole, without regard to case.
func (l patternLine) whole(pattern string) (*regexp.Regexp, error) {
	r, err := regexp.Compile(`(?i)^(?:` + pattern + `)$`)
	if err != nil {
		return nil, fault.At(l.at, "%v", err)
	}
	return r, nil
}

// unknown is the error of a line whose head means nothing in its file.
func (l patternLine) unknown() error { return fault.At(l.at, "%q is no head", l.head) }

// wording is a message as patterns are held against it: with plain apostrophes and single spaces, and without the marks
// at its ends.
func wording(text string) string {
	return strings.Trim(strings.Join(strings.Fields(strings.ReplaceAll(text, "’", "'")), " "), "?!.？！。 ")
}
