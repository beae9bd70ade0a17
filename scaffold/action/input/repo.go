package input

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// RepoURL is the address of a repository as repository pickers give it: github.com?owner=acme&repo=shop.
type RepoURL struct {
	Host    string // lower case, with its port where it has one
	Owner   string // an organisation, a user, or a group with its parents: acme/platform
	Repo    string
	Project string // GitLab: the id of a project, in place of owner and repo; others: as the host has it
	// Workspace and Organization are those of Bitbucket and Azure.
	Workspace, Organization string
}

var (
	ownerPattern = regexp.MustCompile(`^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$`)
	repoPattern  = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)
)

// The bounds of what an address may hold, in bytes.
const (
	maxRepoURL = 1024
	maxRepo    = 100
)

// ParseRepoURL reads such an address. One without a host or repository, and names that no host allows, are errors of
// kind fault.Invalid.
func ParseRepoURL(s string) (RepoURL, error) {
	if len(s) > maxRepoURL {
		return RepoURL{}, fault.New(fault.Invalid, "repoUrl has more than %d bytes", maxRepoURL)
	}
	u, err := url.Parse("https://" + strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(s), "https://"), "http://"))
	if err != nil || u.Host == "" || u.User != nil {
		return RepoURL{}, fault.New(fault.Invalid, "repoUrl %q is not of the form host?owner=...&repo=...", clip(s))
	}
	q := u.Query()
	part := func(name string) string { return strings.Trim(strings.TrimSpace(q.Get(name)), "/") }
	r := RepoURL{
		Host: strings.ToLower(u.Host), Owner: part("owner"), Repo: part("repo"), Project: part("project"),
		Workspace: part("workspace"), Organization: part("organization"),
	}
	if r.Owner == "" && r.Repo == "" && strings.Count(strings.Trim(u.Path, "/"), "/") >= 1 { // a web address, as people write it
		path := strings.TrimSuffix(strings.Trim(u.Path, "/"), ".git")
		cut := strings.LastIndexByte(path, '/')
		r.Owner, r.Repo = path[:cut], path[cut+1:]
	}
	return r, r.check(s)
}

func (r RepoURL) check(s string) error {
	switch {
	case r.Repo == "" && r.Project == "":
		return fault.New(fault.Invalid, "repoUrl %q names no repository", clip(s))
	case r.Repo != "" && (!repoPattern.MatchString(r.Repo) || len(r.Repo) > maxRepo || strings.Trim(r.Repo, ".") == "" || strings.HasSuffix(strings.ToLower(r.Repo), ".git")):
		return fault.New(fault.Invalid, "%q cannot be the name of a repository", clip(r.Repo))
	case r.Owner != "" && (!ownerPattern.MatchString(r.Owner) || strings.Contains("/"+r.Owner+"/", "/../") || strings.Contains("/"+r.Owner+"/", "/./")):
		return fault.New(fault.Invalid, "%q cannot be the owner of a repository", clip(r.Owner))
	}
	return nil
}

// Path is owner/repo.
func (r RepoURL) Path() string { return r.Owner + "/" + r.Repo }

// NeedOwner is an error of kind fault.Invalid where the address names no owner.
func (r RepoURL) NeedOwner() error {
	if r.Owner == "" || r.Repo == "" {
		return fault.New(fault.Invalid, "repoUrl must name an owner and a repository on %s", r.Host)
	}
	return nil
}

// clip bounds foreign text inside an error message.
func clip(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
