package ingest

import (
	"bytes"
	"errors"
	"io/fs"
	"net/url"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// IsWeb tells an address on the web from a local path.
func IsWeb(s string) bool {
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
}

// HasMeta reports whether a target is a glob.
func HasMeta(s string) bool { return strings.ContainsAny(s, "*?[{") }

// resolve makes what the descriptor at from names absolute. Only the web is closed to absolute paths.
func resolve(from, name string) (string, error) {
	switch {
	case IsWeb(name):
		return name, nil
	case IsWeb(from):
		return joinURL(from, name)
	}
	name = filepath.FromSlash(name)
	if !filepath.IsAbs(name) {
		name = filepath.Join(filepath.Dir(from), name)
	}
	return name, nil
}

// joinURL resolves a relative name, which may be a pattern, in a descriptor from the web.
func joinURL(from, name string) (string, error) {
	scheme, rest, _ := strings.Cut(from, "://")
	if i := strings.IndexAny(rest, "?#"); i >= 0 {
		rest = rest[:i]
	}
	host, dir, _ := strings.Cut(rest, "/")
	if strings.HasPrefix(name, "/") {
		return "", fault.New(fault.Forbidden, "the path must be relative to the descriptor")
	}
	return scheme + "://" + host + path.Join("/", path.Dir("/"+dir), name), nil
}

// SameRepository reports whether two addresses on the web lie in the same repository, as far as addresses tell.
func SameRepository(a, b string) bool { return repository(a) == repository(b) }

// repository is what two addresses of the same repository have in common: host, owner and name, or all that comes
// before GitLab's "/-/".
func repository(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	if repo, _, ok := strings.Cut(rest, "/-/"); ok {
		return strings.ToLower(repo)
	}
	parts := strings.SplitN(rest, "/", 4)
	return strings.ToLower(strings.Join(parts[:min(len(parts), 3)], "/"))
}

// splitWeb parts an address before its first segment with a wildcard, or before the file's name.
func splitWeb(address string) (folder, pattern string) {
	cut := strings.LastIndexByte(address, '/')
	if i := strings.IndexAny(address, "*?[{"); i >= 0 {
		cut = strings.LastIndexByte(address[:i], '/')
	}
	return address[:cut+1], address[cut+1:]
}

// EscapePath makes the path of a file in a repository fit for the end of an address. Only what would change the
// address's meaning is escaped: a person is to read it.
func EscapePath(name string) string {
	if !strings.ContainsFunc(name, special) {
		return name
	}
	parts := strings.Split(name, "/")
	for i, p := range parts {
		if strings.ContainsFunc(p, special) {
			parts[i] = url.PathEscape(p)
		}
	}
	return strings.Join(parts, "/")
}

func special(r rune) bool {
	return r <= ' ' || r == 0x7f || strings.ContainsRune(`%#?*[]{}\`, r)
}

// Skipped reports whether a folder never holds descriptors of its own: version control and other hidden folders,
// fetched packages, and the skeletons of templates, whose descriptors are not filled in yet.
func Skipped(folder string) bool {
	return folder == "node_modules" || folder == "skeleton" || strings.HasPrefix(folder, ".") && folder != "."
}

// InSkipped reports whether the file of that name lies in a folder that is Skipped. Names have slashes.
func InSkipped(name string) bool {
	return slices.ContainsFunc(strings.Split(path.Dir(name), "/"), Skipped)
}

// IsYAML reports whether a file's name ends as YAML files do.
func IsYAML(name string) bool {
	ext := strings.ToLower(filepath.Ext(name))
	return ext == ".yaml" || ext == ".yml"
}

// IsCatalogInfo reports whether a file is called catalog-info.yaml or catalog-info.yml.
func IsCatalogInfo(name string) bool {
	base := strings.ToLower(path.Base(filepath.ToSlash(name)))
	return base == "catalog-info.yaml" || base == "catalog-info.yml"
}

var backstageVersion = regexp.MustCompile(`(?m)^["']?apiVersion["']?:\s*["']?([a-z0-9-]+\.)*backstage\.io/`)

// holdsEntities tells descriptors from the other YAML files of a folder by their apiVersion.
func holdsEntities(name string, data []byte) bool {
	return IsCatalogInfo(name) || bytes.Contains(data, []byte("backstage.io/")) && backstageVersion.Match(data)
}

// Missing reports whether an error means that there is nothing, as against something that cannot be read.
func Missing(err error) bool { return errors.Is(err, fs.ErrNotExist) || fault.Is(err, fault.NotFound) }

// Reason is the innermost plain cause of an error, without the path that stands beside it.
func Reason(err error) string {
	for e := err; e != nil; {
		switch v := e.(type) {
		case *fs.PathError:
			return v.Err.Error()
		case *fault.Error:
			if v.Err == nil {
				return v.Message
			}
			e = v.Err
		default:
			return e.Error()
		}
	}
	return ""
}
