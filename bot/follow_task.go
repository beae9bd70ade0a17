package bot

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
)

// ErrTaskStopped is the cause of a task's context when somebody asked the task to end.
var ErrTaskStopped = errors.New("the task was stopped")

// stopEvery is how often a task that is done looks whether it should end.
const stopEvery = time.Second

// TaskLog is a job's side of a task.
type TaskLog struct {
	Task  Task
	tasks Tasks
	now   func() time.Time
}

// Event appends an event. One whose id the log has, since the job began anew, is left out.
func (l *TaskLog) Event(ctx context.Context, id, kind string, data any) error {
	return l.append(ctx, TaskEvent{ID: id, Kind: kind}, data)
}

func (l *TaskLog) append(ctx context.Context, e TaskEvent, data any) error {
	if data != nil {
		var err error
		if e.Data, err = json.Marshal(data); err != nil {
			return fault.Wrap(fault.Internal, err, "append to the log of a task")
		}
	}
	e.At = l.now()
	_, err := l.tasks.Append(ctx, l.Task.Key, e)
	return err
}

// TaskFailure is the data of a TaskFailed event.
type TaskFailure struct {
	Kind string // of the error
	Text string // in English, for those who look after the service
}

// TaskHandler does tasks as jobs of kind TaskJobs: do does the work and returns the data of the last event. It may run
// more than once for a task, after a process ended, and finds in the log how far it came. Its context ends with the
// cause ErrTaskStopped when somebody cancels the task. An error that job.Permanent made, or that comes back too often,
// fails the task.
func TaskHandler(tasks Tasks, now func() time.Time, do func(context.Context, *TaskLog) (any, error)) job.Handler {
	return func(ctx context.Context, j job.Job) (json.RawMessage, error) {
		var key string
		if err := json.Unmarshal(j.Payload, &key); err != nil {
			return nil, job.Permanent(fault.Wrap(fault.Internal, err, "read the job of a task"))
		}
		t, _, err := tasks.Since(ctx, key, 0)
		if fault.Is(err, fault.NotFound) || err == nil && t.Over {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		l := &TaskLog{Task: t, tasks: tasks, now: now}
		data, err, stopped := l.do(ctx, do)
		end := context.WithoutCancel(ctx)
		switch {
		case stopped:
			return nil, l.append(end, TaskEvent{ID: "end", Kind: TaskStopped, Last: true}, nil)
		case err == nil:
			return nil, l.append(end, TaskEvent{ID: "end", Kind: TaskDone, Last: true}, data)
		case ctx.Err() == nil && (job.IsPermanent(err) || j.Attempt >= j.Attempts):
			bad := l.append(end, TaskEvent{ID: "end", Kind: TaskFailed, Last: true}, TaskFailure{fault.KindOf(err).String(), job.Cut(err.Error())})
			return nil, errors.Join(err, bad)
		default:
			return nil, err
		}
	}
}

// do runs a task's work under a context that ends when somebody cancels it.
func (l *TaskLog) do(ctx context.Context, do func(context.Context, *TaskLog) (any, error)) (data any, err error, stopped bool) { //nolint:revive // the error is the work's
	ctx, stop := context.WithCancelCause(ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		for {
			if t, _, err := l.tasks.Since(ctx, l.Task.Key, MaxTaskEvents); err == nil && t.Stop {
				stop(ErrTaskStopped)
			}
			if !Sleep(ctx, stopEvery) {
				return
			}
		}
	}()
	data, err = do(ctx, l)
	stopped = err != nil && errors.Is(context.Cause(ctx), ErrTaskStopped)
	stop(nil)
	<-watched
	return data, err, stopped
}
