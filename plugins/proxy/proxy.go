// Package proxy is the way out of plugins to third parties: named upstreams that the configuration lists. An upstream
// pins one host and a path on it, says which methods and paths may be asked for, and adds its secrets on this side, so
// that nobody who asks ever holds them. All who ask share one cache, one rate and one circuit breaker for each upstream.
//
// Addresses are judged when a connection is made (package outbound): link-local and metadata addresses are never
// connected to, private ones only where the configuration allows it, whatever a name resolves to by then. Redirects stay
// on the upstream's host and on those that its configuration says answers lead to.
//
// The same upstreams are offered to signed-in users of the web view by Handler.
package proxy

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
)

// Credentials says who may ask an upstream through Handler. The values are those of Backstage's proxy.
type Credentials string

// The credentials.
const (
	Require Credentials = "require"                           // people who are signed in; nothing of theirs is passed on
	Forward Credentials = "forward"                           // the same; their Authorization header is passed on
	Nobody  Credentials = "dangerously-allow-unauthenticated" // everybody who reaches the listener
)

// Config is one upstream.
type Config struct {
	// Name is what plugins call it, without a slash at either end: "circleci", "jenkins/api".
	Name string
	// Target is where it is: an absolute address whose path everything asked for lies below.
	Target string
	// Methods may be asked with; empty: all.
	Methods []string
	// Paths may be asked for, below Target: patterns in which * stands for a part of a segment and ** for anything.
	// Empty: all.
	Paths []string
	// Headers are set on every request and hold the secrets.
	Headers map[string]string
	// Sign adds headers that change, such as a token that lives for an hour, to a request for a path below Target; nil:
	// there are none. What it returns an error for is not asked.
	Sign func(ctx context.Context, path string, h http.Header) error
	// AllowedHeaders may pass through Handler in both directions, beyond the harmless ones.
	AllowedHeaders []string
	// Rewrite changes the path that Handler was asked for, before anything is judged; see Rewrites.
	Rewrite []Rewrite
	// Elsewhere are further hosts that answers lead to, such as that of a signed address of a log: names, or *.NAME for
	// all below one. They are asked with GET and without Headers.
	Elsewhere []string
	// Roams lets redirects lead to any public address over https, without Headers: some addresses only lead to another.
	Roams bool
	// Private allows the addresses of Target, and of Elsewhere, to be private ones.
	Private bool
	// Offered says that Handler offers it, to whom Credentials say; empty Credentials: Require.
	Offered     bool
	Credentials Credentials

	// Timeout bounds one attempt; zero: 20 s. MaxBody bounds an answer, in bytes; zero: 10 MB.
	Timeout time.Duration
	MaxBody int64
	// Rate is how many requests a second leave for it, in bursts of ten times that; zero: 5.
	Rate float64
	// Keep is how long an answer to GET is given to whoever asks the same; zero: 15 s, negative: never.
	Keep time.Duration
	// Attempts is how often what may be repeated is tried; zero: 3.
	Attempts int
	// Patience is the longest wait that Retry-After may ask for; zero: 10 s. What is asked for beyond it fails at once
	// until then.
	Patience time.Duration
	// Failures in a row open the circuit for Rest; zero: 5 and 30 s.
	Failures int
	Rest     time.Duration
}

// Options are what upstreams share. The zero value is for use.
type Options struct {
	Observer Observer // nil: nobody
	Proxy    func(*http.Request) (*url.URL, error)
	TLS      *tls.Config
	Resolver *net.Resolver  // nil: the system's
	Public   []netip.Prefix // ranges that count as public beside those that are; see outbound.Options
	Agent    string
	Clock    func() time.Time // nil: time.Now
	Rand     func() float64   // nil: math/rand
	Backoff  time.Duration    // the longest wait before the second attempt; zero: 500 ms
}

// Proxy is a set of upstreams. It is safe for concurrent use.
type Proxy struct {
	by map[string]*Upstream
	// names of those that are offered, the longest first.
	offered []string
}

