package main

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
)

// refreshWait is how long somebody waits for a source that is read again.
const refreshWait = 45 * time.Second

// onDemand asks the replica that reads to read a source again.
type onDemand struct{ *followed }

// Refresh implements commands.Refresher.
func (d onDemand) Refresh(ctx context.Context, origin, location string) error {
	ctx, cancel := context.WithTimeout(ctx, refreshWait)
	defer cancel()
	payload, err := json.Marshal(refreshRequest{origin, location})
	if err != nil {
		return err
	}
	id, _, err := d.queue.Add(ctx, job.Request{Kind: jobRefresh, Key: origin + " " + location, Payload: payload, Priority: 1})
	if err != nil {
		return err
	}
	var done job.Job
	err = waitFor(ctx, changedInterval/2, func() bool {
		done, err = d.queue.Get(ctx, id)
		return err == nil && done.State.Finished()
	})
	if err != nil {
		return fault.Wrap(fault.Upstream, err, "no replica has read %s within %s", origin, refreshWait)
	}
	if done.State != job.Done {
		return fault.Wrap(fault.Upstream, errors.New(done.Error), "read %s again", origin)
	}
	var r refreshResult
	if err := json.Unmarshal(done.Result, &r); err != nil {
		return err
	}
	if waitFor(ctx, changedInterval/4, func() bool { return d.live.Reader().Generation() >= r.Generation }) != nil {
		return fault.New(fault.Upstream, "the catalog did not catch up in time")
	}
	return nil
}
