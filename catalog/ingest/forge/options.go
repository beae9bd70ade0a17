// Package forge is what the sources of GitHub and GitLab have in common: which repositories of an organisation hold
// descriptors, what changed in them since they were last looked at, who works there, and webhooks that say where to
// look. It asks as little as it can: a repository without pushes costs nothing, one with pushes costs a request for
// its branch, one for the list of its files, and one for each descriptor that is new.
package forge

import (
	"context"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/backchannel-portal/backchannel/catalog/ingest"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/internal/scm/codeowners"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// API is what a source asks a vendor. Its lists are whole or an error.
type API interface {
	Repositories(ctx context.Context, account string) ([]remote.Repo, error)
	Repository(ctx context.Context, path string) (remote.Repo, error)
	People(ctx context.Context, account string) (remote.People, error)
}

// Options are what a vendor's package adds to its users' Settings.
type Options struct {
	Settings
	// Origin is the configured location, for example "github:github.com/acme".
	Origin string
	// Account is the organisation or group.
	Account string
	// API lists.
	API API
	// Host reads.
	Host *remote.Host
	// Blob is the address of the files of a branch, with a slash at its end.
	Blob func(r remote.Repo, branch string) string
	// Flavor of CODEOWNERS files.
	Flavor codeowners.Flavor
	// UserKey and GroupKey are the annotations that hold a person's login and a team's path.
	UserKey, GroupKey string
	// Revalidate is how long a repository whose listing shows no activity is taken to be unchanged.
	Revalidate time.Duration
}

// Settings are what users of a source choose.
type Settings struct {
	// Path of the descriptors in a repository, may be a glob; empty: /catalog-info.yaml.
	Path string
	// Branch that is read; empty: each repository's default.
	Branch  string
	Filters Filters
	// Users makes Groups of teams and Users of members.
	Users bool
	// Allow are the entities that may come from here; empty: all.
	Allow []ingest.Rule
	// Trees opens targets outside the organisation; nil: they cannot be read.
	Trees scm.Trees
	// Limits bound each descriptor file.
	Limits yamldoc.Limits
	// Interval is how often the organisation is listed again; zero: two minutes.
	Interval time.Duration
	// PeopleInterval is how often teams and members are read again; zero: an hour.
	PeopleInterval time.Duration
	// Patience is how long Read waits for a first load to be complete before it gives what there is; the rest comes
	// through Watch. Zero: as long as it takes.
	Patience time.Duration
	// Parallel is how many repositories are read at once; zero: eight.
	Parallel int
	// State is a file that remembers between runs what was read; empty: nothing is remembered.
	State string
	// Progress is told how a load goes on; nil: nobody.
	Progress func(Progress)
	// Warn is told of what does not keep the source from working, such as a State that cannot be written; nil: nobody.
	Warn func(error)
	// Pushed is told the address of a repository whose content changed, one at a time; nil: nobody.
	Pushed func(web string)
	// Owners reports whether a team or person that a CODEOWNERS file names is in the catalog, and under which
	// reference; nil: a team is the Group of its slug, a person the User of its login.
	Owners ingest.OwnerLookup
	// Clock tells the time; nil: time.Now.
	Clock func() time.Time
}

// Filters select repositories. The zero value takes all but archived ones and forks.
type Filters struct {
	Name       string   // glob over the repository's name; empty: all
	Topics     []string // a repository needs one of them; empty: all
	NotTopics  []string // one of them rules a repository out
	Archived   bool     // also archived ones
	Forks      bool     // also forks
	Visibility []string // public, private, internal; empty: all
}

// Progress is how far a load is.
type Progress struct {
	Origin      string
	Done, Total int       // repositories
	Failed      int       // of Done: those that could not be read
	Until       time.Time // the API budget is used up until then; zero: it is not
}

func (o *Options) settle() error {
	if o.Path == "" {
		o.Path = "/catalog-info.yaml"
	}
	for len(o.Path) > 0 && o.Path[0] == '/' {
		o.Path = o.Path[1:]
	}
	if o.Path == "" || !doublestar.ValidatePattern(o.Path) {
		return fault.New(fault.Invalid, "the path of the descriptors %q is not a valid pattern", o.Path)
	}
	if !doublestar.ValidatePattern(o.Filters.Name) {
		return fault.New(fault.Invalid, "the filter on names %q is not a valid pattern", o.Filters.Name)
	}
	if o.Account == "" {
		return fault.New(fault.Invalid, "the location names no organisation or group")
	}
	def := func(d *time.Duration, to time.Duration) {
		if *d <= 0 {
			*d = to
		}
	}
	def(&o.Interval, 2*time.Minute)
	def(&o.PeopleInterval, time.Hour)
	def(&o.Revalidate, 6*time.Hour)
	if o.Parallel <= 0 {
		o.Parallel = 8
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	return nil
}

// Origin names a configured location: the vendor, the host and the account, with what else makes two locations of one
// account differ.
func Origin(vendor, host, account string, s Settings) string {
	name := vendor + ":" + host + "/" + account
	if p := strings.TrimLeft(s.Path, "/"); p != "" && p != "catalog-info.yaml" {
		name += ":" + p
	}
	if s.Branch != "" {
		name += "@" + s.Branch
	}
	var parts []string
	for _, p := range [...]struct{ key, value string }{
		{"name", s.Filters.Name},
		{"topics", strings.Join(s.Filters.Topics, ",")},
		{"not-topics", strings.Join(s.Filters.NotTopics, ",")},
		{"visibility", strings.Join(s.Filters.Visibility, ",")},
	} {
		if p.value != "" {
			parts = append(parts, p.key+"="+p.value)
		}
	}
	if len(parts) > 0 {
		name += "?" + strings.Join(parts, "&")
	}
	return name
}
