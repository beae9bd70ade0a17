package understand

import (
	"slices"
	"sort"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
)

// family is what many entities have in common.
type family struct {
	kind, namespace, typ string
	old                  bool // deprecated
}

func familyOf(e *catalog.Entity) family {
	return family{e.Ref.Kind, e.Ref.Namespace, strings.ToLower(e.Type), strings.EqualFold(e.Lifecycle, "deprecated")}
}

// indexed is what is known of an entity without asking the catalog.
type indexed struct {
	ref  catalog.Ref
	typ  string
	name []uint32 // the terms of its name
	old  bool     // deprecated
}

// entities are the packed entities in the order of their references, with no pointer by entity.
type entities struct {
	families []family
	family   []uint32
	names    string // of all, one behind the other
	nameEnds []uint32
	terms    []uint32 // of the names of all
	termEnds []uint32
}

func (t *entities) size() int { return len(t.family) }

func (t *entities) ref(i uint32) catalog.Ref {
	f := &t.families[t.family[i]]
	return catalog.Ref{Kind: f.kind, Namespace: f.namespace, Name: t.names[before(t.nameEnds, i):t.nameEnds[i]]}
}

func (t *entities) at(i uint32) indexed {
	f := &t.families[t.family[i]]
	return indexed{ref: t.ref(i), typ: f.typ, old: f.old, name: t.terms[before(t.termEnds, i):t.termEnds[i]]}
}

func before(ends []uint32, i uint32) uint32 {
	if i == 0 {
		return 0
	}
	return ends[i-1]
}

// position returns where a reference stands, or would stand.
func (t *entities) position(ref catalog.Ref) (uint32, bool) {
	i, ok := sort.Find(t.size(), func(i int) int { return ref.Compare(t.ref(uint32(i))) })
	return uint32(i), ok
}

// entityPacker adds entities in the order of their references.
type entityPacker struct {
	out   entities
	known map[family]uint32
	names strings.Builder
}

func newEntityPacker(n int) *entityPacker {
	return &entityPacker{known: map[family]uint32{}, out: entities{family: make([]uint32, 0, n), nameEnds: make([]uint32, 0, n), termEnds: make([]uint32, 0, n)}}
}

func (p *entityPacker) add(f family, name string, terms []uint32) {
	id, ok := p.known[f]
	if !ok {
		f.kind, f.namespace, f.typ = strings.Clone(f.kind), strings.Clone(f.namespace), strings.Clone(f.typ)
		id = uint32(len(p.out.families))
		p.out.families, p.known[f] = append(p.out.families, f), id
	}
	p.names.WriteString(name)
	p.out.family = append(p.out.family, id)
	p.out.nameEnds = append(p.out.nameEnds, uint32(p.names.Len()))
	p.out.terms = append(p.out.terms, terms...)
	p.out.termEnds = append(p.out.termEnds, uint32(len(p.out.terms)))
}

func (p *entityPacker) finish() entities {
	p.out.names = strings.Clone(p.names.String())
	p.out.terms = slices.Clip(p.out.terms)
	return p.out
}
