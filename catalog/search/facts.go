package search

import (
	"maps"
	"slices"

	"github.com/backchannel-portal/backchannel/catalog"
)

// applyFacts merges new, changed and withdrawn facts.
func (e *snapshotEdit) applyFacts(facts []catalog.Fact) {
	if len(facts) == 0 {
		return
	}
	e.strings = maps.Clone(e.strings)
	if e.strings == nil {
		e.strings = make(map[string]string)
	}
	byNode := make(map[uint32][]catalog.Fact)
	for _, f := range facts {
		id := e.node(f.Entity)
		byNode[id] = append(byNode[id], f)
	}
	holders := map[factKey][]uint32{}
	for _, id := range slices.Sorted(maps.Keys(byNode)) {
		e.entityFacts(id, byNode[id], holders)
	}
	for k, ids := range holders {
		e.addHolders(k, ids)
	}
}

// entityFacts merges facts of one entity; of several with one key the last one counts. Keys that it did not have
// before are noted in holders, whose lists grow in the order of ids.
func (e *snapshotEdit) entityFacts(id uint32, facts []catalog.Fact, holders map[factKey][]uint32) {
	n := e.nodes.at(id)
	had := len(n.facts)
	list := slices.Clone(n.facts)
	for _, f := range facts {
		f.Entity, f.Producer, f.Key = n.ref(), e.shared(f.Producer), e.shared(f.Key)
		k := factKey{f.Producer, f.Key}
		i, found := slices.BinarySearchFunc(list, k, func(f catalog.Fact, k factKey) int {
			return factKey{f.Producer, f.Key}.compare(k)
		})
		switch {
		case f.Value == "" && found:
			list = slices.Delete(list, i, i+1)
			holders[k] = slices.DeleteFunc(holders[k], func(h uint32) bool { return h == id })
			e.removeHolder(k, id)
		case f.Value == "":
		case found:
			list[i] = f
		default:
			list = slices.Insert(list, i, f)
			holders[k] = append(holders[k], id)
		}
	}
	if had == 0 && len(list) > 0 {
		e.revive(id, &n)
	}
	if n.facts = slices.Clip(list); had > 0 && n.idle() {
		e.dead++
	}
	e.nodes.set(id, n)
}

// addHolders notes that nodes, in the order of ids, have a fact of a key.
func (e *snapshotEdit) addHolders(k factKey, added []uint32) {
	if len(added) == 0 {
		return
	}
	ids, _ := e.facts.get(k)
	e.newKeys = e.newKeys || len(ids) == 0
	merged := append(append(make([]uint32, 0, len(ids)+len(added)), ids...), added...)
	slices.Sort(merged)
	e.facts.set(k, slices.Compact(merged))
}

// removeHolder notes that a node no longer has a fact of a key.
func (e *snapshotEdit) removeHolder(k factKey, id uint32) {
	ids, _ := e.facts.get(k)
	switch left := removeID(ids, id); {
	case len(left) > 0:
		e.facts.set(k, left)
	case len(ids) > 0:
		e.newKeys = true
		e.facts.remove(k)
	}
}

func (e *snapshotEdit) shared(s string) string {
	if have, ok := e.strings[s]; ok {
		return have
	}
	e.strings[s] = s
	return s
}

// insertID adds id to a sorted list. A new highest id grows the list in place, which readers of the shorter list
// do not see; anything else copies.
func insertID(ids []uint32, id uint32) []uint32 {
	if len(ids) == 0 || ids[len(ids)-1] < id {
		return append(ids, id)
	}
	i, found := slices.BinarySearch(ids, id)
	if found {
		return ids
	}
	out := make([]uint32, 0, len(ids)+1+len(ids)/8)
	return append(append(append(out, ids[:i]...), id), ids[i:]...)
}

// removeID copies a sorted list without id.
func removeID(ids []uint32, id uint32) []uint32 {
	i, found := slices.BinarySearch(ids, id)
	if !found {
		return ids
	}
	return append(append(make([]uint32, 0, len(ids)-1), ids[:i]...), ids[i+1:]...)
}

func sortedFactKeys(t table[factKey, []uint32]) []factKey {
	var keys []factKey
	t.each(func(k factKey, _ []uint32) { keys = append(keys, k) })
	slices.SortFunc(keys, factKey.compare)
	return keys
}
