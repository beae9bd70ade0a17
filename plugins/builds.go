package plugins

import (
	"context"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Builds knows the build pipelines of an entity.
type Builds interface {
	// Pipelines returns where e is built, the most specific provider first and implied ones last.
	Pipelines(ctx context.Context, e *catalog.Entity) ([]Pipeline, error)
}

// Pipeline is a place where something is built.
type Pipeline struct {
	Provider   string // product name, for example "CircleCI"
	Annotation string // the annotation that names it
	Slug       string // the annotation's value, trimmed
	Project    string // the part a person knows it by, for example "acme/pay"
	URL        string // where its runs are shown; empty when it cannot be told
	Implied    bool   // the annotation names a repository: runs would be at URL, but nothing says that there are any
}
