package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// pluginStep bounds how long an action of a plugin may take.
const pluginStep = 15 * time.Minute

// actions are the actions of the plugins that are there now.
func (p *plugged) actions() []scaffold.Action {
	var out []scaffold.Action
	for _, e := range p.registry.All() {
		for _, a := range e.Actions {
			out = append(out, pluginAction{p.gates, e.About.Name, a})
		}
	}
	return out
}

// pluginAction is an action of a plugin as templates use it.
type pluginAction struct {
	gates  *plugins.Gates
	plugin string
	action plugins.Action
}

// Spec implements scaffold.Action.
func (a pluginAction) Spec() scaffold.Spec {
	return scaffold.Spec{Name: a.action.ID, Description: a.action.Description, Input: string(a.action.Input), Output: string(a.action.Output)}
}

// call is a call as plugins have it.
func (a pluginAction) call(ctx context.Context, c *scaffold.Call) (plugins.ActionCall, error) {
	in, err := json.Marshal(c.Input)
	return plugins.ActionCall{Input: in, Key: c.Key(), Dir: c.Workspace.Dir(), Log: slog.New(slog.NewTextHandler(stepLog{ctx, c}, nil))}, err
}

// Plan implements scaffold.Action.
func (a pluginAction) Plan(ctx context.Context, c *scaffold.Call) (scaffold.Planned, error) {
	call, err := a.call(ctx, c)
	if err != nil {
		return scaffold.Planned{}, err
	}
	plan, err := plugins.Call(ctx, a.gates, a.plugin, "plan "+a.action.ID, pluginVerify+pluginStart, func(ctx context.Context) (plugins.ActionPlan, error) {
		return a.action.Plan(ctx, call)
	})
	if err != nil {
		return scaffold.Planned{}, err
	}
	var out scaffold.Planned
	if plan.Summary != "" {
		out.Effects = []scaffold.Effect{{Summary: plan.Summary}}
	}
	out.Output, err = a.output(plan.Output)
	return out, err
}

// Apply implements scaffold.Action.
func (a pluginAction) Apply(ctx context.Context, c *scaffold.Call) (template.Value, error) {
	call, err := a.call(ctx, c)
	if err != nil {
		return template.Value{}, err
	}
	out, err := plugins.Call(ctx, a.gates, a.plugin, "apply "+a.action.ID, pluginStep, func(ctx context.Context) (json.RawMessage, error) {
		return a.action.Apply(ctx, call)
	})
	if err != nil {
		return template.Value{}, err
	}
	return a.output(out)
}

// output is what a plugin gave, as the values of templates.
func (a pluginAction) output(data json.RawMessage) (template.Value, error) {
	if len(data) == 0 || string(data) == "null" {
		return template.Value{}, nil
	}
	v, err := template.ParseJSON(data)
	return v, fault.Wrap(fault.Upstream, err, "the output of %s", a.action.ID)
}

// stepLog writes what a plugin logs to the log of the step.
type stepLog struct {
	ctx context.Context
	c   *scaffold.Call
}

// Write implements io.Writer.
func (l stepLog) Write(line []byte) (int, error) {
	l.c.Logf(l.ctx, "%s", bytes.TrimSpace(line))
	return len(line), nil
}
