package inventory

import (
	"path"
	"strings"
)

// readGradle reads build.gradle and build.gradle.kts.
func readGradle(s *scan, name string, _ []byte) {
	f := s.gradleScript(name)
	if f == nil {
		return
	}
	g := s.gradleScope(path.Dir(name))
	before := len(s.items)
	boms := map[string]string{}
	for i, line := range f.lines {
		g.readPlugins(name, line, i+1)
		g.readJava(name, line, i+1)
		for _, it := range g.dependencies(line) {
			it.Line = i + 1
			if isBOM(it.Package) || strings.Contains(line, "latform") || strings.Contains(line, "mavenBom") {
				group, _, _ := strings.Cut(it.Package, ":")
				boms[group] = it.Declared
			}
			s.addGradle(g, name, it)
		}
	}
	g.fillManaged(s.items[before:], boms)
	direct := map[string]bool{}
	for _, it := range s.items[before:] {
		direct[it.Package] = true
	}
	s.addIndirect(Maven, g.locked, direct)
	if !g.hasJava(s.items[before:]) && g.jvm() {
		s.runtime(name, 0, "java", "", PlaceImplied)
	}
}

func isBOM(pkg string) bool {
	return strings.HasSuffix(pkg, "-bom") || strings.HasSuffix(pkg, "-dependencies")
}

func (s *scan) addGradle(g *gradleScope, name string, it Item) {
	if it.Ecosystem == Maven {
		if it.Resolved = g.locked.version(it.Package); it.Resolved == "" && !strings.ContainsAny(it.Declared, "+") {
			it.Resolved = concrete(it.Declared)
		}
	}
	s.add(name, it)
}

// fillManaged gives packages without a version the one of their group's platform, or of Spring Boot's plugin.
func (g *gradleScope) fillManaged(items []Item, boms map[string]string) {
	for i := range items {
		it := &items[i]
		if it.Ecosystem != Maven || it.Declared != "" || it.Resolved != "" {
			continue
		}
		group, _, _ := strings.Cut(it.Package, ":")
		if it.Resolved = concrete(boms[group]); it.Resolved == "" {
			it.Resolved = concrete(g.plugin(group))
		}
		if it.Resolved == "" && group == "org.jetbrains.kotlin" {
			it.Resolved = concrete(g.plugin("org.jetbrains.kotlin.jvm"))
		}
	}
}

func (g *gradleScope) readPlugins(name, line string, n int) {
	add := func(id, version string) {
		if version == "" {
			version = g.plugin(id)
		}
		if g.s.known(Gradle, id) {
			g.s.add(name, Item{Ecosystem: Gradle, Package: id, Declared: version, Resolved: concrete(version), Line: n})
		}
	}
	for _, m := range gradlePlugin.FindAllStringSubmatch(line, -1) {
		add(m[1], g.value(m[2]))
	}
	for _, m := range gradleKotlin.FindAllStringSubmatch(line, -1) {
		if gradleKotlinDep.FindString(line) == "" {
			add("org.jetbrains.kotlin."+m[1], g.value(m[2]))
		}
	}
	for _, m := range gradleApply.FindAllStringSubmatch(line, -1) {
		add(m[1], "")
	}
	for _, m := range gradleAlias.FindAllStringSubmatch(line, -1) {
		if id, v := g.catalog.plugin(m[1]); id != "" {
			add(id, v)
		}
	}
}

func (g *gradleScope) readJava(name, line string, n int) {
	for _, m := range gradleJava.FindAllStringSubmatch(line, -1) {
		v := m[2]
		if !isDigit(v[0]) {
			v = g.value(v)
		}
		if v = javaRelease(v); v == "" || len(numbers(v)) == 0 {
			continue
		}
		place := PlacePin
		if strings.HasPrefix(m[1], "target") || strings.HasPrefix(m[1], "source") {
			place = PlaceManifest
		}
		g.s.runtime(name, n, "java", v, place)
	}
	for _, m := range gradleAndroid.FindAllStringSubmatch(line, -1) {
		g.s.runtime(name, n, "android-"+strings.ToLower(strings.TrimSuffix(m[1], "Sdk"))+"-sdk", m[2], PlacePin)
	}
}

// dependencies reads the dependency notations of a line.
func (g *gradleScope) dependencies(line string) []Item {
	var out []Item
	add := func(conf, pkg, version string) {
		if notADependency(conf) {
			return
		}
		c := strings.ToLower(conf)
		dev := strings.Contains(c, "test") || c == "classpath" || strings.Contains(c, "developmentonly") || strings.HasPrefix(c, "debug")
		out = append(out, Item{Ecosystem: Maven, Package: pkg, Declared: version, Dev: dev})
	}
	for _, m := range gradleNotation.FindAllStringSubmatch(line, -1) {
		parts := strings.SplitN(g.fill(m[3]), ":", 4)
		v := ""
		if len(parts) > 2 {
			v, _, _ = strings.Cut(parts[2], "@")
		}
		if m[4] != "" {
			v += g.value(m[4])
		}
		add(m[1], parts[0]+":"+parts[1], v)
	}
	for _, m := range gradleNamed.FindAllStringSubmatch(line, -1) {
		add(m[1], m[2]+":"+m[3], g.value(m[4]))
	}
	for _, m := range gradleThree.FindAllStringSubmatch(line, -1) {
		if strings.Contains(m[2], ".") {
			add(m[1], m[2]+":"+m[3], g.value(m[4]))
		}
	}
	for _, m := range gradleKotlinDep.FindAllStringSubmatch(line, -1) {
		add(m[1], "org.jetbrains.kotlin:kotlin-"+m[2], g.value(m[3]))
	}
	for _, m := range gradleCatalog.FindAllStringSubmatch(line, -1) {
		for _, lib := range g.catalog.libraries(m[2]) {
			add(m[1], lib.module, lib.version)
		}
	}
	return out
}

// notADependency are words before a quoted a:b that are not the name of a configuration.
func notADependency(conf string) bool {
	switch strings.ToLower(conf) {
	case "exclude", "because", "url", "project", "include", "module", "group", "println", "force", "id", "from", "alias", "version", "get":
		return true
	}
	return false
}

func (g *gradleScope) hasJava(items []Item) bool {
	for _, it := range items {
		if it.Ecosystem == Runtime && it.Package == "java" {
			return true
		}
	}
	return false
}

// jvm reports whether the nearest script compiles for the Java platform.
func (g *gradleScope) jvm() bool {
	if len(g.scripts) == 0 {
		return false
	}
	text := strings.Join(g.scripts[0].lines, "\n")
	return strings.Contains(text, "java") || strings.Contains(text, "kotlin") || strings.Contains(text, "implementation")
}
