package inventory

import (
	"path"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// readPubspec reads pubspec.yaml (dart.dev/tools/pub/pubspec) and pubspec.lock.
func readPubspec(s *scan, name string, data []byte) {
	doc, err := yamldoc.Parse(data, yamldoc.DefaultLimits())
	if err != nil {
		s.fail(name, 0, err)
		return
	}
	lock := s.lock(path.Dir(name), []string{"pubspec.lock"}, parsePubspecLock)
	sdk, flutter := doc.At("environment", "sdk"), doc.At("environment", "flutter")
	if sdk != nil {
		s.runtime(name, sdk.Line, "dart", sdk.Text, PlaceManifest)
	} else {
		s.runtime(name, 0, "dart", "", PlaceImplied)
	}
	if flutter != nil {
		s.runtime(name, flutter.Line, "flutter", flutter.Text, PlaceManifest)
	}
	direct := map[string]bool{}
	for _, section := range []string{"dependencies", "dev_dependencies"} {
		deps := doc.Get(section)
		if deps == nil {
			continue
		}
		for _, f := range deps.Fields {
			if f.Value.Get("sdk").Str() == "flutter" && f.Key == "flutter" && flutter == nil {
				s.runtime(name, f.Line, "flutter", lock.version("flutter\x00"), PlaceManifest)
			}
			if f.Value.Get("sdk") != nil {
				continue
			}
			it := Item{Ecosystem: Pub, Package: f.Key, Line: f.Line, Dev: section == "dev_dependencies", Declared: scalar(f.Value)}
			if v := f.Value.Get("version"); v != nil {
				it.Declared = scalar(v)
			}
			if it.Resolved = lock.version(f.Key); it.Resolved == "" && isExact(it.Declared) {
				it.Resolved = it.Declared
			}
			direct[f.Key] = true
			s.add(name, it)
		}
	}
	s.addIndirect(Pub, lock, direct)
}

func scalar(n *yamldoc.Node) string {
	if n == nil || n.Kind == yamldoc.Null {
		return ""
	}
	return n.Text
}

func parsePubspecLock(s *scan, name string, data []byte) *lockFile {
	doc, err := yamldoc.Parse(data, yamldoc.DefaultLimits())
	if err != nil {
		s.fail(name, 0, err)
		return nil
	}
	l := newLock(name)
	if packages := doc.Get("packages"); packages != nil {
		for _, f := range packages.Fields {
			if f.Value.Get("source").Str() != "sdk" {
				l.put(f.Key, scalar(f.Value.Get("version")), f.Line)
			}
		}
	}
	if v := doc.At("sdks", "flutter"); v != nil {
		l.byName["flutter\x00"] = v.Text
	}
	return l
}
