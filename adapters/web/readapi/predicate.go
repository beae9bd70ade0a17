package readapi

import (
	"bytes"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog/search"
)

// test decides about an entity.
type test func(*item) bool

// predicate is a filter made ready to run: over sets of rows as far as those go, and over entities where they do not.
type predicate struct {
	test  test
	cost  int
	among among
}

// The bounds of a predicate.
const (
	mostDepth      = 32
	mostConditions = 2000
)

// compiler turns filters into tests over what a view shows. Its grammar is that of @backstage/filter-predicates as
// applyPredicateEntityFilterToQuery of @backstage/plugin-catalog-backend runs it; the filter parameters of GET
// requests are rewritten into it first, as Backstage does.
type compiler struct {
	view   search.View
	count  int
	fields []field // that it met
}

// compile reads a predicate, and returns the fields it asks about. Text that is none is an error of kind Invalid.
func compile(view search.View, text []byte) (predicate, []field, error) {
	if len(text) == 0 {
		return all(nil), nil, nil
	}
	c := compiler{view: view}
	p, err := c.node(text, 0)
	return p, c.fields, err
}

func (c *compiler) field(path string) field {
	f := newField(path, c.view)
	if c.fields = append(c.fields, f); f.column == ofOwner {
		c.fields = append(c.fields, ownerColumn(c.view))
	}
	return f
}

func (c *compiler) node(text []byte, depth int) (predicate, error) {
	if c.count++; depth > mostDepth || c.count > mostConditions {
		return predicate{}, bad("Invalid query: it is too large")
	}
	if text = bytes.TrimSpace(text); len(text) == 0 || text[0] != '{' {
		return predicate{}, bad("Query must be an object")
	}
	var parts []predicate
	var err error
	operators := 0
	members(text, 0, func(key, value []byte) bool {
		var p predicate
		switch k := name(key); k {
		case "$not":
			if p, err = c.node(value, depth+1); err == nil {
				p = negated(p)
			}
		case "$all", "$any":
			p, err = c.list(k, value, depth)
		default:
			if strings.HasPrefix(k, "$") {
				err = bad("Invalid query: the operator %q is not known", clip(k))
				return false
			}
			p, err = c.condition(k, value)
			parts = append(parts, p)
			return err == nil
		}
		operators++
		parts = append(parts, p)
		return err == nil
	})
	if err == nil && operators > 0 && len(parts) > 1 {
		err = bad("Invalid query: $all, $any and $not must be the only key of their object")
	}
	if err != nil {
		return predicate{}, err
	}
	return all(parts), nil
}

func (c *compiler) list(operator string, text []byte, depth int) (predicate, error) {
	if text[0] != '[' {
		return predicate{}, bad("Invalid query: %s must be a list", operator)
	}
	var parts []predicate
	var err error
	items(text, 0, func(v []byte) bool {
		var p predicate
		p, err = c.node(v, depth+1)
		parts = append(parts, p)
		return err == nil
	})
	if err != nil {
		return predicate{}, err
	}
	if operator == "$any" {
		return anyOf(parts), nil
	}
	return all(parts), nil
}

func negated(p predicate) predicate {
	inner := p.test
	return predicate{test: func(e *item) bool { return !inner(e) }, cost: p.cost, among: notAmong(p.among)}
}

// all asks the cheap conditions first.
func all(parts []predicate) predicate {
	if len(parts) == 1 {
		return parts[0]
	}
	slices.SortStableFunc(parts, func(a, b predicate) int { return a.cost - b.cost })
	out := predicate{among: allAmong(parts)}
	for _, p := range parts {
		out.cost = max(out.cost, p.cost)
	}
	out.test = func(e *item) bool {
		for i := range parts {
			if !parts[i].test(e) {
				return false
			}
		}
		return true
	}
	return out
}

