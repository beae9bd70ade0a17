package web

import (
	"bytes"
	"strconv"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// manyParts is how long the body of a page is at least for its sections to be laid out only when the reader comes near.
const manyParts = 8 << 10 // bytes

// inParts puts an element around each section that a heading of the second or third level begins, so that a browser need
// not lay out what is far from the window (content-visibility in the style sheet): a long page takes less than half of
// the time. What comes before the first such heading stays as it is. A body whose elements do not match is left alone.
func inParts(body []byte) []byte {
	if len(body) < manyParts {
		return body
	}
	starts, ok := sections(body)
	if !ok || len(starts) == 0 {
		return body
	}
	out := bytes.NewBuffer(make([]byte, 0, len(body)+len(starts)*40))
	out.Write(body[:starts[0]])
	for i, from := range starts {
		to := len(body)
		if i+1 < len(starts) {
			to = starts[i+1]
		}
		out.WriteString(`<div class="bc-part bc-` + string(body[from+1:from+3]) + ` bc-size` + strconv.Itoa(sizeOf(to-from)) + `">`)
		out.Write(body[from:to])
		out.WriteString("</div>\n")
	}
	return out.Bytes()
}

// sizeOf is the class of a section's size, from which its height is guessed until it is laid out.
func sizeOf(n int) int {
	size := 0
	for n >>= 9; n > 0 && size < 6; n >>= 1 {
		size++
	}
	return size
}

// sections are where headings of the second and third level begin that lie in no other element; ok is false where what
// was opened and what was closed do not match.
func sections(body []byte) (starts []int, ok bool) {
	z := html.NewTokenizer(bytes.NewReader(body))
	var open []string
	for at := 0; ; {
		kind := z.Next()
		size := len(z.Raw())
		switch kind {
		case html.ErrorToken:
			return starts, len(open) == 0
		case html.StartTagToken:
			name, _ := z.TagName()
			if len(open) == 0 && (string(name) == "h2" || string(name) == "h3") {
				starts = append(starts, at)
			}
			if !void(name) {
				open = append(open, string(name))
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if len(open) == 0 || open[len(open)-1] != string(name) {
				return nil, false
			}
			open = open[:len(open)-1]
		}
		at += size
	}
}

// void reports whether an element has no end tag (HTML, section 13.1.2).
func void(name []byte) bool {
	switch atom.Lookup(name) {
	case atom.Area, atom.Base, atom.Br, atom.Col, atom.Embed, atom.Hr, atom.Img, atom.Input, atom.Link, atom.Meta, atom.Source, atom.Track, atom.Wbr:
		return true
	}
	return false
}
