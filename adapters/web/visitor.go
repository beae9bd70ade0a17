package web

import (
	"context"
	"net/http"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// Visitor is who asks for a page.
type Visitor struct {
	View    search.View // the catalog as they may see it; nil: what Config.View shows
	Person  catalog.Ref // who they are in the catalog; zero: that is not known
	Name    string      // what the pages call them; empty: nobody is signed in
	Account string      // of whoever signed in, the same every time; empty: nobody did
}

type visitorKey struct{}

// WithVisitor returns a context that says who asks. Config.Admit puts it into the requests it lets in.
func WithVisitor(ctx context.Context, v Visitor) context.Context {
	return context.WithValue(ctx, visitorKey{}, v)
}

// VisitorOf returns who asks, as WithVisitor was told; the zero Visitor when it was not.
func VisitorOf(ctx context.Context) Visitor {
	v, _ := ctx.Value(visitorKey{}).(Visitor)
	return v
}

// view is the catalog as the one who asks may see it.
func (w *Web) view(r *http.Request) search.View {
	if v := VisitorOf(r.Context()); v.View != nil {
		return v.View
	}
	return w.cfg.View()
}

// admit is Config.Admit, or everybody is let in.
func (w *Web) admit(next http.Handler) http.Handler {
	if w.cfg.Admit == nil {
		return next
	}
	return w.cfg.Admit(next)
}
