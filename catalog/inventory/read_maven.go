package inventory

import (
	"path"
	"strings"
)

// readPom reads pom.xml (maven.apache.org/pom.html) together with the parents that lie in the repository.
func readPom(s *scan, name string, _ []byte) {
	p, err := s.pom(name, 0)
	if err != nil {
		s.fail(name, 0, err)
		return
	}
	if p.javaVersion() == "" {
		s.runtime(name, 0, "java", "", PlaceImplied)
	}
	for q := p; q != nil; q = q.parent {
		q.emit(s, p)
	}
}

// emit records what one pom of a chain states, as it holds for the child at the chain's end.
func (p *pom) emit(s *scan, child *pom) {
	if g, a, v := p.parentCoords(); p.parent == nil && g != "" {
		s.add(p.name, Item{Ecosystem: Maven, Package: g + ":" + a, Declared: v, Resolved: concrete(v), Line: p.root.at("parent", "version").line})
	}
	if v, line, at := p.ownJava(child); v != "" && v == child.javaVersion() {
		s.runtime(at, line, "java", v, PlacePin)
	}
	for _, d := range p.root.at("dependencies").all("dependency") {
		p.emitDependency(s, child, d)
	}
	for _, d := range p.root.at("dependencyManagement", "dependencies").all("dependency") {
		if d.child("scope").text != "import" {
			continue
		}
		v := child.fill(d.child("version").text)
		s.add(p.name, Item{Ecosystem: Maven, Package: p.coords(child, d), Declared: v, Resolved: concrete(v), Line: d.line})
	}
	for _, d := range p.root.at("build", "plugins").all("plugin") {
		it := Item{Ecosystem: Maven, Package: p.coords(child, d), Line: d.line, Dev: true}
		if strings.HasPrefix(it.Package, ":") {
			it.Package = "org.apache.maven.plugins" + it.Package
		}
		it.Declared = child.fill(d.child("version").text)
		if it.Declared == "" {
			it.Declared = child.managedPlugin(it.Package)
		}
		it.Resolved = concrete(it.Declared)
		if s.known(Maven, it.Package) {
			s.add(p.name, it)
		}
	}
}

func (p *pom) emitDependency(s *scan, child *pom, d *node) {
	it := Item{Ecosystem: Maven, Package: p.coords(child, d), Line: d.line}
	scope := d.child("scope").text
	v := d.child("version")
	it.Declared = child.fill(v.text)
	if v.line > 0 {
		it.Line = v.line
	}
	it.Resolved = concrete(it.Declared)
	if it.Declared == "" {
		var managedScope string
		it.Resolved, managedScope = child.managed(it.Package)
		it.Resolved = concrete(it.Resolved)
		if scope == "" {
			scope = managedScope
		}
	}
	it.Dev = scope == "test"
	s.add(p.name, it)
}

func (p *pom) coords(child *pom, d *node) string {
	return child.fill(d.child("groupId").text) + ":" + child.fill(d.child("artifactId").text)
}

// concrete returns v when it is one version; an interval or an unknown property is none.
func concrete(v string) string {
	if v == "" || strings.ContainsAny(v, "[](),${} ") || strings.EqualFold(v, "LATEST") || strings.EqualFold(v, "RELEASE") {
		return ""
	}
	return v
}

// relativePom returns where the parent of a pom may lie in the repository, or "".
func (p *pom) relativePom() string {
	parent := p.root.child("parent")
	if parent.line == 0 {
		return ""
	}
	rel := "../pom.xml"
	for _, r := range parent.all("relativePath") {
		if rel = p.fill(r.text); rel == "" {
			return ""
		}
	}
	at := path.Join(path.Dir(p.name), rel)
	if !strings.HasSuffix(at, ".xml") {
		at = path.Join(at, "pom.xml")
	}
	return at
}
