package readapi

import (
	"slices"
	"strings"
	"sync"

	"github.com/bits-and-blooms/bitset"

	"github.com/backchannel-portal/backchannel/catalog"
)

// relation is {"relations": {"$contains": {"type": ..., "targetRef": ...}}}.
func (c *compiler) relation(text []byte) (predicate, error) {
	var relation, target []byte
	var err error
	members(text, 0, func(k, v []byte) bool {
		switch strings.ToLower(name(k)) {
		case "type":
			relation = v
		case "targetref":
			target = v
		default:
			err = bad("Invalid query: $contains on relations knows type and targetRef, not %q", clip(name(k)))
		}
		return err == nil
	})
	if err != nil {
		return predicate{}, err
	}
	if len(relation) == 0 || relation[0] != '"' {
		return predicate{}, bad(`Invalid query: $contains on relations needs a "type" string`)
	}
	key := "relations." + name(relation)
	if target == nil {
		f := c.field(key)
		return predicate{test: f.exists, cost: f.cost(), among: existing(f, true)}, nil
	}
	if target[0] == '{' {
		if in := member(target, "$in"); len(in) < 3 || in[0] != '[' {
			return predicate{}, bad(`Invalid query: targetRef is a string or {"$in": [strings]}`)
		}
	}
	return c.condition(key, target)
}

// owner returns a test that is false for most entities whose owner cannot be written as one of the values. It spares
// them a look into their text.
func owner(values []string) test {
	names, ok := ownerNames(values)
	return func(e *item) bool {
		return !ok || e.head.Owner.IsZero() || slices.Contains(names, e.head.Owner.Name)
	}
}

// ownerNames are the names in references to owners; ok is false when one of them is no reference.
func ownerNames(values []string) (names []string, ok bool) {
	for _, v := range values {
		ref, err := catalog.ParseRef(v, "group", "")
		if err != nil {
			return nil, false
		}
		names = append(names, ref.Name)
	}
	return names, true
}

// related is true for entities with a relation to one of the targets. Until the relation has an index they are looked
// up from the targets' side: those that a target has the opposite relation to.
func (c *compiler) related(f field, targets []string) (test, among) {
	indexed := having(f, targets)
	lookUp := sync.OnceValues(func() (map[catalog.Ref]bool, []string) { return c.opposites(&f, targets) })
	t := func(e *item) bool {
		near, others := lookUp()
		return near[e.head.Ref] || len(others) > 0 && f.any(e, func(s string) bool { return slices.Contains(others, s) })
	}
	return t, func(l *lookup) (*bitset.BitSet, bool) {
		if set, exact := indexed(l); exact {
			return set, true
		}
		near, others := lookUp()
		if len(others) > 0 {
			return nil, false
		}
		l.pay([]fieldKey{f.id()}, len(near))
		return l.these(near), true
	}
}

// opposites returns the entities that have a relation to some targets, as far as these tell, and the targets that do
// not.
func (c *compiler) opposites(f *field, targets []string) (near map[catalog.Ref]bool, others []string) {
	near = make(map[catalog.Ref]bool)
	back := opposite(f.sub)
	for _, t := range targets {
		ref, err := catalog.ParseRef(t, "", "")
		if err != nil || ref.String() != t {
			continue
		}
		if _, there := c.view.Entity(ref); !there || back == "" {
			others = append(others, t)
			continue
		}
		for _, r := range c.view.Relations(ref, back) {
			near[r.Target] = true
		}
	}
	return near, others
}

// relations are the catalog's, each with its opposite.
var relations = [...]string{"ownedBy", "partOf", "providesApi", "consumesApi", "dependsOn", "memberOf", "childOf"}

// opposite is catalog.Opposite for a relation in lower case.
func opposite(relation string) string {
	for _, known := range relations {
		back, _ := catalog.Opposite(known)
		if strings.EqualFold(known, relation) {
			return back
		}
		if strings.EqualFold(back, relation) {
			return known
		}
	}
	return ""
}

// written is how the catalog writes a relation in lower case; nil for one of others.
func written(relation string) []string {
	back := opposite(relation)
	if back == "" {
		return nil
	}
	return []string{opposite(strings.ToLower(back))}
}
