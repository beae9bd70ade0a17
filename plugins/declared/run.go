package declared

import (
	"context"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// show implements plugins.View.Show.
func (p *Plugin) show(ctx context.Context, q plugins.Query) (plugins.Card, error) {
	a := &asker{f: p.f, upstream: p.host.Upstream}
	return a.card(ctx, q.Entity, q.Lang, q.Now)
}

// card asks and renders.
func (a *asker) card(ctx context.Context, e *catalog.Entity, l lang.Lang, now time.Time) (plugins.Card, error) {
	s, err := a.f.scope(e, l, now)
	if err == nil {
		s, err = a.data(ctx, s)
	}
	if err != nil {
		return plugins.Card{}, a.f.positioned(err)
	}
	return a.finish(s, l)
}

// finish renders what the answers gave.
func (a *asker) finish(s scope, l lang.Lang) (plugins.Card, error) {
	c, err := a.f.render(s, l)
	if err != nil {
		return plugins.Card{}, a.f.positioned(err)
	}
	if c.AsOf.IsZero() {
		c.AsOf = a.asOf
	}
	if len(c.Sources) == 0 && len(a.f.Spec.Requests) > 0 {
		c.Sources = []bot.Source{{Where: a.f.Spec.Requests[0].Upstream, AsOf: c.AsOf}}
	}
	if !c.Empty() {
		if err := a.buttons(&c, s, l); err != nil {
			return plugins.Card{}, a.f.positioned(err)
		}
	}
	return c, nil
}

// buttons adds the actions that are possible now.
func (a *asker) buttons(c *plugins.Card, s scope, l lang.Lang) error {
	var row []card.Action
	for _, act := range a.f.Spec.Actions {
		ok, err := act.When.holds(s)
		if err != nil {
			return at(act.Request.line, err)
		}
		if ok {
			row = append(row, card.Action{Label: act.Title.In(l), Intent: card.Intent{Name: plugins.IntentOperation, Args: []string{act.Name}}})
		}
	}
	if len(row) > 0 {
		c.Message.Blocks = append(c.Message.Blocks, card.Actions{Items: row})
	}
	return nil
}

// Operations implements plugins.HasOperations.
func (p *Plugin) Operations() []plugins.Operation {
	var out []plugins.Operation
	for _, act := range p.f.Spec.Actions {
		out = append(out, plugins.Operation{
			Name: act.Name, Title: act.Title.text(), Confirm: act.Confirm.text(), Timeout: p.f.Spec.Timeout,
			Run: func(ctx context.Context, o plugins.Order) (plugins.Card, error) { return p.operate(ctx, act, o) },
		})
	}
	return out
}

// operate makes the request of an action. Only its status counts.
func (p *Plugin) operate(ctx context.Context, act action, o plugins.Order) (plugins.Card, error) {
	s, err := p.f.scope(o.Entity, o.Lang, o.Now)
	if err != nil {
		return plugins.Card{}, p.f.positioned(err)
	}
	a := &asker{f: p.f, upstream: p.host.Upstream}
	q := act.Request
	q.Text, q.Name = true, act.Name
	if _, err := a.one(ctx, q, s.with("by", o.By.Name)); err != nil {
		return plugins.Card{}, p.f.positioned(err)
	}
	done := act.Done.In(o.Lang)
	if done == "" {
		return plugins.Card{}, nil
	}
	return plugins.Card{Message: card.Message{Lang: o.Lang, Blocks: []card.Block{card.Text{Spans: []card.Span{card.T(done)}}}}}, nil
}
