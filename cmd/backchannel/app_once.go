package main

import (
	"iter"
	"slices"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/store"
)

// oneShot reads everything once, for commands that answer and end. Data files that cannot be read are an error:
// somebody is watching who can mend them.
func (s *session) oneShot(cfg *config.Config, now func() time.Time) (*app, error) {
	a, err := s.catalogOnly(cfg, now)
	if err != nil {
		return nil, err
	}
	if err := a.readPlugins(); err != nil {
		a.close()
		return nil, err
	}
	if err := a.plug.load(s.ctx); err != nil { // what the others know is answered all the same
		a.log.Warn("not all plugins start", "err", err)
	}
	a.duty.once(s.ctx)
	if err := a.usable(); err != nil {
		a.close()
		return nil, err
	}
	changes, err := a.store.Changes(s.ctx, 0)
	if err != nil {
		a.close()
		return nil, err
	}
	runner := a.inventory(func() iter.Seq[*catalog.Entity] { return slices.Values(components(changes.Upserts)) }, nil, nil)
	if _, err := runner.Pass(s.ctx); err != nil {
		a.close()
		return nil, err
	}
	var sections []search.Doc
	err = a.library.Load(s.ctx, changes.Upserts, func(_ catalog.Ref, ds []search.Doc) { sections = append(sections, ds...) })
	if err != nil {
		a.close()
		return nil, err
	}
	if changes, err = a.store.Changes(s.ctx, 0); err != nil {
		a.close()
		return nil, err
	}
	a.once = search.NewReader(changes, sections, search.Options{Logger: a.log})
	return a, nil
}

// catalogOnly reads the sources once and nothing else.
func (s *session) catalogOnly(cfg *config.Config, now func() time.Time) (*app, error) {
	var a *app
	a, err := newApp(cfg, now, s.logger(), wiring{store: store.NewMemory(now), reader: func() *search.Reader { return a.once }})
	if err != nil {
		return nil, err
	}
	if len(a.sources) == 0 {
		return nil, fault.New(fault.Invalid, "there is no catalog: name one with --catalog PATH, or catalog.locations in backchannel.yaml")
	}
	for _, src := range a.sources {
		d, err := src.Read(s.ctx)
		if err != nil {
			return nil, err
		}
		if _, err := a.store.Apply(s.ctx, d); err != nil {
			return nil, err
		}
	}
	changes, err := a.store.Changes(s.ctx, 0)
	if err != nil {
		return nil, err
	}
	a.once = search.NewReader(changes, nil, search.Options{Logger: a.log})
	return a, nil
}
