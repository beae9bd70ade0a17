package catalog

import "github.com/klauspost/compress/s2"

// maxDocument bounds the text of a document in a record that comes from outside of the process, in bytes.
const maxDocument = 256 << 20

// RecordForm tells versions of the program apart whose records differ: packed records are of use only to a program
// with the same form.
func RecordForm() uint32 { return recordForm() }

// Packed returns the bytes of the record, for a place where many are kept together with RecordForm and a checksum;
// Stored is for one that is kept alone.
func (r Record) Packed() string { return r.packed }

// PackedRecord reads what Packed gave. It walks through all of it: ok is false for bytes that any method of the record
// could not cope with, wherever they come from. The record shares the memory of the text.
func PackedRecord(packed string) (r Record, ok bool) {
	if packed == "" || packed[0] != documentIn {
		return Record{}, false
	}
	c := prober{rest: packed[1:]}
	size := c.number()
	if c.failed || size > len(c.rest) {
		return Record{}, false
	}
	body := prober{rest: c.rest[size:]}
	c.rest = c.rest[:size]
	c.columns()
	if c.failed || c.rest != "" || !body.document() {
		return Record{}, false
	}
	return Record{packed}, true
}

// prober goes through a record like cutter, and notes what a cutter would fail on.
type prober struct {
	rest   string
	failed bool
}

func (p *prober) fail() int {
	p.rest, p.failed = "", true
	return 0
}

// number reads a number that fits into an int.
func (p *prober) number() int {
	var n uint64
	for i := 0; i < len(p.rest) && i < 9; i++ {
		b := p.rest[i]
		if n |= uint64(b&0x7f) << (7 * i); b < 0x80 {
			p.rest = p.rest[i+1:]
			return int(n)
		}
	}
	return p.fail()
}

// count reads the length of a list, each of whose elements takes a byte at least.
func (p *prober) count() int {
	n := p.number()
	if n > len(p.rest) {
		return p.fail()
	}
	return n
}

func (p *prober) texts(n int) {
	for range n {
		size := p.count()
		p.rest = p.rest[size:]
	}
}

// words passes over strings that may be numbers.
func (p *prober) words(n int) {
	for range n {
		p.word(len(packWords) + 1)
	}
}

// word passes over a string that may be a number below a limit.
func (p *prober) word(limit int) {
	switch {
	case p.rest == "" || int(p.rest[0]) >= limit:
		p.fail()
	case p.rest[0] == 0:
		p.rest = p.rest[1:]
		p.texts(1)
	default:
		p.rest = p.rest[1:]
	}
}

// columns passes over what pack writes before the document.
func (p *prober) columns() {
	p.words(2)
	p.texts(1)
	p.words(4) // the type, the lifecycle and two parts of the owner
	p.texts(1)
	p.words(p.count())
	p.words(3)
	if p.number() > 0 {
		p.texts(1)
	}
	p.texts(2)
	labels, annotations := p.count(), p.count()
	for range labels + annotations {
		p.words(1)
		p.texts(1)
	}
	for range p.count() {
		p.texts(2)
		p.words(2)
	}
	if p.number() > 0 {
		p.texts(6)
	}
	p.relations()
	p.texts(2)
	p.number()
	for range p.count() {
		p.words(1)
		p.texts(1)
		p.number()
		p.texts(1)
	}
}

// relations passes over a list of relations, which are one text.
func (p *prober) relations() {
	size := p.count()
	list := prober{rest: p.rest[:size]}
	for list.rest != "" {
		list.word(len(relationTypes))
		list.word(len(relationKinds))
		list.word(len(relationSpace))
		list.texts(1)
	}
	if p.rest = p.rest[size:]; list.failed {
		p.fail()
	}
}

// document looks at what stands behind the columns: the size of the text and its packed form, which tells its own.
func (p *prober) document() bool {
	size := p.number()
	if p.failed || size > maxDocument {
		return false
	}
	if size == 0 || size == len(p.rest) {
		return true
	}
	short, err := s2.DecodedLen([]byte(p.rest[:min(len(p.rest), 10)]))
	return err == nil && short <= size
}
