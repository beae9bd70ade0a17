package inventory

import (
	"encoding/json"
	"path"
	"regexp"
	"strings"
)

// msbuild is a project with what it inherits (learn.microsoft.com, "Customize your build by folder", "Central
// Package Management").
type msbuild struct {
	props    map[string]string
	versions map[string]string // lower-case package -> version of Directory.Packages.props
}

var msbuildProperty = regexp.MustCompile(`\$\((\w+)\)`)

// readProject reads *.csproj, *.fsproj and *.vbproj.
func readProject(s *scan, name string, data []byte) {
	root, err := parseXML(name, data)
	if err != nil {
		s.fail(name, 0, err)
		return
	}
	dir := path.Dir(name)
	b := &msbuild{props: map[string]string{}, versions: map[string]string{}}
	type file struct {
		name string
		root *node
	}
	var files []file
	for _, base := range []string{"Directory.Build.props", "Directory.Packages.props"} {
		at, content, ok := s.upwards(dir, base, maxFile)
		if !ok {
			continue
		}
		n, err := parseXML(at, content)
		if err != nil {
			s.fail(at, 0, err)
			continue
		}
		files = append(files, file{at, n})
		b.collect(n)
	}
	b.collect(root)
	lock := s.lock(dir, []string{"packages.lock.json"}, parseNuGetLock)
	b.target(s, name, root)
	for _, f := range append(files, file{name, root}) {
		b.references(s, f.name, f.root, lock)
	}
}

// collect takes over properties and central versions; later files win.
func (b *msbuild) collect(n *node) {
	for _, g := range n.all("PropertyGroup") {
		for _, p := range g.children {
			b.props[p.name] = p.text
		}
	}
	for _, g := range n.all("ItemGroup") {
		for _, p := range g.all("PackageVersion") {
			id := p.attr("Include") + p.attr("Update")
			b.versions[strings.ToLower(id)] = p.attr("Version")
		}
	}
}

func (b *msbuild) fill(s string) string {
	s = msbuildProperty.ReplaceAllString(s, "$${$1}")
	return expand(s, func(name string) string { return b.props[name] })
}

// target records what the project is built for.
func (b *msbuild) target(s *scan, name string, root *node) {
	line := root.line
	for _, g := range root.all("PropertyGroup") {
		for _, p := range g.children {
			if strings.HasPrefix(p.name, "TargetFramework") {
				line = p.line
			}
		}
	}
	frameworks := b.props["TargetFramework"] + ";" + b.props["TargetFrameworks"] + ";" + b.props["TargetFrameworkVersion"]
	for f := range strings.SplitSeq(b.fill(frameworks), ";") {
		if tech, v := dotnetTarget(strings.TrimSpace(f)); tech != "" {
			s.runtime(name, line, tech, v, PlaceManifest)
			if sdk := root.attr("Sdk"); tech == "dotnet" && strings.HasPrefix(sdk, "Microsoft.NET.Sdk.Web") {
				s.add(name, Item{Ecosystem: NuGet, Package: "microsoft.aspnetcore.app", Declared: v, Resolved: v, Line: root.line})
			}
		}
	}
	language := map[string]string{".csproj": "csharp", ".fsproj": "fsharp", ".vbproj": "vbnet"}[path.Ext(name)]
	if v := b.fill(b.props["LangVersion"]); v != "" && isDigit(v[0]) {
		s.runtime(name, line, language, v, PlaceManifest)
	} else {
		s.runtime(name, 0, language, "", PlaceImplied)
	}
}

// dotnetTarget reads a target framework moniker: net8.0, netcoreapp3.1, net48, net6.0-windows, v4.7.2.
func dotnetTarget(s string) (tech, version string) {
	s, _, _ = strings.Cut(strings.ToLower(s), "-")
	if v, ok := strings.CutPrefix(s, "netcoreapp"); ok {
		return "dotnet", v
	}
	if v, ok := strings.CutPrefix(s, "netstandard"); ok {
		return "netstandard", v
	}
	if v, ok := strings.CutPrefix(s, "v"); ok && v != "" && isDigit(v[0]) {
		return "dotnet-framework", v
	}
	v, ok := strings.CutPrefix(s, "net")
	switch {
	case !ok || v == "" || !isDigit(v[0]):
		return "", ""
	case strings.Contains(v, "."):
		return "dotnet", v
	default: // net48 is 4.8, net472 is 4.7.2
		return "dotnet-framework", strings.Join(strings.Split(v, ""), ".")
	}
}

func (b *msbuild) references(s *scan, name string, n *node, lock *lockFile) {
	for _, g := range n.all("ItemGroup") {
		for _, p := range append(g.all("PackageReference"), g.all("GlobalPackageReference")...) {
			id := strings.TrimSpace(p.attr("Include") + p.attr("Update"))
			it := Item{Ecosystem: NuGet, Package: strings.ToLower(id), Name: id, Line: p.line}
			it.Declared = b.fill(p.attr("VersionOverride"))
			if it.Declared == "" {
				it.Declared = b.fill(p.attr("Version"))
			}
			if it.Declared == "" {
				it.Declared = b.fill(b.versions[it.Package])
			}
			if it.Resolved = lock.version(it.Package); it.Resolved == "" {
				it.Resolved = strings.TrimSuffix(strings.TrimPrefix(exactNuGet(it.Declared), "["), "]")
			}
			it.Dev = strings.EqualFold(p.attr("PrivateAssets"), "all")
			s.add(name, it)
		}
	}
}

// exactNuGet returns a version that NuGet takes as it is: a plain one is a minimum that it prefers, [1.2] is exact.
func exactNuGet(v string) string {
	if strings.ContainsAny(v, ",(*${") {
		return ""
	}
	return v
}

// readPackagesConfig reads packages.config of older projects.
func readPackagesConfig(s *scan, name string, data []byte) {
	root, err := parseXML(name, data)
	if err != nil {
		s.fail(name, 0, err)
		return
	}
	for _, p := range root.all("package") {
		v := p.attr("version")
		s.add(name, Item{Ecosystem: NuGet, Package: strings.ToLower(p.attr("id")), Name: p.attr("id"), Declared: v, Resolved: v, Line: p.line,
			Dev: strings.EqualFold(p.attr("developmentDependency"), "true")})
	}
}

func parseNuGetLock(s *scan, name string, data []byte) *lockFile {
	var doc struct {
		Dependencies map[string]map[string]struct {
			Resolved string `json:"resolved"`
		} `json:"dependencies"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		s.failJSON(name, data, err)
		return nil
	}
	l := newLock(name)
	for _, target := range sortedKeys(doc.Dependencies) {
		for _, id := range sortedKeys(doc.Dependencies[target]) {
			l.put(strings.ToLower(id), doc.Dependencies[target][id].Resolved, 0)
		}
	}
	return l
}

// readGlobalJSON reads the SDK version of global.json.
func readGlobalJSON(s *scan, name string, data []byte) {
	var g struct {
		SDK struct {
			Version string `json:"version"`
		} `json:"sdk"`
	}
	if err := json.Unmarshal(data, &g); err != nil {
		s.failJSON(name, data, err)
		return
	}
	s.runtime(name, jsonLines(data)["sdk/version"], "dotnet-sdk", g.SDK.Version, PlacePin)
}
