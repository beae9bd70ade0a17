// Package ldap reads people and groups from a directory: OpenLDAP, Active Directory and what speaks LDAP version 3
// like them. Entries become Users and Groups as they do in @backstage/plugin-catalog-backend-module-ldap, with the same
// annotations; memberships are followed from both ends, groups within groups included.
package ldap

import (
	"context"
	"crypto/tls"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/ingest"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Options configure a Source.
type Options struct {
	// URL is ldaps://host or ldap://host, with a port where it is not 636 or 389.
	URL string
	// StartTLS encrypts a connection to an ldap:// address before anything is sent.
	StartTLS bool
	// BindDN and Secret are who reads; an empty DN reads as nobody in particular. A secret is sent over an encrypted
	// connection only, unless the directory is on this machine.
	BindDN, Secret string
	// TLS holds further root certificates; nil: the system's.
	TLS *tls.Config
	// Users and Groups say which entries are read; one without a Base is left out.
	Users, Groups Search
	// Allow are the entities that may come from here; empty: all.
	Allow []ingest.Rule
	// Interval is how often Watch reads everything again; zero: ten minutes.
	Interval time.Duration
	// Timeout bounds one reading; zero: five minutes. Every single answer gets a tenth of it.
	Timeout time.Duration
	// PageSize is how many entries are asked for at once; zero: 500.
	PageSize uint32
	// MaxEntries is the most that is read of users and of groups; zero: 200,000. More is an error.
	MaxEntries int
	// Clock tells the time for Delta.Checked; nil: time.Now.
	Clock func() time.Time
}

// Search says which entries are read, and which attributes hold what.
type Search struct {
	// Base is the DN below which entries are looked for.
	Base string
	// Filter selects entries (RFC 4515); empty: people or groups, as the directory's kind calls them.
	Filter string
	// Map names the attribute of each field: name, displayName, email, picture, description, rdn, memberOf, and for
	// groups type and members. Several attributes are parted by commas; the first that an entry has counts, of
	// members and memberOf all. What is not named has the default of the directory's kind.
	Map map[string]string
}

// fields are the keys of Search.Map.
var fields = [...]string{"name", "displayName", "email", "picture", "description", "rdn", "memberOf", "type", "members"}

// Source is a catalog.Source over a directory. It is safe for concurrent use.
type Source struct {
	opt    Options
	url    *url.URL
	origin string

	mu    sync.Mutex
	known map[string]catalog.File // by location, as of the last reading, without text
}

var _ catalog.Source = (*Source)(nil)

// New returns a source. What cannot be meant is an error of kind fault.Invalid; whether a directory answers is found
// out by Read.
func New(o Options) (*Source, error) {
	u, err := url.Parse(strings.TrimSpace(o.URL))
	if err != nil || u.Host == "" || u.Scheme != "ldap" && u.Scheme != "ldaps" {
		return nil, fault.New(fault.Invalid, "an ldap location needs the address of a directory, such as ldaps://ldap.example.com")
	}
	if u.User != nil || u.RawQuery != "" || strings.Trim(u.Path, "/") != "" {
		return nil, fault.New(fault.Invalid, "the address of a directory is a scheme and a host only; who binds goes into bind")
	}
	if u.Scheme == "ldaps" && o.StartTLS {
		return nil, fault.New(fault.Invalid, "start_tls is for ldap:// addresses; %s is encrypted from the start", u.Host)
	}
	if o.Secret != "" && u.Scheme == "ldap" && !o.StartTLS && !local(u.Hostname()) {
		return nil, fault.New(fault.Invalid, "the bind secret would be sent to %s unencrypted; use ldaps:// or start_tls", u.Host)
	}
	if o.BindDN != "" && o.Secret == "" {
		return nil, fault.New(fault.Invalid, "the bind as %s has no secret; directories take that for a bind as nobody", o.BindDN)
	}
	if err := check(&o); err != nil {
		return nil, err
	}
	if o.Interval <= 0 {
		o.Interval = 10 * time.Minute
	}
	if o.Timeout <= 0 {
		o.Timeout = 5 * time.Minute
	}
	if o.PageSize == 0 {
		o.PageSize = 500
	}
	if o.MaxEntries <= 0 {
		o.MaxEntries = 200_000
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	u.Path = ""
	return &Source{opt: o, url: u, origin: u.Scheme + "://" + u.Host, known: map[string]catalog.File{}}, nil
}

// check refuses searches that no directory could run.
func check(o *Options) error {
	if o.Users.Base == "" && o.Groups.Base == "" {
		return fault.New(fault.Invalid, "an ldap location needs users.base or groups.base, the DN that entries are looked for below")
	}
	for _, s := range []struct {
		name string
		Search
	}{{"users", o.Users}, {"groups", o.Groups}} {
		if _, err := ldap.ParseDN(s.Base); err != nil {
			return fault.New(fault.Invalid, "%s.base %q is not a DN", s.name, s.Base)
		}
		if s.Filter != "" {
			if _, err := ldap.CompileFilter(s.Filter); err != nil {
				return fault.New(fault.Invalid, "%s.filter %q is not a filter", s.name, s.Filter)
			}
		}
		for _, key := range slices.Sorted(maps.Keys(s.Map)) {
			if !slices.Contains(fields[:], key) {
				return fault.New(fault.Invalid, "%s.map knows %s, not %q", s.name, strings.Join(fields[:], ", "), key)
			}
		}
	}
	return nil
}

// local reports whether a host is this machine.
func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Origin implements catalog.Source.
func (s *Source) Origin() string { return s.origin }

// Read implements catalog.Source.
func (s *Source) Read(ctx context.Context) (catalog.Delta, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	files, err := s.read(ctx)
	if err != nil {
		return catalog.Delta{}, err
	}
	d := catalog.Delta{Origin: s.origin, Full: true, Files: files, Checked: s.opt.Clock()}
	for i := range files {
		if s.known[files[i].Location].Hash == files[i].Hash {
			files[i].Text = nil
		}
	}
	s.keep(files)
	return d, nil
}

// Changes reads everything and returns what differs from the last reading.
func (s *Source) Changes(ctx context.Context) (catalog.Delta, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	files, err := s.read(ctx)
	if err != nil {
		return catalog.Delta{}, err
	}
	d := catalog.Delta{Origin: s.origin, Checked: s.opt.Clock()}
	present := make(map[string]bool, len(files))
	for _, f := range files {
		present[f.Location] = true
		was, known := s.known[f.Location]
		if !known || was.Hash != f.Hash || !slices.Equal(was.Problems, f.Problems) {
			d.Files = append(d.Files, f)
		}
	}
	for _, location := range slices.Sorted(maps.Keys(s.known)) {
		if !present[location] {
			d.Gone = append(d.Gone, location)
		}
	}
	s.keep(files)
	return d, nil
}

func (s *Source) keep(files []catalog.File) {
	s.known = make(map[string]catalog.File, len(files))
	for _, f := range files {
		f.Text = nil
		s.known[f.Location] = f
	}
}

// Watch implements catalog.Source. It ends with an error when the directory cannot be read.
func (s *Source) Watch(ctx context.Context, emit func(catalog.Delta)) error {
	return ingest.Poll(ctx, s.opt.Interval, nil, s.Changes, emit)
}

// read reads the directory as it is now.
func (s *Source) read(ctx context.Context) ([]catalog.File, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opt.Timeout)
	defer cancel()
	dir, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	defer dir.close()
	o := &org{source: s, vendor: dir.vendor}
	for _, kind := range []string{"User", "Group"} {
		search := s.opt.Users
		if kind == "Group" {
			search = s.opt.Groups
		}
		if search.Base == "" {
			continue
		}
		entries, err := dir.search(search, dir.vendor.defaults(kind))
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			o.add(kind, search, e)
		}
	}
	if len(o.members) == 0 && len(s.known) > 0 {
		return nil, s.odd("shows no entries at all, where there were %d; may the bind still read them?", len(s.known))
	}
	o.relate()
	return o.files(), nil
}

// odd is the error of a directory that answers, but not as one should.
func (s *Source) odd(format string, args ...any) error {
	e := fault.New(fault.Upstream, format, args...)
	e.Message = "the directory " + s.origin + " " + e.Message
	return e
}
