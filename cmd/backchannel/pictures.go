package main

import (
	"context"
	"net/netip"
	"net/url"
	"strings"

	"github.com/backchannel-portal/backchannel/adapters/web"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// showsPictures reports whether chat platforms may be pointed to pictures here. A message with a picture that cannot be
// fetched is refused as a whole by some, so that it is only done where a platform calls this address anyway, or where
// the configuration says so.
func showsPictures(c *config.Config) bool {
	switch c.Web.Pictures {
	case "on":
		return c.Web.BaseURL != ""
	case "off":
		return false
	}
	called := c.Slack != nil && c.Slack.Mode == "http" || c.Discord != nil && c.Discord.Mode == "http"
	return called && fetchable(c.Web.BaseURL)
}

// fetchable reports whether an address can be one of the internet's: over https, at a name with a dot or a public address.
func fetchable(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" {
		return false
	}
	host := u.Hostname()
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsGlobalUnicast() && !ip.IsPrivate()
	}
	name := strings.TrimSuffix(strings.ToLower(host), ".")
	for _, local := range []string{".local", ".internal", ".localhost", ".lan", ".home.arpa"} {
		if strings.HasSuffix(name, local) {
			return false
		}
	}
	return strings.Contains(name, ".")
}

// draws makes the pictures that messages show.
func (s *service) draws() {
	if showsPictures(s.cfg) {
		s.drawn.Store(&web.Pictures{Radar: s.plugins.Radar, Tokens: s.tokens})
	}
}

// radarPicture is the address of a picture of the radar, "" where none is shown.
func (a *app) radarPicture(ctx context.Context, l lang.Lang) string {
	p := a.drawn.Load()
	if p == nil {
		return ""
	}
	path := p.RadarPath(ctx, l)
	if path == "" {
		return ""
	}
	return strings.TrimSuffix(a.cfg.Web.BaseURL, "/") + path
}
