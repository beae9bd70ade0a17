package catalog

import (
	"encoding/binary"
	"iter"
	"slices"
)

// Relations is a list of relations in little memory: 100,000 entities state about half a million, and as a slice each
// takes 64 bytes and four pointers that the garbage collector follows. It is immutable; the zero value is empty.
type Relations struct {
	packed string
}

// Words that nearly all relations are made of, by number from 1; 0 stands for a word that is written out. The numbers
// live in memory only.
var (
	relationTypes = [...]string{"", "ownedBy", "ownerOf", "partOf", "hasPart", "providesApi", "apiProvidedBy", "consumesApi",
		"apiConsumedBy", "dependsOn", "dependencyOf", "memberOf", "hasMember", "childOf", "parentOf"}
	relationKinds = [...]string{"", "component", "api", "resource", "system", "domain", "group", "user", "template", "location"}
	relationSpace = [...]string{"", DefaultNamespace}
)

// NewRelations packs relations in the given order.
func NewRelations(list ...Relation) Relations {
	if len(list) == 0 {
		return Relations{}
	}
	var room int
	for _, r := range list {
		room += 5 + len(r.Target.Name)
	}
	buf := make([]byte, 0, room)
	for _, r := range list {
		buf = appendWord(buf, r.Type, relationTypes[:])
		buf = appendWord(buf, r.Target.Kind, relationKinds[:])
		buf = appendWord(buf, r.Target.Namespace, relationSpace[:])
		buf = append(binary.AppendUvarint(buf, uint64(len(r.Target.Name))), r.Target.Name...)
	}
	return Relations{string(buf)}
}

// All iterates over the relations in their order.
func (rs Relations) All() iter.Seq[Relation] {
	return func(yield func(Relation) bool) {
		for rest := rs.packed; rest != ""; {
			var r Relation
			r.Type, rest = cutWord(rest, relationTypes[:])
			r.Target.Kind, rest = cutWord(rest, relationKinds[:])
			r.Target.Namespace, rest = cutWord(rest, relationSpace[:])
			r.Target.Name, rest = cutText(rest)
			if !yield(r) {
				return
			}
		}
	}
}

// Len is the number of relations.
func (rs Relations) Len() int {
	n := 0
	for range rs.All() {
		n++
	}
	return n
}

// List returns the relations as a slice of the caller's own; nil when there are none.
func (rs Relations) List() []Relation { return slices.Collect(rs.All()) }

// Equal reports whether two lists are the same, in the same order.
func (rs Relations) Equal(o Relations) bool { return rs.packed == o.packed }

// appendWord writes the number of a word, or 0 and the word itself.
func appendWord(buf []byte, word string, known []string) []byte {
	if i := slices.Index(known[1:], word); i >= 0 {
		return append(buf, byte(i+1))
	}
	return append(binary.AppendUvarint(append(buf, 0), uint64(len(word))), word...)
}

// cutWord reads what appendWord wrote, and returns what follows.
func cutWord(s string, known []string) (word, rest string) {
	if n := s[0]; n > 0 {
		return known[n], s[1:]
	}
	return cutText(s[1:])
}

// cutText reads a text behind its length, and returns what follows.
func cutText(s string) (text, rest string) {
	n, i := uint64(0), 0
	for shift := 0; ; shift += 7 {
		b := s[i]
		i++
		if n |= uint64(b&0x7f) << shift; b < 0x80 {
			return s[i : i+int(n)], s[i+int(n):]
		}
	}
}
