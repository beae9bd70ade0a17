package clone

import (
	"cmp"
	"context"
	"path"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/gitrun"
)

// maxEager bounds how many files are fetched together with a commit.
const maxEager = 2000

// Reading reports whether a file is of the kind that the portal reads of most repositories, and is small as a rule:
// descriptors, manifests, pages of documentation. Lock files, which are large, come when they are read.
func Reading(name string) bool {
	base := strings.ToLower(path.Base(name))
	switch base {
	case "catalog-info.yaml", "catalog-info.yml", "mkdocs.yml", "mkdocs.yaml", "codeowners", "go.mod", "package.json", "pom.xml",
		"build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts", "gradle.properties", "libs.versions.toml",
		"pyproject.toml", "pipfile", "gemfile", "cargo.toml", "composer.json", "global.json", "directory.build.props",
		"directory.packages.props", "pubspec.yaml", "package.swift", "mix.exs", "build.sbt", ".nvmrc", ".python-version",
		".tool-versions", ".sdkmanrc", "rust-toolchain", "rust-toolchain.toml", "dockerfile", "containerfile":
		return true
	}
	switch path.Ext(base) {
	case ".md", ".csproj", ".fsproj", ".vbproj", ".gemspec":
		return true
	}
	return strings.HasPrefix(base, "requirements") && strings.HasSuffix(base, ".txt")
}

// eager fetches what of a commit will be read anyway with one request. What it cannot fetch comes when it is read.
func (c *clone) eager(ctx context.Context, r Repo, commit string, files []gitrun.Entry) error {
	var ids []string
	for _, f := range files {
		if f.Mode == gitrun.File && len(ids) < maxEager && c.s.o.Eager(f.Path) {
			ids = append(ids, f.ID)
		}
	}
	return c.fetch(ctx, r, commit, ids)
}

// fetch brings the contents of files of a commit that are not there yet.
func (c *clone) fetch(ctx context.Context, r Repo, commit string, ids []string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.there || len(ids) == 0 {
		return nil
	}
	missing, err := c.s.o.Git.Missing(ctx, c.dir, commit, ids)
	if err != nil || len(missing) == 0 {
		return err
	}
	return c.bring(ctx, r, missing...)
}

// bring fetches objects; c.mu is held for writing. What a fetch, or a read, that was stopped for its size left behind
// does not count any more.
func (c *clone) bring(ctx context.Context, r Repo, ids ...string) error {
	err := clearHalf(c.dir)
	if err == nil {
		err = c.s.o.Git.Fetch(ctx, r.At, r.Credential, c.dir, c.s.o.MaxRepo, ids...)
	}
	if err != nil {
		err = cmp.Or(err, clearHalf(c.dir))
	}
	c.measure()
	return err
}