// New returns the upstreams of a configuration. What is wrong with one is an error of kind fault.Invalid whose field is
// its name.
func New(all []Config, o Options) (*Proxy, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	p := &Proxy{by: make(map[string]*Upstream, len(all))}
	for _, c := range all {
		u, err := newUpstream(c, o)
		if err != nil {
			return nil, err
		}
		if p.by[u.c.Name] != nil {
			return nil, invalid(c.Name, "two upstreams have this name")
		}
		p.by[u.c.Name] = u
		if c.Offered {
			p.offered = append(p.offered, u.c.Name)
		}
	}
	slices.SortFunc(p.offered, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	return p, nil
}

// Upstream returns the upstream of a name; one that is not there is an error of kind fault.NotFound.
func (p *Proxy) Upstream(name string) (*Upstream, error) {
	if u := p.by[strings.Trim(name, "/")]; u != nil {
		return u, nil
	}
	return nil, fault.New(fault.NotFound, "there is no upstream %q in the configuration", name)
}

// Upstreams returns all, by name.
func (p *Proxy) Upstreams() []*Upstream {
	out := make([]*Upstream, 0, len(p.by))
	for _, u := range p.by {
		out = append(out, u)
	}
	slices.SortFunc(out, func(a, b *Upstream) int { return strings.Compare(a.c.Name, b.c.Name) })
	return out
}

// Close ends requests that are under way and waits for their ends, and closes idle connections.
func (p *Proxy) Close() {
	for _, u := range p.by {
		u.end()
		u.flying.Wait()
		u.client.Close()
		if u.elsewhere != nil {
			u.elsewhere.Close()
		}
	}
}

// Upstream is one of them. It is safe for concurrent use.
type Upstream struct {
	c         Config
	o         Options
	target    *url.URL
	paths     []*regexp.Regexp
	header    http.Header
	secret    map[string]bool  // canonical names of header
	client    *outbound.Client // speaks to target alone
	elsewhere *outbound.Client // nil: nothing is asked for elsewhere
	kept      *cache
	breaker   *breaker
	flight    singleflight.Group
	flying    sync.WaitGroup
	ending    context.Context // done when the proxy closes
	end       context.CancelFunc
}

func invalid(name, format string, args ...any) error {
	return fault.At(fault.Position{Field: name}, format, args...)
}

var goodName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:-]*(/[A-Za-z0-9][A-Za-z0-9._:-]*)*$`) // a colon before a host's port

func newUpstream(c Config, o Options) (*Upstream, error) {
	c.Name = strings.Trim(c.Name, "/")
	if !goodName.MatchString(c.Name) || len(c.Name) > 100 {
		return nil, invalid(c.Name, "an upstream's name has letters, digits, dots, colons, dashes and slashes, found %q", c.Name)
	}
	c.fill()
	u := &Upstream{
		c: c, o: o, header: http.Header{}, secret: map[string]bool{}, kept: newCache(),
		breaker: &breaker{most: c.Failures, rest: c.Rest, clock: o.Clock},
	}
	var err error
	u.target, err = url.Parse(c.Target)
	switch {
	case err != nil || u.target.Host == "" || u.target.Scheme != "http" && u.target.Scheme != "https":
		return nil, invalid(c.Name, "the target is no address such as https://circleci.com/api")
	case u.target.User != nil || u.target.RawQuery != "" || u.target.Fragment != "":
		return nil, invalid(c.Name, "the target holds neither credentials nor a query; secrets go into headers")
	case c.Credentials != Require && c.Credentials != Forward && c.Credentials != Nobody:
		return nil, invalid(c.Name, "credentials are %s, %s or %s, found %q", Require, Forward, Nobody, c.Credentials)
	}
	u.target.Path, u.target.RawPath = strings.TrimRight(u.target.Path, "/"), strings.TrimRight(u.target.EscapedPath(), "/")
	for _, p := range c.Paths {
		re, err := glob(p)
		if err != nil {
			return nil, invalid(c.Name, "the path %q is no pattern", p)
		}
		u.paths = append(u.paths, re)
	}
	for k, v := range c.Headers {
		if !goodHeader(k, v) {
			return nil, invalid(c.Name, "the header %q cannot be sent", k)
		}
		u.header.Set(k, v)
		u.secret[http.CanonicalHeaderKey(k)] = true
	}
	u.connect()
	u.ending, u.end = context.WithCancel(context.Background())
	return u, nil
}

func (c *Config) fill() {
	c.Timeout = cmp.Or(c.Timeout, 20*time.Second)
	c.MaxBody = cmp.Or(c.MaxBody, 10<<20)
	c.Rate = cmp.Or(c.Rate, 5)
	c.Keep = cmp.Or(c.Keep, 15*time.Second)
	c.Attempts = cmp.Or(c.Attempts, 3)
	c.Patience = cmp.Or(c.Patience, 10*time.Second)
	c.Failures = cmp.Or(c.Failures, 5)
	c.Rest = cmp.Or(c.Rest, 30*time.Second)
	c.Credentials = cmp.Or(c.Credentials, Require)
	for i, m := range c.Methods {
		c.Methods[i] = strings.ToUpper(m)
	}
}

// connect makes the clients: one for the target alone, and one for where its answers lead.
func (u *Upstream) connect() {
	o := outbound.Options{
		Agent: u.o.Agent, Connect: min(u.c.Timeout, 10*time.Second), Header: u.c.Timeout, Idle: u.c.Timeout, Total: u.c.Timeout,
		MaxBody: u.c.MaxBody, Rate: u.c.Rate, Attempts: u.c.Attempts, Patience: u.c.Patience, Backoff: u.o.Backoff,
		Proxy: u.o.Proxy, TLS: u.o.TLS, Resolver: u.o.Resolver, Public: u.o.Public, Clock: u.o.Clock, Rand: u.o.Rand,
		Follow: u.follow,
		Hosts:  []outbound.Host{{Name: u.target.Host, Private: u.c.Private || inside(u.target.Hostname()), Plain: u.target.Scheme == "http"}},
	}
	var further []outbound.Host
	for _, h := range u.c.Elsewhere {
		if u.c.Private && !strings.HasPrefix(h, "*.") {
			further = append(further, outbound.Host{Name: h, Private: true, Plain: u.target.Scheme == "http"})
		}
	}
	o.Hosts = append(o.Hosts, further...)
	u.client = outbound.New(o)
	if len(u.c.Elsewhere) == 0 {
		return
	}
	o.Hosts, o.Follow = further, func(to *url.URL) error {
		_, _, err := u.foreign(http.MethodGet, to)
		return err
	}
	u.elsewhere = outbound.New(o)
}

// follow judges a redirect: it may lead where the upstream could have been asked as well, and to the hosts of
// Config.Elsewhere, which get none of the headers that could be secrets.
func (u *Upstream) follow(to *url.URL) error {
	_, _, err := u.address(http.MethodGet, to.String())
	if err != nil && u.c.Roams && to.Scheme == "https" && !strings.EqualFold(to.Host, u.target.Host) && to.User == nil {
		return nil
	}
	return err
}

// inside reports whether a host is named by an address of this machine or network: nothing else can be meant.
func inside(host string) bool {
	a, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && (a.IsLoopback() || a.IsPrivate())
}

// Name is what plugins call it.
func (u *Upstream) Name() string { return u.c.Name }

// Host is the host that it is at, for people.
func (u *Upstream) Host() string { return u.target.Host }

// Well reports whether the upstream answers, as far as the last requests tell; where not, why and until when it is left
// alone.
func (u *Upstream) Well() (why string, until time.Time, ok bool) { return u.breaker.state() }
