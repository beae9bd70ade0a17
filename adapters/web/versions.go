package web

import (
	"strconv"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/inventory"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// maxLibraries is how many things a component is built with are listed at most.
const maxLibraries = 200

// version is something a component is built with.
type version struct{ Name, Version, Kind, Source string }

// versions returns what the inventory found of an entity, languages first, and how many more there are.
func versions(view search.View, ref catalog.Ref) ([]version, int) {
	uses := inventory.All(view, ref)
	more := max(0, len(uses)-maxLibraries)
	var out []version
	for _, u := range uses[:len(uses)-more] {
		v := version{Name: u.Name, Version: u.Version(), Kind: string(u.Kind), Source: u.File}
		if u.Line > 0 {
			v.Source += ":" + strconv.Itoa(u.Line)
		}
		out = append(out, v)
	}
	return out, more
}
