package inventory

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
)

// View is what the questions below need of the catalog as one viewer sees it; search.View has it.
type View interface {
	// Facts returns the facts about an entity whose key starts with prefix, ordered by key.
	Facts(ref catalog.Ref, producer, prefix string) []catalog.Fact
	// FactsByKey returns the facts of all entities with exactly this key, ordered by entity.
	FactsByKey(producer, key string) []catalog.Fact
}

// Use is one version of one thing in one component.
type Use struct {
	Entity catalog.Ref
	Item
	AsOf time.Time // when the component's tree was read
}

// Key is the fact key of what a caller asks for: a technology's id, or a key that PackageKey made, which stays.
func Key(what string) string {
	if strings.HasPrefix(what, PrefixPackage) || strings.HasPrefix(what, PrefixVia) || strings.HasPrefix(what, PrefixTech) {
		return what
	}
	return PrefixTech + what
}

// Fleet lists who uses a technology (by id) or a package (by PackageKey), the newest version first, then by entity; a
// component with several versions appears once for each. Unknown versions come last. Only what components ask for
// themselves counts; for what is pulled in besides, ask for PrefixVia + id.
func Fleet(v View, what string) []Use {
	var uses []Use
	for _, f := range v.FactsByKey(Producer, Key(what)) {
		uses = append(uses, usesOf(f)...)
	}
	newest := newestFirst(uses)
	slices.SortStableFunc(uses, func(a, b Use) int {
		return cmp.Or(newest(a.Version(), b.Version()), a.Entity.Compare(b.Entity))
	})
	return uses
}

// newestFirst returns the order of versions that holds for all the uses: their ecosystem's own where they share one.
// Versions of several ecosystems are ordered by their release numbers, which mean the same everywhere, and then as
// Maven orders qualifiers; it knows those of the others too.
func newestFirst(uses []Use) func(a, b string) int {
	mixed := slices.ContainsFunc(uses, func(u Use) bool { return u.Ecosystem != uses[0].Ecosystem })
	return func(a, b string) int {
		if !mixed {
			return Compare(uses[0].Ecosystem, b, a)
		}
		return cmp.Or(compareBool(a == "", b == ""), compareNumbers(numbers(b), numbers(a)), Compare(Maven, b, a))
	}
}

// Of lists the versions of a technology or package in one component, the one to show first; empty when the component
// does not use it or was not read (Scan tells which). What is pulled in by others counts when nothing else is known.
func Of(v View, entity catalog.Ref, what string) []Use {
	keys := []string{Key(what)}
	if rest, ok := strings.CutPrefix(keys[0], PrefixTech); ok {
		keys = append(keys, PrefixVia+rest)
	}
	for _, key := range keys {
		for _, f := range v.Facts(entity, Producer, key) {
			if f.Key == key {
				return usesOf(f)
			}
		}
	}
	return nil
}

// All lists the well-known technologies of one component, one use each, languages and runtimes first, then by name.
func All(v View, entity catalog.Ref) []Use {
	var uses []Use
	for _, f := range v.Facts(entity, Producer, PrefixTech) {
		if u := usesOf(f); len(u) > 0 {
			uses = append(uses, u[0])
		}
	}
	slices.SortStableFunc(uses, func(a, b Use) int {
		return cmp.Or(cmp.Compare(kindOrder(a.Kind), kindOrder(b.Kind)), strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)))
	})
	return uses
}

func kindOrder(k Kind) int {
	return slices.Index([]Kind{Language, RuntimeKind, Framework, Library, Tool, BaseImage}, k)
}

func usesOf(f catalog.Fact) []Use {
	items, err := DecodeFact(f)
	if err != nil {
		return nil // another version of the program wrote it; the next scan replaces it
	}
	uses := make([]Use, len(items))
	for i, it := range items {
		uses[i] = Use{f.Entity, it, f.AsOf}
	}
	return uses
}

// Coverage says how many components an answer about the fleet rests on.
type Coverage struct {
	Read      int // with at least one manifest
	Empty     int // whose tree has no known manifest
	Unread    int // whose code could not be read, or no longer
	Oldest    time.Time
	Newest    time.Time
	WithFault int // read, but with a problem in some manifest
}

// Cover counts the scans of the entities for which keep is true; nil keeps all. Components that were never looked at
// are in none of the counts: the total is the catalog's to tell.
func Cover(v View, keep func(catalog.Ref) bool) Coverage {
	var c Coverage
	for _, f := range v.FactsByKey(Producer, KeyScan) {
		if keep != nil && !keep(f.Entity) {
			continue
		}
		s, err := DecodeScan(f)
		if err != nil {
			continue
		}
		switch s.State {
		case StateRead:
			c.Read++
		case StateEmpty:
			c.Empty++
		default:
			c.Unread++
		}
		if len(s.Problems) > 0 {
			c.WithFault++
		}
		if c.Oldest.IsZero() || f.AsOf.Before(c.Oldest) {
			c.Oldest = f.AsOf
		}
		if f.AsOf.After(c.Newest) {
			c.Newest = f.AsOf
		}
	}
	return c
}

// ScanOf returns how looking at a component went; ok is false when it was never looked at.
func ScanOf(v View, entity catalog.Ref) (s Scanned, asOf time.Time, ok bool) {
	for _, f := range v.Facts(entity, Producer, KeyScan) {
		if s, err := DecodeScan(f); err == nil {
			return s, f.AsOf, true
		}
	}
	return Scanned{}, time.Time{}, false
}
