package main

import (
	"context"

	"github.com/backchannel-portal/backchannel/adapters/web"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// worst is what is most wrong with the data that a view shows, for the start page.
func (a *app) worst(ctx context.Context, view search.View) []web.Cause {
	var out []web.Cause
	for _, c := range a.commands.Quality(ctx, view).Sheet().Worst {
		out = append(out, web.Cause{Message: c.Message, Owner: c.Owner, File: c.File, Line: c.Line, Count: c.Count})
	}
	return out
}
