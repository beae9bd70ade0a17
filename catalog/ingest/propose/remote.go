package propose

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog/ingest"
	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/internal/scm/codeowners"
)

// remote is the repository on its host; the zero value is none that is known.
type remote struct {
	host, owner, repo string // owner may have slashes: GitLab's groups nest
	address           string // of the folder, as a person would open it, with a slash at the end
	from              string
}

// findRemote takes the address that the tree was opened at, or the one that a local clone came from.
func (d *draft) findRemote() remote {
	if ingest.IsWeb(d.where) {
		r := parseRemote(d.where)
		r.address, r.from = strings.TrimRight(d.where, "/")+"/", "the address"
		return r
	}
	data, err := scm.ReadFile(d.repo, ".git/config", maxManifest)
	if err != nil {
		return remote{}
	}
	r := parseRemote(origin(string(data)))
	if r.host == "" {
		return remote{}
	}
	r.from = "origin in .git/config"
	r.address = "https://" + r.host + "/" + r.owner + "/" + r.repo + "/"
	if d.dir != "." {
		tree := "tree/HEAD/"
		if d.isGitLab(r.host) {
			tree = "-/" + tree
		}
		r.address += tree + strings.Trim(d.dir, "/") + "/"
	}
	return r
}

// origin is the URL of the remote of that name in a git configuration.
func origin(config string) string {
	inside := false
	for l := range strings.Lines(config) {
		l = strings.TrimSpace(l)
		if strings.HasPrefix(l, "[") {
			inside = l == `[remote "origin"]`
			continue
		}
		if key, v, ok := strings.Cut(l, "="); inside && ok && strings.TrimSpace(key) == "url" {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// parseRemote reads the address of a repository, or of a folder in it. Credentials in it are dropped.
func parseRemote(s string) remote {
	if rest, ok := strings.CutPrefix(s, "git@"); ok && !strings.Contains(s, "://") {
		host, p, _ := strings.Cut(rest, ":")
		s = "ssh://" + host + "/" + p
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme == "file" {
		return remote{}
	}
	p := u.Path
	for _, marker := range []string{"/-/", "/tree/", "/blob/", "/src/"} {
		p, _, _ = strings.Cut(p, marker)
	}
	p = strings.TrimSuffix(strings.Trim(p, "/"), ".git")
	owner, repo := path.Split(p)
	if owner = strings.Trim(owner, "/"); owner == "" || repo == "" {
		return remote{}
	}
	return remote{host: strings.ToLower(u.Hostname()), owner: owner, repo: repo}
}

func (d *draft) isGitHub(host string) bool {
	return host == "github.com" || slices.Contains(d.o.GitHub, host)
}

func (d *draft) isGitLab(host string) bool {
	return host == "gitlab.com" || slices.Contains(d.o.GitLab, host)
}

// guessAnnotations says where code and docs are.
func (d *draft) guessAnnotations() {
	r := d.remote
	add := func(key, text, from string) { d.notes = append(d.notes, annotation{key, value{text, from}}) }
	if r.address != "" {
		add("backstage.io/source-location", "url:"+r.address, r.from)
	}
	if d.isGitHub(r.host) {
		add("github.com/project-slug", r.owner+"/"+r.repo, r.from)
	}
	if d.isGitLab(r.host) {
		add("gitlab.com/project-slug", r.owner+"/"+r.repo, r.from)
	}
	for _, name := range []string{"mkdocs.yml", "mkdocs.yaml", "docs"} {
		if d.has(name) {
			add("backstage.io/techdocs-ref", "dir:.", name)
			return
		}
	}
}

// guessOwner takes whom the repository's CODEOWNERS file names for the descriptor, teams before people.
func (d *draft) guessOwner() {
	d.owner = value{NoOwner, "no CODEOWNERS file names anybody: put the owning team here"}
	var flavor *codeowners.Flavor
	if f := codeowners.GitLab; d.isGitLab(d.remote.host) {
		flavor = &f
	} else if f := codeowners.GitHub; d.isGitHub(d.remote.host) {
		flavor = &f
	}
	name, data, f, err := ingest.FindCodeOwners(d.repo, flavor)
	if err != nil || name == "" {
		return
	}
	person := false
	for _, m := range codeowners.Parse(data, f).Owners(path.Join(d.dir, "catalog-info.yaml")) {
		for _, handle := range m.Owners {
			ref, ok := d.o.Owners(handle)
			if !ok || ref.Name == "" || person && ref.Kind != "group" {
				continue
			}
			d.owner = value{ref.Short("group"), name + ": " + handle}
			if ref.Kind == "group" {
				return
			}
			d.owner.text, person = ref.String(), true
		}
	}
}
