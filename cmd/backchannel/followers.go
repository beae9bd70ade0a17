package main

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
)

// refreshTaskFor bounds one attempt of a task that reads a source again.
const refreshTaskFor = 5 * time.Minute

// longWork is the long work of a service and the messages that follow it. Its cards and editors are filled in while the
// service is wired, before anything runs.
type longWork struct {
	follows *bot.Follows
	cards   map[string]bot.TaskCard
	editors map[string]bot.Editor
}

func (f *followed) longWork() *longWork {
	w := &longWork{cards: map[string]bot.TaskCard{}, editors: map[string]bot.Editor{}}
	w.follows = bot.NewFollows(bot.FollowConfig{
		Tasks: f.state.Tasks, Followers: f.state.Followers, Queue: f.queue, Cards: w.cards, Editors: w.editors, Send: f.places.send, Log: f.places.log, Now: time.Now,
		Rests: map[string]bot.TaskRest{commands.TaskRun: commands.RunRests},
	})
	return w
}

// jobs are the kinds of long work, and what keeps its messages up to date.
func (f *followed) longJobs() (map[string]job.Kind, []job.Periodic) {
	kinds, periodic := f.long.follows.Jobs()
	kinds[bot.TaskJobs(commands.TaskRefresh)] = job.Kind{
		Handler: bot.TaskHandler(f.state.Tasks, time.Now, onDemand{f}.task), Concurrency: 8, Timeout: refreshTaskFor,
	}
	maps.Copy(kinds, f.dutyJobs())
	return kinds, periodic
}

// task works on commands.TaskRefresh.
func (d onDemand) task(ctx context.Context, l *bot.TaskLog) (any, error) {
	var r commands.RefreshData
	if err := json.Unmarshal(l.Task.Data, &r); err != nil {
		return nil, job.Permanent(fault.Wrap(fault.Invalid, err, "read what is to be read again"))
	}
	err := d.read(ctx, r.Origin, r.Location, func(step string) error { return l.Event(ctx, step, step, nil) })
	if err != nil && ctx.Err() == nil {
		err = job.Permanent(err) // the person sees it and asks again
	}
	return nil, err
}

// read has the replica that reads read a part of a source again, tells how far that has come, and returns when this
// replica knows what was read.
func (d onDemand) read(ctx context.Context, origin, location string, step func(string) error) error {
	payload, err := json.Marshal(refreshRequest{origin, location})
	if err != nil {
		return err
	}
	id, _, err := d.queue.Add(ctx, job.Request{Kind: jobRefresh, Key: origin + " " + location, Payload: payload, Priority: 1})
	if err != nil {
		return err
	}
	if err := step(commands.RefreshAsked); err != nil {
		return err
	}
	var done job.Job
	err = waitFor(ctx, changedInterval/2, func() bool {
		done, err = d.queue.Get(ctx, id)
		return err == nil && done.State.Finished()
	})
	switch {
	case errors.Is(context.Cause(ctx), bot.ErrTaskStopped):
		return errors.Join(err, d.queue.Cancel(context.WithoutCancel(ctx), id))
	case err != nil:
		return fault.Wrap(fault.Upstream, err, "no replica has read %s in time", origin)
	case done.State != job.Done:
		return fault.Wrap(fault.Upstream, errors.New(done.Error), "read %s again", origin)
	}
	if err := step(commands.RefreshRead); err != nil {
		return err
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
