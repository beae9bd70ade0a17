package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/plugins/proxy"
)

// Proxy is the third parties that plugins, and people who are signed in, may ask through this program: named
// upstreams. Its shape is that of Backstage's "proxy", the old one without endpoints included.
type Proxy struct{ Endpoints []Endpoint }

// Endpoint is one upstream.
type Endpoint struct {
	Name           string            `yaml:"-"` // the key, without slashes at its ends
	Target         string            // an address; what is asked for lies below it
	Headers        map[string]string // sent along; the place for secrets
	AllowedMethods []string          `yaml:"allowedMethods"`
	AllowedHeaders []string          `yaml:"allowedHeaders"`
	PathRewrite    Rewrites          `yaml:"pathRewrite"`
	Credentials    string            // require, forward or dangerously-allow-unauthenticated

	ChangeOrigin *bool `yaml:"changeOrigin"` // always so
	Secure       *bool // certificates are always checked

	Paths     []string      // patterns of what may be asked for; none: everything below the target
	Elsewhere []string      // hosts that answers lead to
	Private   bool          // the target is inside of the network
	Offered   *bool         // at /api/proxy/; default true
	Timeout   time.Duration // of one attempt
	MaxBody   Size          `yaml:"max_body"`
	Rate      Rate          // of requests
	Keep      time.Duration // how long answers are given to others who ask the same; negative: never
	Attempts  int
}

// Rewrites are the entries of pathRewrite, in their order.
type Rewrites []Rewrite

// Rewrite replaces what an expression finds in a path.
type Rewrite struct{ From, To string }

// UnmarshalNode implements yamldoc.Unmarshaler.
func (r *Rewrites) UnmarshalNode(n *yamldoc.Node, field string, d yamldoc.Decoder) error {
	if n.Kind != yamldoc.Map {
		return d.Errorf(n, field, "expected a map of expressions to what takes their place")
	}
	for _, f := range n.Fields {
		if _, err := proxy.NewRewrite(f.Key, f.Value.Text); err != nil || f.Value.Kind != yamldoc.String {
			return d.Errorf(f.Value, field, "%q is no expression, or what takes its place no text", f.Key)
		}
		*r = append(*r, Rewrite{f.Key, f.Value.Text})
	}
	return nil
}

// UnmarshalNode implements yamldoc.Unmarshaler.
func (p *Proxy) UnmarshalNode(n *yamldoc.Node, field string, d yamldoc.Decoder) error {
	if n.Kind != yamldoc.Map {
		return d.Errorf(n, field, "expected a map with endpoints")
	}
	for _, f := range n.Fields {
		switch at := field + "." + f.Key; f.Key {
		case "endpoints":
			if f.Value.Kind != yamldoc.Map {
				return d.Errorf(f.Value, at, "expected a map of names to upstreams")
			}
			for _, e := range f.Value.Fields {
				if err := p.endpoint(e, at+"."+e.Key, d); err != nil {
					return err
				}
			}
		case "reviveConsumedRequestBodies", "skipInvalidProxies": // of Backstage's; bodies are always passed on whole
			var ignored bool
			if err := d.DecodeAt(f.Value, &ignored, at); err != nil {
				return err
			}
		default: // as it was before endpoints
			if err := p.endpoint(f, at, d); err != nil {
				return err
			}
		}
	}
	return nil
}

// endpoint reads one upstream: a map, or its target alone.
func (p *Proxy) endpoint(f yamldoc.Field, at string, d yamldoc.Decoder) error {
	e := Endpoint{Name: strings.Trim(f.Key, "/")}
	var err error
	if f.Value.Kind == yamldoc.String {
		err = d.DecodeAt(f.Value, &e.Target, at)
	} else {
		err = d.DecodeAt(f.Value, &e, at)
	}
	if err != nil {
		return err
	}
	switch {
	case e.Secure != nil && !*e.Secure:
		return d.Errorf(f.Value, at+".secure", "certificates are always checked; add the issuer to those that the system trusts")
	case slices.ContainsFunc(p.Endpoints, func(o Endpoint) bool { return o.Name == e.Name }):
		return d.Errorf(f.Value, at, "there are two upstreams of this name")
	}
	c, err := e.Upstream()
	if err == nil {
		_, err = proxy.New([]proxy.Config{c}, proxy.Options{})
	}
	if err != nil {
		return d.Errorf(f.Value, at, "%s", strings.TrimPrefix(err.Error(), e.Name+": "))
	}
	p.Endpoints = append(p.Endpoints, e)
	return nil
}

// Upstream is the endpoint as the proxy takes it.
func (e Endpoint) Upstream() (proxy.Config, error) {
	c := proxy.Config{
		Name: e.Name, Target: e.Target, Methods: slices.Clone(e.AllowedMethods), Paths: e.Paths, Headers: e.Headers, AllowedHeaders: e.AllowedHeaders,
		Elsewhere: e.Elsewhere, Private: e.Private, Offered: e.Offered == nil || *e.Offered, Credentials: proxy.Credentials(e.Credentials),
		Timeout: e.Timeout, MaxBody: int64(e.MaxBody), Rate: float64(e.Rate), Keep: e.Keep, Attempts: e.Attempts,
	}
	for _, r := range e.PathRewrite {
		one, err := proxy.NewRewrite(r.From, r.To)
		if err != nil {
			return c, fmt.Errorf("pathRewrite: %w", err)
		}
		c.Rewrite = append(c.Rewrite, one)
	}
	return c, nil
}

// secrets are the values of headers that let somebody in.
func (p Proxy) secrets() []string {
	var out []string
	for _, e := range p.Endpoints {
		for name, value := range e.Headers {
			name = strings.ToLower(name)
			for _, word := range []string{"auth", "token", "key", "secret", "cookie", "password"} {
				if !strings.Contains(name, word) {
					continue
				}
				parts := strings.Fields(value) // "Bearer" is none
				if len(parts) > 0 {
					out = append(out, parts[len(parts)-1])
				}
				break
			}
		}
	}
	return out
}
