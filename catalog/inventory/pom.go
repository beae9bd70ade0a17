package inventory

import (
	"strings"
)

// Bounds of resolving poms.
const (
	maxParents = 8
	maxFill    = 12 // nested properties
)

// pom is a parsed pom.xml with the parents that lie in the repository.
type pom struct {
	name   string
	root   *node
	parent *pom
	props  map[string]*node
}

// pom parses a file of the repository once and links it to its parent.
func (s *scan) pom(name string, depth int) (*pom, error) {
	if p, ok := s.poms[name]; ok {
		return p, nil
	}
	data, err := s.read(name, maxFile)
	if err != nil {
		return nil, err
	}
	root, err := parseXML(name, data)
	if err != nil {
		return nil, err
	}
	p := &pom{name: name, root: root, props: map[string]*node{}}
	for _, c := range root.child("properties").children {
		p.props[c.name] = c
	}
	s.poms[name] = p
	if at := p.relativePom(); at != "" && at != name && depth < maxParents {
		if up, err := s.pom(at, depth+1); err == nil && up.is(p.parentCoords()) && !up.descends(p) {
			p.parent = up
		}
	}
	return p, nil
}

// descends reports whether q is p or one of its parents.
func (p *pom) descends(q *pom) bool {
	for range maxParents + 2 {
		if p == nil || p == q {
			return p == q
		}
		p = p.parent
	}
	return true
}

// is reports whether the pom is the one a child names as its parent.
func (p *pom) is(group, artifact, _ string) bool {
	own := p.root.child("groupId").text
	if own == "" {
		own, _, _ = p.parentCoords()
	}
	return p.root.child("artifactId").text == artifact && (own == group || strings.Contains(own, "${"))
}

func (p *pom) parentCoords() (group, artifact, version string) {
	n := p.root.child("parent")
	return n.child("groupId").text, n.child("artifactId").text, p.fill(n.child("version").text)
}

// property looks a name up in the pom and its parents; line and file say where it stands.
func (p *pom) property(name string) (value string, line int, file string) {
	for q := p; q != nil; q = q.parent {
		if n, ok := q.props[name]; ok {
			return n.text, n.line, q.name
		}
	}
	name = strings.TrimPrefix(strings.TrimPrefix(name, "project."), "pom.")
	if rest, ok := strings.CutPrefix(name, "parent."); ok {
		n := p.root.at("parent", rest)
		return n.text, n.line, p.name
	}
	switch name {
	case "version", "groupId", "artifactId":
		for q := p; q != nil; q = q.parent {
			if n := q.root.child(name); n.text != "" {
				return n.text, n.line, q.name
			}
		}
		n := p.root.at("parent", name)
		return n.text, n.line, p.name
	}
	return "", 0, ""
}

// fill replaces ${name} by properties. What is not known stays as it is written.
func (p *pom) fill(s string) string {
	return expand(s, func(name string) string {
		v, _, _ := p.property(name)
		return v
	})
}

// expand replaces ${name} in s, and in what it is replaced by, within bounds.
func expand(s string, get func(string) string) string {
	for range maxFill {
		start := strings.Index(s, "${")
		if start < 0 || len(s) > maxFileRef {
			return s
		}
		var b strings.Builder
		rest, changed := s, false
		for start >= 0 {
			end := strings.IndexByte(rest[start:], '}')
			if end < 0 {
				break
			}
			v := get(rest[start+2 : start+end])
			if v == "" {
				v = rest[start : start+end+1]
			} else {
				changed = true
			}
			b.WriteString(rest[:start] + v)
			rest = rest[start+end+1:]
			start = strings.Index(rest, "${")
		}
		b.WriteString(rest)
		if s = b.String(); !changed {
			return s
		}
	}
	return s
}

