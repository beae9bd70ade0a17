package markdown

import "io"

// Body is the HTML of a page with gaps for the addresses of its links and for its code, which is highlighted when the
// page is shown.
type Body struct {
	html []byte
	gaps []gap
	code []Code
}

// gap is a place in the HTML where a link's attribute or a block of code goes.
type gap struct {
	at    int
	index int32 // of the link, or of the code
	code  bool
}

// Code is a block of code, or a piece of it in a line.
type Code struct {
	Lang   string
	Text   string
	Marked []Range // lines that are emphasised
	First  int     // number of the first line; 0: lines have no numbers
	Inline bool
}

// Range is a range of lines, 1-based, the last included.
type Range struct{ From, To int }

// Fill gives the address of a link, by its place in Document.Links. What leads nowhere has ok false.
type Fill func(link int) (address string, ok bool)

// Highlighter writes a block of code as HTML.
type Highlighter interface {
	Highlight(c *Code) []byte
}

// WriteTo writes the HTML of a page.
func (d *Document) WriteTo(w io.Writer, fill Fill, h Highlighter) error {
	at := 0
	put := func(b []byte) error { _, err := w.Write(b); return err }
	for _, g := range d.Body.gaps {
		if err := put(d.Body.html[at:g.at]); err != nil {
			return err
		}
		at = g.at
		piece := []byte(nil)
		if g.code {
			piece = h.Highlight(&d.Body.code[g.index])
		} else {
			piece = attribute(&d.Links[g.index], int(g.index), fill)
		}
		if err := put(piece); err != nil {
			return err
		}
	}
	return put(d.Body.html[at:])
}

// attribute is the address of a link as an attribute with a space before it.
func attribute(l *Link, index int, fill Fill) []byte {
	address, ok := fill(index)
	name := ` href="`
	if l.Asset {
		name = ` src="`
	}
	if !ok || address == "" {
		return []byte(` data-broken=""`)
	}
	return append(appendEscaped([]byte(name), []byte(address)), '"')
}

// size is what a body takes in memory, about.
func (b *Body) size() int {
	n := len(b.html) + 24*len(b.gaps)
	for i := range b.code {
		n += len(b.code[i].Text) + 80
	}
	return n
}

// Size is what the document takes in memory, in bytes, about.
func (d *Document) Size() int {
	n := d.Body.size() + 64*len(d.anchors)
	for i := range d.Sections {
		n += len(d.Sections[i].Text) + len(d.Sections[i].Heading) + 80
	}
	for i := range d.Links {
		n += len(d.Links[i].Ref) + 64
	}
	return n
}

// appendEscaped writes text so that it stays text, in elements and in quoted attributes.
func appendEscaped(dst, s []byte) []byte {
	last := 0
	for i, c := range s {
		var esc string
		switch c {
		case '&':
			esc = "&amp;"
		case '<':
			esc = "&lt;"
		case '>':
			esc = "&gt;"
		case '"':
			esc = "&quot;"
		case 0:
			esc = "\uFFFD"
		default:
			continue
		}
		dst = append(append(dst, s[last:i]...), esc...)
		last = i + 1
	}
	return append(dst, s[last:]...)
}
