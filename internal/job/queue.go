package job

import (
	"context"
	"errors"
	"time"
)

// ErrLost says that a lease is no longer held: the job was taken over, or is finished.
var ErrLost = errors.New("the lease of the job was taken over")

// Queue is what those who want work done hold. It is safe for concurrent use.
type Queue interface {
	// Add puts a job in and returns its id. When one of the same kind and key is not finished, it returns that one's
	// id and false.
	Add(ctx context.Context, r Request) (id int64, added bool, err error)
	// Schedule adds the job of a schedule for a slot, unless this slot or a later one was scheduled before by any
	// replica. Slots that were missed are not made up for. The kind and the schedule's name are the job's key: while
	// one is not finished, the slot is used up without another. A stored slot that lies more than MaxAhead and one
	// period in the future comes from a clock that was wrong and does not count.
	Schedule(ctx context.Context, name string, slot time.Time, every time.Duration, r Request) (added bool, err error)
	// Get returns a job. One that is not known, or no longer, is an error of kind NotFound.
	Get(ctx context.Context, id int64) (Job, error)
	// Cancel ends a waiting job, and asks the worker of a running one to end it. A finished job stays as it is; one
	// that is not known is an error of kind NotFound.
	Cancel(ctx context.Context, id int64) error
	// Stats counts the jobs that are kept, by kind.
	Stats(ctx context.Context) ([]Stat, error)
}

// MaxAhead is how far a schedule's slot may lie in the future before it is taken for a mistake.
const MaxAhead = time.Hour

// Worker is a worker's side of a queue. It is safe for concurrent use.
type Worker interface {
	// Take leases jobs that are due, at most so many of each kind. Tenants of a kind take turns, whoever was served
	// longest ago first; within a tenant the higher priority, then the earlier time, then the lower id goes first.
	// Jobs whose lease ran out are taken again, or end when they were cancelled or tried often enough.
	Take(ctx context.Context, want []Want, lease time.Duration) ([]Job, error)
	// Beat renews leases and says, in their order, how each is.
	Beat(ctx context.Context, leases []Lease, lease time.Duration) ([]Signal, error)
	// Finish reports how an attempt ended. Its error is ErrLost when the lease is no longer held.
	Finish(ctx context.Context, l Lease, o Outcome) error
	// Wait returns when a job may have become due, and at the latest after d of real time.
	Wait(ctx context.Context, d time.Duration) error
	// Sweep removes jobs that have been finished for longer than keep, and returns how many. It also makes attempts
	// due that a clock that was wrong put off further than MaxBackoff.
	Sweep(ctx context.Context, keep time.Duration) (int, error)
}

// Store is a whole queue.
type Store interface {
	Queue
	Worker
}

// Want is how many jobs of a kind a worker has room for.
type Want struct {
	Kind string
	Max  int
}

// Signal is how a lease is.
type Signal uint8

// The signals.
const (
	Lost   Signal = iota // stop and report nothing: the job is somebody else's, or finished
	Held                 // renewed
	Cancel               // renewed, and the job is to end
)

// Stat counts the jobs of one kind.
type Stat struct {
	Kind    string
	Counts  map[State]int
	Overdue time.Duration // how long the waiting job that is due longest has been due; 0 when none is
}

// Expired reports whether a lease that runs until a time has run out. One that runs longer than any lease given now
// was given by a clock that was wrong, and has run out too.
func Expired(until, now time.Time, lease time.Duration) bool {
	return !until.After(now) || until.After(now.Add(2*lease))
}

// Claims reports whether a slot may be scheduled after the last one (zero when there is none).
func Claims(last, slot time.Time, every time.Duration) bool {
	return last.Before(slot) || last.After(slot.Add(MaxAhead+every))
}
