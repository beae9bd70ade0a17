package process

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
)

// remote is a plugin that lives in another process. It outlives its processes: while none runs, what it is asked for
// fails.
type remote struct {
	d    declaration
	conn atomic.Pointer[conn]
	host atomic.Pointer[plugins.Host]
	// turns belong to one process: a new one begins with none.
	turns turns
}

// The optional parts of a plugin are found by assertion, so that each combination is a type of its own.
type (
	hookedRemote      struct{ *remote }
	pagedRemote       struct{ *remote }
	hookedPagedRemote struct {
		*remote
		hookedRemote
		pagedRemote
	}
)

// plugin returns the remote with the parts that it declares.
func (r *remote) plugin() plugins.Plugin {
	switch {
	case r.d.Webhook && r.d.Pages:
		return hookedPagedRemote{r, hookedRemote{r}, pagedRemote{r}}
	case r.d.Webhook:
		return hookedRemote{r}
	case r.d.Pages:
		return pagedRemote{r}
	}
	return r
}

func (r *remote) call(ctx context.Context, method string, params, into any) error {
	c := r.conn.Load()
	if c == nil {
		return fault.Wrap(fault.Upstream, errClosed, "%s", r.d.About.Name)
	}
	return c.call(ctx, method, params, into)
}

// About implements plugins.Plugin.
func (r *remote) About() plugins.About {
	a := r.d.About
	return plugins.About{Name: a.Name, Title: a.Title, Description: a.Description, Version: a.Version, API: r.d.Version}
}

// Start implements plugins.Starter: the plugin may ask back from now on.
func (r *remote) Start(ctx context.Context, h plugins.Host) error {
	h = h.Whole()
	r.host.Store(&h)
	return r.call(ctx, methodStart, startParams{h.BaseURL}, nil)
}

// Views implements plugins.HasViews.
func (r *remote) Views() []plugins.View {
	var out []plugins.View
	for _, d := range r.d.Views {
		v := plugins.View{
			Name: d.Name, Title: plugins.Text(d.Title), Command: d.Command, Answers: d.Answers, Card: d.Card, Fleet: d.Fleet,
			Fresh: d.Fresh.duration(), Timeout: d.Timeout.duration(),
			Show: func(ctx context.Context, q plugins.Query) (plugins.Card, error) {
				var c cardResult
				err := r.call(ctx, methodView, paramsOf(d.Name, q), &c)
				return c.card(), err
			},
		}
		if !d.Fleet {
			v.Has = d.Match.fits
		}
		for _, p := range d.Phrases {
			v.Phrases = append(v.Phrases, plugins.Phrase(p))
		}
		out = append(out, v)
	}
	return out
}

func paramsOf(name string, q plugins.Query) queryParams {
	p := queryParams{Name: name, Lang: q.Lang, Now: q.Now}
	if q.Entity != nil {
		p.Ref, p.Entity = q.Entity.Ref.String(), q.Entity.Document.JSON()
	}
	return p
}

// Operations implements plugins.HasOperations.
func (r *remote) Operations() []plugins.Operation {
	var out []plugins.Operation
	for _, d := range r.d.Operations {
		out = append(out, plugins.Operation{
			Name: d.Name, Title: plugins.Text(d.Title), Confirm: plugins.Text(d.Confirm), Timeout: d.Timeout.duration(),
			Run: func(ctx context.Context, o plugins.Order) (plugins.Card, error) {
				p := paramsOf(d.Name, o.Query)
				p.Args, p.Key, p.By = o.Args, o.Key, o.By.Name
				var c cardResult
				err := r.call(ctx, methodOperation, p, &c)
				return c.card(), err
			},
		})
	}
	return out
}

// Checks implements plugins.HasChecks.
func (r *remote) Checks() []plugins.Check {
	var out []plugins.Check
	for _, d := range r.d.Checks {
		out = append(out, plugins.Check{
			Name: d.Name, Every: d.Every.duration(), Timeout: d.Timeout.duration(),
			Run: func(ctx context.Context) error { return r.call(ctx, methodCheck, nameParams{d.Name}, nil) },
		})
	}
	return out
}

