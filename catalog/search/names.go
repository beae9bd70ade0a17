package search

import (
	"slices"

	"github.com/backchannel-portal/backchannel/catalog"
)

// names resolves what people call entities. Exact and normalised names are one table look-up; misspelt ones go
// through spellings, words through lists of ids. It is immutable and edited like a snapshot.
type names struct {
	keys  table[string, uint32] // folded label -> key
	posts vec[keyPost]          // by key
	base  *spellings            // keys in the typo tables
	late  []uint32              // keys that came after base was built
	words table[string, []uint32]
}

// keyPost is a folded label and the entities that bear it.
type keyPost struct {
	text string
	ids  []uint32
}

// lateLimit is how many keys may stay outside the typo tables: looking through them all costs a few microseconds.
const lateLimit = 2048

type namesEdit struct {
	keys  *tableEdit[string, uint32]
	posts *vecEdit[keyPost]
	words *tableEdit[string, []uint32]
	base  *spellings
	late  []uint32
}

func (n *names) edit() *namesEdit {
	return &namesEdit{keys: n.keys.edit(), posts: n.posts.edit(), words: n.words.edit(), base: n.base, late: n.late}
}

// replace moves an entity's id from the labels of what it was to those of what it is; either may be nil.
func (e *namesEdit) replace(id uint32, was, is *catalog.Entity) {
	oldKeys, newKeys := labelKeys(was), labelKeys(is)
	for _, k := range oldKeys {
		if !slices.Contains(newKeys, k) {
			key, _ := e.keys.get(k)
			p := e.posts.at(key)
			p.ids = removeID(p.ids, id)
			e.posts.set(key, p)
		}
	}
	for _, k := range newKeys {
		if !slices.Contains(oldKeys, k) {
			e.bear(k, id)
		}
	}
	oldWords, newWords := labelWords(was), labelWords(is)
	for _, w := range oldWords {
		if !slices.Contains(newWords, w) {
			ids, _ := e.words.get(w)
			if ids = removeID(ids, id); len(ids) == 0 {
				e.words.remove(w)
			} else {
				e.words.set(w, ids)
			}
		}
	}
	for _, w := range newWords {
		if !slices.Contains(oldWords, w) {
			ids, _ := e.words.get(w)
			e.words.set(w, insertID(ids, id))
		}
	}
}

// bear adds an entity to a folded label.
func (e *namesEdit) bear(text string, id uint32) {
	key, ok := e.keys.get(text)
	if !ok {
		key = e.posts.add(keyPost{text: text, ids: []uint32{id}})
		e.keys.set(text, key)
		e.late = append(e.late, key)
		return
	}
	p := e.posts.at(key)
	p.ids = insertID(p.ids, id)
	e.posts.set(key, p)
}

// commit returns the edited names, with new typo tables when too many keys came after the last ones.
func (e *namesEdit) commit() *names {
	n := &names{keys: e.keys.table, posts: e.posts.vec, words: e.words.table, base: e.base, late: e.late}
	if n.base == nil || len(n.late) > lateLimit {
		n.base, n.late = newSpellings(n.posts), nil
	}
	return n
}

// key returns the entities whose folded label is text.
func (n *names) key(text string) []uint32 {
	key, ok := n.keys.get(text)
	if !ok {
		return nil
	}
	return n.posts.at(key).ids
}
