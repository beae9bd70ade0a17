package inventory

import (
	"encoding/json"
	"net/url"
	"path"
	"regexp"
	"strings"
)

var (
	swiftTools    = regexp.MustCompile(`^//\s*swift-tools-version\s*:?\s*([\d.]+)`)
	swiftPackage  = regexp.MustCompile(`\.package\(\s*(?:name:\s*"[^"]*"\s*,\s*)?url:\s*"([^"]+)"\s*,([^)]*(?:\([^)]*\))?[^)]*)\)`)
	swiftVersion  = regexp.MustCompile(`(from|exact|upToNextMajor|upToNextMinor|branch|revision)?\s*[:(]?\s*(?:from:\s*)?"([^"]+)"`)
	swiftPlatform = regexp.MustCompile(`\.(iOS|macOS|tvOS|watchOS|visionOS)\(\s*(?:\.v([\d_]+)|"([\d.]+)")`)
)

// readPackageSwift reads Package.swift (docs.swift.org, PackageDescription) and Package.resolved. The manifest is a
// program; dependencies and platforms are read where they are written literally.
func readPackageSwift(s *scan, name string, data []byte) {
	head, _, _ := strings.Cut(string(data), "\n")
	place, tools := PlaceImplied, ""
	if m := swiftTools.FindStringSubmatch(head); m != nil {
		place, tools = PlaceManifest, m[1]
	}
	s.runtime(name, 1, "swift", tools, place)
	text := stripComments(string(data))
	for _, m := range swiftPlatform.FindAllStringSubmatchIndex(text, -1) {
		v := strings.ReplaceAll(group(text, m, 2)+group(text, m, 3), "_", ".")
		s.runtime(name, lineAt(data, int64(m[0])), strings.ToLower(group(text, m, 1)), v, PlaceManifest)
	}
	lock := s.lock(path.Dir(name), []string{"Package.resolved"}, parsePackageResolved)
	direct := map[string]bool{}
	for _, m := range swiftPackage.FindAllStringSubmatchIndex(text, -1) {
		it := Item{Ecosystem: Swift, Package: repositoryName(group(text, m, 1)), Line: lineAt(data, int64(m[0]))}
		if v := swiftVersion.FindStringSubmatch(group(text, m, 2)); v != nil && v[1] != "branch" && v[1] != "revision" {
			if it.Declared = v[2]; v[1] == "exact" {
				it.Resolved = v[2]
			}
		}
		if v := lock.version(it.Package); v != "" {
			it.Resolved = v
		}
		direct[it.Package] = true
		s.add(name, it)
	}
	s.addIndirect(Swift, lock, direct)
}

func group(text string, m []int, n int) string {
	if m[2*n] < 0 {
		return ""
	}
	return text[m[2*n]:m[2*n+1]]
}

// repositoryName is the host and path of a repository's address, lower case and without ".git".
func repositoryName(s string) string {
	if rest, ok := strings.CutPrefix(s, "git@"); ok {
		s = "ssh://" + strings.Replace(rest, ":", "/", 1)
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return ""
	}
	return strings.ToLower(u.Hostname() + strings.TrimSuffix(strings.TrimRight(u.Path, "/"), ".git"))
}

func parsePackageResolved(s *scan, name string, data []byte) *lockFile {
	type pin struct {
		Location string `json:"location"`
		URL      string `json:"repositoryURL"`
		State    struct {
			Version string `json:"version"`
		} `json:"state"`
	}
	var doc struct {
		Pins   []pin `json:"pins"`
		Object struct {
			Pins []pin `json:"pins"`
		} `json:"object"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		s.failJSON(name, data, err)
		return nil
	}
	l := newLock(name)
	for _, p := range append(doc.Pins, doc.Object.Pins...) {
		l.put(repositoryName(p.Location+p.URL), p.State.Version, 0)
	}
	return l
}
