package plugins

import (
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/backchannel-portal/backchannel/catalog"
)

// SourceLocation is the annotation that says where the source of an entity is (backstage.io, "Well-known annotations").
const SourceLocation = "backstage.io/source-location"

// RepositoryNames says how a host of code finds the repository of an entity.
type RepositoryNames struct {
	Annotation string   // names the repository: "github.com/project-slug"
	Public     string   // the host that it means where nothing says which: "github.com"
	Hosts      []string // those that are connected, in lower case
	// Path reads a repository out of the path of an address; "" where there is none.
	Path func(path string) string
	// Valid reports whether a path can be one of a repository.
	Valid func(path string) bool
}

// Of is the repository of an entity: the annotation names it, and the source location the host where that is of the same
// repository; without an annotation the source location is enough. An annotation alone means the public host, or where
// that is not connected the only one that is.
func (n RepositoryNames) Of(e *catalog.Entity) (Repository, bool) {
	host, path := n.located(e.Annotation(SourceLocation))
	if slug := strings.Trim(strings.TrimSpace(e.Annotation(n.Annotation)), "/"); slug != "" {
		if !strings.EqualFold(slug, path) {
			host = n.Public
			if len(n.Hosts) == 1 {
				host = n.Hosts[0]
			}
		}
		path = slug
	}
	if !slices.Contains(n.Hosts, host) || !n.Valid(path) {
		return Repository{}, false
	}
	return Repository{Host: host, Path: path, URL: "https://" + host + "/" + path}, true
}

// located reads host and repository out of an address such as url:https://github.com/acme/pay/tree/main/.
func (n RepositoryNames) located(s string) (host, path string) {
	u, err := url.Parse(strings.TrimPrefix(s, "url:"))
	if err != nil || u.Scheme != "https" || u.User != nil {
		return "", ""
	}
	if path = n.Path(strings.Trim(u.Path, "/")); path == "" {
		return "", ""
	}
	return strings.ToLower(u.Host), strings.TrimSuffix(path, ".git")
}

// maxBranches bounds what is remembered of repositories.
const maxBranches = 5000

// DefaultBranches remembers the default branches of repositories, for when their host does not answer. The zero value is empty;
// it is safe for concurrent use.
type DefaultBranches struct {
	mu sync.Mutex
	by map[string]string // by host and path
}

// Told takes what a host said of a repository, or that it did not answer, and returns what is known now.
func (b *DefaultBranches) Told(r Repository, branch string, err error) (string, error) {
	key := r.Host + "/" + r.Path
	b.mu.Lock()
	defer b.mu.Unlock()
	if err != nil || branch == "" {
		return b.by[key], err
	}
	if b.by == nil || len(b.by) >= maxBranches {
		b.by = map[string]string{}
	}
	b.by[key] = RunLine(branch)
	return b.by[key], nil
}
