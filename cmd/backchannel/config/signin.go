package config

import (
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// Auth says who may use the web view. The zero value says nothing: then only this machine may.
type Auth struct {
	Open    bool          // anybody who reaches the listener
	OIDC    *OIDC         `yaml:"oidc"` // people sign in at an identity provider
	Chat    *bool         // and with a link from a chat; nil: yes
	Idle    time.Duration // a session ends when nobody used it for so long; 0: a day
	Longest time.Duration // and in any case after so long; 0: a week
}

// OIDC is an identity provider that speaks OpenID Connect.
type OIDC struct {
	Issuer       string // the address below which it has /.well-known/openid-configuration
	ClientID     string `yaml:"client_id"`
	ClientSecret string `yaml:"client_secret"` // "": a public client
	Label        string // what people call it
	Scopes       []string
	UserClaim    string   `yaml:"user_claim"`  // the claim that names the User; "": the e-mail address decides
	TrustEmail   bool     `yaml:"trust_email"` // addresses count without email_verified
	Domains      []string // only people with a verified address of one of them
	Groups       []string // only people with one of them in the claim GroupsClaim
	GroupsClaim  string   `yaml:"groups_claim"` // "": groups
}

// Required reports whether people must sign in.
func (a Auth) Required() bool { return a.OIDC != nil || a.Chat != nil && *a.Chat }

// Links reports whether a chat gives links that sign in.
func (a Auth) Links() bool { return a.Required() && (a.Chat == nil || *a.Chat) }

// public are issuers at which everybody has an account, or can make one.
var public = []string{"accounts.google.com", "gitlab.com", "appleid.apple.com", "www.facebook.com", "login.yahoo.com"}

// checkAuth refuses a way of signing in that could not work, or would let everybody in.
func (c *Config) checkAuth(root *yamldoc.Node, d yamldoc.Decoder) error {
	a, n := c.Web.Auth, root.At("web", "auth")
	if a.Open && a.Required() {
		return d.Errorf(n.Get("open"), "web.auth.open", "the pages are either open or for those who sign in; remove open, or oidc and chat")
	}
	o := a.OIDC
	if o == nil {
		return nil
	}
	n = n.Get("oidc")
	u, err := url.Parse(o.Issuer)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.Fragment != "":
		return d.Errorf(orSelf(n.Get("issuer"), n), "web.auth.oidc.issuer", "expected the address of the provider, such as https://login.acme.dev, found %q", o.Issuer)
	case u.Scheme == "http" && !local(u.Hostname()):
		return d.Errorf(n.Get("issuer"), "web.auth.oidc.issuer", "expected https: who signs in over http can be anybody; http is for this machine alone")
	case o.ClientID == "":
		return d.Errorf(n, "web.auth.oidc.client_id", "the provider knows this service by a client_id; register it there with the address %s/auth/callback", strings.TrimRight(c.Web.BaseURL, "/"))
	case len(o.Scopes) > 0 && !slices.Contains(o.Scopes, "openid"):
		return d.Errorf(n.Get("scopes"), "web.auth.oidc.scopes", "openid is missing")
	case slices.Contains(public, u.Host) && len(o.Domains) == 0 && len(o.Groups) == 0:
		return d.Errorf(n, "web.auth.oidc.domains", "anybody can have an account at %s; name the domains of your addresses, such as domains: [acme.dev]", u.Host)
	}
	return nil
}

func orSelf(n, self *yamldoc.Node) *yamldoc.Node {
	if n == nil {
		return self
	}
	return n
}

// local reports whether a host is this machine.
func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}
