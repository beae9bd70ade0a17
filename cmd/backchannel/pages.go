package main

import (
	"github.com/backchannel-portal/backchannel/adapters/web"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// pages is the web view and the API.
func (s *service) pages() (*web.Web, error) {
	return web.New(web.Config{
		Organization: s.cfg.Organization,
		BaseURL:      s.cfg.Web.BaseURL,
		View:         func() search.View { return s.view(catalog.Viewer{}) },
		Chat:         s.mux,
		Tokens:       s.tokens,
		Ask:          s.ask,
		Docs:         s.library,
		Plugins:      s.plugins,
		Log:          s.log,
	})
}
