package catalog

import (
	"encoding/binary"

	"github.com/klauspost/compress/s2"
)

// Bundle is a list of entities in one piece of memory, for who has to remember many and seldom looks at them. The zero
// value is the empty list. The bytes are for memory only.
type Bundle struct{ packed []byte }

// NewBundle packs entities. What they have in common, as those of one file often have, is kept once.
func NewBundle(es []*Entity) Bundle {
	if len(es) == 0 {
		return Bundle{}
	}
	var b []byte
	for _, e := range es {
		r := e.Record()
		b = binary.AppendUvarint(b, uint64(len(r.packed)))
		b = append(b, r.packed...)
	}
	packed := s2.EncodeBetter(nil, b)
	return Bundle{append(make([]byte, 0, len(packed)), packed...)} // without the room for what did not get smaller
}

// Entities unpacks the list.
func (b Bundle) Entities() []*Entity {
	if b.packed == nil {
		return nil
	}
	text, err := s2.Decode(nil, b.packed)
	if err != nil {
		return nil // only NewBundle makes what is decoded
	}
	var out []*Entity
	for len(text) > 0 {
		size, n := binary.Uvarint(text)
		end := n + int(size)
		out = append(out, Record{string(text[n:end])}.Entity())
		text = text[end:]
	}
	return out
}
