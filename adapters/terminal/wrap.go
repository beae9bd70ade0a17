package terminal

import (
	"strings"
	"unicode"

	"github.com/backchannel-portal/backchannel/bot/card"
)

// wrap breaks runs into lines of at most width columns, between words or Han characters; a word wider than a line is
// broken where it must. Zero is no limit; line breaks in the text stay.
func wrap(rs []run, width int) [][]run {
	w := &wrapper{width: width}
	for _, r := range rs {
		for i, part := range strings.Split(r.text, "\n") {
			if i > 0 {
				w.end()
			}
			for _, word := range words(part) {
				piece := r
				piece.text = word
				w.add(piece)
			}
		}
	}
	if w.used > 0 || len(w.lines) == 0 {
		w.end()
	}
	return w.lines
}

type wrapper struct {
	width int
	lines [][]run
	cur   []run
	used  int
}

func (w *wrapper) end() {
	for n := len(w.cur) - 1; n >= 0; n-- { // no spaces at the end of a line
		w.cur[n].text = strings.TrimRight(w.cur[n].text, " ")
		if w.cur[n].text != "" {
			break
		}
		w.cur = w.cur[:n]
	}
	w.lines = append(w.lines, merge(w.cur))
	w.cur, w.used = nil, 0
}

// add places a word, or the spaces between two.
func (w *wrapper) add(r run) {
	n := card.Width(r.text)
	blank := strings.TrimSpace(r.text) == ""
	for w.width > 0 && w.used+n > w.width {
		if blank {
			return // a line breaks at spaces, and they go
		}
		if w.used > 0 {
			w.end()
			continue
		}
		head := r
		head.text, r.text = card.SplitWidth(r.text, w.width)
		if head.text == "" { // one character wider than the line
			head.text, r.text = r.text, ""
		}
		w.cur, w.used = append(w.cur, head), w.width
		n = card.Width(r.text)
	}
	if blank && w.used == 0 && len(w.lines) > 0 {
		return
	}
	w.cur, w.used = append(w.cur, r), w.used+n
}

// words splits a text into words, the spaces between them, and single Han characters.
func words(s string) []string {
	var out []string
	from := 0
	prev := rune(0)
	for i, r := range s {
		if i > from && (unicode.IsSpace(r) != unicode.IsSpace(prev) || breaks(prev, r)) {
			out = append(out, s[from:i])
			from = i
		}
		prev = r
	}
	if from < len(s) {
		out = append(out, s[from:])
	}
	return out
}

// breaks reports whether a line may break between two characters without a space: around Han, but never before
// closing or behind opening punctuation.
func breaks(a, b rune) bool {
	han := unicode.Is(unicode.Han, a) || strings.ContainsRune("。，、；：！？）”", a)
	return (han && b > 0x2000 || unicode.Is(unicode.Han, b)) && !strings.ContainsRune("。，、；：！？）”》」…", b) && !strings.ContainsRune("（“《「", a)
}

// merge joins neighbours of the same style, so that a sentence is painted once.
func merge(rs []run) []run {
	var out []run
	for _, r := range rs {
		if n := len(out); n > 0 && out[n-1].style == r.style && out[n-1].url == r.url {
			out[n-1].text += r.text
			continue
		}
		out = append(out, r)
	}
	return out
}
