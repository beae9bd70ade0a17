package config

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog/ingest/file"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// Location is one place of descriptors. Exactly the part that Type names is set.
type Location struct {
	Type      string
	Rules     []Rule
	File      *FileLocation
	URL       *URLLocation
	Git       *GitLocation
	GitHub    *HostedLocation
	GitLab    *HostedLocation
	Backstage *BackstageLocation
	LDAP      *LDAPLocation
}

// FileLocation is a descriptor file, a glob or a folder of the local disk.
type FileLocation struct{ Target string }

// URLLocation is a descriptor file on the web.
type URLLocation struct {
	Target string
	Token  string            // sent as "Authorization: Bearer" to the target's host only
	Header map[string]string // sent to the target's host only
}

// GitLocation is any git repository.
type GitLocation struct {
	URL      string // https:// or ssh://, or user@host:path
	Branch   string // "" for the repository's default
	Path     string // of the descriptors, may be a glob; default /catalog-info.yaml
	Username string
	Token    string // password or token of an https:// address
	SSHKey   string `yaml:"ssh_key"` // path of the private key of an ssh address
}

// HostedLocation discovers the repositories of a GitHub organisation or a GitLab group.
type HostedLocation struct {
	Org     string // GitHub: the organisation
	Group   string // GitLab: the group, with its subgroups
	Host    string // of integrations.github or integrations.gitlab; default: github.com or gitlab.com
	Path    string // of the descriptors, may be a glob; default /catalog-info.yaml
	Branch  string // "" for each repository's default
	Filters RepositoryFilters
	Users   bool // teams and members become Groups and Users
}

// RepositoryFilters select repositories.
type RepositoryFilters struct {
	Name       string // glob
	Topics     TopicFilter
	Archived   bool     // also archived ones
	Forks      bool     // also forks
	Visibility []string // public, private, internal; empty: all
}

// TopicFilter selects by topics. With Include set a repository needs one of them; one of Exclude rules it out.
type TopicFilter struct{ Include, Exclude []string }

// BackstageLocation is a running Backstage.
type BackstageLocation struct {
	URL    string   // of its backend
	Token  string   // of a service
	Filter []string // as its API takes them, for example kind=component
}

// LDAPLocation is a directory of people and groups.
type LDAPLocation struct {
	URL      string // ldaps://host or ldap://host
	StartTLS bool   `yaml:"start_tls"`
	Bind     LDAPBind
	Users    LDAPSearch
	Groups   LDAPSearch
}

// LDAPBind is who reads the directory; without a DN nobody in particular.
type LDAPBind struct{ DN, Secret string }

// LDAPSearch says which entries are read, and which attributes hold what.
type LDAPSearch struct {
	Base   string // DN
	Filter string
	Map    map[string]string // field of the entity -> attribute
}

// locationTypes are the types of locations, as messages list them.
var locationTypes = [...]string{"file", "url", "git", "github", "gitlab", "backstage", "ldap"}

// UnmarshalNode implements yamldoc.Unmarshaler: which keys there are depends on the type.
func (l *Location) UnmarshalNode(n *yamldoc.Node, field string, d yamldoc.Decoder) error {
	if n.Kind != yamldoc.Map {
		return d.Errorf(n, field, "expected a map with type and target, such as {type: file, target: ./catalog}")
	}
	rest := *n
	rest.Fields = slices.Clone(n.Fields)
	rest.Fields = slices.DeleteFunc(rest.Fields, func(f yamldoc.Field) bool { return f.Key == "type" || f.Key == "rules" })
	if err := d.DecodeAt(n.Get("type"), &l.Type, field+".type"); err != nil {
		return err
	}
	if err := d.DecodeAt(n.Get("rules"), &l.Rules, field+".rules"); err != nil {
		return err
	}
	var part any
	switch l.Type {
	case "file":
		l.File = &FileLocation{}
		part = l.File
	case "url":
		l.URL = &URLLocation{}
		part = l.URL
	case "git":
		l.Git = &GitLocation{}
		part = l.Git
	case "github":
		l.GitHub = &HostedLocation{Host: "github.com"}
		part = l.GitHub
	case "gitlab":
		l.GitLab = &HostedLocation{Host: "gitlab.com"}
		part = l.GitLab
	case "backstage":
		l.Backstage = &BackstageLocation{}
		part = l.Backstage
	case "ldap":
		l.LDAP = &LDAPLocation{}
		part = l.LDAP
	default:
		at := n.Get("type")
		if at == nil {
			at = n
		}
		return d.Errorf(at, field+".type", "the type of a location is one of %v, found %q", locationTypes, l.Type)
	}
	return d.DecodeAt(&rest, part, field)
}

