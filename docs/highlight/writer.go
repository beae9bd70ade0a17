package highlight

import (
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/docs/markdown"
)

// writer writes coloured code. Where lines have numbers or marks, each line is an element.
type writer struct {
	code   *markdown.Code
	out    []byte
	line   int // 1-based, of those that were begun
	number int
	fresh  bool // the next token begins a line
	last   string
}

func (w *writer) lines() bool { return w.code.First > 0 || w.code.Marked != nil }

func (w *writer) begin() {
	w.out = make([]byte, 0, 3*len(w.code.Text))
	w.fresh = true
}

// plain writes the code without colours.
func (w *writer) plain() []byte {
	w.out, w.line, w.last = nil, 0, ""
	w.begin()
	w.token("", w.code.Text)
	return w.end()
}

func (w *writer) token(class, text string) {
	if !w.lines() {
		w.piece(class, text)
		return
	}
	for l := range strings.Lines(text) {
		if w.fresh {
			w.close()
			w.startLine()
			w.fresh = false
		}
		w.piece(class, strings.TrimSuffix(l, "\n"))
		if strings.HasSuffix(l, "\n") {
			w.close()
			w.out = append(w.out, "</span>\n"...)
			w.fresh = true
		}
	}
}

func (w *writer) startLine() {
	w.line++
	w.out = append(w.out, `<span class="line`...)
	for _, r := range w.code.Marked {
		if w.line >= r.From && w.line <= r.To {
			w.out = append(w.out, " hll"...)
			break
		}
	}
	w.out = append(w.out, '"')
	if w.code.First > 0 {
		w.out = append(w.out, ` data-line="`...)
		w.out = strconv.AppendInt(w.out, int64(w.number), 10)
		w.out = append(w.out, '"')
		w.number++
	}
	w.out = append(w.out, '>')
}

// piece writes text of one class; pieces of the same class share an element.
func (w *writer) piece(class, text string) {
	if text == "" {
		return
	}
	if class != w.last {
		w.close()
		if class != "" {
			w.out = append(append(append(w.out, `<span class="`...), class...), `">`...)
		}
		w.last = class
	}
	w.escape(text)
}

func (w *writer) close() {
	if w.last != "" {
		w.out = append(w.out, "</span>"...)
		w.last = ""
	}
}

func (w *writer) end() []byte {
	w.close()
	if w.lines() && !w.fresh {
		w.out = append(w.out, "</span>"...)
	}
	return w.out
}

func (w *writer) escape(s string) {
	last := 0
	for i := range len(s) {
		var esc string
		switch s[i] {
		case '&':
			esc = "&amp;"
		case '<':
			esc = "&lt;"
		case '>':
			esc = "&gt;"
		case 0:
			esc = "\uFFFD"
		default:
			continue
		}
		w.out = append(append(w.out, s[last:i]...), esc...)
		last = i + 1
	}
	w.out = append(w.out, s[last:]...)
}
