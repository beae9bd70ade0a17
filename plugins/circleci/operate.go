package circleci

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// The operations. Their argument is the id of a workflow.
const (
	opRerun       = "rerun"
	opRerunFailed = "rerun-failed"
	opCancel      = "cancel"
)

// Operations implements plugins.HasOperations.
func (p *Plugin) Operations() []plugins.Operation {
	if p.c.Told {
		return nil
	}
	op := func(name string, title, confirm lang.Key) plugins.Operation {
		return plugins.Operation{
			Name: name, Title: plugins.TextOf(title), Confirm: plugins.TextOf(confirm), Timeout: 20 * time.Second,
			Run: func(ctx context.Context, o plugins.Order) (plugins.Card, error) { return p.operate(ctx, name, o) },
		}
	}
	return []plugins.Operation{
		op(opRerunFailed, lang.RunsRerunFailed, lang.RunsRerunFailedAsk), op(opRerun, lang.RunsRerun, lang.RunsRerunAsk),
		op(opCancel, lang.RunsCancel, lang.RunsCancelAsk),
	}
}

// done is what an operation led to, kept under its key so that it is not done twice.
type done struct {
	Workflow string `json:"workflow,omitempty"` // that began
	Refused  bool   `json:"refused,omitempty"`
}

// operate runs or cancels a workflow. A button of one entity does nothing to the builds of another one.
func (p *Plugin) operate(ctx context.Context, what string, o plugins.Order) (plugins.Card, error) {
	slug, ok := SlugOf(o.Entity)
	if !ok || len(o.Args) != 1 {
		return plugins.Card{}, fault.New(fault.Invalid, "an operation on no build")
	}
	meant := func(r plugins.Run) bool { return r.ID == o.Args[0] }
	runs, _ := p.board.Of(Name, slug.String())
	i := slices.IndexFunc(runs, meant)
	if i < 0 { // another replica heard of it just now, and showed the button
		if err := p.board.Follow(ctx); err != nil {
			return plugins.Card{}, err
		}
		runs, _ = p.board.Of(Name, slug.String())
		i = slices.IndexFunc(runs, meant)
	}
	if i < 0 {
		return plugins.Card{}, fault.New(fault.NotFound, "the build is not known any more")
	}
	d, err := p.once(ctx, what, o.Key, runs[i])
	if err != nil {
		return plugins.Card{}, err
	}
	p.board.Looked(Name, slug.String(), time.Time{}) // the next look is a real one
	r, key := runs[i], lang.RunsRerunDone
	switch {
	case d.Refused:
		key = lang.RunsOpRefused
	case what == opCancel:
		key = lang.RunsCancelDone
	}
	url := r.URL
	if d.Workflow != "" {
		url = p.runPage(slug, r.Number, d.Workflow)
	}
	blocks := []card.Block{card.Text{Spans: card.Say(o.Lang, key, lang.Args{"provider": Title, "build": plugins.BuildName(o.Lang, r.Name, r.Number)})}}
	if url != "" {
		open := card.Action{Label: lang.Text(o.Lang, lang.RunsOpen, lang.Args{"provider": Title}), URL: url}
		blocks = append(blocks, card.Actions{Items: []card.Action{open}})
	}
	return plugins.Card{Message: card.Message{Lang: o.Lang, Blocks: blocks}, AsOf: p.host.Now()}, nil
}

// once asks CircleCI, unless the key was asked for before.
func (p *Plugin) once(ctx context.Context, what, key string, r plugins.Run) (done, error) {
	var d done
	name := "done/" + key
	kept, err := p.host.Keep.Kept(ctx, name)
	switch {
	case err == nil && json.Unmarshal(kept.State, &d) == nil:
		return d, nil
	case err != nil && !fault.Is(err, fault.NotFound):
		return d, err // without a memory it might be done twice
	}
	path := "/api/v2/workflow/" + url.PathEscape(r.ID)
	switch what {
	case opCancel:
		err = p.api.post(ctx, path+"/cancel", struct{}{}, nil)
	default:
		var out struct {
			ID string `json:"workflow_id"`
		}
		err = p.api.post(ctx, path+"/rerun", map[string]bool{"from_failed": what == opRerunFailed}, &out)
		d.Workflow = clip(out.ID)
	}
	switch {
	case fault.Is(err, fault.Forbidden), fault.Is(err, fault.Invalid), fault.Is(err, fault.NotFound):
		d.Refused = true
	case err != nil:
		return d, err
	}
	state, err := json.Marshal(d)
	if err != nil {
		return d, fault.Wrap(fault.Internal, err, "encode what was done")
	}
	if err := p.host.Keep.Keep(ctx, name, plugins.Kept{State: state, At: p.host.Now()}); err != nil {
		p.host.Log.Warn("what was done to a build is not kept", "operation", what, "err", err)
	}
	return d, nil
}
