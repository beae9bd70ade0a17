package inventory

import (
	"bytes"
	"path"
	"strings"
)

// versionFiles are files that hold the version of one thing, by base name.
func versionFiles(base string) (tech string, ok bool) {
	tech, ok = map[string]string{
		".nvmrc": "node", ".node-version": "node", ".python-version": "python", "runtime.txt": "python",
		".ruby-version": "ruby", ".java-version": "java", ".go-version": "go", ".php-version": "php",
		".terraform-version": "terraform", ".swift-version": "swift", ".scala-version": "scala", ".kotlin-version": "kotlin",
		".dart-version": "dart", ".flutter-version": "flutter", ".bun-version": "bun", ".elixir-version": "elixir", ".crystal-version": "crystal",
	}[base]
	return tech, ok
}

// readVersionFile reads the first line that is no comment of .nvmrc and its like.
func readVersionFile(s *scan, name string, data []byte) {
	tech, _ := versionFiles(path.Base(name))
	n := 0
	for raw := range bytes.Lines(data) {
		n++
		line, _, _ := strings.Cut(string(raw), "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		s.runtime(name, n, tech, toolVersion(tech, line), PlacePin)
		return
	}
}

// readToolVersions reads .tool-versions of asdf and mise: a tool and its versions a line.
func readToolVersions(s *scan, name string, data []byte) {
	n := 0
	for raw := range bytes.Lines(data) {
		n++
		line, _, _ := strings.Cut(string(raw), "#")
		f := strings.Fields(line)
		if len(f) < 2 || len(s.items) >= maxItems {
			continue
		}
		tech := toolName(f[0])
		s.runtime(name, n, tech, toolVersion(tech, f[1]), PlacePin)
	}
}

// readSdkman reads .sdkmanrc: tool=version lines.
func readSdkman(s *scan, name string, data []byte) {
	n := 0
	for raw := range bytes.Lines(data) {
		n++
		line, _, _ := strings.Cut(string(raw), "#")
		if k, v, ok := strings.Cut(line, "="); ok {
			tech := toolName(strings.TrimSpace(k))
			s.runtime(name, n, tech, toolVersion(tech, strings.TrimSpace(v)), PlacePin)
		}
	}
}

// toolName maps the names of version managers to technology ids.
func toolName(s string) string {
	s = strings.ToLower(s)
	if id, ok := map[string]string{"nodejs": "node", "golang": "go", "dotnet-core": "dotnet-sdk", "dotnet": "dotnet-sdk", "springboot": "spring-boot"}[s]; ok {
		return id
	}
	return s
}

// toolVersion brings what people write in version files to a version: "lts/hydrogen" to 18, "temurin-17.0.2+8" and
// "17.0.9-tem" to 17.0.9, "ruby-3.2.2" to 3.2.2, "go1.22" to 1.22. What names none is kept as it is.
func toolVersion(tech, s string) string {
	s = strings.TrimSpace(s)
	if tech == "node" {
		if major, ok := nodeCodenames()[strings.TrimPrefix(strings.ToLower(s), "lts/")]; ok {
			return major
		}
	}
	v := s
	if i := strings.LastIndexByte(v, '/'); i >= 0 {
		v = v[i+1:]
	}
	if tech == "java" {
		v = strings.ReplaceAll(v, "openjdk64-", "")
	}
	if i := strings.IndexAny(v, "0123456789"); i > 0 && strings.Trim(strings.ToLower(v[:i]), "abcdefghijklmnopqrstuvwxyz-_.") == "" {
		v = v[i:]
	}
	if v == "" || !isDigit(v[0]) {
		return s
	}
	v, _, _ = strings.Cut(v, "+")
	if tech == "java" {
		v, _, _ = strings.Cut(v, "-")
		return javaRelease(v)
	}
	return v
}

// nodeCodenames are the code names of Node.js's long-term support lines (github.com/nodejs/Release).
func nodeCodenames() map[string]string {
	return map[string]string{"argon": "4", "boron": "6", "carbon": "8", "dubnium": "10", "erbium": "12", "fermium": "14",
		"gallium": "16", "hydrogen": "18", "iron": "20", "jod": "22", "krypton": "24"}
}
