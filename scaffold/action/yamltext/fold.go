package yamltext

import (
	"unicode/utf16"
)

// The ways of folding.
type mode uint8

const (
	flow mode = iota
	doubleQuoted
	folded
)

func len16(s string) int { return len(utf16.Encode([]rune(s))) }

// folder folds one text.
type folder struct {
	text     []uint16
	indent   int
	mode     mode
	step     int // from a line's start to its last place for a fold
	folds    []int
	escaped  map[int]bool // folds that are escaped, inside words
	overflow bool
}

// fold breaks lines that are too long at blanks. start is how many characters stand before the text, -1: not told.
// overflow is set when a line stays too long.
func (w writer) fold(s, indent string, m mode, start int, overflow *bool) string {
	if w.width < 0 {
		return s
	}
	content := minContent
	if w.width < content {
		content = 0
	}
	f := folder{text: utf16.Encode([]rune(s)), indent: len(indent), mode: m, escaped: map[int]bool{}}
	f.step = max(1+content, 1+w.width-len(indent))
	if len(f.text) <= f.step {
		return s
	}
	end := w.width - len(indent)
	if start >= 0 {
		if start > w.width-max(2, content) {
			if m != folded { // the npm package does so in blocks too, where it adds a line end to the text
				f.folds = append(f.folds, 0)
			}
		} else {
			end = w.width - start
		}
	}
	if !f.find(end) {
		return s
	}
	if overflow != nil {
		*overflow = f.overflow
	}
	if len(f.folds) == 0 {
		return s
	}
	return f.join(indent)
}

func (f *folder) at(i int) uint16 {
	if i >= 0 && i < len(f.text) {
		return f.text[i]
	}
	return 0
}

func blank(c uint16) bool { return c == ' ' || c == '\t' }

// find looks for the places to fold at. It reports false when an escape is longer than a line may be, or the text is
// indented so far that no line has room.
func (f *folder) find(end int) bool {
	split, prev := 0, uint16(0)
	i, escStart, escEnd := -1, -1, -1
	if f.mode == folded {
		if i = f.skipIndented(i); i != -1 {
			end = i + f.step
		}
	}
	for i++; i < len(f.text); i++ {
		ch := f.text[i]
		if f.mode == doubleQuoted && ch == '\\' {
			escStart = i
			switch f.at(i + 1) {
			case 'x':
				i += 3
			case 'u':
				i += 5
			case 'U':
				i += 9
			default:
				i++
			}
			escEnd = i
		}
		if ch == '\n' {
			if f.mode == folded {
				i = f.skipIndented(i)
			}
			end, split = i+f.indent+f.step, 0
			prev = ch
			continue
		}
		if ch == ' ' && prev != 0 && !blank(prev) && prev != '\n' {
			if next := f.at(i + 1); next != 0 && !blank(next) && next != '\n' {
				split = i
			}
		}
		if i >= end {
			switch {
			case split > 0:
				f.folds = append(f.folds, split)
				end, split = split+f.step, 0
			case f.mode == doubleQuoted:
				for blank(prev) {
					prev = ch
					i++
					ch = f.at(i)
					f.overflow = true
				}
				j := escStart - 1
				if i > escEnd+1 {
					j = i - 2
				}
				if j < 1 || f.escaped[j] {
					return false
				}
				f.folds = append(f.folds, j)
				f.escaped[j] = true
				end, split = j+f.step, 0
			default:
				f.overflow = true
			}
		}
		prev = ch
	}
	return true
}

// skipIndented passes over lines that are indented further and returns the index of the line end before the next other
// line.
func (f *folder) skipIndented(i int) int {
	end, start := i, i+1
	ch := f.at(start)
	for blank(ch) {
		if i < start+f.indent {
			i++
			ch = f.at(i)
			continue
		}
		for {
			i++
			if ch = f.at(i); ch == 0 || ch == '\n' {
				break
			}
		}
		end, start = i, i+1
		ch = f.at(start)
	}
	return end
}

func (f *folder) join(indent string) string {
	str := func(from, to int) string { return string(utf16.Decode(f.text[from:to])) }
	out := str(0, f.folds[0])
	for n, fold := range f.folds {
		end := len(f.text)
		if n+1 < len(f.folds) {
			end = f.folds[n+1]
		}
		if fold == 0 {
			out = "\n" + indent + str(0, end)
			continue
		}
		if f.mode == doubleQuoted && f.escaped[fold] {
			out += str(fold, fold+1) + `\`
		}
		out += "\n" + indent + str(fold+1, end)
	}
	return out
}
