// Package links answers where something is built and audited from the annotations of its entity alone: it knows the
// web addresses of the usual providers and asks none of them.
package links

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/plugins"
)

// providersJSON is the table of providers. Of "parts", the least and the most count of a slug's parts; "first" maps
// the first part to the form its address wants; "project_from" is the part from which the slug is what people call
// the project; {host} is "host", or the host of the entity's source location when the same project lies there.
//
//go:embed providers.json
var providersJSON []byte

const (
	maxSlug        = 300 // bytes
	sourceLocation = "backstage.io/source-location"
	websiteURL     = "lighthouse.com/website-url" // backstage.io, "Well-known annotations"
)

type provider struct {
	Annotation  string
	Provider    string
	Parts       [2]int
	First       map[string]string
	ProjectFrom int `json:"project_from"`
	Host        string
	URL         string
	Implied     bool
}

// Source knows pipelines and audited sites by annotation.
type Source struct{ providers []provider }

var (
	_ plugins.Builds = (*Source)(nil)
	_ plugins.Audits = (*Source)(nil)
)

// New returns a source with the built-in table of providers.
func New() (*Source, error) {
	var ps []provider
	if err := json.Unmarshal(providersJSON, &ps); err != nil {
		return nil, fmt.Errorf("the table of build providers: %w", err)
	}
	return &Source{ps}, nil
}

// Pipelines implements plugins.Builds.
func (s *Source) Pipelines(_ context.Context, e *catalog.Entity) ([]plugins.Pipeline, error) {
	var out []plugins.Pipeline
	for _, p := range s.providers {
		slug := strings.Trim(strings.TrimSpace(e.Annotation(p.Annotation)), "/")
		if slug == "" || len(slug) > maxSlug {
			continue
		}
		out = append(out, p.pipeline(slug, e.Annotation(sourceLocation)))
	}
	return out, nil
}

func (p provider) pipeline(slug, source string) plugins.Pipeline {
	pl := plugins.Pipeline{Provider: p.Provider, Annotation: p.Annotation, Slug: slug, Project: slug, Implied: p.Implied}
	parts := strings.Split(slug, "/")
	if len(parts) < p.Parts[0] || len(parts) > p.Parts[1] || slices.ContainsFunc(parts, unsayable) {
		return pl
	}
	if p.First != nil {
		first, ok := p.First[strings.ToLower(parts[0])]
		if !ok {
			return pl
		}
		parts[0] = first
	}
	pl.Project = strings.Join(parts[p.ProjectFrom:], "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	path := strings.Join(parts, "/")
	pl.URL = strings.NewReplacer("{slug}", path, "{host}", p.host(source, path)).Replace(p.URL)
	return pl
}

// host is where the project lies: a company's own instance when the source location names the same project there.
func (p provider) host(source, path string) string {
	u, err := url.Parse(strings.TrimPrefix(source, "url:"))
	if err != nil || u.Scheme != "https" || u.User != nil || u.Host == "" {
		return p.Host
	}
	if strings.HasPrefix(strings.ToLower(u.EscapedPath())+"/", "/"+strings.ToLower(path)+"/") {
		return u.Host
	}
	return p.Host
}

// unsayable reports a part of a slug that no provider gives out and that would bend an address.
func unsayable(part string) bool {
	if part == "" || part == "." || part == ".." {
		return true
	}
	return strings.ContainsFunc(part, func(r rune) bool {
		return r <= ' ' || r == 0x7f || strings.ContainsRune(`<>"'{}|\^?#%:@`+"`", r)
	})
}

// Sites implements plugins.Audits.
func (s *Source) Sites(_ context.Context, e *catalog.Entity) ([]plugins.Site, error) {
	v := strings.TrimSpace(e.Annotation(websiteURL))
	if v == "" || len(v) > 2000 {
		return nil, nil
	}
	u, err := url.Parse(v)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.User != nil {
		return nil, nil
	}
	return []plugins.Site{{Provider: "Lighthouse", Annotation: websiteURL, URL: u.String()}}, nil
}
