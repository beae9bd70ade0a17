package search

import (
	"io"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
)

// An image is a Reader as a file, without documentation and the text index: what a start would make of the whole catalog
// lies in it ready for use, but for the tables of hashes, whose seeds are each process's own. It is: imageMagic, the
// head as JSON, the nodes, the facts, the names, a checksum (CRC-32C) of all that. It is for the same machine and the
// same version of the program; ReadImage refuses what is not.

// imageMagic begins an image; its number counts the versions of the format.
const imageMagic = "backchannel image 1\n"

// imageHead says what an image is of.
type imageHead struct {
	Generation catalog.Generation
	Mark       string // of the store, see catalog.Marked
	Records    uint32 // catalog.RecordForm
	Names      string // namesForm: with another one, the names are made anew
	Idle       int    // nodes
	Checked    map[string]time.Time
	Problems   map[string][]catalog.Problem
}

// writeImage writes an image of r whose names have a form.
func (r *Reader) writeImage(to io.Writer, form string) error {
	s := r.snapshot
	w := newImageWriter(to)
	w.text(imageMagic)
	w.json(imageHead{s.gen, s.mark, catalog.RecordForm(), form, s.dead, s.checked, s.problems})
	w.nodes(s)
	w.facts(s)
	w.names(r.names)
	return w.end()
}

// nodes writes records, references without entities, and relations.
func (w *imageWriter) nodes(s *snapshot) {
	n := s.nodes.len()
	w.texts(n, func(i int) string { return s.nodes.place(uint32(i)).record.Packed() })
	var ghosts []catalog.Ref
	edges := 0
	for id := range uint32(n) {
		node := s.nodes.place(id)
		if edges += len(node.edges); !node.holds() {
			ghosts = append(ghosts, *node.ghost)
		}
	}
	w.texts(3*len(ghosts), func(i int) string {
		ref := &ghosts[i/3]
		return [...]string{ref.Kind, ref.Namespace, ref.Name}[i%3]
	})
	w.texts(len(s.relTypes), func(i int) string { return s.relTypes[i] })
	putNumbers(w, n, func(i int) uint32 { return uint32(len(s.nodes.place(uint32(i)).edges)) })
	w.count(2 * edges)
	id, at := uint32(0), 0
	putNumbers(w, 2*edges, func(i int) uint32 {
		for ; at == len(s.nodes.place(id).edges); at = 0 {
			id++
		}
		x := s.nodes.place(id).edges[at]
		if i%2 == 0 {
			return x.target
		}
		at++
		return x.kind
	})
	putList(w, s.order)
}

// facts writes what is known of nodes besides.
func (w *imageWriter) facts(s *snapshot) {
	numbers := make(map[factKey]uint32, len(s.factKeys))
	for i, k := range s.factKeys {
		numbers[k] = uint32(i)
	}
	w.texts(2*len(s.factKeys), func(i int) string {
		k := &s.factKeys[i/2]
		return [...]string{k.producer, k.key}[i%2]
	})
	var holders, counts []uint32
	var all []*catalog.Fact
	for id := range uint32(s.nodes.len()) {
		list := s.nodes.place(id).facts
		if len(list) == 0 {
			continue
		}
		holders, counts = append(holders, id), append(counts, uint32(len(list)))
		for i := range list {
			all = append(all, &list[i])
		}
	}
	putList(w, holders)
	putList(w, counts)
	w.count(len(all))
	putNumbers(w, len(all), func(i int) uint32 { return numbers[factKey{all[i].Producer, all[i].Key}] })
	putNumbers(w, len(all), func(i int) uint64 { return uint64(all[i].AsOf.Unix()) })
	putNumbers(w, len(all), func(i int) uint32 { return uint32(all[i].AsOf.Nanosecond()) })
	w.texts(2*len(all), func(i int) string { return [...]string{all[i/2].Value, all[i/2].Source}[i%2] })
}

// names writes all but the table of hashes.
func (w *imageWriter) names(n *names) {
	w.texts(n.posts.len(), func(i int) string { return n.posts.place(uint32(i)).text })
	w.lists(n.posts.len(), func(i int) []uint32 { return n.posts.place(uint32(i)).ids })
	putList(w, n.late)
	putNumbers(w, len(n.base.start), func(i int) int32 { return n.base.start[i] })
	putList(w, n.base.keys)
	putNumbers(w, len(n.base.sigs), func(i int) uint64 { return n.base.sigs[i] })
	putList(w, n.base.halves)
	var words []string
	var ids [][]uint32
	n.words.each(func(word string, list []uint32) {
		words, ids = append(words, word), append(ids, list)
	})
	w.texts(len(words), func(i int) string { return words[i] })
	w.lists(len(ids), func(i int) []uint32 { return ids[i] })
}
