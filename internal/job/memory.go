package job

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// maxJobs bounds a Memory, finished jobs included.
const maxJobs = 100_000

// Memory is a queue that lives as long as the process.
type Memory struct {
	now func() time.Time

	mu        sync.Mutex
	last      int64 // id
	turn      int64
	jobs      map[int64]*row
	live      map[int64]*row              // those that are not finished
	keys      map[[2]string]int64         // kind and key of the jobs that are not finished
	turns     map[string]map[string]int64 // by kind and tenant; of jobs that are kept
	schedules map[string]time.Time
	moved     chan struct{} // closed and replaced when a job is added
}

// row is a job with its lease.
type row struct {
	Job
	until time.Time
}

var _ Store = (*Memory)(nil)

// NewMemory returns an empty queue.
func NewMemory(now func() time.Time) *Memory {
	return &Memory{
		now:       now,
		jobs:      map[int64]*row{},
		live:      map[int64]*row{},
		keys:      map[[2]string]int64{},
		turns:     map[string]map[string]int64{},
		schedules: map[string]time.Time{},
		moved:     make(chan struct{}),
	}
}

// Add implements Queue. A queue of 100,000 jobs is full: an error of kind Internal.
func (m *Memory) Add(ctx context.Context, r Request) (int64, bool, error) {
	if err := cmp.Or(r.Check(), ctx.Err()); err != nil {
		return 0, false, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.add(r)
}

func (m *Memory) add(r Request) (int64, bool, error) {
	if id, taken := m.keys[[2]string{r.Kind, r.Key}]; taken {
		return id, false, nil
	}
	if len(m.jobs) >= maxJobs {
		return 0, false, fault.New(fault.Internal, "the queue is full: it holds %d jobs", len(m.jobs))
	}
	now := m.now()
	if r.RunAt.IsZero() {
		r.RunAt = now
	}
	r.Attempts = r.Tries()
	r.Payload = slices.Clone(r.Payload)
	m.last++
	j := &row{Job: Job{ID: m.last, Request: r, State: Waiting, Added: now}}
	m.jobs[m.last], m.live[m.last] = j, j
	if r.Key != "" {
		m.keys[[2]string{r.Kind, r.Key}] = m.last
	}
	m.wake()
	return m.last, true, nil
}

func (m *Memory) wake() {
	close(m.moved)
	m.moved = make(chan struct{})
}

// Schedule implements Queue.
func (m *Memory) Schedule(ctx context.Context, name string, slot time.Time, every time.Duration, r Request) (bool, error) {
	r.Key = name
	if err := cmp.Or(r.Check(), ctx.Err()); err != nil {
		return false, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if !Claims(m.schedules[name], slot, every) {
		return false, nil
	}
	_, added, err := m.add(r)
	if err == nil {
		m.schedules[name] = slot
	}
	return added, err
}

// Get implements Queue.
func (m *Memory) Get(_ context.Context, id int64) (Job, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	j, ok := m.jobs[id]
	if !ok {
		return Job{}, fault.New(fault.NotFound, "there is no job %d", id)
	}
	return j.Job, nil
}

// Cancel implements Queue.
func (m *Memory) Cancel(_ context.Context, id int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	j, ok := m.jobs[id]
	if !ok {
		return fault.New(fault.NotFound, "there is no job %d", id)
	}
	switch j.State {
	case Waiting:
		m.end(j, Cancelled)
	case Running:
		j.Cancelling = true
	}
	return nil
}

func (m *Memory) end(j *row, s State) {
	j.State, j.Cancelling, j.Ended = s, false, m.now()
	delete(m.live, j.ID)
	delete(m.keys, [2]string{j.Kind, j.Key})
}

// Stats implements Queue.
func (m *Memory) Stats(context.Context) ([]Stat, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	by := map[string]*Stat{}
	for _, j := range m.jobs {
		s := by[j.Kind]
		if s == nil {
			s = &Stat{Kind: j.Kind, Counts: map[State]int{}}
			by[j.Kind] = s
		}
		s.Counts[j.State]++
		if j.State == Waiting {
			s.Overdue = max(s.Overdue, now.Sub(j.RunAt))
		}
	}
	var out []Stat
	for _, kind := range slices.Sorted(maps.Keys(by)) {
		out = append(out, *by[kind])
	}
	return out, nil
}
