package understand

import (
	"cmp"
	"slices"
)

// keyRef is an entity and the way in which a name belongs to it.
type keyRef struct {
	ent   uint32
	class keyClass
}

// hashed is a key as it is kept: a hash of 48 bits and how it belongs to its entity. What is found by one is compared
// with the entity itself before it is answered with.
type hashed struct {
	hash  uint64
	class keyClass
}

const hashBits = 48

func keyHash[T string | []byte](k T) uint64 { return hashOf(k) >> (64 - hashBits) }

// entry is a hashed key of an entity before it is packed.
type entry struct {
	hash  uint64
	ent   uint32
	class keyClass
}

// hashTable finds entities by hashed keys, without a pointer inside: nine bytes an entry. The upper 16 bits of a hash
// tell the bucket, in which entries are ordered by the other 32 and by entity.
type hashTable struct {
	starts []uint32
	rest   []uint32
	ent    []uint32
	class  []keyClass
}

const buckets = 1 << 16

// packHashes makes a table; it orders entries as it likes.
func packHashes(all []entry) hashTable {
	if len(all) == 0 {
		return hashTable{}
	}
	t := hashTable{starts: make([]uint32, buckets+1), rest: make([]uint32, len(all)), ent: make([]uint32, len(all)), class: make([]keyClass, len(all))}
	for i := range all {
		t.starts[all[i].hash>>32+1]++
	}
	for i := 1; i < len(t.starts); i++ {
		t.starts[i] += t.starts[i-1]
	}
	slices.SortFunc(all, func(a, b entry) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.ent, b.ent)) })
	for i := range all {
		t.rest[i], t.ent[i], t.class[i] = uint32(all[i].hash), all[i].ent, all[i].class
	}
	return t
}

// span returns where the entries of a hash begin and end.
func (t *hashTable) span(hash uint64) (from, to int) {
	if len(t.starts) == 0 {
		return 0, 0
	}
	a, b := int(t.starts[hash>>32]), int(t.starts[hash>>32+1])
	i, ok := slices.BinarySearch(t.rest[a:b], uint32(hash))
	if !ok {
		return 0, 0
	}
	from = a + i
	for to = from; to < b && t.rest[to] == uint32(hash); to++ {
	}
	return from, to
}

// all lists the entries of entities that rows gives a new number other than noTerm.
func (t *hashTable) all(rows []uint32, out []entry) []entry {
	for b := range max(0, len(t.starts)-1) {
		for i := t.starts[b]; i < t.starts[b+1]; i++ {
			if row := rows[t.ent[i]]; row != noTerm {
				out = append(out, entry{uint64(b)<<32 | uint64(t.rest[i]), row, t.class[i]})
			}
		}
	}
	return out
}

// hashes are a table and what came late.
type hashes struct {
	base hashTable
	late map[uint64][]keyRef
}

// maxNamesakes bounds how many entities one name is looked up for.
const maxNamesakes = 64

// find returns the entities of a key in their order, the first ones of very many.
func (h *hashes) find(s *shelf, hash uint64) []keyRef {
	from, to := h.base.span(hash)
	late := h.late[hash]
	if from == to && len(late) == 0 {
		return nil
	}
	out := make([]keyRef, 0, min(to-from+len(late), maxNamesakes))
	for i := from; i < to && len(out) < maxNamesakes; i++ {
		row := h.base.ent[i]
		for len(late) > 0 && len(out) < maxNamesakes && s.late[late[0].ent-s.rows].at <= row {
			out, late = append(out, late[0]), late[1:]
		}
		if !isDead(s.dead, row) && len(out) < maxNamesakes {
			out = append(out, keyRef{row, h.base.class[i]})
		}
	}
	out = append(out, late[:min(len(late), maxNamesakes-len(out))]...)
	if len(out) == 0 {
		return nil
	}
	return out
}
