package web

import (
	"strconv"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/inventory"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// version is something a component is built with.
type version struct{ Name, Version, Source string }

// versions returns what the inventory found of an entity, languages first, and how many more there are.
func versions(view search.View, ref catalog.Ref) ([]version, int) {
	uses := inventory.All(view, ref)
	more := max(0, len(uses)-maxVersions)
	var out []version
	for _, u := range uses[:len(uses)-more] {
		v := version{Name: u.Name, Version: u.Version(), Source: u.File}
		if u.Line > 0 {
			v.Source += ":" + strconv.Itoa(u.Line)
		}
		out = append(out, v)
	}
	return out, more
}
