package scaffold

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// Work does a run that is kept in runs, from where it stands, and keeps how it ended. It may be called again for a run
// whose process ended, with the same that was given; one that is over stays as it is. An error means that the run has
// not ended: see Runner.Run.
func (r *Runner) Work(ctx context.Context, runs Runs, id string, given Given, progress func(Record)) (*Result, error) {
	row, err := runs.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if row.Status == Cancelled {
		return &Result{Status: Cancelled}, nil
	}
	q, err := row.Request(given)
	if err != nil {
		row.Status, row.Message, row.Ended = Failed, err.Error(), r.cfg.Now()
		return &Result{Status: Failed, Err: err}, runs.Update(ctx, row)
	}
	if row.Status == Open {
		row.Status = Processing
		if err := runs.Update(ctx, row); err != nil {
			return nil, err
		}
	}
	journal := runs.Journal(id)
	result, err := r.Run(ctx, q, journal, progress)
	if err != nil {
		return nil, err
	}
	row.Status, row.Entities, row.Ended = result.Status, result.Entities, r.cfg.Now()
	row.Message, row.Output = "", nil
	if result.Err != nil {
		row.Message = result.Err.Error()
	} else {
		row.Output = template.AppendJSON(nil, object(result.Output.Value))
	}
	if result.Status == Completed {
		err = journal.DropFiles(ctx)
	}
	return result, errors.Join(err, runs.Update(ctx, row))
}

// Request is what a kept run does.
func (row Run) Request(given Given) (Request, error) {
	entity, err := yamldoc.Parse(row.Entity, yamldoc.Limits{})
	if err != nil {
		return Request{}, err
	}
	t, err := Read(row.File, entity)
	if err != nil {
		return Request{}, err
	}
	q := Request{Run: row.ID, Template: t, Origin: Origin{File: row.File, Commit: row.Commit}, Given: given}
	if q.Values, err = readValue(row.Values); err != nil {
		return Request{}, err
	}
	if ref, err := catalog.ParseRef(row.Template, "template", "default"); err == nil {
		q.Origin.Ref = ref
	}
	return q, nil
}

// Cancel keeps that a run was stopped. Whoever works on it must have been stopped before, and steps that were done
// stay done.
func (r *Runner) Cancel(ctx context.Context, runs Runs, id string) error {
	row, err := runs.Get(ctx, id)
	if err != nil || row.Status.Over() {
		return err
	}
	data, err := json.Marshal(RunEnd{Status: Cancelled})
	if err != nil {
		return fault.Wrap(fault.Internal, err, "cancel a run")
	}
	if _, err := runs.Journal(id).Append(ctx, Record{Kind: RunEnded, Data: data, At: r.cfg.Now()}); err != nil {
		return err
	}
	row.Status, row.Ended = Cancelled, r.cfg.Now()
	return runs.Update(ctx, row)
}

// Retry makes a run that failed or was cancelled ready to go on from the step that failed, for the next Work. A run
// in another state is an error of kind fault.Invalid.
func (r *Runner) Retry(ctx context.Context, runs Runs, id string) error {
	row, err := runs.Get(ctx, id)
	if err != nil {
		return err
	}
	if row.Status != Failed && row.Status != Cancelled {
		return fault.New(fault.Invalid, "run %s is %s; only one that failed or was cancelled can go on", id, row.Status)
	}
	if _, err := runs.Journal(id).Append(ctx, Record{Kind: RunRetried, At: r.cfg.Now()}); err != nil {
		return err
	}
	row.Status, row.Message, row.Ended = Open, "", time.Time{}
	return runs.Update(ctx, row)
}
