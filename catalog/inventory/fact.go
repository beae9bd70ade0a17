package inventory

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Producer is the producer of all facts of this package.
const Producer = "inventory"

// The keys of facts. The value of every fact but the scan's is a JSON array of Item, the one to show first; the others
// are further versions of the same thing in the same component.
const (
	// KeyScan is the fact that a component was looked at. Its value is the JSON of Scanned.
	KeyScan = "scan"
	// PrefixTech + technology id: what the component asks for itself.
	PrefixTech = "tech/"
	// PrefixVia + technology id: what lock files show to be pulled in by something else.
	PrefixVia = "via/"
	// PrefixPackage + ecosystem + "/" + package: every package the component asks for itself.
	PrefixPackage = "pkg/"
)

// maxPackages bounds how many packages of one component are kept as facts.
const maxPackages = 600

// maxVersions bounds how many items one fact holds.
const maxVersions = 20

// State says how far looking at a component came.
type State string

// The states of a scan.
const (
	StateRead     State = "read"     // at least one manifest was read
	StateEmpty    State = "empty"    // the source tree has no manifest that is known
	StateNoSource State = "nosource" // the catalog does not say where the code lies, or it is not reachable
	StateFailed   State = "failed"   // the source tree could not be read to its end
)

// Scanned is the value of the fact KeyScan.
type Scanned struct {
	State     State     `json:"state"`
	Where     string    `json:"where,omitempty"` // the source tree as a person would open it
	Manifests []string  `json:"manifests,omitempty"`
	Problems  []Problem `json:"problems,omitempty"`
	Print     string    `json:"print,omitempty"` // fingerprint of the manifests, to tell that nothing changed
}

// PackageKey is the key of the fact about a package.
func PackageKey(e Ecosystem, pkg string) string { return PrefixPackage + string(e) + "/" + pkg }

// ParsePackageKey splits a key that PackageKey made.
func ParsePackageKey(key string) (e Ecosystem, pkg string, ok bool) {
	rest, ok := strings.CutPrefix(key, PrefixPackage)
	if !ok {
		return "", "", false
	}
	eco, pkg, ok := strings.Cut(rest, "/")
	return Ecosystem(eco), pkg, ok
}

// Facts returns what a scan found as facts about an entity, ordered by key.
func (r Result) Facts(entity catalog.Ref, asOf time.Time) []catalog.Fact {
	groups := map[string][]Item{}
	packages := 0
	for _, it := range r.Items {
		if it.Tech != "" {
			key := PrefixTech + it.Tech
			if it.Indirect {
				key = PrefixVia + it.Tech
			}
			groups[key] = append(groups[key], it)
		}
		if it.Indirect || it.Ecosystem == Runtime || it.Ecosystem == Gradle {
			continue
		}
		key := PackageKey(it.Ecosystem, it.Package)
		if groups[key] == nil {
			if packages++; packages > maxPackages {
				continue
			}
		}
		groups[key] = append(groups[key], it)
	}
	facts := make([]catalog.Fact, 0, len(groups)+1)
	for key, items := range groups {
		items = settle(items)
		facts = append(facts, catalog.Fact{Entity: entity, Producer: Producer, Key: key,
			Value: encode(items), Source: items[0].where(), AsOf: asOf})
	}
	facts = append(facts, catalog.Fact{Entity: entity, Producer: Producer, Key: KeyScan,
		Value: encode(r.Scanned), Source: clip(r.Where, maxFileRef), AsOf: asOf})
	slices.SortFunc(facts, func(a, b catalog.Fact) int { return strings.Compare(a.Key, b.Key) })
	return facts
}

func (i Item) where() string {
	if i.Line > 0 {
		return fmt.Sprintf("%s:%d", i.File, i.Line)
	}
	return i.File
}

// encode renders values that always can be: structs of strings, numbers and slices.
func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// settle orders the items about one thing, the one to show first, and keeps one of each version. Where a weighty
// statement gives a version, weaker ones (an image beside a version file, a starter beside its parent) in the same
// folder are dropped.
func settle(items []Item) []Item {
	slices.SortStableFunc(items, compareWeight)
	var out []Item
	for _, it := range items {
		v := it.Version()
		if len(out) > 0 && (v == "" || slices.ContainsFunc(out, func(o Item) bool { return o.covers(it, v) })) {
			continue
		}
		if out = append(out, it); len(out) == maxVersions {
			break
		}
	}
	return out
}

// covers reports whether o already says what it would.
func (i Item) covers(it Item, version string) bool {
	own := i.Version()
	if own == "" {
		return false
	}
	if own == version {
		return true
	}
	weaker := it.Place > i.Place || it.rank > i.rank || it.Dev && !i.Dev
	return weaker && (folder(i.File) == folder(it.File) || it.Place > PlaceManifest && i.Ecosystem != it.Ecosystem)
}

func compareWeight(a, b Item) int {
	return cmp.Or(
		compareBool(a.Version() == "", b.Version() == ""),
		compareBool(a.Dev, b.Dev),
		cmp.Compare(a.Place, b.Place),
		cmp.Compare(strings.Count(a.File, "/"), strings.Count(b.File, "/")),
		cmp.Compare(a.rank, b.rank),
		compareBool(a.Resolved == "", b.Resolved == ""),
		cmp.Compare(a.File, b.File),
		cmp.Compare(a.Line, b.Line),
	)
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}

func folder(file string) string {
	if i := strings.LastIndexByte(file, '/'); i >= 0 {
		return file[:i]
	}
	return ""
}

// DecodeFact reads the items of a fact, the one to show first. A fact of another producer or KeyScan's is an error of
// kind fault.Invalid.
func DecodeFact(f catalog.Fact) ([]Item, error) {
	if f.Producer != Producer || f.Key == KeyScan {
		return nil, fault.New(fault.Invalid, "the fact %s of %s is not an inventory item", f.Key, f.Producer)
	}
	var items []Item
	if err := json.Unmarshal([]byte(f.Value), &items); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the fact %s of %s cannot be read", f.Key, f.Entity)
	}
	return items, nil
}

// DecodeScan reads the fact KeyScan.
func DecodeScan(f catalog.Fact) (Scanned, error) {
	var s Scanned
	if f.Producer != Producer || f.Key != KeyScan {
		return s, fault.New(fault.Invalid, "the fact %s of %s is not a scan", f.Key, f.Producer)
	}
	if err := json.Unmarshal([]byte(f.Value), &s); err != nil {
		return s, fault.Wrap(fault.Invalid, err, "the fact %s of %s cannot be read", f.Key, f.Entity)
	}
	return s, nil
}
