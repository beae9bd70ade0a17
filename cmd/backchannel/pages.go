package main

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/backchannel-portal/backchannel/adapters/web"
)

// pages is the web view and the API.
func (s *service) pages() http.Handler {
	r := chi.NewRouter()
	r.Method(http.MethodPost, "/api/ask", web.AskHandler(func(ctx context.Context, q web.Question) web.Result {
		answer, msg := s.ask(ctx, q)
		return web.NewResult(q.ID, answer, msg)
	}))
	return r
}
