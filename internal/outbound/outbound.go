// Package outbound is the way out to servers that somebody else names: addresses in descriptors, configured sources,
// plugins. It refuses to connect to addresses inside the network unless the configuration names their host, bounds
// every phase of an exchange in time and every answer in size, keeps a budget of requests for each host, and never
// carries a secret to another host.
//
// Addresses are judged when a connection is made, after the name was resolved, so that a name whose address changes
// between a check and its use (DNS rebinding) gains nothing.
package outbound

import (
	"crypto/tls"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Host is what the configuration says about one host.
type Host struct {
	// Name is the host as addresses have it: "portal.acme.dev", or with a port "10.0.0.7:8080".
	Name string
	// Private allows loopback and private addresses. Link-local addresses and those of cloud metadata services stay
	// refused.
	Private bool
	// Plain allows http. Elsewhere only https is spoken.
	Plain bool
	// Rate is how many requests a second the host gets; zero: Options.Rate.
	Rate float64
}

// Options configure a Client. The zero value speaks https to public addresses only.
type Options struct {
	Hosts []Host
	// Agent is the User-Agent; empty: "Backchannel".
	Agent string
	// Connect, Header, Idle and Total bound the phases of one exchange: making a connection (twice that with TLS),
	// waiting for the answer's head, waiting for the next piece of its body, and everything together, retries not
	// included. Zero: 10 s, 30 s, 20 s, 2 min.
	Connect, Header, Idle, Total time.Duration
	// MaxBody is how large an answer may be once it is decompressed, in bytes; zero: 32 MB.
	MaxBody int64
	// Redirects is how many are followed; zero: 5, negative: none.
	Redirects int
	// Follow judges where a redirect leads, besides the rules about addresses; nil: everything is fine. An error of it is
	// what the request ends with.
	Follow func(to *url.URL) error
	// Rate is how many requests a second a host gets, in bursts of ten times that; zero: 20.
	Rate float64
	// Attempts is how often a request that may be repeated is tried; zero: 3.
	Attempts int
	// Backoff is the longest wait before the second attempt; it doubles with each. Zero: 500 ms.
	Backoff time.Duration
	// Patience is the longest wait that a server may ask for with Retry-After; when it asks for more, requests fail at
	// once until then. Zero: 1 min.
	Patience time.Duration
	// Proxy chooses a proxy for a request, as http.ProxyFromEnvironment does; nil: none. Its own address may be a private
	// one, and it is then the proxy that resolves and judges names.
	Proxy func(*http.Request) (*url.URL, error)
	// TLS holds further root certificates; nil: the system's.
	TLS *tls.Config
	// Resolver resolves names; nil: the system's.
	Resolver *net.Resolver
	// Public are ranges that count as public beside those that are: where a network reaches the outside at addresses
	// that are reserved elsewhere. Link-local addresses and those of cloud metadata services stay refused.
	Public []netip.Prefix
	// Clock tells the time; nil: time.Now.
	Clock func() time.Time
	// Rand returns numbers in [0, 1) for the spread of retries; nil: math/rand.
	Rand func() float64
}

func (o *Options) fill() {
	durations := []struct {
		d  *time.Duration
		or time.Duration
	}{
		{&o.Connect, 10 * time.Second}, {&o.Header, 30 * time.Second}, {&o.Idle, 20 * time.Second},
		{&o.Total, 2 * time.Minute}, {&o.Backoff, 500 * time.Millisecond}, {&o.Patience, time.Minute},
	}
	for _, d := range durations {
		if *d.d <= 0 {
			*d.d = d.or
		}
	}
	if o.Agent == "" {
		o.Agent = "Backchannel"
	}
	if o.MaxBody <= 0 {
		o.MaxBody = 32 << 20
	}
	if o.Redirects == 0 {
		o.Redirects = 5
	}
	if o.Rate <= 0 {
		o.Rate = 20
	}
	if o.Attempts <= 0 {
		o.Attempts = 3
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Float64
	}
}

// Client makes requests. It is safe for concurrent use.
type Client struct {
	o     Options
	hosts map[string]Host
	base  *http.Transport
	http  *http.Client

	mu      sync.Mutex
	budgets map[string]*budget
	proxies map[string]bool // "host:port" of those that Options.Proxy named
}

// New returns a client.
func New(o Options) *Client {
	o.fill()
	c := &Client{o: o, hosts: make(map[string]Host, len(o.Hosts)), budgets: map[string]*budget{}, proxies: map[string]bool{}}
	for _, h := range o.Hosts {
		c.hosts[strings.ToLower(h.Name)] = h
	}
	c.base = &http.Transport{
		Proxy:                  c.proxy,
		DialContext:            c.DialContext,
		TLSClientConfig:        o.TLS,
		TLSHandshakeTimeout:    o.Connect,
		ResponseHeaderTimeout:  o.Header,
		ExpectContinueTimeout:  time.Second,
		IdleConnTimeout:        90 * time.Second,
		MaxIdleConns:           100,
		MaxIdleConnsPerHost:    8,
		MaxConnsPerHost:        16,
		MaxResponseHeaderBytes: 256 << 10,
		ForceAttemptHTTP2:      true,
	}
	c.http = &http.Client{Transport: transport{c}, CheckRedirect: c.redirect, Timeout: o.Total}
	return c
}

// HTTP returns a client for SDKs that want one: the same rules about addresses, redirects, times, sizes and budgets,
// without retries.
func (c *Client) HTTP() *http.Client {
	h := *c.http
	return &h
}

// Close ends idle connections.
func (c *Client) Close() { c.base.CloseIdleConnections() }

// host returns what is configured for a host, which is named with or without its port.
func (c *Client) host(hostname, port string) Host {
	hostname = strings.ToLower(strings.TrimSuffix(hostname, "."))
	if h, ok := c.hosts[net.JoinHostPort(hostname, port)]; ok {
		return h
	}
	if h, ok := c.hosts[hostname+":"+port]; ok {
		return h
	}
	return c.hosts[hostname]
}

// proxy asks Options.Proxy, whose answers are as good as configured.
func (c *Client) proxy(req *http.Request) (*url.URL, error) {
	if c.o.Proxy == nil {
		return nil, nil
	}
	u, err := c.o.Proxy(req)
	if u == nil || err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.proxies) < maxBudgets {
		c.proxies[hostPort(u)] = true
	}
	return u, nil
}

// hostPort is where a proxy listens.
func hostPort(u *url.URL) string {
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "https":
		port = "443"
	case u.Scheme == "socks5" || u.Scheme == "socks5h":
		port = "1080"
	default:
		port = "80"
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// private reports whether the address of a host may be inside the network.
func (c *Client) private(hostname, port string) bool {
	c.mu.Lock()
	proxy := c.proxies[net.JoinHostPort(strings.ToLower(hostname), port)]
	c.mu.Unlock()
	return proxy || c.host(hostname, port).Private
}
