// Package backstage reads the catalog of a running Backstage through its REST API, or of any other portal that serves
// the same API. Every entity is taken as the descriptor it came from: what the portal added is taken off, where the
// portal read it stays as its provenance, and its relations follow from our own rules, compared with those that the
// portal gives. Only entities whose etag changed are fetched again.
package backstage

import (
	"context"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/ingest"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// Options configure a Source.
type Options struct {
	// URL is the address of the portal's backend, with or without /api/catalog.
	URL string
	// Token is that of a service (backend.auth.externalAccess); empty: the portal lets everybody read.
	Token string
	// Filter selects entities as the API takes it: one of the sets of conditions must hold, for example
	// "kind=component,spec.type=service". Empty: all.
	Filter []string
	// PageSize is how many entities are asked for at once; zero: 500.
	PageSize int
	// Allow are the entities that may come from here; empty: all.
	Allow []ingest.Rule
	// Client makes the requests; nil: one that may reach the portal's host wherever it is.
	Client *outbound.Client
	// Interval is how often Watch asks for changes; zero: two minutes.
	Interval time.Duration
	// Timeout bounds one reading of everything; zero: ten minutes.
	Timeout time.Duration
	// MaxEntities is the most that is read; zero: 500,000. More is an error.
	MaxEntities int
	// Limits bound each entity.
	Limits yamldoc.Limits
	// Clock tells the time for Delta.Checked; nil: time.Now.
	Clock func() time.Time
}

// Source is a catalog.Source over a portal. It is safe for concurrent use.
type Source struct {
	opt    Options
	base   *url.URL // without /api/catalog
	origin string

	mu    sync.Mutex
	known map[catalog.Ref]*held // as of the last reading
	tags  bool                  // every entity had an etag
}

var _ catalog.Source = (*Source)(nil)

// New returns a source. An address that is none is an error of kind fault.Invalid; whether a portal answers there is
// found out by Read.
func New(o Options) (*Source, error) {
	base, err := url.Parse(strings.TrimSpace(o.URL))
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" {
		return nil, fault.New(fault.Invalid, "a backstage location needs the address of a portal's backend, such as https://portal.example.com")
	}
	if base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, fault.New(fault.Invalid, "the address of a portal has no user, query or fragment; a secret goes into token")
	}
	base.Path = strings.TrimSuffix(strings.TrimSuffix(strings.TrimRight(base.Path, "/"), "/api/catalog"), "/")
	if o.PageSize <= 0 {
		o.PageSize = 500
	}
	if o.Interval <= 0 {
		o.Interval = 2 * time.Minute
	}
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Minute
	}
	if o.MaxEntities <= 0 {
		o.MaxEntities = 500_000
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Client == nil {
		o.Client = outbound.New(outbound.Options{
			Hosts: []outbound.Host{{Name: base.Host, Private: true, Plain: base.Scheme == "http"}}, MaxBody: pageBytes,
		})
	}
	return &Source{opt: o, base: base, origin: "backstage:" + base.String(), known: map[catalog.Ref]*held{}}, nil
}

// Origin implements catalog.Source.
func (s *Source) Origin() string { return s.origin }

// Read implements catalog.Source.
func (s *Source) Read(ctx context.Context) (catalog.Delta, error) {
	d, err := s.look(ctx)
	if err != nil {
		return catalog.Delta{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d.Full, d.Gone, d.Files = true, nil, nil
	for _, ref := range sorted(s.known) {
		h := s.known[ref]
		d.Files = append(d.Files, h.file)
		if !h.told {
			h.told = true
			h.file.Text = nil
		}
	}
	return d, nil
}

// Watch implements catalog.Source. It ends with an error when the portal cannot be read.
func (s *Source) Watch(ctx context.Context, emit func(catalog.Delta)) error {
	return ingest.Poll(ctx, s.opt.Interval, nil, s.Changes, emit)
}

// Changes asks the portal once and returns what differs from the last reading.
func (s *Source) Changes(ctx context.Context) (catalog.Delta, error) {
	d, err := s.look(ctx)
	if err != nil {
		return catalog.Delta{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ref := range sorted(s.known) {
		if h := s.known[ref]; !h.told {
			d.Files = append(d.Files, h.file)
			h.told = true
			h.file.Text = nil
		}
	}
	return d, nil
}
