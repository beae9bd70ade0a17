package readapi

import (
	"slices"
	"strings"

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
		f := newField(key, c.view)
		return predicate{test: f.exists, cost: f.cost()}, nil
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
	var names []string
	for _, v := range values {
		ref, err := catalog.ParseRef(v, "group", "")
		if err != nil {
			return func(*item) bool { return true }
		}
		names = append(names, ref.Name)
	}
	return func(e *item) bool { return e.head.Owner.IsZero() || slices.Contains(names, e.head.Owner.Name) }
}

// related is true for entities with a relation to one of the targets. It is looked up once, from the targets' side:
// those that a target has the opposite relation to.
func (c *compiler) related(f field, targets []string) (t test, among map[catalog.Ref]bool) {
	var slow []string
	near := make(map[catalog.Ref]bool)
	back := opposite(f.sub)
	for _, t := range targets {
		ref, err := catalog.ParseRef(t, "", "")
		if err != nil || ref.String() != t {
			continue
		}
		if _, there := c.view.Entity(ref); !there || back == "" {
			slow = append(slow, t)
			continue
		}
		for _, r := range c.view.Relations(ref, back) {
			near[r.Target] = true
		}
	}
	if len(slow) == 0 {
		return func(e *item) bool { return near[e.head.Ref] }, near
	}
	return func(e *item) bool {
		return near[e.head.Ref] || f.any(e, func(s string) bool { return slices.Contains(slow, s) })
	}, nil
}

// opposite is catalog.Opposite for a relation in lower case.
func opposite(relation string) string {
	for _, known := range [...]string{"ownedBy", "partOf", "providesApi", "consumesApi", "dependsOn", "memberOf", "childOf"} {
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
