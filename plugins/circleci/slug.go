package circleci

import (
	"net/url"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Annotation names the project of an entity (backstage.io, "Well-known annotations", and CircleCI's own plugin).
const Annotation = "circleci.com/project-slug"

// maxSlug bounds an annotation, in bytes.
const maxSlug = 300

// Slug is a project of CircleCI.
type Slug struct {
	VCS        string // as API v2 writes it: gh, bb or circleci
	Owner      string // or the id of the organisation
	Repository string // or the id of the project
}

// systems are the version control systems as people write them, and as API v2 does.
var systems = map[string]string{"gh": "gh", "github": "gh", "bb": "bb", "bitbucket": "bb", "circleci": "circleci"}

// ParseSlug reads a project slug as people write it: those of API v2 (gh/acme/pay, bb/acme/pay, and
// circleci/ORGANISATION-ID/PROJECT-ID), those of v1.1 (github/acme/pay), and acme/pay, which is on GitHub.
func ParseSlug(s string) (Slug, bool) {
	s = strings.Trim(strings.TrimSpace(s), "/")
	if s == "" || len(s) > maxSlug || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune(`\?#%"<>`, r) }) {
		return Slug{}, false
	}
	parts := strings.Split(s, "/")
	if _, vcs := systems[strings.ToLower(parts[0])]; len(parts) == 2 && !vcs {
		parts = append([]string{"gh"}, parts...)
	}
	if len(parts) != 3 {
		return Slug{}, false
	}
	vcs, ok := systems[strings.ToLower(parts[0])]
	for _, p := range parts {
		ok = ok && p != "" && p != "." && p != ".."
	}
	return Slug{vcs, parts[1], parts[2]}, ok
}

// SlugOf is the project of an entity; false where it names none that CircleCI could know.
func SlugOf(e *catalog.Entity) (Slug, bool) { return ParseSlug(e.Annotation(Annotation)) }

// String is the slug as API v2 writes it.
func (s Slug) String() string { return s.VCS + "/" + s.Owner + "/" + s.Repository }

// Project is what people call it.
func (s Slug) Project() string { return s.Owner + "/" + s.Repository }

// path is the slug as a part of an address of API v2.
func (s Slug) path() string {
	return s.VCS + "/" + url.PathEscape(s.Owner) + "/" + url.PathEscape(s.Repository)
}

// long is the name of the version control system in API v1.1 and in addresses of pages.
func (s Slug) long() string {
	switch s.VCS {
	case "gh":
		return "github"
	case "bb":
		return "bitbucket"
	}
	return s.VCS
}

// old is the slug as a part of an address of API v1.1.
func (s Slug) old() string {
	return s.long() + "/" + url.PathEscape(s.Owner) + "/" + url.PathEscape(s.Repository)
}

// pages is where the project's builds are shown.
func (s Slug) pages(web string) string { return web + "/pipelines/" + s.old() }
