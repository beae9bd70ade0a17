package bot

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Task is long work that somebody started: a job does it elsewhere and appends what happens to the task's log. It
// outlives processes.
type Task struct {
	Key     string          // its kind, a colon and an id, for example "refresh:<UUIDv7>"
	By      Actor           // who started it
	Address Address         // where
	Data    json.RawMessage // what it is about, in the kind's own words; one JSON value or nil
	Begun   time.Time
	Stop    bool // somebody asked it to end
	Over    bool // its last event is in the log
}

// Kind is what kind of work it is: the part of the key before the colon.
func (t Task) Kind() string {
	kind, _, _ := strings.Cut(t.Key, ":")
	return kind
}

// TaskEvent is one thing that happened to a task.
type TaskEvent struct {
	N    int64  // its number in the log, from 1 without gaps
	ID   string // names it within the task: a job that begins anew appends it once all the same
	Kind string // what happened, in the kind's own words, for example "read"
	Data json.RawMessage
	At   time.Time
	Last bool // the task is over
}

// The kinds of last events that bot itself appends and knows.
const (
	TaskDone    = "done"
	TaskFailed  = "failed"
	TaskStopped = "stopped" // because somebody asked for it
)

// MaxTaskEvents bounds a task's log; MaxTaskData what one event or a task holds besides, in bytes.
const (
	MaxTaskEvents = 20_000
	MaxTaskData   = 256 << 10
)

// sinceEvents bounds what one Since returns.
const sinceEvents = 500

// Tasks keeps tasks and their logs, for whoever shows them: messages in a chat, pages in a browser.
type Tasks interface {
	// Begin keeps a task and reports whether its key is new; one that is known stays as it is.
	Begin(ctx context.Context, t Task) (fresh bool, err error)
	// Append adds an event to a task's log and reports whether it was added: it is not when the log has one of its ID,
	// or is over, or full (which only a last event ignores). N is not read. A task that is not known is an error of
	// kind NotFound.
	Append(ctx context.Context, key string, e TaskEvent) (added bool, err error)
	// Since returns a task and some of its events behind number n, in order; none when there are no more. A task that
	// is not known is an error of kind NotFound.
	Since(ctx context.Context, key string, n int64) (Task, []TaskEvent, error)
	// Cancel asks a task to end and reports whether this was the first to do so. One that is over stays as it is; one
	// that is not known is an error of kind NotFound.
	Cancel(ctx context.Context, key string) (first bool, err error)
	Sweeper // by when they began
}

// NoTask is the error for a task that is not known.
func NoTask(key string) error { return fault.New(fault.NotFound, "there is no task %q", key) }

// CheckTask returns what is wrong with a task or an event that is to be kept, as an error of kind Invalid. Stores call
// it with the data.
func CheckTask(data json.RawMessage) error {
	switch {
	case len(data) > MaxTaskData:
		return fault.New(fault.Invalid, "a task's data has %d bytes, more than %d", len(data), MaxTaskData)
	case data != nil && !json.Valid(data):
		return fault.New(fault.Invalid, "a task's data is not JSON")
	}
	return nil
}

type memoryTasks struct {
	mu   sync.Mutex
	rows map[string]*memoryTask
}

type memoryTask struct {
	Task
	events []TaskEvent
}

func (m *memoryTasks) Begin(_ context.Context, t Task) (bool, error) {
	if err := CheckTask(t.Data); err != nil {
		return false, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.rows[t.Key]; known {
		return false, nil
	}
	t.Data, t.Stop, t.Over = slices.Clone(t.Data), false, false
	m.rows[t.Key] = &memoryTask{Task: t}
	return true, nil
}

func (m *memoryTasks) Append(_ context.Context, key string, e TaskEvent) (bool, error) {
	if err := CheckTask(e.Data); err != nil {
		return false, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	t, ok := m.rows[key]
	switch {
	case !ok:
		return false, NoTask(key)
	case t.Over || !e.Last && len(t.events) >= MaxTaskEvents:
		return false, nil
	case slices.ContainsFunc(t.events, func(o TaskEvent) bool { return o.ID == e.ID }):
		return false, nil
	}
	e.N, e.Data = int64(len(t.events))+1, slices.Clone(e.Data)
	t.events = append(t.events, e)
	t.Over = e.Last
	return true, nil
}

func (m *memoryTasks) Since(_ context.Context, key string, n int64) (Task, []TaskEvent, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t, ok := m.rows[key]
	if !ok {
		return Task{}, nil, NoTask(key)
	}
	from := min(max(n, 0), int64(len(t.events)))
	return t.Task, slices.Clone(t.events[from:min(from+sinceEvents, int64(len(t.events)))]), nil
}

func (m *memoryTasks) Cancel(_ context.Context, key string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t, ok := m.rows[key]
	if !ok {
		return false, NoTask(key)
	}
	first := !t.Stop && !t.Over
	if !t.Over {
		t.Stop = true
	}
	return first, nil
}

func (m *memoryTasks) Sweep(_ context.Context, before time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return sweepMap(m.rows, func(t *memoryTask) bool { return t.Begun.Before(before) }), nil
}
