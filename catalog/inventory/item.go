// Package inventory finds out which languages, frameworks and libraries a component is built with, in which
// versions, by reading the manifests and lock files of its source tree. What it finds is kept as catalog facts.
//
// Manifests are foreign input: sizes, counts and nesting are bounded, nothing outside the tree's repository is
// read, and a manifest that cannot be read is a problem that leaves the others alone.
package inventory

import "strings"

// Ecosystem names a package system; package names and the order of versions are its own.
type Ecosystem string

// The ecosystems. The names are those of the package URL specification where it has one.
const (
	Maven    Ecosystem = "maven"    // group:artifact; also Gradle's dependencies
	Gradle   Ecosystem = "gradle"   // ids of Gradle plugins
	NPM      Ecosystem = "npm"      // name or @scope/name
	PyPI     Ecosystem = "pypi"     // normalised as PEP 503 says
	Go       Ecosystem = "golang"   // module path
	RubyGems Ecosystem = "gem"      // gem name
	Cargo    Ecosystem = "cargo"    // crate name
	Composer Ecosystem = "composer" // vendor/package
	NuGet    Ecosystem = "nuget"    // lower case
	Pub      Ecosystem = "pub"      // Dart package
	Swift    Ecosystem = "swift"    // host/path of the repository, lower case
	Hex      Ecosystem = "hex"      // Elixir and Erlang package
	Docker   Ecosystem = "docker"   // image name without tag
	Runtime  Ecosystem = "runtime"  // a language, its runtime or a build tool itself, by its technology id
)

// Kind says what sort of thing an item is.
type Kind string

// The kinds of items and technologies.
const (
	Language    Kind = "language"
	RuntimeKind Kind = "runtime" // what the code runs on, for example Node.js
	Framework   Kind = "framework"
	Library     Kind = "library"
	Tool        Kind = "tool" // build and test tools
	BaseImage   Kind = "image"
	maxText          = 200 // bytes of a name or a version that are kept
	maxFileRef       = 400 // bytes of a file name that are kept
)

// Item is one thing a component is built with, as one manifest states it.
type Item struct {
	Ecosystem Ecosystem `json:"eco"`
	Package   string    `json:"pkg"`            // in the ecosystem's canonical spelling
	Tech      string    `json:"tech,omitempty"` // id of the technology it stands for, "" when it is not a well-known one
	Name      string    `json:"name"`           // as people say it: "Spring Boot", or the package's name
	Kind      Kind      `json:"kind"`
	Declared  string    `json:"decl,omitempty"` // as the manifest asks for it, for example "^18.2.0"; variables filled in
	Resolved  string    `json:"res,omitempty"`  // the version in use as a lock file, an exact pin or a parent says
	File      string    `json:"file"`           // relative to the source tree, slashes; may start with "../" in a monorepo
	Line      int       `json:"line,omitempty"` // 1-based, 0 when not known
	Dev       bool      `json:"dev,omitempty"`  // for building or testing only
	Indirect  bool      `json:"via,omitempty"`  // pulled in by another package, not asked for
	Place     Place     `json:"place,omitempty"`

	rank int // of its package among those of the technology
}

// Place says how much the file counts from which an item comes when several name the same technology.
type Place uint8

// The places, the weightiest first.
const (
	PlacePin      Place = iota // a version file such as .nvmrc or the statement made for it, such as a toolchain
	PlaceManifest              // a manifest's dependency or requirement
	PlaceImage                 // the base image of a container
	PlaceImplied               // nothing but the manifest's kind says so
)

// Version is the version to show: the resolved one, else the lowest that the declaration admits, without decoration
// such as a leading v or ".RELEASE". It is "" when neither tells one ("*", "latest", a branch).
func (i Item) Version() string {
	if i.Resolved != "" {
		return Plain(i.Resolved)
	}
	return Floor(i.Ecosystem, i.Declared)
}

// Exact reports whether the version in use is known, rather than a lower bound of it.
func (i Item) Exact() bool { return i.Resolved != "" }

// Problem is a manifest, or a part of one, that could not be read.
type Problem struct {
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"`
	Message string `json:"message"`
}

// clip bounds foreign text and keeps it on one line.
func clip(s string, most int) string {
	s = strings.TrimSpace(s)
	if strings.ContainsAny(s, "\r\n\t\x00") {
		s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r < ' ' }), " ")
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "")
}
