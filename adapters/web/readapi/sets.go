package readapi

import (
	"strings"

	"github.com/bits-and-blooms/bitset"

	"github.com/backchannel-portal/backchannel/catalog"
)

// among finds the rows that a condition may hold for; a nil set means all. Where it is exact the condition holds for
// each of them, and where not the test decides. A set that was returned is not changed any more: it may be somebody
// else's, too.
type among func(*lookup) (set *bitset.BitSet, exact bool)

func allAmong(parts []predicate) among {
	return func(l *lookup) (set *bitset.BitSet, exact bool) {
		exact = true
		for i := range parts {
			s, e := parts[i].among(l)
			exact = exact && e
			switch {
			case s == nil:
			case set == nil:
				set = s
			default:
				set = set.Intersection(s)
			}
			if set != nil && set.None() {
				return set, true
			}
		}
		return set, exact
	}
}

func anyAmong(parts []predicate) among {
	return func(l *lookup) (*bitset.BitSet, bool) {
		set, exact := l.none(), true
		for i := range parts {
			s, e := parts[i].among(l)
			if s == nil {
				return nil, e
			}
			exact = exact && e
			set.InPlaceUnion(s)
		}
		return set, exact
	}
}

func notAmong(inner among) among {
	return func(l *lookup) (*bitset.BitSet, bool) {
		switch set, exact := inner(l); {
		case !exact:
			return nil, false
		case set == nil:
			return l.none(), true
		default:
			return set.Complement(), true
		}
	}
}

// existing finds the rows that have a field, or have not.
func existing(f field, want bool) among {
	return func(l *lookup) (*bitset.BitSet, bool) {
		x := l.index(&f)
		if x == nil {
			return nil, false
		}
		if !want {
			return x.has.Complement(), true
		}
		return x.has, true
	}
}

// startingWith finds the rows that have a value with a prefix, lower case.
func startingWith(f field, prefix string) among {
	return func(l *lookup) (*bitset.BitSet, bool) {
		x := l.index(&f)
		if x == nil {
			return nil, false
		}
		set := l.none()
		start, end := x.prefixed(prefix)
		x.add(set, start, end)
		return set, true
	}
}

// having finds the rows that have one of some values, lower case.
func having(f field, low []string) among {
	return func(l *lookup) (*bitset.BitSet, bool) {
		x := l.index(&f)
		if x == nil {
			return nil, false
		}
		set := l.none()
		for _, v := range low {
			start, end := x.equal(v)
			x.add(set, start, end)
		}
		return set, true
	}
}

// ownedLike finds the rows whose owner may be written as one of some values, lower case. Those whose owner no column
// tells are among them.
func ownedLike(f field, low []string) among {
	exactly := having(f, low)
	names, ok := ownerNames(low)
	column := ownerColumn(f.view)
	near := having(column, names)
	return func(l *lookup) (*bitset.BitSet, bool) {
		if set, exact := exactly(l); exact || !ok {
			return set, exact
		}
		set, known := near(l)
		if !known {
			return nil, false
		}
		return set.Union(l.index(&column).has.Complement()), false
	}
}

// containing finds the rows that have a value with a text in it, lower case, at one of some fields.
func containing(fields []field, low string) among {
	return func(l *lookup) (*bitset.BitSet, bool) {
		set := l.none()
		for i := range fields {
			x := l.index(&fields[i])
			if x == nil {
				return nil, false
			}
			for at, value := range x.lows {
				if strings.Contains(value, low) {
					x.add(set, at, at+1)
				}
			}
		}
		return set, true
	}
}

// these are the rows of some entities.
func (l *lookup) these(refs map[catalog.Ref]bool) *bitset.BitSet {
	set := l.none()
	for ref := range refs {
		if row, ok := l.row(ref); ok {
			set.Set(row)
		}
	}
	return set
}

// selected returns the rows that a predicate holds for.
func (l *lookup) selected(p *predicate) *bitset.BitSet {
	set, exact := p.among(l)
	if set == nil {
		set = l.all()
	}
	if exact {
		return set
	}
	out, n := l.none(), 0
	for row := range set.EachSet() {
		n++
		if i, ok := itemOf(l.view, l.refs[row]); ok && p.test(i) {
			out.Set(row)
		}
	}
	l.pay(l.lacking, n)
	return out
}
