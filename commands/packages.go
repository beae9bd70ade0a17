package commands

import (
	"strings"

	"github.com/backchannel-portal/backchannel/catalog/inventory"
	"github.com/backchannel-portal/backchannel/commands/understand"
)

// factKey is the inventory's key for a technology: its id when it is a well-known one, else the package of that name
// that most components ask for.
func (t *talk) factKey(m understand.TechMention) string {
	if _, ok := t.c.deps.Technologies.Technology(m.ID); ok || strings.HasPrefix(m.ID, inventory.PrefixPackage) {
		return m.ID
	}
	for _, name := range []string{m.Name, m.ID} {
		if key := t.packageNamed(name); key != "" {
			return key
		}
	}
	return m.ID
}

// packageNamed finds a package by its name or the last part of it ("@scope/name", "group:name", "host/org/name"); of
// several the one that most components ask for; "" when there is none.
func (t *talk) packageNamed(name string) string {
	best, count := "", 0
	if name == "" {
		return best
	}
	for _, k := range t.view.FactKeys(inventory.Producer, inventory.PrefixPackage) {
		_, pkg, ok := inventory.ParsePackageKey(k.Key)
		if !ok || k.Count <= count {
			continue
		}
		if sameName(pkg, name) || sameName(pkg[strings.LastIndexAny(pkg, "/:")+1:], name) {
			best, count = k.Key, k.Count
		}
	}
	return best
}

// packagesNamed turns names that mean no entity into technologies where they are names of packages.
func (t *talk) packagesNamed(names []string) bool {
	for _, name := range names {
		if key := t.packageNamed(name); key != "" {
			t.r.Tech = append(t.r.Tech, understand.TechMention{ID: key, Name: name})
			t.r.Fleet = true
		}
	}
	return len(t.r.Tech) > 0
}
