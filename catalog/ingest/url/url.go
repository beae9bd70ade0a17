// Package url reads descriptors from addresses on the web. Addresses in repositories that an integration knows are read
// through it; everything else is asked for as it is, and again only when it changed.
package url

import (
	"context"
	"net/http"
	neturl "net/url"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/ingest"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// Options configure a Source.
type Options struct {
	// URLs are the addresses; of two that define the same entity, the earlier one counts.
	URLs []string
	// Header is sent with requests to the hosts of URLs, for example an Authorization.
	Header http.Header
	// Client makes the requests.
	Client *outbound.Client
	// Hosts are further hosts whose addresses Locations may name; those of URLs always may be.
	Hosts []string
	// Trees opens addresses in repositories; nil: none are known.
	Trees scm.Trees
	// Allow are the entities that may come from here; empty: all.
	Allow []ingest.Rule
	// Owners finds the owners that CODEOWNERS files name; nil: ingest.OwnersByName.
	Owners ingest.OwnerLookup
	// Limits bound each descriptor file.
	Limits yamldoc.Limits
	// Parallel is how many files are asked for at once; zero: 4.
	Parallel int
	// Interval is how often everything is looked at again; zero: two minutes.
	Interval time.Duration
	// Clock tells the time; nil: time.Now.
	Clock func() time.Time
}

// Source is a catalog.Source over addresses on the web. It is safe for concurrent use.
type Source struct {
	o      Options
	origin string
	roots  []string
	web    *web
	engine *ingest.Engine
	wake   chan struct{}
}

var _ catalog.Source = (*Source)(nil)

// maxText bounds what the descriptors of one location hold together. A file names as many others as it likes, and what
// is read stands in memory until it is stored.
const maxText = 128 << 20

// New returns a source. An address that is not one is an error of kind fault.Invalid.
func New(o Options) (*Source, error) {
	if len(o.URLs) == 0 {
		return nil, fault.New(fault.Invalid, "a url location needs an address")
	}
	if o.Interval <= 0 {
		o.Interval = 2 * time.Minute
	}
	if o.Parallel <= 0 {
		o.Parallel = 4
	}
	s := &Source{o: o, wake: make(chan struct{}, 1), web: &web{
		client: o.Client, header: o.Header, trees: o.Trees, most: ingest.MaxBytes(o.Limits),
		own: map[string]bool{}, hosts: map[string]bool{}, real: map[string]string{}, last: map[string]answer{},
	}}
	for _, h := range o.Hosts {
		s.web.hosts[strings.ToLower(h)] = true
	}
	for _, text := range o.URLs {
		u, err := neturl.Parse(strings.TrimPrefix(strings.TrimSpace(text), "url:"))
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return nil, fault.New(fault.Invalid, "a url location is an address that starts with https://")
		}
		if u.User != nil {
			return nil, fault.New(fault.Invalid, "credentials do not belong in an address; a header can hold them")
		}
		s.roots = append(s.roots, s.web.add(u))
	}
	s.origin = "url:" + strings.Join(s.roots, " ")
	s.engine = ingest.New(ingest.Options{
		Origin: s.origin, Allow: o.Allow, Place: s.web, Trees: o.Trees, Owners: o.Owners, Limits: o.Limits, Clock: o.Clock, Parallel: o.Parallel,
		MaxText: maxText,
	})
	return s, nil
}

// Origin implements catalog.Source. It holds no query of an address, where a secret may be.
func (s *Source) Origin() string { return s.origin }

// Read implements catalog.Source.
func (s *Source) Read(ctx context.Context) (catalog.Delta, error) {
	return s.engine.Read(ctx, s.roots)
}

// Watch implements catalog.Source.
func (s *Source) Watch(ctx context.Context, emit func(catalog.Delta)) error {
	return ingest.Poll(ctx, s.o.Interval, s.wake, func(ctx context.Context) (catalog.Delta, error) {
		return s.engine.Follow(ctx, s.roots, nil)
	}, emit)
}

// Refresh has Watch look at once if the address is empty or one that the source has read, and reports whether it is.
func (s *Source) Refresh(address string) bool {
	address = strings.TrimPrefix(address, "url:")
	if address != "" && !slices.Contains(s.roots, address) && !s.engine.Knows(func(at string) bool { return at == address }) {
		return false
	}
	select {
	case s.wake <- struct{}{}:
	default: // it is about to look anyway
	}
	return true
}