// Topics implements plugins.HasTopics.
func (r *remote) Topics() []plugins.Topic {
	var out []plugins.Topic
	for _, d := range r.d.Topics {
		t := plugins.Topic{Name: d.Name, Title: plugins.Text(d.Title), Items: plugins.ItemsOf(d.Facts)}
		if len(d.Say) > 0 {
			t.Say = plugins.Sentence(plugins.Text(d.Say))
		}
		out = append(out, t)
	}
	return out
}

// Actions implements plugins.HasActions.
func (r *remote) Actions() []plugins.Action {
	var out []plugins.Action
	for _, d := range r.d.Actions {
		params := func(c plugins.ActionCall) actionParams { return actionParams{d.ID, c.Input, c.Key, c.Dir} }
		out = append(out, plugins.Action{
			ID: d.ID, Description: d.Description, Input: d.Input, Output: d.Output,
			Plan: func(ctx context.Context, c plugins.ActionCall) (plugins.ActionPlan, error) {
				var a actionResult
				err := r.call(ctx, methodPlan, params(c), &a)
				return plugins.ActionPlan{Summary: a.Summary, Output: a.Output}, err
			},
			Apply: func(ctx context.Context, c plugins.ActionCall) (json.RawMessage, error) {
				var a actionResult
				err := r.call(ctx, methodApply, params(c), &a)
				return a.Output, err
			},
		})
	}
	return out
}

// Fields implements plugins.HasFields.
func (r *remote) Fields() []plugins.Field {
	var out []plugins.Field
	for _, d := range r.d.Fields {
		params := func(q plugins.FieldQuery) fieldParams {
			return fieldParams{d.Name, q.Typed, q.Values, q.Options, q.Lang}
		}
		f := plugins.Field{Name: d.Name}
		if d.Options {
			f.Options = func(ctx context.Context, q plugins.FieldQuery) ([]plugins.FieldOption, error) {
				var a fieldResult
				err := r.call(ctx, methodOptions, params(q), &a)
				var all []plugins.FieldOption
				for _, o := range a.Options {
					all = append(all, plugins.FieldOption(o))
				}
				return all, err
			}
		}
		if d.Check {
			f.Check = func(ctx context.Context, q plugins.FieldQuery) (string, error) {
				var a fieldResult
				err := r.call(ctx, methodProblem, params(q), &a)
				return a.Problem, err
			}
		}
		out = append(out, f)
	}
	return out
}

// Measures implements plugins.HasMeasures.
func (r *remote) Measures() []plugins.Measure {
	var out []plugins.Measure
	for _, d := range r.d.Measures {
		out = append(out, plugins.Measure{
			Name: d.Name, Fact: d.Fact, Title: plugins.Text(d.Title), Words: d.Words, Good: d.Good, Bad: d.Bad, Number: d.Number, Broken: d.Broken,
		})
	}
	return out
}

// verifyTime bounds the judgement of a delivery.
const verifyTime = 2 * time.Second

// Verify implements plugins.HasWebhook.
func (h hookedRemote) Verify(d plugins.Delivery) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), verifyTime)
	defer cancel()
	var id idResult
	err := h.call(ctx, methodVerify, deliveryParams(d), &id)
	return id.ID, err
}

// Receive implements plugins.HasWebhook.
func (h hookedRemote) Receive(ctx context.Context, d plugins.Delivery) error {
	return h.call(ctx, methodReceive, deliveryParams(d), nil)
}

// WebPage implements plugins.HasPages.
func (p pagedRemote) WebPage(ctx context.Context, q plugins.WebQuery) (plugins.WebPage, error) {
	var r pageResult
	if err := p.call(ctx, methodPage, pageParams{q.Path, q.Query, q.Lang}, &r); err != nil {
		return plugins.WebPage{}, err
	}
	out := plugins.WebPage{Title: r.Title}
	switch {
	case r.Message != nil:
		out.Message = *r.Message
	case r.Type != "":
		out.File = &plugins.File{Type: r.Type, Body: r.Body}
	}
	return out, nil
}

// refsOf reads references.
func refsOf(texts []string) ([]catalog.Ref, error) {
	var out []catalog.Ref
	for _, s := range texts {
		ref, err := catalog.ParseRef(s, "", "")
		if err != nil {
			return nil, fault.New(fault.Invalid, "%q is no reference such as component:default/checkout", s)
		}
		out = append(out, ref)
	}
	return out, nil
}
