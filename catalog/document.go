package catalog

import (
	_ "embed" // the dictionary
	"encoding/binary"
	"encoding/json"
	"sync"

	"github.com/klauspost/compress/s2"
)

// Document is the whole descriptor of an entity as canonical JSON, in a third to a half of its size. It is immutable;
// the zero value holds nothing. The packed form is for memory only: it may change from one version to the next.
type Document struct {
	packed string // how it is packed, its size as text where that differs, and the bytes
}

// The first byte of a packed document.
const (
	packedNone = 0    // there is no text; only where packedIn is set
	packedRaw  = 1    // the text follows
	packedS2   = 2    // the size of the text as a uvarint and an s2 block follow
	packedIn   = 0x80 // set where the document is the end of its entity's Record
)

// dictionary is what descriptors have in common: the field names, annotation keys and values that they mostly have.
// The closer to the end, the cheaper it is to refer to.
//
//go:embed document.dict
var dictionary []byte

var sharedDict = sync.OnceValue(func() *s2.Dict {
	return s2.MakeDict(dictionary, []byte(`{"apiVersion":"backstage.io/v1alpha1","kind":"Component","metadata":{"name":"`))
})

// NewDocument packs canonical JSON. It does not hold on to the slice. The same text is always packed alike.
func NewDocument(json []byte) Document {
	if len(json) == 0 {
		return Document{}
	}
	buf := binary.AppendUvarint([]byte{packedS2}, uint64(len(json)))
	if block := sharedDict().Encode(nil, json); len(buf)+len(block) < len(json) {
		return Document{string(append(buf, block...))}
	}
	return Document{string(append([]byte{packedRaw}, json...))}
}

// JSON returns the text, which belongs to the caller; nil when there is none. It takes a few microseconds for a
// descriptor of the usual size.
func (d Document) JSON() json.RawMessage {
	how, body := d.content()
	switch how {
	case packedRaw:
		return json.RawMessage(body)
	case packedS2:
		c := cutter{body}
		text, err := sharedDict().Decode(make([]byte, c.number()), []byte(c.rest))
		if err == nil { // only NewDocument makes what is read here
			return text
		}
	}
	return nil
}

// IsZero reports whether the document holds nothing.
func (d Document) IsZero() bool {
	how, _ := d.content()
	return how == packedNone
}

// Equal reports whether two documents are the same text. It unpacks nothing.
func (d Document) Equal(o Document) bool {
	how, body := d.content()
	otherHow, other := o.content()
	return how == otherHow && body == other
}

// within reports whether the document is part of a Record.
func (d Document) within() bool { return d.packed != "" && d.packed[0]&packedIn != 0 }

// content returns how a document is packed, without packedIn, and its bytes.
func (d Document) content() (how byte, body string) {
	switch {
	case d.packed == "":
		return packedNone, ""
	case !d.within():
		return d.packed[0], d.packed[1:]
	}
	c := cutter{d.packed[1:]}
	columns := c.number()
	return d.packed[0] &^ packedIn, c.rest[columns:]
}
