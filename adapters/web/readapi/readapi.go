// Package readapi serves the part of Backstage's REST API that reads: entities by query, by name, by references and
// by uid, facets, locations and search, so that programs written for a Backstage read this catalog unchanged. Paths,
// parameters, answers and errors are those of @backstage/plugin-catalog-backend 4.0.0 and plugin-search-backend; the
// handbook's chapter on the read API lists where they differ.
package readapi

import (
	"log/slog"
	"net/http"
	"sync"

	"github.com/go-chi/chi/v5"

	"github.com/backchannel-portal/backchannel/catalog/search"
)

// Options are what an API needs.
type Options struct {
	// View is the catalog as who sent the request may see it. Required.
	View func(*http.Request) search.View
	// Log is told of failures of our own; nil: nobody.
	Log *slog.Logger
}

// API answers the requests. It is safe for concurrent use.
type API struct {
	o       Options
	kept    cache
	buffers sync.Pool // of answers
}

// New returns an API.
func New(o Options) *API {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &API{o: o}
}

// The bounds of requests.
const (
	defaultLimit = 200       // of by-query, as Backstage's
	mostLimit    = 10_000    // of by-query; more are given page by page
	mostBody     = 4 << 20   // bytes
	mostRefs     = 10_000    // of by-refs
	mostFacets   = 100       // of one request
	mostParams   = 1000      // filters of one request
	mostOffset   = 1_000_000 // entities
)

// Mount adds the routes below /api to a router. What sends unsafe methods must be checked by the router's middleware.
func (a *API) Mount(r chi.Router) {
	get := func(path string, h http.HandlerFunc) {
		r.Get(path, h)
		r.Head(path, h)
	}
	get("/api/catalog/entities", a.entities)
	get("/api/catalog/entities/by-query", a.byQuery)
	r.Post("/api/catalog/entities/by-query", a.byQuery)
	get("/api/catalog/entities/by-name/{kind}/{namespace}/{name}", a.bare(a.byName))
	get("/api/catalog/entities/by-name/{kind}/{namespace}/{name}/ancestry", a.bare(a.ancestry))
	get("/api/catalog/entities/by-uid/{uid}", a.bare(a.byUID))
	r.Post("/api/catalog/entities/by-refs", a.byRefs)
	get("/api/catalog/entity-facets", a.facets)
	r.Post("/api/catalog/entity-facets", a.facets)
	get("/api/catalog/locations", a.bare(a.locations))
	get("/api/catalog/locations/{id}", a.bare(a.location))
	get("/api/catalog/locations/by-entity/{kind}/{namespace}/{name}", a.bare(a.locationOf))
	r.Post("/api/catalog/locations/by-query", a.queryLocations)
	get("/api/search/query", a.search)
}

// bare is a handler of a path that takes no parameters.
func (a *API) bare(h http.HandlerFunc) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		if _, err := noParams.read(r); err != nil {
			a.fail(rw, r, err)
			return
		}
		h(rw, r)
	}
}