// managed returns the version that dependencyManagement, an imported bill of materials or Spring Boot's parent
// gives to a package; "" when it cannot be told from the repository.
func (p *pom) managed(pkg string) (version, scope string) {
	group, _, _ := strings.Cut(pkg, ":")
	for q := p; q != nil; q = q.parent {
		for _, d := range q.root.at("dependencyManagement", "dependencies").all("dependency") {
			if q.coords(p, d) == pkg {
				return p.fill(d.child("version").text), d.child("scope").text
			}
		}
	}
	if name, ok := bootProperties()[group]; ok {
		if v, _, _ := p.property(name); v != "" {
			return p.fill(v), ""
		}
	}
	for q := p; q != nil; q = q.parent {
		for _, d := range q.root.at("dependencyManagement", "dependencies").all("dependency") {
			if d.child("scope").text == "import" && p.fill(d.child("groupId").text) == group {
				return p.fill(d.child("version").text), ""
			}
		}
		if g, _, v := q.parentCoords(); g == group && strings.HasPrefix(g, "org.springframework.boot") {
			return v, ""
		}
	}
	return "", ""
}

// bootProperties are the properties by which projects override versions that Spring Boot manages
// (docs.spring.io, "Version Properties"), by the group they mean.
func bootProperties() map[string]string {
	return map[string]string{
		"org.apache.logging.log4j":   "log4j2.version",
		"ch.qos.logback":             "logback.version",
		"org.jetbrains.kotlin":       "kotlin.version",
		"org.springframework":        "spring-framework.version",
		"io.netty":                   "netty.version",
		"org.yaml":                   "snakeyaml.version",
		"com.fasterxml.jackson.core": "jackson-bom.version",
		"org.postgresql":             "postgresql.version",
		"org.hibernate.orm":          "hibernate.version",
		"org.junit.jupiter":          "junit-jupiter.version",
	}
}

func (p *pom) managedPlugin(pkg string) string {
	for q := p; q != nil; q = q.parent {
		for _, d := range q.root.at("build", "pluginManagement", "plugins").all("plugin") {
			if q.coords(p, d) == pkg {
				return p.fill(d.child("version").text)
			}
		}
	}
	if strings.HasPrefix(pkg, "org.jetbrains.kotlin:") {
		v, _, _ := p.property("kotlin.version")
		return p.fill(v)
	}
	return ""
}

// javaVersion is the Java release the code is compiled for, "" when nothing says so.
func (p *pom) javaVersion() string {
	for q := p; q != nil; q = q.parent {
		if v, _, _ := q.ownJava(p); v != "" {
			return v
		}
	}
	return ""
}

// ownJava is what this pom alone states about the Java release, with the child's properties.
func (p *pom) ownJava(child *pom) (version string, line int, file string) {
	for _, name := range []string{"maven.compiler.release", "java.version", "maven.compiler.source", "maven.compiler.target", "jdk.version", "javaVersion"} {
		if n, ok := p.props[name]; ok {
			if v := javaRelease(child.fill(n.text)); v != "" {
				return v, n.line, p.name
			}
		}
	}
	for _, section := range []string{"plugins", "pluginManagement"} {
		plugins := p.root.at("build", section)
		if section == "pluginManagement" {
			plugins = plugins.child("plugins")
		}
		for _, d := range plugins.all("plugin") {
			if d.child("artifactId").text != "maven-compiler-plugin" {
				continue
			}
			for _, name := range []string{"release", "source", "target"} {
				n := d.at("configuration", name)
				if v := javaRelease(child.fill(n.text)); v != "" {
					return v, n.line, p.name
				}
			}
		}
	}
	if g, a, v := p.parentCoords(); g == "org.springframework.boot" && a == "spring-boot-starter-parent" {
		return bootJava(v), p.root.at("parent", "version").line, p.name
	}
	return "", 0, ""
}

// bootJava is the value that spring-boot-starter-parent gives to java.version.
func bootJava(boot string) string {
	n := numbers(boot)
	switch {
	case len(n) == 0:
		return ""
	case n[0] >= 3:
		return "17"
	case n[0] == 2:
		return "8"
	default:
		return "6"
	}
}

// javaRelease brings "1.8", "VERSION_1_8", "17.0.2" and "21" to the form people say: 8, 17.0.2, 21.
func javaRelease(s string) string {
	s = strings.TrimSpace(s)
	s = strings.TrimPrefix(strings.TrimPrefix(s, "JavaVersion."), "VERSION_")
	s = strings.ReplaceAll(s, "_", ".")
	if rest, ok := strings.CutPrefix(s, "1."); ok && rest != "" {
		s = rest
	}
	if s == "" || !isDigit(s[0]) {
		return ""
	}
	return s
}
