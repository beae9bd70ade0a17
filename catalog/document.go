package catalog

import (
	"bytes"
	_ "embed" // the dictionary
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"github.com/klauspost/compress/s2"
)

// Document is the whole descriptor of an entity as canonical JSON. Within a Record it takes a fifth to a third of its
// size. It is immutable; the zero value holds nothing.
type Document struct {
	packed string // one of the bytes below and what it says
}

// The first byte of a Document.
const (
	documentRaw = 1 // the text follows
	documentIn  = 2 // it is the end of a Record, which follows
)

// dictionary is what descriptors have in common: the field names, annotation keys and values that they mostly have.
// The closer to the end, the cheaper it is to refer to.
//
//go:embed document.dict
var dictionary []byte

var sharedDict = sync.OnceValue(func() *s2.Dict {
	return s2.MakeDict(dictionary, []byte(`{"apiVersion":"backstage.io/v1alpha1","kind":"Component","metadata":{"name":"`))
})

// NewDocument keeps canonical JSON. It does not hold on to the slice.
func NewDocument(json []byte) Document {
	if len(json) == 0 {
		return Document{}
	}
	var b strings.Builder
	b.Grow(1 + len(json))
	b.WriteByte(documentRaw)
	b.Write(json)
	return Document{b.String()}
}

// JSON returns the text, which belongs to the caller; nil when there is none. It takes a few microseconds for a
// descriptor of the usual size.
func (d Document) JSON() json.RawMessage {
	if d.within() {
		return Record(d).json()
	}
	if d.packed == "" {
		return nil
	}
	return json.RawMessage(d.packed[1:])
}

// IsZero reports whether the document holds nothing.
func (d Document) IsZero() bool { return d.size() == 0 }

// Equal reports whether two documents are the same text. Of entities that are the same, and of texts that differ in
// size, it unpacks nothing.
func (d Document) Equal(o Document) bool {
	return d.packed == o.packed || d.size() == o.size() && bytes.Equal(d.JSON(), o.JSON())
}

// within reports whether the document is part of a Record.
func (d Document) within() bool { return d.packed != "" && d.packed[0] == documentIn }

// size is the length of the text.
func (d Document) size() int {
	if d.within() {
		size, _ := Record(d).document()
		return size
	}
	return max(0, len(d.packed)-1)
}

// squeeze packs a text: the entity's own strings, which the columns hold, become two bytes, and the rest is compressed
// with the dictionary. The result is as long as the text or shorter; where it is as long, it is the text.
func squeeze(text []byte, own []string) []byte {
	if bytes.IndexByte(text, ownMark) >= 0 { // no JSON
		own = nil
	}
	lengths := lengthsOf(own)
	short := make([]byte, 0, len(text))
	for at := 0; at < len(text); {
		n := bytes.IndexByte(text[at:], '"') + 1
		if n == 0 || len(own) == 0 {
			short = append(short, text[at:]...)
			break
		}
		short = append(short, text[at:at+n]...)
		at += n
		n = max(0, bytes.IndexByte(text[at:], '"'))
		short = appendOwn(short, text[at:at+n], own, lengths)
		at += n
		if at < len(text) && text[at] == '"' && text[at-1] != '\\' { // the end of a string, not a quote in it
			short = append(short, '"')
			at++
		}
	}
	if block := sharedDict().Encode(nil, short); len(block) < len(text) {
		return block
	}
	return text
}

// ownMark stands before the number of one of the entity's own strings. It does not occur in JSON.
const ownMark = 1

// ownLeast is the least length of a string that is worth a number.
const ownLeast = 4

// lengthsOf has the bits of the lengths, modulo 64, that some strings have: one of another length is not among them.
func lengthsOf(own []string) (bits uint64) {
	for _, s := range own {
		bits |= 1 << (len(s) % 64)
	}
	return bits
}

// appendOwn appends a string, or what is behind its last colon or slash, as a number where the entity has it.
func appendOwn(dst, s []byte, own []string, lengths uint64) []byte {
	for _, from := range [...]int{0, lastJoint(s) + 1} {
		if tail := s[from:]; len(tail) >= ownLeast && lengths&(1<<(len(tail)%64)) != 0 {
			if i := slices.IndexFunc(own, func(o string) bool { return o == string(tail) }); i >= 0 {
				return append(append(dst, s[:from]...), ownMark, byte(i))
			}
		}
	}
	return append(dst, s...)
}

// lastJoint is where the last colon or slash stands; -1 where there is none.
func lastJoint(s []byte) int { return max(bytes.LastIndexByte(s, ':'), bytes.LastIndexByte(s, '/')) }

// unsqueeze is the opposite of squeeze for a text of the given size; nil when body is damaged.
func unsqueeze(body string, size int, own []string) []byte {
	if len(body) == size {
		return []byte(body)
	}
	short, err := sharedDict().Decode(make([]byte, size), []byte(body))
	if err != nil { // only squeeze makes what is read here
		return nil
	}
	if bytes.IndexByte(short, ownMark) < 0 || len(short) == size {
		return short
	}
	text := make([]byte, 0, size)
	for {
		at := bytes.IndexByte(short, ownMark)
		if at < 0 || at+1 >= len(short) || int(short[at+1]) >= len(own) || len(text) > size {
			return append(text, short...)
		}
		text = append(append(text, short[:at]...), own[short[at+1]]...)
		short = short[at+2:]
	}
}

// own lists the strings that an entity's columns hold and its document mostly repeats, the same ones for the same
// columns, as many as a byte can count.
func (e *Entity) own() []string {
	out := make([]string, 0, 32)
	add := func(list ...string) {
		for _, s := range list {
			if len(s) >= ownLeast && len(out) < 256 {
				out = append(out, s)
			}
		}
	}
	add(e.Name, e.Title, e.Description, e.Profile.DisplayName, e.Profile.Email, e.Profile.Picture, e.API.Title)
	for _, p := range e.Annotations {
		add(p.Value)
	}
	for _, l := range e.Links {
		add(l.URL, l.Title)
	}
	for _, p := range e.Labels {
		add(p.Value)
	}
	add(e.Owner.Name)
	for r := range e.Relations.All() {
		add(r.Target.Name)
	}
	return out
}