func anyOf(parts []predicate) predicate {
	if len(parts) == 1 {
		return parts[0]
	}
	out := predicate{among: anyAmong(parts)}
	for _, p := range parts {
		out.cost = max(out.cost, p.cost)
	}
	out.test = func(e *item) bool {
		return slices.ContainsFunc(parts, func(p predicate) bool { return p.test(e) })
	}
	return out
}

// condition is what one key of a predicate asks of an entity.
func (c *compiler) condition(key string, text []byte) (predicate, error) {
	f := c.field(key)
	if len(text) > 0 && text[0] != '{' && text[0] != '[' && text[0] != 'n' {
		return c.oneOf(f, []string{scalarText(text)}), nil
	}
	var operator string
	var operand []byte
	n := 0
	members(text, 0, func(k, v []byte) bool {
		operator, operand = name(k), v
		n++
		return true
	})
	p := predicate{cost: f.cost()}
	switch {
	case n != 1:
		operator = ""
	case operator == "$exists" && (string(operand) == "true" || string(operand) == "false"):
		want := operand[0] == 't'
		p.test, p.among = func(e *item) bool { return f.exists(e) == want }, existing(f, want)
		return p, nil
	case operator == "$in":
		values, ok := scalars(operand)
		if ok && len(values) <= mostConditions {
			return c.oneOf(f, values), nil
		}
	case operator == "$hasPrefix" && operand[0] == '"':
		prefix := strings.ToLower(name(operand))
		p.test = func(e *item) bool {
			return f.any(e, func(s string) bool { return strings.HasPrefix(strings.ToLower(s), prefix) })
		}
		p.among = startingWith(f, prefix)
		return p, nil
	case operator == "$contains" && operand[0] == '{' && f.key == "relations":
		return c.relation(operand)
	case operator == "$contains" && operand[0] != '{' && operand[0] != '[' && operand[0] != 'n':
		return c.oneOf(f, []string{scalarText(operand)}), nil
	}
	return p, bad("Invalid query: the field %q is compared with a value, $exists, $in, $hasPrefix or $contains, not with %s", clip(key), clip(string(text)))
}

// scalars reads a list of values as JavaScript's String would write them.
func scalars(list []byte) (out []string, ok bool) {
	if len(list) == 0 || list[0] != '[' {
		return nil, false
	}
	ok = true
	items(list, 0, func(v []byte) bool {
		ok = v[0] != '{' && v[0] != '['
		out = append(out, scalarText(v))
		return ok
	})
	return out, ok
}

func scalarText(v []byte) string {
	if v[0] == '"' {
		return name(v)
	}
	return string(v)
}

// oneOf is true for entities that have one of the values.
func (c *compiler) oneOf(f field, values []string) predicate {
	low := make([]string, len(values))
	for i, v := range values {
		low[i] = strings.ToLower(v)
	}
	p := predicate{cost: f.cost(), among: having(f, low)}
	switch f.column {
	case ofKind:
		p.test = func(e *item) bool { return slices.Contains(low, e.head.Ref.Kind) }
	case ofName:
		p.test = func(e *item) bool { return slices.Contains(low, e.head.Ref.Name) }
	case ofNamespace:
		p.test = func(e *item) bool { return slices.Contains(low, e.head.Ref.Namespace) }
	case ofType:
		p.test = func(e *item) bool { return e.head.Type != "" && sameAsOne(e.head.Type, low) }
	case ofLifecycle:
		p.test = func(e *item) bool { return e.head.Lifecycle != "" && sameAsOne(e.head.Lifecycle, low) }
	case ofOwner:
		p.among = ownedLike(f, low)
		near := owner(low)
		p.test = func(e *item) bool {
			return near(e) && f.any(e, func(s string) bool { return sameAsOne(s, low) })
		}
	case ofRelation:
		p.test, p.among = c.related(f, low)
	default:
		p.test = func(e *item) bool {
			return f.any(e, func(s string) bool { return sameAsOne(s, low) })
		}
	}
	return p
}

func sameAsOne(value string, low []string) bool {
	for _, l := range low {
		if same(value, l) {
			return true
		}
	}
	return false
}
