package web

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// version is something a component is built with.
type version struct {
	Name, Version, Source string
	rank                  int
}

// item is what a page reads of a fact of the inventory; the package catalog/inventory describes the format.
type item struct {
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	Declared string `json:"decl"`
	Resolved string `json:"res"`
	File     string `json:"file"`
	Line     int    `json:"line"`
}

// versions returns what the inventory found of an entity, languages first, and how many more there are.
func versions(view search.View, ref catalog.Ref) ([]version, int) {
	var out []version
	for _, f := range view.Facts(ref, "inventory", "tech/") {
		var items []item
		if json.Unmarshal([]byte(f.Value), &items) != nil || len(items) == 0 {
			continue // written by another version of this program
		}
		it := items[0]
		v := version{Name: it.Name, Version: it.Resolved, Source: it.File, rank: slices.Index([]string{"language", "runtime", "framework", "image", "library", "tool"}, it.Kind)}
		if v.Version == "" {
			v.Version = it.Declared
		}
		if it.Line > 0 {
			v.Source += ":" + strconv.Itoa(it.Line)
		}
		out = append(out, v)
	}
	slices.SortStableFunc(out, func(a, b version) int { return a.rank - b.rank })
	if n := len(out) - maxVersions; n > 0 {
		return out[:maxVersions], n
	}
	return out, 0
}
