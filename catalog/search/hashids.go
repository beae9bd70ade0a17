package search

// hashIDs is a persistent hash set of small integer ids by the hash of what they stand for, which is kept elsewhere:
// four bytes a slot and nothing for the garbage collector to follow. It has the copying behaviour of table. The zero
// value is empty.
type hashIDs struct {
	shards []idShard // nil, or shardCount of them
}

// idShard is an open-addressed table: id+1 in the slot of its hash or one behind it, 0 where there is none.
type idShard struct {
	slots []uint32 // a power of two of them
	used  int
}

// find returns the id with a hash that same accepts.
func (h hashIDs) find(hash uint64, same func(id uint32) bool) (uint32, bool) {
	if h.shards == nil {
		return 0, false
	}
	s := &h.shards[hash%shardCount].slots
	mask := uint64(len(*s) - 1)
	for i := hash / shardCount; len(*s) > 0; i++ {
		id := (*s)[i&mask]
		if id == 0 {
			break
		}
		if same(id - 1) {
			return id - 1, true
		}
	}
	return 0, false
}

// hashIDsEdit is the only writer of a hashIDs that is not published yet.
type hashIDsEdit struct {
	hashIDs
	own [shardCount]bool
}

func (h hashIDs) edit() *hashIDsEdit {
	e := &hashIDsEdit{hashIDs: hashIDs{make([]idShard, shardCount)}}
	copy(e.shards, h.shards)
	return e
}

// add puts in an id that is not there yet. hashOf gives the hashes of those that are.
func (e *hashIDsEdit) add(hash uint64, id uint32, hashOf func(id uint32) uint64) {
	at := hash % shardCount
	s := &e.shards[at]
	if room := len(s.slots) - len(s.slots)/4; s.used >= room || !e.own[at] {
		size := max(8, len(s.slots))
		if s.used >= room {
			size = max(8, 2*len(s.slots))
		}
		old := s.slots
		s.slots = make([]uint32, size)
		for _, x := range old {
			if x > 0 {
				s.put(hashOf(x-1), x-1)
			}
		}
		e.own[at] = true
	}
	s.put(hash, id)
	s.used++
}

// put takes the first free slot; there is one.
func (s *idShard) put(hash uint64, id uint32) {
	mask := uint64(len(s.slots) - 1)
	i := hash / shardCount
	for s.slots[i&mask] != 0 {
		i++
	}
	s.slots[i&mask] = id + 1
}

// newHashIDs returns the set of the ids from 0 that have these hashes.
func newHashIDs(hashes []uint64) hashIDs {
	if len(hashes) == 0 {
		return hashIDs{}
	}
	var used [shardCount]int
	for _, hash := range hashes {
		used[hash%shardCount]++
	}
	h := hashIDs{make([]idShard, shardCount)}
	for at, n := range used {
		size := 8
		for n > size-size/4 {
			size *= 2
		}
		h.shards[at] = idShard{make([]uint32, size), n}
	}
	for id, hash := range hashes {
		h.shards[hash%shardCount].put(hash, uint32(id))
	}
	return h
}
