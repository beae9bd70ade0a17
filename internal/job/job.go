// Package job is background work that outlives a process: a queue of jobs that are leased to workers, and the Runner
// that works them off. A job runs at least once. A worker holds a lease that it renews while it works; when it dies,
// another takes the job over as soon as the lease has run out, and the first can no longer report anything about it.
// Handlers must therefore be able to run a job again.
//
// Memory is a queue for commands that end; internal/store has the one that lasts.
package job

import (
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// State is where a job is in its life.
type State string

// The states. Waiting and Running jobs are not finished; the others never change again.
const (
	Waiting   State = "waiting" // for its time, for a worker, or for its next attempt
	Running   State = "running" // leased to a worker
	Done      State = "done"
	Failed    State = "failed" // it cannot succeed, or its attempts are used up
	Cancelled State = "cancelled"
)

// Finished reports whether a job in this state is over.
func (s State) Finished() bool { return s != Waiting && s != Running }

// The bounds of one job, in bytes and attempts.
const (
	MaxName         = 200 // of kind, tenant and name of a schedule
	MaxKey          = 500
	MaxPayload      = 1 << 20
	MaxResult       = 1 << 20
	MaxError        = 4 << 10 // a longer one is cut
	MaxAttempts     = 100
	DefaultAttempts = 5
)

// Request asks for a job.
type Request struct {
	Kind string // names the handler; required
	// Key makes the job unique: while a job of this kind and key is not finished, no other is added. Empty: no
	// such limit. What a job may not miss belongs in its key, for example the commit to be read.
	Key      string
	Tenant   string          // the fairness class: tenants of a kind are served in turn, however much each asks for
	Priority int             // the higher first, among the jobs of a kind and tenant that are due
	Payload  json.RawMessage // for the handler; nil or one JSON value
	RunAt    time.Time       // not before; zero is at once
	Attempts int             // how often it is tried; zero is DefaultAttempts, at most MaxAttempts
}

// Check returns what is wrong with a request, as an error of kind Invalid. Queues call it.
func (r Request) Check() error {
	switch {
	case r.Kind == "":
		return fault.New(fault.Invalid, "a job needs a kind")
	case len(r.Kind) > MaxName || len(r.Tenant) > MaxName:
		return fault.New(fault.Invalid, "kind and tenant of a job have at most %d bytes", MaxName)
	case len(r.Key) > MaxKey:
		return fault.New(fault.Invalid, "the key of a job has at most %d bytes", MaxKey)
	case len(r.Payload) > MaxPayload:
		return fault.New(fault.Invalid, "the payload of job %s has %d bytes, more than %d", r.Kind, len(r.Payload), MaxPayload)
	case !clean(r.Kind) || !clean(r.Key) || !clean(r.Tenant):
		return fault.New(fault.Invalid, "kind, key and tenant of a job are UTF-8 without NUL")
	case r.Payload != nil && !json.Valid(r.Payload):
		return fault.New(fault.Invalid, "the payload of job %s is not JSON", r.Kind)
	case r.Attempts < 0 || r.Attempts > MaxAttempts:
		return fault.New(fault.Invalid, "a job is tried between 1 and %d times", MaxAttempts)
	}
	return nil
}

func clean(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }

// Tries returns how often the job is tried, with the default filled in.
func (r Request) Tries() int {
	if r.Attempts == 0 {
		return DefaultAttempts
	}
	return r.Attempts
}

// Job is a job as the queue knows it.
type Job struct {
	ID         int64 // ascending in the order in which jobs were added
	Request          // RunAt is when it may run next; Attempts has its default filled in
	State      State
	Attempt    int   // how often it was started, this time included
	Fence      int64 // of the lease; a higher one belongs to a later worker, so that outside effects can be fenced too
	Cancelling bool  // running, and asked to end
	Result     json.RawMessage
	Error      string // of the last attempt that failed
	Added      time.Time
	Ended      time.Time // zero while it is not finished
}

// Lease is the right to work on a job until somebody else has taken it over.
type Lease struct{ ID, Fence int64 }

// Lease returns the lease of a job that was taken.
func (j Job) Lease() Lease { return Lease{j.ID, j.Fence} }

// Outcome is how an attempt ended.
type Outcome struct {
	State  State           // Done, Failed, Cancelled, or Waiting for another attempt
	Result json.RawMessage // of a job that is done
	Error  string
	In     time.Duration // Waiting: not before this has passed
	Back   bool          // Waiting: the job is given back unfinished and the attempt does not count
}

// Settle returns the state that an outcome leads to: a job that was asked to end is not tried again.
func (o Outcome) Settle(cancelling bool) State {
	if cancelling && o.State == Waiting {
		return Cancelled
	}
	return o.State
}

// Check returns what is wrong with an outcome, as an error of kind Internal. Queues call it.
func (o Outcome) Check() error {
	switch {
	case o.State == Running || o.State == "":
		return fault.New(fault.Internal, "an attempt cannot end as %q", o.State)
	case len(o.Result) > MaxResult:
		return fault.New(fault.Internal, "the result of a job has %d bytes, more than %d", len(o.Result), MaxResult)
	case o.Result != nil && !json.Valid(o.Result):
		return fault.New(fault.Internal, "the result of a job is not JSON")
	}
	return nil
}
