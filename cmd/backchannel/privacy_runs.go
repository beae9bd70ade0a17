package main

import (
	"context"
	"encoding/json"
	"time"

	"github.com/backchannel-portal/backchannel/scaffold"
)

// personalRuns are runs of templates as far as they are about somebody.
type personalRuns interface {
	scaffold.Runs
	scaffold.RunEraser
}

// exportedRun is a run of a template that somebody asked for. Secrets are not handed out.
type exportedRun struct {
	ID       string          `json:"id"`
	Template string          `json:"template"`
	Values   json.RawMessage `json:"values,omitempty"`
	Status   string          `json:"status"`
	Entities []string        `json:"entities,omitempty"` // what it registered
	Begun    time.Time       `json:"begun"`
}

// exportRuns are the runs that an account asked for.
func (p *privacy) exportRuns(ctx context.Context, actor string) ([]exportedRun, error) {
	out := []exportedRun{}
	for q := (scaffold.RunQuery{Actor: actor}); ; {
		list, err := p.runs.List(ctx, q)
		if err != nil || len(list) == 0 {
			return out, err
		}
		for _, r := range list {
			whole, err := p.runs.Get(ctx, r.ID)
			if err != nil {
				return nil, err
			}
			out = append(out, exportedRun{r.ID, r.Template, whole.Values, string(r.Status), r.Entities, r.Begun})
		}
		q.Before = list[len(list)-1].ID
	}
}
