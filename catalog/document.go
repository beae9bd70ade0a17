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
	packedRaw = 1    // the text follows
	packedS2  = 2    // the size of the text as a uvarint and an s2 block follow
	packedIn  = 0x80 // set where the bytes share the memory of their entity's strings; see Lean
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

// JSON returns the text, which belongs to the caller; nil for the zero Document. It takes a few microseconds for a
// descriptor of the usual size.
func (d Document) JSON() json.RawMessage {
	if d.packed == "" {
		return nil
	}
	rest := []byte(d.packed[1:])
	if d.packed[0]&^packedIn == packedRaw {
		return rest
	}
	size, n := binary.Uvarint(rest)
	text, err := sharedDict().Decode(make([]byte, size), rest[n:])
	if err != nil || uint64(len(text)) != size { // only NewDocument makes what is read here
		return nil
	}
	return text
}

// IsZero reports whether the document holds nothing.
func (d Document) IsZero() bool { return d.packed == "" }

// Equal reports whether two documents are the same text. It unpacks nothing.
func (d Document) Equal(o Document) bool {
	if d.packed == "" || o.packed == "" {
		return d.packed == o.packed
	}
	return (d.packed[0]^o.packed[0])&^packedIn == 0 && d.packed[1:] == o.packed[1:]
}
