package declared

import (
	"context"
	"errors"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// The bounds of a look at everything.
const (
	maxWatched = 2000 // entities
	maxFact    = 1000 // bytes of one value
	givenUp    = 5    // entities in a row that could not be asked about: the vendor is away
	onePause   = 50 * time.Millisecond
)

// watch looks at every entity that the plugin is about and writes the facts.
func (p *Plugin) watch(ctx context.Context) error {
	var failed error
	row, n := 0, 0
	for e := range p.host.Catalog.Entities() {
		if !p.has(e) {
			continue
		}
		if n++; n > maxWatched {
			p.host.Log.Warn("not every entity is watched", "most", maxWatched)
			break
		}
		err := p.look(ctx, e)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil:
			row = 0
		default:
			failed = err
			if row++; row >= givenUp {
				return fault.Wrap(fault.Upstream, failed, "%d entities in a row", row)
			}
		}
		select { // others ask the vendor as well
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(onePause):
		}
	}
	return failed
}

// look writes the facts of one entity. What the vendor does not know has none.
func (p *Plugin) look(ctx context.Context, e *catalog.Entity) error {
	ctx, cancel := context.WithTimeout(ctx, plugins.MaxTimeout)
	defer cancel()
	facts, err := p.facts(ctx, e)
	if fault.Is(err, fault.NotFound) {
		facts, err = nil, nil
	}
	if err != nil {
		return err
	}
	return p.host.Facts.Write(ctx, []catalog.Ref{e.Ref}, facts)
}

func (p *Plugin) facts(ctx context.Context, e *catalog.Entity) ([]catalog.Fact, error) {
	a := &asker{f: p.f, upstream: p.host.Upstream}
	s, err := p.f.scope(e, lang.English, p.host.Now())
	if err == nil {
		s, err = a.data(ctx, s)
	}
	if err != nil {
		return nil, p.f.positioned(err)
	}
	source := ""
	if c, err := p.f.render(s, lang.English); err == nil && len(c.Sources) > 0 {
		source = c.Sources[0].Where
	}
	var out []catalog.Fact
	for _, f := range p.f.Spec.Watch.Facts {
		v, err := f.expr.value(s)
		if err != nil {
			return nil, p.f.positioned(at(f.expr.line, err))
		}
		if text := plainText(v); text != "" && len(text) <= maxFact {
			out = append(out, catalog.Fact{Entity: e.Ref, Key: f.key, Value: text, Source: source, AsOf: a.asOf})
		}
	}
	return out, nil
}

// Topics implements plugins.HasTopics.
func (p *Plugin) Topics() []plugins.Topic {
	w := p.f.Spec.Watch
	if w == nil || w.Topic == nil {
		return nil
	}
	t := plugins.Topic{Name: w.Topic.Name, Title: w.Topic.Title.text(), Items: plugins.ItemsOf(w.Topic.Facts)}
	if len(w.Topic.Say) > 0 {
		t.Say = plugins.Sentence(w.Topic.Say.text())
	}
	return []plugins.Topic{t}
}

// revisit has the facts of entities written anew, after a webhook.
func (p *Plugin) revisit(ctx context.Context, all []*catalog.Entity) error {
	var failed error
	for _, e := range all {
		failed = errors.Join(failed, p.look(ctx, e))
	}
	return failed
}
