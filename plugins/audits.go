package plugins

import (
	"context"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Audits knows the websites of an entity that are audited.
type Audits interface {
	// Sites returns the websites of e.
	Sites(ctx context.Context, e *catalog.Entity) ([]Site, error)
}

// Site is an audited website.
type Site struct {
	Provider   string // product name, for example "Lighthouse"
	Annotation string // the annotation that names it
	URL        string // of the website, http or https
}
