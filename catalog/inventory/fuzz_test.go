package inventory

import (
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// fuzzFile fuzzes the reader of one file name, seeded with the files of that base name in testdata/scan. It runs the
// whole scan, so that facts are built from what was read as well.
func fuzzFile(f *testing.F, name string, seeds ...string) {
	archives, err := filepath.Glob("testdata/scan/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, a := range archives {
		ar, err := txtar.ParseFile(a)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range ar.Files {
			if path.Base(file.Name) == name {
				f.Add(string(file.Data))
			}
		}
	}
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data string) {
		files := map[string]string{name: data}
		switch name { // a lock file needs the manifest that it locks
		case "yarn.lock":
			files["package.json"] = `{"dependencies": {"vue": "^2.6.0"}}`
		case "Gemfile.lock":
			files["Gemfile"] = "gem 'rails'\n"
		case "gradle.lockfile":
			files["build.gradle"] = "dependencies { implementation 'a:b' }\n"
		}
		r, err := Scan(t.Context(), newTree(t, ".", files), Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range r.Problems {
			if strings.HasPrefix(p.Message, "reading it failed") {
				t.Errorf("a reader panicked: %+v", p)
			}
		}
		for _, it := range r.Items {
			if len(it.Package) > maxText || strings.ContainsAny(it.Package+it.Version(), "\n\x00") {
				t.Errorf("unbounded item %+v", it)
			}
		}
		for _, fact := range r.Facts(pay, noon) {
			if fact.Key == KeyScan {
				continue
			}
			if _, err := DecodeFact(fact); err != nil {
				t.Error(err)
			}
		}
	})
}

func FuzzGradle(f *testing.F)       { fuzzFile(f, "build.gradle", "implementation \"a:b:${c}\"", "/* '") }
func FuzzGradleKts(f *testing.F)    { fuzzFile(f, "build.gradle.kts") }
func FuzzGradleLock(f *testing.F)   { fuzzFile(f, "gradle.lockfile") }
func FuzzRequirements(f *testing.F) { fuzzFile(f, "requirements.txt", "-r", "a==\\\n1", "a[b") }
func FuzzGemfile(f *testing.F)      { fuzzFile(f, "Gemfile") }
func FuzzGemfileLock(f *testing.F)  { fuzzFile(f, "Gemfile.lock") }
func FuzzDockerfile(f *testing.F)   { fuzzFile(f, "Dockerfile", "FROM a:b@c AS d", "RUN <<X\n") }
func FuzzYarnLock(f *testing.F)     { fuzzFile(f, "yarn.lock", "@:\n  version", "a@\n version x") }
func FuzzSwift(f *testing.F)        { fuzzFile(f, "Package.swift") }
func FuzzToolVersions(f *testing.F) { fuzzFile(f, ".tool-versions", "node lts/iron") }
func FuzzMix(f *testing.F)          { fuzzFile(f, "mix.exs") }
func FuzzSbt(f *testing.F)          { fuzzFile(f, "build.sbt") }
func FuzzPom(f *testing.F)          { fuzzFile(f, "pom.xml") }
func FuzzPackageJSON(f *testing.F)  { fuzzFile(f, "package.json") }
func FuzzSBOM(f *testing.F)         { fuzzFile(f, "bom.json") }

func FuzzRange(f *testing.F) {
	for _, s := range []string{"<2.17", "2.x", ">=1 <3", "1 - 2", "^0.1", "!=3"} {
		f.Add(s, "2.17.1")
	}
	f.Fuzz(func(t *testing.T, text, version string) {
		if r, err := ParseRange(text); err == nil {
			r.Contains(version)
		}
		if Compare(NPM, text, version) < 0 != (Compare(NPM, version, text) > 0) {
			t.Errorf("Compare(%q, %q) is not antisymmetric", text, version)
		}
		Floor(PyPI, text)
		Series(version)
	})
}
