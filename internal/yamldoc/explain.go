package yamldoc

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// The library's messages that say little to who wrote the file.
const (
	badStart = "found character that cannot start any token"
	badTab   = "found a tab character"
	badName  = "did not find expected alphabetic or numeric character"
	badChar  = "control characters are not allowed"
)

var anchorError = regexp.MustCompile(`^unknown anchor '([^']*)' referenced$`)

// explain turns the library's error into a position and a plain sentence.
func (s segment) explain(err error) error {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 0
	if rest, ok := strings.CutPrefix(message, "line "); ok {
		if n, text, ok := strings.Cut(rest, ": "); ok {
			line, _ = strconv.Atoi(n)
			message = text
		}
	}
	if strings.HasPrefix(message, "did not find expected") && line > 0 {
		line++ // the library counts these lines from 0
	}
	switch i := anchorError.FindStringSubmatch(message); {
	case i != nil:
		message = fmt.Sprintf("the alias *%s names no anchor before it", i[1])
		line = lineOf(s.text, max(0, bytes.Index(s.text, []byte("*"+i[1]))))
	case strings.HasPrefix(message, badTab):
		line, message = s.tabbed(line), "a tab stands where only spaces may"
	case message == badStart:
		message = s.start(max(line, 1))
	case message == badName:
		message = "the name of an anchor (&) or alias (*) is made of letters, digits, - and _"
	}
	if last := bytes.Count(bytes.TrimRight(s.text, "\n"), []byte{'\n'}) + 1; line > last {
		line = last
	}
	return s.fail(line, "not valid YAML: %s", message)
}

// tabbed is the first line from one on, both counted from 1, that a tab indents: the library names the line where the
// value began that the tab is in.
func (s segment) tabbed(from int) int {
	line := 0
	for text := range bytes.Lines(s.text) {
		line++
		if line >= from && bytes.IndexByte(text[:margin(text)], '\t') >= 0 {
			return line
		}
	}
	return from
}

// start says which character of a line, counted from 1, begins no value.
func (s segment) start(line int) string {
	n := 0
	for text := range bytes.Lines(s.text) {
		if n++; n != line {
			continue
		}
		if i := badStarts.FindSubmatchIndex(text); i != nil {
			return fmt.Sprintf("a value cannot start with %s; put it in quotes", text[i[2]:i[3]])
		}
		if bytes.IndexByte(text, '\t') >= 0 {
			return "a tab stands where only spaces may"
		}
	}
	return badStart
}

// badStarts finds one of the characters that YAML reserves, or a directive's, where a value begins.
var badStarts = regexp.MustCompile("(?:^|[-?:,\\[{])[ ]*([@`%])")

// margin is the length of the white space that a line starts with.
func margin(line []byte) int { return len(line) - len(bytes.TrimLeft(line, " \t")) }
