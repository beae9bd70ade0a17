package inventory

import (
	"encoding/json"
	"path"
	"strings"
)

// readComposer reads composer.json (getcomposer.org) and composer.lock.
func readComposer(s *scan, name string, data []byte) {
	var c struct {
		Require    looseMap `json:"require"`
		RequireDev looseMap `json:"require-dev"`
	}
	if err := json.Unmarshal(data, &c); err != nil {
		s.failJSON(name, data, err)
		return
	}
	lines := jsonLines(data)
	lock := s.lock(path.Dir(name), []string{"composer.lock"}, parseComposerLock)
	direct := map[string]bool{}
	add := func(deps looseMap, section string, dev bool) {
		for _, k := range deps.keys() {
			line := lines[section+"/"+k]
			if k == "php" || k == "php-64bit" {
				s.runtime(name, line, "php", deps[k], PlaceManifest)
				continue
			}
			if !strings.Contains(k, "/") { // extensions of PHP itself
				continue
			}
			it := Item{Ecosystem: Composer, Package: strings.ToLower(k), Declared: deps[k], Line: line, Dev: dev}
			if it.Resolved = lock.version(it.Package); it.Resolved == "" && isExact(it.Declared) {
				it.Resolved = it.Declared
			}
			direct[it.Package] = true
			s.add(name, it)
		}
	}
	add(c.Require, "require", false)
	add(c.RequireDev, "require-dev", true)
	if c.Require["php"] == "" {
		s.runtime(name, 0, "php", "", PlaceImplied)
	}
	s.addIndirect(Composer, lock, direct)
}

func parseComposerLock(s *scan, name string, data []byte) *lockFile {
	type pkg struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	var doc struct {
		Packages []pkg `json:"packages"`
		Dev      []pkg `json:"packages-dev"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		s.failJSON(name, data, err)
		return nil
	}
	l := newLock(name)
	for _, p := range append(doc.Packages, doc.Dev...) {
		l.put(strings.ToLower(p.Name), p.Version, 0)
	}
	return l
}
