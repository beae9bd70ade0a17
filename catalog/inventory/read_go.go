package inventory

import (
	"errors"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// readGoMod reads go.mod (go.dev/ref/mod). Minimal version selection makes the required version the one in use,
// unless a replace directive names another.
func readGoMod(s *scan, name string, data []byte) {
	f, err := modfile.ParseLax(name, data, nil)
	if err != nil {
		var list modfile.ErrorList
		if errors.As(err, &list) && len(list) > 0 {
			s.fail(name, list[0].Pos.Line, fault.New(fault.Invalid, "%v", list[0].Err))
			return
		}
		s.fail(name, 0, err)
		return
	}
	if f.Go != nil {
		s.runtime(name, f.Go.Syntax.Start.Line, "go", f.Go.Version, PlacePin)
	} else {
		s.runtime(name, 0, "go", "", PlaceImplied)
	}
	for _, r := range f.Require {
		it := Item{Ecosystem: Go, Package: r.Mod.Path, Declared: r.Mod.Version, Resolved: r.Mod.Version,
			Line: r.Syntax.Start.Line, Indirect: r.Indirect}
		for _, p := range f.Replace {
			if p.Old.Path != r.Mod.Path || p.Old.Version != "" && p.Old.Version != r.Mod.Version {
				continue
			}
			if it.Resolved = p.New.Version; strings.HasPrefix(p.New.Path, ".") {
				it.Resolved = ""
			}
		}
		s.add(name, it)
	}
}
