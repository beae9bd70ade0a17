package process

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
)

func (s *server) card(ctx context.Context, e *plugins.Entry, method string, params json.RawMessage) (any, error) {
	var p queryParams
	if err := decode(params, &p); err != nil {
		return nil, err
	}
	entity, err := entityOf(p.Entity)
	if err != nil {
		return nil, err
	}
	q := plugins.Query{Entity: entity, Lang: p.Lang, Now: p.Now}
	var c plugins.Card
	if method == methodOperation {
		o, ok := e.Operation(p.Name)
		if !ok {
			return nil, fault.New(fault.NotFound, "there is no operation %s", p.Name)
		}
		c, err = o.Run(ctx, plugins.Order{Query: q, Args: p.Args, Key: p.Key, By: bot.Actor{Name: p.By}})
	} else {
		v, ok := e.View(p.Name)
		if !ok {
			return nil, fault.New(fault.NotFound, "there is no view %s", p.Name)
		}
		if v.Has != nil && entity != nil && !v.Has(entity) {
			return cardResult{}, nil
		}
		c, err = v.Show(ctx, q)
	}
	if err != nil {
		return nil, err
	}
	return resultOf(c), nil
}

func (s *server) check(ctx context.Context, e *plugins.Entry, params json.RawMessage) error {
	var p nameParams
	if err := decode(params, &p); err != nil {
		return err
	}
	i := slices.IndexFunc(e.Checks, func(c plugins.Check) bool { return c.Name == p.Name })
	if i < 0 {
		return fault.New(fault.NotFound, "there is no check %s", p.Name)
	}
	return e.Checks[i].Run(ctx)
}

func (s *server) hook(ctx context.Context, e *plugins.Entry, method string, params json.RawMessage) (any, error) {
	var p deliveryParams
	if err := decode(params, &p); err != nil {
		return nil, err
	}
	h, ok := e.Plugin.(plugins.HasWebhook)
	if !ok {
		return nil, fault.New(fault.NotFound, "there is no webhook")
	}
	if method == methodReceive {
		return nil, h.Receive(ctx, plugins.Delivery(p))
	}
	id, err := h.Verify(plugins.Delivery(p))
	return idResult{id}, err
}

func (s *server) page(ctx context.Context, e *plugins.Entry, params json.RawMessage) (any, error) {
	var p pageParams
	if err := decode(params, &p); err != nil {
		return nil, err
	}
	h, ok := e.Plugin.(plugins.HasPages)
	if !ok {
		return nil, fault.New(fault.NotFound, "there are no pages")
	}
	page, err := h.WebPage(ctx, plugins.WebQuery{Path: p.Path, Query: p.Query, Lang: p.Lang, Sees: farHost{s}.sees})
	if err != nil {
		return nil, err
	}
	r := pageResult{Title: page.Title}
	if page.File != nil {
		r.Type, r.Body = page.File.Type, page.File.Body
	} else {
		r.Message = &page.Message
	}
	return r, nil
}

func (s *server) action(ctx context.Context, e *plugins.Entry, method string, params json.RawMessage) (any, error) {
	var p actionParams
	if err := decode(params, &p); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(e.Actions, func(a plugins.Action) bool { return a.ID == p.ID })
	if i < 0 {
		return nil, fault.New(fault.NotFound, "there is no action %s", p.ID)
	}
	c := plugins.ActionCall{Input: p.Input, Key: p.Key, Dir: p.Dir, Log: slog.New(farLog{s.conn})}
	if method == methodPlan {
		plan, err := e.Actions[i].Plan(ctx, c)
		return actionResult{plan.Summary, plan.Output}, err
	}
	out, err := e.Actions[i].Apply(ctx, c)
	return actionResult{Output: out}, err
}

func (s *server) field(ctx context.Context, e *plugins.Entry, method string, params json.RawMessage) (any, error) {
	var p fieldParams
	if err := decode(params, &p); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(e.Fields, func(f plugins.Field) bool { return f.Name == p.Name })
	if i < 0 {
		return nil, fault.New(fault.NotFound, "there is no field %s", p.Name)
	}
	f, q := e.Fields[i], plugins.FieldQuery{Typed: p.Typed, Values: p.Values, Options: p.Options, Lang: p.Lang}
	switch {
	case method == methodProblem && f.Check != nil:
		problem, err := f.Check(ctx, q)
		return fieldResult{Problem: problem}, err
	case method == methodOptions && f.Options != nil:
		all, err := f.Options(ctx, q)
		var r fieldResult
		for _, o := range all {
			r.Options = append(r.Options, optionWire(o))
		}
		return r, err
	}
	return fieldResult{}, nil
}
