package catalog

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
	"sync"
)

// A record in a store is: the form, the checksum of what follows, the record.
const storedHead = 8

// Stored returns the record for a place outside of this process. The same version of the program reads it back with
// StoredRecord; others may not, so a store keeps a form that lasts beside it.
func (r Record) Stored() []byte {
	out := make([]byte, 0, storedHead+len(r.packed))
	out = binary.BigEndian.AppendUint32(out, recordForm())
	out = binary.BigEndian.AppendUint32(out, crc32.Checksum([]byte(r.packed), crc32.MakeTable(crc32.Castagnoli)))
	return append(out, r.packed...)
}

// StoredRecord reads what Stored wrote; ok is false where another version of the program wrote it, and where it is
// damaged. It does not hold on to the slice.
func StoredRecord(b []byte) (r Record, ok bool) {
	if !soundRecord(b) {
		return Record{}, false
	}
	return Record{string(b[storedHead:])}, true
}

func soundRecord(b []byte) bool {
	return len(b) > storedHead && binary.BigEndian.Uint32(b) == recordForm() &&
		binary.BigEndian.Uint32(b[4:]) == crc32.Checksum(b[storedHead:], crc32.MakeTable(crc32.Castagnoli))
}

// Shelf reads stored records that are kept together, such as a whole catalog: many lie in one piece of memory, which
// has no gaps and is one thing to the garbage collector. A piece is kept as long as any record in it. The zero value is
// ready; it is not for concurrent use.
type Shelf struct{ piece strings.Builder }

const shelfPiece = 64 << 10 // bytes

// Record is StoredRecord.
func (s *Shelf) Record(b []byte) (r Record, ok bool) {
	if !soundRecord(b) {
		return Record{}, false
	}
	packed := b[storedHead:]
	if s.piece.Cap()-s.piece.Len() < len(packed) {
		s.piece.Reset()
		s.piece.Grow(max(shelfPiece, len(packed)))
	}
	from := s.piece.Len()
	s.piece.Write(packed)
	return Record{s.piece.String()[from:]}, true
}

// recordForm tells versions of the program apart whose records differ: it sums up the tables that records refer to and
// a record that has everything.
var recordForm = sync.OnceValue(func() uint32 {
	sum := crc32.NewIEEE()
	fmt.Fprintln(sum, packWords, relationTypes, relationKinds, relationSpace)
	sum.Write(dictionary) //nolint:errcheck // a checksum takes everything
	word := func(n int) string { return strings.Repeat("w", 2*n+1) }
	ref := Ref{word(1), word(2), word(3)}
	text := `{"apiVersion":"` + word(4) + `","kind":"Component","metadata":{"name":"` + word(3) + `"},"spec":{"type":"service"}}`
	for _, document := range []string{"", word(9), text} {
		e := Entity{
			Ref: ref, APIVersion: word(4), Kind: word(5), Namespace: word(6), Name: word(7), Title: word(8), Description: word(9),
			Type: word(10), Lifecycle: word(11), Owner: ref, Tags: []string{word(12), "go"}, Labels: []Pair{{word(13), word(14)}},
			Annotations: []Pair{{word(15), word(16)}}, Links: []Link{{word(17), word(18), word(19), word(20)}},
			Profile: Profile{word(21), word(22), word(23)}, API: API{word(24), word(25), word(26)}, Document: NewDocument([]byte(document)),
			Relations: NewRelations(Relation{word(27), ref}, Relation{"ownedBy", ref}), Source: Provenance{word(28), word(29), 300},
			Problems: []Problem{{word(30), word(31), 400, word(32)}},
		}
		sum.Write([]byte(pack(&e).packed)) //nolint:errcheck // likewise
	}
	return sum.Sum32()
})
