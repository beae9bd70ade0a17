package search

import (
	"hash/maphash"
	"slices"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
)

// edges reads relations. All are in one piece of memory, without room to grow.
func (p *imageParts) edges(s *snapshot) {
	n := s.nodes.len()
	lengths := getNumbers[uint32](p.imageReader, n)
	flat := getList[uint32](p.imageReader)
	if p.err != nil {
		return
	}
	all := make([]edge, len(flat)/2)
	for i := range all {
		all[i] = edge{flat[2*i], flat[2*i+1]}
		if int(all[i].target) >= n || int(all[i].relType()) >= len(s.relTypes) {
			p.fail(errImage)
			return
		}
	}
	for i, length := range lengths {
		if int(length) > len(all) {
			p.fail(errImage)
			return
		}
		s.nodes.place(uint32(i)).edges, all = all[:length:length], all[length:]
	}
	if len(all) > 0 || len(flat)%2 > 0 {
		p.fail(errImage)
	}
}

// facts reads what is known of nodes besides; which entity a fact is of is put in when the records are there.
func (p *imageParts) facts(s *snapshot) {
	keys := p.texts()
	holders, counts := getList[uint32](p.imageReader), getList[uint32](p.imageReader)
	n := p.count()
	numbers := getNumbers[uint32](p.imageReader, n)
	seconds, nanos := getNumbers[uint64](p.imageReader, n), getNumbers[uint32](p.imageReader, n)
	texts := p.texts()
	if len(keys)%2 > 0 || len(holders) != len(counts) || !below(holders, s.nodes.len()) || !below(numbers, len(keys)/2) || len(texts) != 2*n {
		p.fail(errImage)
	}
	if p.err != nil {
		return
	}
	s.factKeys, s.factNames = make([]factKey, len(keys)/2), make(map[string]string, len(keys))
	for i := range s.factKeys {
		s.factKeys[i] = factKey{keys[2*i], keys[2*i+1]}
		s.factNames[keys[2*i]], s.factNames[keys[2*i+1]] = keys[2*i], keys[2*i+1]
	}
	all := make([]catalog.Fact, n)
	for i := range all {
		k := s.factKeys[numbers[i]]
		all[i] = catalog.Fact{Producer: k.producer, Key: k.key, Value: texts[2*i], Source: texts[2*i+1],
			AsOf: time.Unix(int64(seconds[i]), int64(nanos[i])).UTC()}
	}
	ids := make([][]uint32, len(s.factKeys))
	for i, id := range holders {
		count := int(counts[i])
		if count > len(all) || i > 0 && id <= holders[i-1] {
			p.fail(errImage)
			return
		}
		for _, k := range numbers[:count] {
			ids[k] = append(ids[k], id)
		}
		s.nodes.place(id).facts = all[:count:count]
		all, numbers = all[count:], numbers[count:]
	}
	if len(all) > 0 {
		p.fail(errImage)
	}
	s.facts = newTable(s.factKeys, ids)
}

// names reads the names of as many nodes.
func (p *imageParts) names(nodes int) *names {
	texts := p.texts()
	ids := p.lists(len(texts), nodes)
	n := &names{late: getList[uint32](p.imageReader), base: &spellings{}}
	p.spellings(n.base, len(texts))
	words := p.texts()
	holders := p.lists(len(words), nodes)
	if !below(n.late, len(texts)) {
		p.fail(errImage)
	}
	p.beside(func() bool {
		n.words = newTable(words, holders)
		return true
	})
	p.beside(func() bool {
		n.seed = maphash.MakeSeed()
		n.posts = newVec[keyPost](len(texts))
		hashes := make([]uint64, len(texts))
		for i, text := range texts {
			*n.posts.place(uint32(i)) = keyPost{text, ids[i]}
			if hashes[i] = maphash.String(n.seed, text); len(ids[i]) == 0 {
				n.vacant++
			}
		}
		n.keys = newHashIDs(hashes)
		return true
	})
	return n
}

// spellings reads the typo tables of as many keys at most.
func (p *imageParts) spellings(s *spellings, keys int) {
	start := getNumbers[int32](p.imageReader, len(s.start))
	copy(s.start[:], start)
	s.keys = getList[uint32](p.imageReader)
	s.sigs = getNumbers[uint64](p.imageReader, len(s.keys))
	s.halves = getList[uint64](p.imageReader)
	sound := below(s.keys, keys) && slices.IsSorted(start) && !slices.ContainsFunc(s.halves, func(x uint64) bool { return int(uint32(x)) >= len(s.keys) })
	if !sound || s.start[0] < 0 || int(s.start[len(s.start)-1]) != len(s.keys) {
		p.fail(errImage)
	}
}