// check refuses what no field type can refuse.
func (l *Location) check(n *yamldoc.Node, field string, d yamldoc.Decoder) error {
	missing := func(key, what string) error {
		return d.Errorf(n, field+"."+key, "a location of type %s needs %s", l.Type, what)
	}
	switch {
	case l.File != nil:
		if l.File.Target == "" {
			return d.Errorf(n, field+".target", "a location needs a target: a file, a glob or a folder")
		}
		if _, err := file.New(file.Options{Target: l.File.Target}); err != nil {
			return d.Errorf(n, field+".target", "%v", err)
		}
	case l.URL != nil:
		if !absolute(l.URL.Target, "https", "http") {
			return missing("target", "the address of a descriptor file, such as https://example.com/catalog-info.yaml")
		}
	case l.Git != nil:
		if l.Git.URL == "" {
			return missing("url", "the address of a repository")
		}
	case l.GitHub != nil:
		if l.GitHub.Org == "" || l.GitHub.Group != "" {
			return missing("org", "the organisation in org")
		}
		return l.GitHub.check(n, field, d)
	case l.GitLab != nil:
		if l.GitLab.Group == "" || l.GitLab.Org != "" {
			return missing("group", "the group in group")
		}
		return l.GitLab.check(n, field, d)
	case l.Backstage != nil:
		if !absolute(l.Backstage.URL, "https", "http") {
			return missing("url", "the address of the portal's backend, such as https://portal.example.com")
		}
	case l.LDAP != nil:
		if !absolute(l.LDAP.URL, "ldaps", "ldap") {
			return missing("url", "the address of the directory, such as ldaps://ldap.example.com")
		}
		if l.LDAP.Users.Base == "" && l.LDAP.Groups.Base == "" {
			return missing("users.base", "users.base or groups.base, the DN that entries are looked for below")
		}
	}
	return nil
}

func (h *HostedLocation) check(n *yamldoc.Node, field string, d yamldoc.Decoder) error {
	for _, v := range h.Filters.Visibility {
		if v != "public" && v != "private" && v != "internal" {
			return d.Errorf(n, field+".filters.visibility", "a repository is public, private or internal, found %q", v)
		}
	}
	return nil
}

// checkHosts refuses hosts that cannot be told apart or reached, and locations of a host that nothing connects.
func (c *Config) checkHosts(root *yamldoc.Node, d yamldoc.Decoder) error {
	hosts := map[string]bool{"github github.com": true, "gitlab gitlab.com": true} // public repositories need no credential
	given := map[string]bool{}
	add := func(kind string, i int, host *string, standard, api string) error {
		n, field := root.At("integrations", kind).Items[i], fmt.Sprintf("integrations.%s[%d]", kind, i)
		if *host == "" {
			*host = standard
		}
		*host = strings.ToLower(*host)
		if given[*host] {
			return d.Errorf(n, field+".host", "%s is connected twice", *host)
		}
		given[*host], hosts[kind+" "+*host] = true, true
		if api != "" && !absolute(api, "https", "http") {
			return d.Errorf(n, field+".api_url", "expected an address such as https://api.github.com, found %q", api)
		}
		return nil
	}
	for i := range c.Integrations.GitHub {
		g := &c.Integrations.GitHub[i]
		if err := add("github", i, &g.Host, "github.com", g.APIURL); err != nil {
			return err
		}
		if g.App != nil && (g.Token != "" || g.App.ID == "" || g.App.PrivateKey == "") {
			return d.Errorf(root.At("integrations", "github").Items[i], fmt.Sprintf("integrations.github[%d].app", i), "an app needs id and private_key, and stands instead of a token")
		}
		for name, k := range map[string]*Credential{"correct": g.Correct, "scaffold": g.Scaffold} {
			if k != nil && (k.Token == "") == (k.App == nil) || k != nil && k.App != nil && (k.App.ID == "" || k.App.PrivateKey == "") {
				return d.Errorf(root.At("integrations", "github").Items[i], fmt.Sprintf("integrations.github[%d].%s", i, name), "expected a token, or an app with id and private_key")
			}
		}
	}
	for i := range c.Integrations.GitLab {
		if err := add("gitlab", i, &c.Integrations.GitLab[i].Host, "gitlab.com", c.Integrations.GitLab[i].APIURL); err != nil {
			return err
		}
		g := c.Integrations.GitLab[i]
		for name, k := range map[string]*Credential{"correct": g.Correct, "scaffold": g.Scaffold} {
			if k != nil && (k.Token == "" || k.App != nil) {
				return d.Errorf(root.At("integrations", "gitlab").Items[i], fmt.Sprintf("integrations.gitlab[%d].%s", i, name), "expected a token")
			}
		}
	}
	if err := c.checkCodeHosts(root, d, given); err != nil {
		return err
	}
	for i, l := range c.Catalog.Locations {
		h := l.GitHub
		if h == nil {
			h = l.GitLab
		}
		if h != nil && !hosts[l.Type+" "+strings.ToLower(h.Host)] {
			return d.Errorf(root.At("catalog", "locations").Items[i], fmt.Sprintf("catalog.locations[%d].host", i), "integrations.%s does not name the host %s", l.Type, h.Host)
		}
	}
	return nil
}

// absolute reports whether s is an address with a host and one of the given schemes.
func absolute(s string, schemes ...string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && slices.Contains(schemes, strings.ToLower(u.Scheme))
}

// settle joins relative paths with the folder of the configuration.
func (l *Location) settle(dir string) {
	if l.File != nil {
		l.File.Target = within(dir, l.File.Target)
	}
	if l.Git != nil && l.Git.SSHKey != "" {
		l.Git.SSHKey = within(dir, l.Git.SSHKey)
	}
}
