package plugins

import (
	"context"
	"iter"
	"log/slog"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
)

// Host is what a plugin is given of the program. No field is nil after Whole.
type Host struct {
	Now     func() time.Time
	Log     *slog.Logger
	BaseURL string // of the web view, without a slash at its end; "" where there is none
	// Upstream returns the way to a third party by the name that the configuration gives it. One that is not
	// configured is an error of kind NotFound.
	Upstream func(name string) (Upstream, error)
	Facts    Facts
	Catalog  Catalog
	// Changed says that the vendor has something new about an entity: its cards are asked for anew.
	Changed func(ref catalog.Ref)
	Keep    Keeper   // what the plugin must remember after a restart; its names are its own
	Turn    TakeTurn // what only one may do at a time in the whole deployment; its names are the plugin's own
}

// Upstream is the way to one third party, through the proxy: its address and secrets are the configuration's.
// Implementations share one cache, one rate budget and one circuit breaker per upstream among all callers.
type Upstream interface {
	// Do makes a request. Its URL is a path with an optional query, relative to the upstream's address: "/job/a?b=c".
	// Response.At says when the upstream answered, which is earlier than now for an answer from the cache. Any status
	// is an answer; an error of kind Upstream says that there is none, of kind Forbidden or Invalid that the
	// configuration or the proxy does not let the request out.
	Do(ctx context.Context, r outbound.Request) (*outbound.Response, error)
}

// Facts keeps what a plugin found out about entities. Questions, searches and subscriptions read it; it outlives the
// process and is seen by every replica.
type Facts interface {
	// Write replaces everything the plugin said before about the given entities. The Producer of the facts is filled in.
	Write(ctx context.Context, about []catalog.Ref, facts []catalog.Fact) error
	// Of returns what the plugin last said about an entity, by key, from memory.
	Of(ref catalog.Ref) []catalog.Fact
}

// Catalog is what a plugin sees of the catalog: all of it, from memory. What it shows is hidden again from those who
// may not see it.
type Catalog interface {
	Entity(ref catalog.Ref) (*catalog.Entity, bool)
	Entities() iter.Seq[*catalog.Entity]
}

// Whole returns h with something harmless in the place of every field that is nil.
func (h Host) Whole() Host {
	if h.Now == nil {
		h.Now = time.Now
	}
	if h.Log == nil {
		h.Log = slog.New(slog.DiscardHandler)
	}
	if h.Upstream == nil {
		h.Upstream = noUpstream
	}
	if h.Facts == nil {
		h.Facts = nothing{}
	}
	if h.Catalog == nil {
		h.Catalog = nothing{}
	}
	if h.Changed == nil {
		h.Changed = func(catalog.Ref) {}
	}
	if h.Keep == nil {
		h.Keep = NewMemoryKeeper()
	}
	if h.Turn == nil {
		h.Turn = newTurns().take
	}
	return h
}

func noUpstream(name string) (Upstream, error) {
	return nil, fault.New(fault.NotFound, "there is no upstream %q in the configuration", name)
}

// nothing is a host's part that knows and keeps nothing.
type nothing struct{}

func (nothing) Write(context.Context, []catalog.Ref, []catalog.Fact) error { return nil }
func (nothing) Of(catalog.Ref) []catalog.Fact                              { return nil }
func (nothing) Entity(catalog.Ref) (*catalog.Entity, bool)                 { return nil, false }
func (nothing) Entities() iter.Seq[*catalog.Entity] {
	return func(func(*catalog.Entity) bool) {}
}

// KeeperOf is the part of a keeper that belongs to one plugin.
func KeeperOf(k Keeper, plugin string) Keeper { return ownKeeper{k, "plugin/" + plugin + "/"} }

type ownKeeper struct {
	all    Keeper
	prefix string
}

func (o ownKeeper) Kept(ctx context.Context, name string) (Kept, error) {
	return o.all.Kept(ctx, o.prefix+name)
}

func (o ownKeeper) Keep(ctx context.Context, name string, k Kept) error {
	return o.all.Keep(ctx, o.prefix+name, k)
}

// Producer is what the facts of a plugin are marked with.
func Producer(plugin string) string { return "plugin:" + plugin }
