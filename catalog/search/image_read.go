package search

import (
	"bytes"
	"errors"
	"hash/maphash"
	"io"
	"slices"
	"sync"

	"github.com/backchannel-portal/backchannel/catalog"
)

// errImageVersion is what reading an image ends with that another version of the program wrote.
var errImageVersion = errors.New("another version of the program wrote it")

// imageParts is an image in the making: what is read goes on to be worked on beside.
type imageParts struct {
	*imageReader
	work sync.WaitGroup
	mu   sync.Mutex // guards bad
	bad  bool
}

// beside does a part of the work on a goroutine of its own; do reports whether what it found is sound.
func (p *imageParts) beside(do func() bool) {
	if p.err != nil {
		return
	}
	p.work.Go(func() {
		if !do() {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.bad = true
		}
	})
}

// readImage reads an image of a size. Of names with another form it makes new ones.
func readImage(from io.Reader, size int64, form string) (*snapshot, *names, error) {
	p := &imageParts{imageReader: newImageReader(from, size)}
	s, n, err := p.read(form)
	p.work.Wait()
	if err == nil && p.bad {
		err = errImage
	}
	if err != nil {
		return nil, nil, err
	}
	s.settle()
	if n == nil {
		n = s.named()
	}
	return s, n, nil
}

func (p *imageParts) read(form string) (*snapshot, *names, error) {
	if magic := p.bytes(len(imageMagic)); p.err != nil || !bytes.Equal(magic, []byte(imageMagic)) {
		return nil, nil, errImageVersion
	}
	var head imageHead
	p.json(&head)
	if p.err != nil {
		return nil, nil, p.err
	}
	if head.Records != catalog.RecordForm() {
		return nil, nil, errImageVersion
	}
	s := &snapshot{gen: head.Generation, mark: head.Mark, checked: head.Checked, problems: head.Problems, dead: max(0, head.Idle), hot: new(entityCache)}
	p.nodes(s)
	n := p.names(s.nodes.len())
	if head.Names != form {
		n = nil
	}
	return s, n, p.end()
}

// nodes reads records, references without entities, relations, and the facts about all of them.
func (p *imageParts) nodes(s *snapshot) {
	records, ghosts := p.texts(), p.texts()
	s.relTypes = p.texts()
	list, ok := newNodes(records, ghosts)
	if !ok {
		p.fail(errImage)
	}
	if p.err != nil {
		return
	}
	s.nodes = list
	p.beside(func() bool { return s.sound(records) })
	p.edges(s)
	s.order = getList[uint32](p.imageReader)
	p.facts(s)
	if len(s.order) != len(records)-len(ghosts)/3 || !below(s.order, len(records)) ||
		slices.ContainsFunc(s.order, func(id uint32) bool { return records[id] == "" }) {
		p.fail(errImage)
	}
}

// newNodes makes nodes that have no records yet; those that will not have one get the next reference.
func newNodes(records, ghosts []string) (nodes, bool) {
	refs := make([]catalog.Ref, len(ghosts)/3)
	for i := range refs {
		refs[i] = catalog.Ref{Kind: ghosts[3*i], Namespace: ghosts[3*i+1], Name: ghosts[3*i+2]}
	}
	v := newVec[node](len(records))
	next := 0
	for i, record := range records {
		if record != "" {
			continue
		}
		if next == len(refs) {
			return nodes{}, false
		}
		v.place(uint32(i)).ghost = &refs[next]
		next++
	}
	return nodes{v}, len(ghosts)%3 == 0 && next == len(refs)
}

// sound puts in the records and makes the table of references; it reports whether the records can be read.
func (s *snapshot) sound(records []string) bool {
	s.seed = maphash.MakeSeed()
	hashes := make([]uint64, len(records))
	for i, packed := range records {
		n := s.nodes.place(uint32(i))
		if packed != "" {
			var ok bool
			if n.record, ok = catalog.PackedRecord(packed); !ok {
				return false
			}
		}
		hashes[i] = maphash.Comparable(s.seed, n.ref())
	}
	s.refs = newHashIDs(hashes)
	return true
}

// settle finishes what needs the records.
func (s *snapshot) settle() {
	for id := range uint32(s.nodes.len()) {
		n := s.nodes.place(id)
		if len(n.facts) == 0 {
			continue
		}
		ref := n.ref()
		for i := range n.facts {
			n.facts[i].Entity = ref
		}
	}
}

// named makes the names of all entities.
func (s *snapshot) named() *names {
	e := (&names{}).edit()
	for id := range uint32(s.nodes.len()) {
		if x := s.passing(id); x != nil {
			e.replace(id, nil, x)
		}
	}
	return e.commit()
}
