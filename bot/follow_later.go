package bot

import (
	"context"
	"encoding/json"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Some tasks have a key of their own, so that they are begun once, and some wait for somebody's word before their job is
// done: Propose begins them, Note tells what was said, and Go has the job done.

// Proposal is a task that is to be begun.
type Proposal struct {
	Key   string // its kind, a colon and an id
	Data  json.RawMessage
	Event *Event // what asks for it
	// Waits says that the job is not done before Go. At Until, if that is not zero, a job of kind TaskWaits is done.
	Waits bool
	Until time.Time
}

// TaskWaits is the kind of job that ends the waiting of tasks of a kind, for job.Config. Its payload is the task's key.
func TaskWaits(kind string) string { return "wait." + kind }

// Propose begins a task, and reports whether it is new. One that is known and not over is helped on its way where a
// process ended while it was begun.
func (f *Follows) Propose(ctx context.Context, p Proposal) (fresh bool, err error) {
	t := Task{Key: p.Key, By: p.Event.Actor, Address: p.Event.Address, Data: p.Data, Begun: f.cfg.Now()}
	if fresh, err = f.cfg.Tasks.Begin(ctx, t); err != nil {
		return false, err
	}
	if !fresh {
		known, log, err := f.cfg.Tasks.Since(ctx, p.Key, 0)
		if err != nil || known.Over || len(log) > 0 {
			return false, err
		}
	}
	switch {
	case !p.Waits:
		err = f.do(ctx, t)
	case !p.Until.IsZero():
		err = f.until(ctx, t, p.Until)
	}
	if err != nil {
		return fresh, err
	}
	return fresh, f.enqueue(ctx, t.Key, p.Event.Locale)
}

func (f *Follows) until(ctx context.Context, t Task, at time.Time) error {
	payload, err := taskPayload(t.Key)
	if err != nil {
		return err
	}
	_, _, err = f.cfg.Queue.Add(ctx, job.Request{Kind: TaskWaits(t.Kind()), Key: t.Key, Payload: payload, RunAt: at, Attempts: taskAttempts})
	return err
}

// WaitHandler is a job.Handler for TaskWaits: end is called with the key of a task that is not over.
func WaitHandler(tasks Tasks, end func(ctx context.Context, key string) error) job.Handler {
	return func(ctx context.Context, j job.Job) (json.RawMessage, error) {
		var key string
		if err := json.Unmarshal(j.Payload, &key); err != nil {
			return nil, job.Permanent(fault.Wrap(fault.Internal, err, "read the job of a task"))
		}
		t, _, err := tasks.Since(ctx, key, MaxTaskEvents)
		if fault.Is(err, fault.NotFound) || err == nil && t.Over {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return nil, end(ctx, key)
	}
}

// Go has the job of a task done; once, however often it is called.
func (f *Follows) Go(ctx context.Context, key string) error {
	t, _, err := f.cfg.Tasks.Since(ctx, key, MaxTaskEvents)
	if err != nil {
		return err
	}
	if err := f.do(ctx, t); err != nil {
		return err
	}
	return f.awake(ctx, key)
}

// awake has the messages of a task followed that may have rested.
func (f *Follows) awake(ctx context.Context, key string) error {
	if f.cfg.Rests[(Task{Key: key}).Kind()] == nil {
		return nil
	}
	return f.enqueue(ctx, key, lang.English)
}

// rests reports whether a task rests.
func (f *Follows) rests(t Task, log []TaskEvent) bool {
	rest := f.cfg.Rests[t.Kind()]
	return rest != nil && !t.Over && !t.Stop && rest(t, log)
}

// Note appends an event to a task's log and reports whether it was added; see Tasks.Append. The time is filled in.
func (f *Follows) Note(ctx context.Context, key string, e TaskEvent) (bool, error) {
	e.At = f.cfg.Now()
	added, err := f.cfg.Tasks.Append(ctx, key, e)
	if err != nil || !added {
		return added, err
	}
	return true, f.awake(ctx, key)
}

// Follow has a message that was posted show a task from now on.
func (f *Follows) Follow(ctx context.Context, at Follower) error {
	at.Since = f.cfg.Now()
	if err := f.cfg.Followers.Follow(ctx, at); err != nil {
		return err
	}
	return f.enqueue(ctx, at.Key, at.Lang)
}

// Following are the messages that show a task.
func (f *Follows) Following(ctx context.Context, key string) ([]Follower, error) {
	return f.cfg.Followers.Of(ctx, key)
}

// begin keeps a new task.
func (f *Follows) begin(ctx context.Context, kind string, data json.RawMessage, ev *Event) (Task, error) {
	now := f.cfg.Now()
	t := Task{Key: kind + ":" + NewID(now), By: ev.Actor, Address: ev.Address, Data: data, Begun: now}
	_, err := f.cfg.Tasks.Begin(ctx, t)
	return t, err
}

// do has the job of a task done.
func (f *Follows) do(ctx context.Context, t Task) error {
	payload, err := taskPayload(t.Key)
	if err != nil {
		return err
	}
	_, _, err = f.cfg.Queue.Add(ctx, job.Request{
		Kind: TaskJobs(t.Kind()), Key: t.Key, Tenant: t.By.Platform + ":" + t.By.Workspace, Payload: payload, Attempts: taskAttempts,
	})
	return err
}

func taskPayload(key string) (json.RawMessage, error) {
	payload, err := json.Marshal(key)
	return payload, fault.Wrap(fault.Internal, err, "add the job of a task")
}
