// Package git reads the descriptors of any git repository, through a clone that holds little more than what is read.
// Other hosts need nothing but the repository's address; for whole organisations on GitHub and GitLab there are
// packages that ask their APIs.
package git

import (
	"context"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/ingest"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/gitrun"
	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/internal/scm/clone"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// Options configure a Source.
type Options struct {
	// Clones is where the repository is kept. The source adds it there, so that its code and docs can be read too.
	Clones *clone.Store
	// URL of the repository: https://, ssh:// or git@host:path.
	URL string
	// Branch or tag that is read; empty: the default branch.
	Branch string
	// Path of the descriptors in the repository: a file, a folder or a glob; empty: /catalog-info.yaml.
	Path       string
	Credential gitrun.Credential
	// Allow are the entities that may come from here; empty: all.
	Allow []ingest.Rule
	// Trees opens targets in other repositories; nil: they cannot be read.
	Trees scm.Trees
	// Owners finds the owners that CODEOWNERS files name; nil: ingest.OwnersByName.
	Owners ingest.OwnerLookup
	// Limits bound each descriptor file.
	Limits yamldoc.Limits
	// Interval is how often the repository is asked for news; zero: two minutes.
	Interval time.Duration
	// Clock tells the time; nil: time.Now.
	Clock func() time.Time
}

// Source is a catalog.Source over one repository. It is safe for concurrent use.
type Source struct {
	o      Options
	origin string
	at     gitrun.Address
	host   *remote.Host
	engine *ingest.Engine
	wake   chan struct{}

	mu     sync.Mutex // one look at a time
	state  sync.RWMutex
	commit remote.Commit // what is read; guarded by state, like the next two
	branch string
	ids    map[string]string // of the descriptors of the last commit, by path
}

var _ catalog.Source = (*Source)(nil)

// New returns a source. An address, branch or path that cannot be one is an error of kind fault.Invalid; whether there
// is such a repository is found out by Read.
func New(o Options) (*Source, error) {
	at, err := gitrun.ParseAddress(o.URL)
	if err != nil {
		return nil, err
	}
	if o.Branch != "" {
		if err := gitrun.CheckRef(o.Branch); err != nil {
			return nil, err
		}
	}
	origin := "git:" + at.String()
	if o.Branch != "" {
		origin += "#" + o.Branch
	}
	o.Path = strings.Trim(o.Path, "/")
	switch o.Path {
	case "":
		o.Path = "catalog-info.yaml"
	case "catalog-info.yaml":
	default:
		origin += ":/" + o.Path
	}
	if !doublestar.ValidatePattern(o.Path) || path.Clean(o.Path) != o.Path || strings.HasPrefix(o.Path, "..") {
		return nil, fault.New(fault.Invalid, "the path of the descriptors %q is not a valid pattern", o.Path)
	}
	if o.Interval <= 0 {
		o.Interval = 2 * time.Minute
	}
	s := &Source{o: o, origin: origin, at: at, wake: make(chan struct{}, 1)}
	o.Clones.Add(clone.Repo{At: at, Credential: o.Credential})
	s.host = o.Clones.Host(clone.WebHost(at))
	s.engine = ingest.New(ingest.Options{
		Origin: origin, Allow: o.Allow, Trees: trees{s}, Limits: o.Limits, Clock: o.Clock, Owners: o.Owners,
	})
	return s, nil
}

// Origin implements catalog.Source.
func (s *Source) Origin() string { return s.origin }

// Read implements catalog.Source.
func (s *Source) Read(ctx context.Context) (catalog.Delta, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.update(ctx); err != nil {
		return catalog.Delta{}, err
	}
	return s.engine.Read(ctx, s.targets())
}

// Watch implements catalog.Source: the repository is asked for news at every interval, and when Refresh says so.
func (s *Source) Watch(ctx context.Context, emit func(catalog.Delta)) error {
	return ingest.Poll(ctx, s.o.Interval, s.wake, s.changes, emit)
}

// Refresh has Watch look at once if the address is empty or lies in the repository, and reports whether it does.
func (s *Source) Refresh(address string) bool {
	if address != "" && !below(address, clone.Web(s.at)) {
		return false
	}
	select {
	case s.wake <- struct{}{}:
	default: // it is about to look anyway
	}
	return true
}

// below reports whether an address is that of a repository or of something in it.
func below(address, web string) bool {
	rest, ok := strings.CutPrefix(strings.ToLower(strings.TrimPrefix(address, "url:")), strings.ToLower(web))
	return ok && (rest == "" || rest[0] == '/' || rest == ".git" || strings.HasPrefix(rest, ".git/"))
}

func (s *Source) changes(ctx context.Context) (catalog.Delta, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.update(ctx); err != nil {
		return catalog.Delta{}, err
	}
	return s.engine.Follow(ctx, s.targets(), nil)
}

// update finds out where the branch stands and fetches what is new of its descriptors.
func (s *Source) update(ctx context.Context) error {
	s.host.Forget(s.at.Repo())
	r, err := s.host.Repository(ctx, s.at.Repo())
	if err != nil {
		return err
	}
	branch := s.o.Branch
	if branch == "" {
		branch = r.Branch
	}
	c, err := s.host.Head(ctx, r, branch)
	if err != nil {
		return err
	}
	if branch == "" {
		branch = "HEAD"
	}
	s.state.RLock()
	same := c == s.commit && branch == s.branch
	before := s.ids
	s.state.RUnlock()
	if same {
		return nil
	}
	l, err := s.host.Files(ctx, r, c)
	if err != nil {
		return err
	}
	ids, fresh := s.descriptors(l, before)
	if len(fresh) > 1 {
		// Whatever this does not bring is fetched when it is read, and then an error is told.
		_ = s.o.Clones.Prefetch(ctx, s.host.Name(), r, c, fresh)
	}
	s.state.Lock()
	defer s.state.Unlock()
	s.commit, s.branch, s.ids = c, branch, ids
	return ctx.Err()
}

// descriptors lists the descriptors of a commit, and the contents that an earlier one did not have.
func (s *Source) descriptors(l *remote.Listing, before map[string]string) (ids map[string]string, fresh []string) {
	ids = map[string]string{}
	for _, e := range l.Entries() {
		if !s.isDescriptor(e.Path) || e.Kind != remote.File || ingest.InSkipped(e.Path) || len(ids) >= ingest.MaxFiles {
			continue
		}
		if ids[e.Path] = e.ID; before[e.Path] != e.ID && !slices.Contains(fresh[max(0, len(fresh)-8):], e.ID) {
			fresh = append(fresh, e.ID)
		}
	}
	return ids, fresh
}

func (s *Source) isDescriptor(name string) bool {
	if ok, err := doublestar.Match(s.o.Path, name); ok && err == nil {
		return true
	}
	return strings.HasPrefix(name, s.o.Path+"/") && ingest.IsYAML(name)
}

// targets is what the engine reads: the descriptors' address, as a person would open it.
func (s *Source) targets() []string {
	name := s.o.Path
	if !ingest.HasMeta(name) {
		name = ingest.EscapePath(name)
	}
	return []string{s.prefix() + name}
}

// prefix is what the addresses of the branch's files start with.
func (s *Source) prefix() string {
	s.state.RLock()
	defer s.state.RUnlock()
	return clone.Web(s.at) + marker(s.at.Hostname()) + ingest.EscapePath(s.branch) + "/"
}

// marker is how a host's addresses tell a branch. Unknown hosts are taken to do as most do.
func marker(host string) string {
	for _, m := range []struct{ part, marker string }{
		{"gitlab", "/-/blob/"}, {"bitbucket", "/src/"}, {"gitea", "/src/branch/"}, {"forgejo", "/src/branch/"}, {"codeberg", "/src/branch/"},
	} {
		if strings.Contains(host, m.part) {
			return m.marker
		}
	}
	return "/blob/"
}

// trees opens the folders of the commit that is read, and elsewhere what Options.Trees know.
type trees struct{ s *Source }

// Open implements scm.Trees.
func (t trees) Open(ctx context.Context, target string) (scm.Tree, error) {
	s := t.s
	rest, ok := strings.CutPrefix(strings.TrimSuffix(target, "/")+"/", s.prefix())
	if !ok {
		if s.o.Trees == nil {
			return nil, fault.New(fault.NotFound, "no integration knows it")
		}
		return s.o.Trees.Open(ctx, target)
	}
	s.state.RLock()
	commit := s.commit.ID
	s.state.RUnlock()
	at := []string{commit}
	for part := range strings.SplitSeq(strings.Trim(rest, "/"), "/") {
		name, err := url.PathUnescape(part)
		if err != nil || strings.Contains(name, "/") {
			return nil, fault.New(fault.Invalid, "it is not a usable address")
		}
		if name != "" {
			at = append(at, name)
		}
	}
	return s.host.OpenIn(ctx, s.at.Repo(), at, strings.TrimSuffix(target, "/"))
}
