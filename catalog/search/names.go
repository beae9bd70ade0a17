package search

import (
	"hash/maphash"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
)

// names resolves what people call entities. Exact and normalised names are one table look-up; misspelt ones go
// through spellings, words through lists of ids. It is immutable and edited like a snapshot.
type names struct {
	seed  maphash.Seed
	keys  hashIDs      // by folded label
	posts vec[keyPost] // by key
	base  *spellings   // keys in the typo tables
	late  []uint32     // keys that came after base was built
	words table[string, []uint32]

	vacant int // keys that nobody bears any more
}

// keyPost is a folded label and the entities that bear it.
type keyPost struct {
	text string
	ids  []uint32
}

// lateLimit is how many keys may stay outside the typo tables: looking through them all costs a few microseconds.
const lateLimit = 2048

type namesEdit struct {
	seed  maphash.Seed
	keys  *hashIDsEdit
	posts *vecEdit[keyPost]
	words *tableEdit[string, []uint32]
	base  *spellings
	late  []uint32
	room  blocks

	vacant int
}

func (n *names) edit() *namesEdit {
	seed := n.seed
	if n.keys.shards == nil {
		seed = maphash.MakeSeed()
	}
	return &namesEdit{seed: seed, keys: n.keys.edit(), posts: n.posts.edit(), words: n.words.edit(), base: n.base, late: n.late, vacant: n.vacant}
}

// replace moves an entity's id from the labels of what it was to those of what it is; either may be nil.
func (e *namesEdit) replace(id uint32, was, is *catalog.Entity) {
	old, fresh := labels(was), labels(is)
	oldKeys, newKeys := labelKeys(old), labelKeys(fresh)
	for _, k := range oldKeys {
		if !slices.Contains(newKeys, k) {
			key, _ := e.find(k)
			p := e.posts.at(key)
			if p.ids = removeID(p.ids, id); len(p.ids) == 0 {
				e.vacant++
			}
			e.posts.set(key, p)
		}
	}
	for _, k := range newKeys {
		if !slices.Contains(oldKeys, k) {
			e.bear(k, id)
		}
	}
	oldWords, newWords := labelWords(old), labelWords(fresh)
	for _, w := range oldWords {
		if !slices.Contains(newWords, w) {
			ids, _ := e.words.get(w)
			if ids = removeID(ids, id); len(ids) == 0 {
				e.words.remove(w)
			} else {
				e.words.set(strings.Clone(w), ids)
			}
		}
	}
	for _, w := range newWords {
		if !slices.Contains(oldWords, w) {
			ids, _ := e.words.get(w)
			e.words.set(strings.Clone(w), insertID(ids, id)) // a key must not keep an entity in memory
		}
	}
}

// bear adds an entity to a folded label.
func (e *namesEdit) bear(text string, id uint32) {
	key, ok := e.find(text)
	if !ok {
		key = e.posts.add(keyPost{text: e.room.keep(text), ids: e.room.list(id)})
		e.keys.add(maphash.String(e.seed, text), key, func(key uint32) uint64 { return maphash.String(e.seed, e.posts.place(key).text) })
		e.late = append(e.late, key)
		return
	}
	p := e.posts.at(key)
	if len(p.ids) == 0 {
		e.vacant--
	}
	p.ids = insertID(p.ids, id)
	e.posts.set(key, p)
}

// commit returns the edited names, with new typo tables when too many keys came after the last ones.
func (e *namesEdit) commit() *names {
	n := &names{seed: e.seed, keys: e.keys.hashIDs, posts: e.posts.vec, words: e.words.table, base: e.base, late: e.late, vacant: e.vacant}
	if n.base == nil || len(n.late) > lateLimit {
		n.base, n.late = newSpellings(n.posts), nil
	}
	return n
}

// key returns the entities whose folded label is text.
func (n *names) key(text string) []uint32 {
	key, ok := n.find(text)
	if !ok {
		return nil
	}
	return n.posts.at(key).ids
}

// find returns the key of a folded label.
func (n *names) find(text string) (uint32, bool) {
	if n.keys.shards == nil {
		return 0, false
	}
	return n.keys.find(maphash.String(n.seed, text), func(key uint32) bool { return n.posts.place(key).text == text })
}

func (e *namesEdit) find(text string) (uint32, bool) {
	return e.keys.find(maphash.String(e.seed, text), func(key uint32) bool { return e.posts.place(key).text == text })
}
