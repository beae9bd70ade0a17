package inventory

import (
	"path"
	"strings"
)

// reader reads one manifest: name is its path in the repository. What it finds goes to s.add, what is wrong to s.fail.
type reader func(s *scan, name string, data []byte)

// readerOf returns the reader for a file of the given base name, or nil.
func readerOf(base string) reader {
	switch base {
	case "go.mod":
		return readGoMod
	case "package.json":
		return readPackageJSON
	case "pom.xml":
		return readPom
	case "build.gradle", "build.gradle.kts":
		return readGradle
	case "gradle-wrapper.properties":
		return readGradleWrapper
	case "maven-wrapper.properties":
		return readMavenWrapper
	case "pyproject.toml":
		return readPyproject
	case "Pipfile":
		return readPipfile
	case "Gemfile", "gems.rb":
		return readGemfile
	case "Cargo.toml":
		return readCargo
	case "composer.json":
		return readComposer
	case "packages.config":
		return readPackagesConfig
	case "global.json":
		return readGlobalJSON
	case "pubspec.yaml":
		return readPubspec
	case "Package.swift":
		return readPackageSwift
	case "mix.exs":
		return readMix
	case "build.sbt":
		return readSbt
	case ".tool-versions":
		return readToolVersions
	case ".sdkmanrc":
		return readSdkman
	case "rust-toolchain", "rust-toolchain.toml":
		return readRustToolchain
	}
	if _, ok := versionFiles(base); ok {
		return readVersionFile
	}
	return readerByPattern(base)
}

func readerByPattern(base string) reader {
	lower := strings.ToLower(base)
	ext := path.Ext(lower)
	switch {
	case ext == ".txt" && strings.Contains(lower, "requirements"), ext == ".in" && strings.HasPrefix(lower, "requirements"):
		return readRequirements
	case ext == ".csproj", ext == ".fsproj", ext == ".vbproj":
		return readProject
	case ext == ".gemspec":
		return readGemfile
	case lower == "dockerfile", lower == "containerfile", ext == ".dockerfile",
		strings.HasPrefix(lower, "dockerfile.") && ext != ".dockerignore" && ext != ".md":
		return readDockerfile
	case lower == "bom.json", strings.HasSuffix(lower, ".cdx.json"), lower == "sbom.json", strings.HasSuffix(lower, ".sbom.json"), strings.HasSuffix(lower, ".spdx.json"):
		return readSBOM
	}
	return nil
}

// sharedFiles are read for the sake of a manifest in the same folder or below it.
func sharedFiles() []string {
	return []string{
		"package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "pnpm-workspace.yaml",
		"pom.xml", "build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts", "gradle.properties",
		"gradle.lockfile", "gradle/libs.versions.toml", "libs.versions.toml", "buildscript-gradle.lockfile",
		"poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock", "constraints.txt", "Gemfile.lock", "gems.locked",
		"Cargo.toml", "Cargo.lock", "composer.lock", "Directory.Build.props", "Directory.Packages.props",
		"packages.lock.json", "pubspec.lock", "Package.resolved", "mix.lock",
	}
}

// counts reports whether a file of this base name is a manifest or is read for one.
func counts(base string) bool {
	if readerOf(base) != nil {
		return true
	}
	for _, name := range sharedFiles() {
		if path.Base(name) == base {
			return true
		}
	}
	return false
}
