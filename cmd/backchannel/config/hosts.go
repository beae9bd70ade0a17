package config

import (
	"fmt"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// CodeHost is a host of repositories that is only known by its type: addresses on it can be read.
type CodeHost struct {
	Host     string      // with its port, if that is not 443
	APIURL   string      `yaml:"api_url"` // of bitbucket and gitea
	Scaffold *Credential // of bitbucket and gitea: makes repositories from templates; nil: that is only planned
}

// checkCodeHosts refuses hosts that are named twice or not at all.
func (c *Config) checkCodeHosts(root *yamldoc.Node, d yamldoc.Decoder, given map[string]bool) error {
	for _, k := range []struct {
		key  string
		list []CodeHost
	}{
		{"azure", c.Integrations.Azure}, {"bitbucket", c.Integrations.Bitbucket},
		{"bitbucketServer", c.Integrations.BitbucketServer}, {"gitea", c.Integrations.Gitea},
		{"gerrit", c.Integrations.Gerrit},
	} {
		for i := range k.list {
			h := &k.list[i]
			n, field := root.At("integrations", k.key).Items[i], fmt.Sprintf("integrations.%s[%d].host", k.key, i)
			h.Host = strings.ToLower(h.Host)
			if h.Host == "" || strings.ContainsAny(h.Host, "/@ ") {
				return d.Errorf(n, field, "expected a host such as git.example.com, found %q", h.Host)
			}
			if s := h.Scaffold; s != nil && (s.Token == "" || s.App != nil || k.key != "bitbucket" && k.key != "gitea") {
				return d.Errorf(n, strings.TrimSuffix(field, "host")+"scaffold", "expected a token; repositories are made on bitbucket and gitea")
			}
			if h.APIURL != "" && !absolute(h.APIURL, "https", "http") {
				return d.Errorf(n, strings.TrimSuffix(field, "host")+"api_url", "expected an address such as https://git.example.com/api/v1, found %q", h.APIURL)
			}
			if given[h.Host] {
				return d.Errorf(n, field, "%s is connected twice", h.Host)
			}
			given[h.Host] = true
		}
	}
	return nil
}
